internal import CLinux
public import SystemPackage

/// A socket of netlink(7) over which netfilter hands out packets, hundreds of them in a message. Owns descriptor and
/// buffer.
///
/// A class because loop and owner share it.
@safe public final class NetfilterSocket {
  private let descriptor: Descriptor
  /// Untouched pages of it cost nothing.
  private let room: UnsafeMutableRawBufferPointer

  /// The family that packets come by.
  public enum Family: Equatable, Sendable {
    /// NETLINK_NETFILTER: groups are bound by request.
    case netfilter
    /// NETLINK_NFLOG, which is ULOG and which Linux had up to 3.16: groups are those of netlink, a bit each.
    case uLog(groups: UInt32)

    fileprivate var number: CInt {
      switch self {
      case .netfilter: CInt(CL_NETLINK_NETFILTER)
      case .uLog: CInt(CL_NETLINK_NFLOG)
      }
    }

    fileprivate var groups: UInt32 {
      switch self {
      case .netfilter: 0
      case .uLog(let groups): groups
      }
    }

    /// Whether the kernel has the family, loading a module for it if there is one.
    public var isKnown: Bool {
      let probe = socket(AF_NETLINK, CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue), number)
      guard probe >= 0 else { return Errno.latest != .protocolNotSupported }
      _ = Descriptor(owning: probe)
      return true
    }
  }

  /// - Parameters:
  ///   - receiveBuffer: bytes that the kernel may hold for us; beyond `net.core.rmem_max` only with CAP_NET_ADMIN.
  ///   - messageSize: the longest message, as told to the kernel.
  public init(_ family: Family = .netfilter, receiveBuffer: CInt, messageSize: Int) throws(Errno) {
    let descriptor = Descriptor(
      owning: try systemCall {
        socket(AF_NETLINK, CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue), family.number)
      })
    let number = descriptor.rawValue
    descriptor.setReceiveBuffer(receiveBuffer)
    var on: CInt = 1
    // Without it errors have no text.
    _ = unsafe setsockopt(number, CInt(CL_SOL_NETLINK), CInt(CL_NETLINK_EXT_ACK), &on, 4)
    var address = cl_netlink_address(family.groups)
    try systemCall {
      unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe bind(number, $0, socklen_t(MemoryLayout<sockaddr_nl>.size))
        }
      }
    }
    unsafe room = .allocate(byteCount: messageSize, alignment: 16)
    self.descriptor = descriptor
  }

  /// Takes over a socket of datagrams, as a test has it.
  init(owning number: CInt, messageSize: Int) {
    unsafe room = .allocate(byteCount: messageSize, alignment: 16)
    descriptor = Descriptor(owning: number)
  }

  deinit { unsafe room.deallocate() }

  /// How many messages of the longest size the kernel holds before it drops any. It counts the memory of each, which
  /// is the next power of two.
  public var capacity: Int {
    var bytes: CInt = 0
    var length = socklen_t(MemoryLayout<CInt>.size)
    guard unsafe getsockopt(descriptor.rawValue, SOL_SOCKET, SO_RCVBUF, &bytes, &length) == 0 else {
      return 0
    }
    return unsafe Int(bytes) / (2 * room.count)
  }

  /// For `EventLoop.watch`.
  public var rawDescriptor: CInt { descriptor.rawValue }

  /// Sends one request.
  public func send(_ message: [UInt8]) throws(Errno) {
    try systemCall {
      unsafe message.withUnsafeBytes { unsafe CLinux.send(descriptor.rawValue, $0.baseAddress, $0.count, 0) }
    }
  }

  /// Waits up to a second for something to receive; false if nothing came.
  public func wait() throws(Errno) -> Bool {
    var entry = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    return try systemCall { unsafe poll(&entry, 1, 1000) } > 0
  }

  /// Receives one message and gives it to `body`. Each comes to lie where the one before lay, in the processor's cache.
  /// - Returns: false if nothing was there.
  /// - Throws: ENOBUFS when the kernel had to drop messages for lack of room, EMSGSIZE for one longer than the room.
  public func receive(_ body: (Span<UInt8>) -> Void) throws(Errno) -> Bool {
    let count: Int
    do throws(Errno) {
      count = try systemCall {
        // MSG_TRUNC: the true length, though what is beyond the room is lost.
        unsafe recv(descriptor.rawValue, room.baseAddress, room.count, CInt(MSG_DONTWAIT) | CInt(MSG_TRUNC))
      }
    } catch {
      if error == .wouldBlock { return false }
      throw error
    }
    guard unsafe count <= room.count else { throw .messageTooLong }
    // The kernel filled so much of it.
    let message = unsafe UnsafeRawBufferPointer(rebasing: room[..<count])
    body(unsafe message.bindMemory(to: UInt8.self).span)
    return true
  }
}
