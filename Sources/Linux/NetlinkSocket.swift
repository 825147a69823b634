internal import CLinux
public import SystemPackage

/// A socket of netlink(7), family NETLINK_ROUTE. Owns the descriptor and one receive buffer.
///
/// A class because loop and owner share it.
public final class NetlinkSocket {
  private let descriptor: Descriptor
  private var buffer: [UInt8]

  /// Multicast groups of rtnetlink(7) that announce changes.
  public struct Groups: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let links = Groups(rawValue: UInt32(CL_RTMGRP_LINK))
    public static let ipv4Addresses = Groups(rawValue: UInt32(CL_RTMGRP_IPV4_IFADDR))
    public static let ipv6Addresses = Groups(rawValue: UInt32(CL_RTMGRP_IPV6_IFADDR))
  }

  /// - Parameters:
  ///   - groups: what to be told of without asking.
  ///   - bufferSize: room for the messages of one receive; the kernel fills at most 32 KiB in a dump.
  ///   - receiveBuffer: bytes that the kernel may hold for us, as `setReceiveBuffer` says; `nil` for its default.
  public init(groups: Groups = [], bufferSize: Int = 65536, receiveBuffer: CInt? = nil) throws(Errno) {
    buffer = [UInt8](repeating: 0, count: bufferSize)
    let number = try systemCall {
      socket(
        AF_NETLINK, CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue), CInt(CL_NETLINK_ROUTE))
    }
    descriptor = Descriptor(owning: number)
    if let receiveBuffer { descriptor.setReceiveBuffer(receiveBuffer) }
    for option in [CL_NETLINK_GET_STRICT_CHK, CL_NETLINK_EXT_ACK] {
      var on: CInt = 1
      // Kernels before 4.20 have no strict checking and filter nothing: the answers are longer, not different.
      _ = unsafe setsockopt(number, CInt(CL_SOL_NETLINK), CInt(option), &on, 4)
    }
    // Port 0: the kernel chooses, so several sockets of one process never clash.
    var address = cl_netlink_address(groups.rawValue)
    try systemCall {
      unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe bind(number, $0, socklen_t(MemoryLayout<sockaddr_nl>.size))
        }
      }
    }
  }

  /// For `EventLoop.watch`.
  public var rawDescriptor: CInt { descriptor.rawValue }

  /// Sends one request.
  public func send(_ message: [UInt8]) throws(Errno) {
    try systemCall {
      unsafe message.withUnsafeBytes { unsafe CLinux.send(descriptor.rawValue, $0.baseAddress, $0.count, 0) }
    }
  }

  /// Receives once and calls `body` with what came.
  /// - Parameter waiting: up to one second for an answer; otherwise not at all.
  /// - Returns: false if nothing was there.
  /// - Throws: ENOBUFS when the kernel had to drop messages for lack of room, EMSGSIZE when what came is longer
  ///   than the buffer.
  public func receive(waiting: Bool, _ body: (Span<UInt8>) -> Void) throws(Errno) -> Bool {
    // The kernel answers most questions before the call that asks them returns.
    var received = try take()
    if received == nil, waiting {
      var entry = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
      if try systemCall({ unsafe poll(&entry, 1, 1000) }) > 0 { received = try take() }
    }
    guard let count = received else { return false }
    if count > buffer.count { throw .messageTooLong }
    let bytes = buffer
    body(bytes.span.extracting(first: count))
    return true
  }

  /// Fills the buffer with what is there.
  /// - Returns: its length; `nil` if nothing is there.
  private func take() throws(Errno) -> Int? {
    do throws(Errno) {
      return try systemCall {
        unsafe buffer.withUnsafeMutableBytes {
          // MSG_TRUNC: the true length, though what is beyond the buffer is lost.
          unsafe recv(
            descriptor.rawValue, $0.baseAddress, $0.count, CInt(MSG_DONTWAIT) | CInt(MSG_TRUNC))
        }
      }
    } catch {
      if error == .wouldBlock { return nil }
      throw error
    }
  }
}
