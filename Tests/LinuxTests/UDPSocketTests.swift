import Bytes
import Linux
import SystemPackage
import Testing

private let loopback4 = IPAddress.v4(IPv4Address(127, 0, 0, 1))
private let loopback6 = IPAddress.v6(IPv6Address(high: 0, low: 1))

/// The loopback addresses this host has.
private let loopbacks = [loopback4] + (hasLoopback6 ? [loopback6] : [])
private let hasLoopback6 =
  (try? UDPReceiver(on: SocketAddress(loopback6, port: 0)).localAddress()) != nil

extension LinuxTests {
  @Suite struct UDPSocketTests {
    static let limit = Duration.seconds(10)
    /// Nobody listens there, as the kernel gives away no port so low. One that was closed may still be open in a child
    /// that another test starts, until its exec.
    static let unheard: UInt16 = 21_377

    @Test(arguments: loopbacks) func `datagrams arrive as they were sent`(address: IPAddress) throws {
      var receiver = try UDPReceiver(on: SocketAddress(address, port: 0))
      let there = try receiver.localAddress()
      #expect(there.address == address)
      #expect(there.port != 0)
      let socket = try UDPSocket(to: there)
      for payload: [UInt8] in [[1, 2, 3], [], Array(repeating: 7, count: 1400)] {
        try socket.send(payload.span)
        let received = try receiver.receive(within: Self.limit)
        #expect(received == payload)
      }
      let nothing = try receiver.receive(within: .zero)
      #expect(nothing == nil)
    }

    @Test(arguments: loopbacks, [true, false])
    func `a batch arrives in order, whether the socket is connected or not`(
      address: IPAddress, isConnected: Bool
    ) throws {
      var receiver = try UDPReceiver(on: SocketAddress(address, port: 0))
      let lo = try #require(Host.interfaceIndex(of: "lo"))
      let socket = try UDPSocket(to: receiver.localAddress(), device: isConnected ? 0 : lo)
      var batch = DatagramBatch()
      for turn in 0..<2 {
        let payloads = (1...DatagramBatch.capacity).map {
          [UInt8](repeating: UInt8($0), count: $0 * 50 + turn)
        }
        var full: [Bool] = []
        for payload in payloads {
          batch.append(payload.span)
          full.append(batch.isFull)
        }
        #expect(full == Array(repeating: false, count: DatagramBatch.capacity - 1) + [true])
        let sent = try socket.send(batch)
        #expect(sent == DatagramBatch.capacity)
        for (i, payload) in payloads.enumerated() {
          let kept = batch[i].indices.map { batch[i][$0] }
          #expect(kept == payload)
          let received = try receiver.receive(within: Self.limit)
          #expect(received == payload)
        }
        batch.removeAll()
        let isEmpty = batch.isEmpty
        #expect(isEmpty)
      }
    }

    @Test func `a batch of large datagrams is full before it has many`() {
      var batch = DatagramBatch()
      let payload = [UInt8](repeating: 1, count: 8192)
      while !batch.isFull { batch.append(payload.span) }
      let count = batch.count
      #expect(count == 4)
    }

    @Test func `a batch to a port where nobody listens says so when its first datagram is refused`() throws {
      let socket = try UDPSocket(to: SocketAddress(loopback4, port: Self.unheard))
      var batch = DatagramBatch()
      let payload: [UInt8] = [1]
      for _ in 0..<3 { batch.append(payload.span) }
      // ICMP on the loopback is as quick as the call: each second datagram meets what was said of the one before.
      let sent = try socket.send(batch)
      #expect(sent == 1)
      try socket.send(payload.span)
      do {
        _ = try socket.send(batch)
        Issue.record("the refusal was not told")
      } catch {
        #expect(error == .connectionRefused)
      }
    }

    @Test(arguments: loopbacks)
    func `a datagram leaves by the interface it is told to`(address: IPAddress) throws {
      var receiver = try UDPReceiver(on: SocketAddress(address, port: 0))
      let lo = try #require(Host.interfaceIndex(of: "lo"))
      let socket = try UDPSocket(to: receiver.localAddress(), device: lo)
      let payload: [UInt8] = [1, 2, 3]
      try socket.send(payload.span)
      let received = try receiver.receive(within: Self.limit)
      #expect(received == payload)
      let there = try receiver.localAddress()
      #expect(throws: Errno.addressNotAvailable) { _ = try UDPSocket(to: there, device: 0x7FFF_FFFF) }
    }

