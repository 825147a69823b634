import Foundation
import Linux
import SystemPackage
import Testing

/// Packets of every kind on a `PacketLab`, and how many of each were sent on purpose.
struct PacketTraffic {
  let lab: PacketLab

  /// From the far end: frames by hand.
  func sendFrames() throws {
    let far = try FrameSocket(on: "w0", in: lab.farPath)
    let whole = LabFrame.udp(2400)
    let tcp: [UInt8] =
      LabFrame.u16(4000) + LabFrame.u16(9) + [0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 255, 255, 0, 0, 0, 0]
    let echo: [UInt8] = [8, 0, 0, 0, 0, 7, 0, 1] + LabFrame.filler(56)
    var frames = [
      LabFrame.ethernet(0x0800, LabFrame.ipv4(17, LabFrame.udp(20))),
      LabFrame.ethernet(0x0800, LabFrame.ipv4(17, LabFrame.udp(0))),
      LabFrame.ethernet(0x0800, LabFrame.ipv4(6, tcp)),
      LabFrame.ethernet(0x0800, LabFrame.ipv4(1, echo)),
      LabFrame.ethernet(0x0800, LabFrame.ipv4(17, LabFrame.udp(8972))),
      LabFrame.ethernet(0x86DD, LabFrame.ipv6(17, LabFrame.udp(300))),
      LabFrame.ethernet(0x86DD, LabFrame.ipv6(6, tcp)),
      LabFrame.ethernet(0x86DD, LabFrame.ipv6(17, LabFrame.udp(8952))),
      LabFrame.ethernet(0x8100, [0x60, 5] + LabFrame.u16(0x0800) + LabFrame.ipv4(17, LabFrame.udp(200))),
      LabFrame.ethernet(
        0x88A8,
        [0, 9] + LabFrame.u16(0x8100) + [0, 6] + LabFrame.u16(0x0800) + LabFrame.ipv4(17, LabFrame.udp(40))),
      LabFrame.ethernet(
        0x0806, [0, 1, 8, 0, 6, 4, 0, 1] + PacketLab.farMAC + [10, 98, 0, 2, 0, 0, 0, 0, 0, 0, 10, 98, 0, 1]),
    ]
    for (offset, end) in [(0, 1000), (1000, 2000), (2000, whole.count)] {
      let fragment = offset / 8 | (end < whole.count ? 0x2000 : 0)
      frames.append(
        LabFrame.ethernet(0x0800, LabFrame.ipv4(17, Array(whole[offset..<end]), fragment: fragment)))
    }
    for frame in frames { try far.send(frame) }
  }

  /// From the agent's end: frames that no IP stack made.
  func sendFramesFromHost() throws {
    let near = try FrameSocket(on: "w0", in: lab.hostPath)
    try near.send(
      LabFrame.ethernet(
        0x8100, [0x60, 5] + LabFrame.u16(0x0800) + LabFrame.ipv4(17, LabFrame.udp(200), toHost: false),
        toHost: false))
    try near.send(LabFrame.ethernet(0x88B5, LabFrame.filler(60), toHost: false))
  }

  /// Datagrams by sockets, one of each size, over IPv4 and IPv6.
  func sendDatagrams(_ sizes: [Int], from: String, to: String, port: UInt16 = 9, segments: Int32? = nil)
    throws
  {
    try onSockets(from, to) { family, target in
      let number = socket(family, Int32(SOCK_DGRAM.rawValue), 0)
      defer { close(number) }
      try Self.check(target(port) { connect(number, $0, $1) })
      // UDP_SEGMENT: the kernel cuts what is sent into datagrams of this size.
      if var segments { try Self.check(setsockopt(number, Int32(IPPROTO_UDP), 103, &segments, 4)) }
      for size in sizes {
        let sent = Glibc.send(number, LabFrame.filler(size), size, 0)
        // Nobody listens there, and who is told so does not send.
        if sent < 0, errno == ECONNREFUSED { _ = Glibc.send(number, LabFrame.filler(size), size, 0) }
      }
    }
  }

  /// Connections that carry `count` octets in portions, over IPv4 and IPv6.
  func sendStream(_ count: Int, from: String, to: String, port: UInt16) throws {
    try onSockets(from, to) { family, target in
      let server = try NetworkNamespace.run(inNamespaceAt: to) { () throws(Errno) in
        socket(family, Int32(SOCK_STREAM.rawValue), 0)
      }
      defer { close(server) }
      var yes: Int32 = 1
      setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
      try Self.check(target(port) { bind(server, $0, $1) })
      try Self.check(listen(server, 1))
      let client = socket(family, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(client) }
      try Self.check(target(port) { connect(client, $0, $1) })
      let connection = accept(server, nil, nil)
      defer { close(connection) }
      var room = [UInt8](repeating: 0, count: 60_000)
      for _ in 0..<(count / room.count) {
        // As much as both sides hold.
        try #require(Glibc.send(client, LabFrame.filler(room.count), room.count, 0) == room.count)
        var left = room.count
        while left > 0 {
          let length = recv(connection, &room, left, 0)
          try #require(length > 0)
          left -= length
        }
      }
    }
  }

  private typealias Target = (UInt16, (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32

  /// Runs `body` in the namespace `from` for both families, with the address of the end in `to`.
  private func onSockets(_ from: String, _ to: String, _ body: (Int32, Target) throws -> Void) throws {
    let isHost = to == lab.hostPath
    let isLoopback = from == to
    let outcome = try NetworkNamespace.run(inNamespaceAt: from) { () throws(Errno) in
      Result {
        try body(AF_INET) { port, call in
          let last: [UInt8] = isLoopback ? [127, 0, 0, 1] : [10, 98, 0, isHost ? 1 : 2]
          return Self.with(
            withUnsafeBytes(of: UInt16(AF_INET)) { Array($0) } + LabFrame.u16(Int(port)) + last
              + [UInt8](repeating: 0, count: 8), call)
        }
        try body(AF_INET6) { port, call in
          let first: [UInt8] = isLoopback ? [0, 0] : [0xFD, 0x98]
          return Self.with(
            withUnsafeBytes(of: UInt16(AF_INET6)) { Array($0) } + LabFrame.u16(Int(port)) + [0, 0, 0, 0]
              + first
              + [UInt8](repeating: 0, count: 13) + [isLoopback || isHost ? 1 : 2, 0, 0, 0, 0], call)
        }
      }
    }
    try outcome.get()
  }

  private static func with(_ address: [UInt8], _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32
  {
    address.withUnsafeBytes {
      // An array of octets is aligned as malloc(3) does it, which is enough for every address.
      guard let start = $0.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return -1 }
      return call(start, socklen_t(address.count))
    }
  }

  private static func check(_ status: Int32) throws {
    try #require(status == 0, "\(String(cString: strerror(errno)))")
  }
}
