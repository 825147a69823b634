internal import Bytes
internal import CLinux
public import SystemPackage

/// A socket that sends datagrams to one address. Never blocks.
public struct UDPSocket: ~Copyable {
  private let descriptor: Descriptor
  private let destination: SocketAddress
  private let isConnected: Bool

  /// - Parameters:
  ///   - device: interface index by which datagrams leave (`IP_UNICAST_IF`); 0 leaves it to the routes.
  ///   - source: address and port to send from.
  ///   - sendBuffer: bytes the kernel may hold for this socket.
  /// - Throws: what socket(2), bind(2) or connect(2) said; ENETUNREACH when there is no route.
  public init(
    to destination: SocketAddress, device: UInt32 = 0, source: SocketAddress? = nil,
    sendBuffer: CInt = 2_000_000
  ) throws(Errno) {
    let descriptor = Descriptor(
      owning: try systemCall {
        socket(destination.family, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), CInt(IPPROTO_UDP))
      })
    // A smaller buffer than asked for is what the host allows.
    try? Self.setOption(descriptor, SOL_SOCKET, SO_SNDBUF, sendBuffer)
    // The kernel routes a connected socket once, and before Linux 6.0 without regard to IP_UNICAST_IF.
    let isConnected = device == 0
    if device != 0 {
      let index = CInt(bitPattern: device.bigEndian)
      switch destination.address {
      case .v4: try Self.setOption(descriptor, CInt(IPPROTO_IP), CInt(CL_IP_UNICAST_IF), index)
      case .v6: try Self.setOption(descriptor, CInt(IPPROTO_IPV6), CInt(CL_IPV6_UNICAST_IF), index)
      }
    }
    // What ICMP says of the way there (unreachable, prohibited) is an error of the next call; without it only a closed
    // port is. The copies of these answers, which nobody reads, need little room: ip(7), IP_RECVERR.
    switch destination.address {
    case .v4: try? Self.setOption(descriptor, CInt(IPPROTO_IP), CInt(CL_IP_RECVERR), 1)
    case .v6: try? Self.setOption(descriptor, CInt(IPPROTO_IPV6), CInt(CL_IPV6_RECVERR), 1)
    }
    try? Self.setOption(descriptor, SOL_SOCKET, SO_RCVBUF, 1)
    let number = descriptor.rawValue
    if let source {
      try systemCall { unsafe source.withSockaddr { unsafe bind(number, $0, $1) } }
    }
    if isConnected {
      // Connected: ICMP errors come back, and no port stands open to everybody.
      try systemCall { unsafe destination.withSockaddr { unsafe connect(number, $0, $1) } }
    }
    self.destination = destination
    self.isConnected = isConnected
    self.descriptor = descriptor
  }

  private static func setOption(
    _ descriptor: borrowing Descriptor, _ level: CInt, _ name: CInt, _ value: CInt
  ) throws(Errno) {
    var value = value
    let number = descriptor.rawValue
    try systemCall { unsafe setsockopt(number, level, name, &value, socklen_t(MemoryLayout<CInt>.size)) }
  }

  /// The address datagrams leave from; `nil` if the routes decide for each.
  public var localAddress: SocketAddress? {
    guard isConnected else { return nil }
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe getsockname(descriptor.rawValue, address, &length) == 0
          ? unsafe SocketAddress(address, length: length) : nil
      }
    }
  }

  /// Octets of the largest IP packet that the path is known to take (`IP_MTU`); `nil` if it is not connected.
  public var pathMTU: Int? {
    guard isConnected else { return nil }
    var mtu: CInt = 0
    var length = socklen_t(MemoryLayout<CInt>.size)
    let (level, name) =
      switch destination.address {
      case .v4: (CInt(IPPROTO_IP), CInt(CL_IP_MTU))
      case .v6: (CInt(IPPROTO_IPV6), CInt(CL_IPV6_MTU))
      }
    guard unsafe getsockopt(descriptor.rawValue, level, name, &mtu, &length) == 0 else { return nil }
    return Int(mtu)
  }

  /// The error that ICMP told of since the last call; `nil` if none.
  public func takeError() -> Errno? {
    var error: CInt = 0
    var length = socklen_t(MemoryLayout<CInt>.size)
    guard unsafe getsockopt(descriptor.rawValue, SOL_SOCKET, SO_ERROR, &error, &length) == 0 else {
      return nil
    }
    return error == 0 ? nil : Errno(rawValue: error)
  }

  /// Sends one datagram.
  /// - Throws: EAGAIN when the buffer is full; ECONNREFUSED when the receiver said by ICMP that nobody listens,
  ///   EHOSTUNREACH or ENETUNREACH when the way there ends (told by the call after the one it is about).
  public func send(_ payload: Span<UInt8>) throws(Errno) {
    try systemCall {
      unsafe payload.withUnsafeBufferPointer { bytes in
        if isConnected {
          return unsafe CLinux.send(descriptor.rawValue, bytes.baseAddress, bytes.count, CInt(MSG_DONTWAIT))
        }
        return unsafe destination.withSockaddr {
          unsafe sendto(
            descriptor.rawValue, bytes.baseAddress, bytes.count, CInt(MSG_DONTWAIT), $0, $1)
        }
      }
    }
  }

  /// Sends datagrams with one system call, as many as can be.
  /// - Returns: how many were sent, at least one. Why the next one was not, the kernel does not tell.
  /// - Throws: what became of the first one, if that was not sent.
  public func send(_ batch: borrowing DatagramBatch) throws(Errno) -> Int {
    let (number, count) = (descriptor.rawValue, CInt(batch.count))
    let sent: CInt = try systemCall {
      unsafe batch.withParts { octets, bounds in
        if isConnected { return unsafe cl_sendmmsg(number, octets, bounds, count, nil, 0) }
        return unsafe destination.withSockaddr { unsafe cl_sendmmsg(number, octets, bounds, count, $0, $1) }
      } ?? 0
    }
    return Int(sent)
  }
}