    @Test func `a datagram comes from the source it is told to`() throws {
      var receiver = try UDPReceiver(on: SocketAddress(loopback4, port: 0))
      let port = try receiver.localAddress().port
      let source = SocketAddress(.v4(IPv4Address(127, 0, 0, 2)), port: 0)
      let socket = try UDPSocket(to: SocketAddress(loopback4, port: port), source: source)
      let payload: [UInt8] = [1]
      try socket.send(payload.span)
      let received = try receiver.receive(within: Self.limit)
      #expect(received == payload)
      // Fields 1 and 2 are the local and the remote address, as the numbers they are in memory.
      let file = KernelFile(FileRoot("/"), "/proc/net/udp", buffer: FileBuffer())
      let line = String(decoding: try file.bytes(), as: UTF8.self).split(separator: "\n")
        .map { $0.split(separator: " ") }.first { $0[2] == "\(hex(address: 0x7F00_0001)):\(hex(port: port))" }
      #expect(try #require(line)[1].hasPrefix("\(hex(address: 0x7F00_0002)):"))
      #expect(throws: Errno.addressNotAvailable) {
        let foreign = SocketAddress(.v4(IPv4Address(192, 0, 2, 1)), port: 0)
        _ = try UDPSocket(to: SocketAddress(loopback4, port: port), source: foreign)
      }
    }

    /// As in `/proc/net/udp`.
    func hex(address: UInt32) -> String {
      let text = String(address.bigEndian, radix: 16, uppercase: true)
      return String(repeating: "0", count: 8 - text.count) + text
    }
    func hex(port: UInt16) -> String {
      let text = String(port, radix: 16, uppercase: true)
      return String(repeating: "0", count: 4 - text.count) + text
    }

    @Test(arguments: loopbacks)
    func `that nobody listens is told by the next datagram, which is not sent`(address: IPAddress) throws {
      let there = SocketAddress(address, port: Self.unheard + 1)
      let socket = try UDPSocket(to: there)
      let (lost, refused, sent): ([UInt8], [UInt8], [UInt8]) = ([1], [2], [3])
      try socket.send(lost.span)
      var receiver = try UDPReceiver(on: there)
      #expect(throws: Errno.connectionRefused) { try socket.send(refused.span) }
      try socket.send(sent.span)
      let received = try receiver.receive(within: Self.limit)
      #expect(received == sent)
    }

    @Test(arguments: loopbacks) func `a datagram that is too long is refused`(address: IPAddress) throws {
      let receiver = try UDPReceiver(on: SocketAddress(address, port: 0))
      let payload = [UInt8](repeating: 0, count: 70_000)
      let connected = try UDPSocket(to: receiver.localAddress())
      #expect(throws: Errno.messageTooLong) { try connected.send(payload.span) }
      let lo = try #require(Host.interfaceIndex(of: "lo"))
      let unconnected = try UDPSocket(to: receiver.localAddress(), device: lo)
      #expect(throws: Errno.messageTooLong) { try unconnected.send(payload.span) }
    }

    @Test func `a socket cannot be bound twice to one port`() throws {
      let receiver = try UDPReceiver(on: SocketAddress(loopback4, port: 0))
      let taken = try receiver.localAddress()
      #expect(throws: Errno.addressInUse) { _ = try UDPReceiver(on: taken) }
    }

    @Test(.enabled(if: TestNamespace.isPossible, "needs root and ip(8)"))
    func `an address without a route is unreachable`() throws {
      let namespace = try TestNamespace("udp")
      let there = SocketAddress(.v4(IPv4Address(192, 0, 2, 1)), port: 6343)
      #expect(throws: Errno.networkUnreachable) {
        _ = try NetworkNamespace.run(inNamespaceAt: namespace.path) { () throws(Errno) in
          try UDPSocket(to: there)
        }
      }
    }

    @Test func `an address and port are written as usual`() {
      #expect(SocketAddress(loopback4, port: 6343).description == "127.0.0.1:6343")
      #expect(SocketAddress(loopback6, port: 6343).description == "[::1]:6343")
      let link = IPAddress.v6(IPv6Address(high: 0xFE80 << 48, low: 1))
      #expect(SocketAddress(link, port: 6343, scope: 2).description == "[fe80::1%2]:6343")
    }
  }
}