/// A socket that receives datagrams: the far end in tests and in the demonstration.
public struct UDPReceiver: ~Copyable {
  private let descriptor: Descriptor
  private var buffer = [UInt8](repeating: 0, count: 65536)

  /// Listens on `address`; port 0 lets the kernel choose.
  public init(on address: SocketAddress) throws(Errno) {
    let descriptor = Descriptor(
      owning: try systemCall {
        socket(address.family, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), CInt(IPPROTO_UDP))
      })
    // A burst of datagrams comes faster than they are printed.
    descriptor.setReceiveBuffer(8 << 20)
    let number = descriptor.rawValue
    try systemCall { unsafe address.withSockaddr { unsafe bind(number, $0, $1) } }
    self.descriptor = descriptor
  }

  /// The address it is bound to, with the port the kernel chose.
  public func localAddress() throws(Errno) -> SocketAddress {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let address: SocketAddress? = try withErrno {
      unsafe withUnsafeMutablePointer(to: &storage) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
          unsafe getsockname(descriptor.rawValue, address, &length) == 0
            ? .some(SocketAddress(address, length: length)) : nil
        }
      }
    }
    guard let address else { throw .addressFamilyNotSupported }
    return address
  }

  /// The next datagram, or `nil` if none comes within `limit`.
  public mutating func receive(within limit: Duration) throws(Errno) -> [UInt8]? {
    var entry = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    let ready = try systemCall { unsafe poll(&entry, 1, CInt(clamping: limit.millisecondsRoundedUp)) }
    if ready == 0 { return nil }
    let count = try systemCall {
      unsafe buffer.withUnsafeMutableBytes {
        unsafe recv(descriptor.rawValue, $0.baseAddress, $0.count, CInt(MSG_DONTWAIT))
      }
    }
    return Array(buffer[..<count])
  }

  /// Waits for the next datagram, however long it takes, and tells where it came from.
  public mutating func receiveWithSource() throws(Errno) -> (payload: [UInt8], source: SocketAddress) {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let number = descriptor.rawValue
    let (count, source) = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        let count = unsafe buffer.withUnsafeMutableBytes {
          unsafe recvfrom(number, $0.baseAddress, $0.count, 0, address, &length)
        }
        return (count, unsafe SocketAddress(address, length: length))
      }
    }
    guard count >= 0, let source else { throw count < 0 ? .latest : .addressFamilyNotSupported }
    return (Array(buffer[..<count]), source)
  }
}

/// Runs a call that returns `nil` on failure.
private func withErrno<R>(_ call: () -> R?) throws(Errno) -> R {
  guard let result = call() else { throw .latest }
  return result
}
