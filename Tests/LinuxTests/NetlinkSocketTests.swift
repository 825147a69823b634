import Bytes
import Linux
import SystemPackage
import Testing

extension LinuxTests {
  @Suite struct NetlinkSocketTests {
    // linux/netlink.h, linux/rtnetlink.h
    static let done: UInt16 = 3
    static let newLink: UInt16 = 16
    static let getLink: UInt16 = 18
    static let newAddress: UInt16 = 20

    /// RTM_GETLINK for all links: nlmsghdr, and an ifinfomsg of zeroes.
    static var linkDump: [UInt8] {
      native(UInt32(32)) + native(getLink) + native(UInt16(0x0301)) + native(UInt32(7)) + native(UInt32(0))
        + [UInt8](repeating: 0, count: 16)
    }

    static func native(_ value: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: value) { Array($0) }
    }

    /// Type and contents of each message.
    static func messages(in bytes: [UInt8]) -> [(type: UInt16, body: [UInt8])] {
      var rest = bytes[...]
      var messages: [(type: UInt16, body: [UInt8])] = []
      while rest.count >= 16 {
        let header = Array(rest.prefix(16))
        let (length, type) = header.withUnsafeBytes {
          (Int($0.load(as: UInt32.self)), $0.load(fromByteOffset: 4, as: UInt16.self))
        }
        guard length >= 16, length <= rest.count else { break }
        messages.append((type, Array(rest.prefix(length).dropFirst(16))))
        rest = rest.dropFirst((length + 3) & ~3)
      }
      return messages
    }

    /// What comes until a message of `type` is among it.
    func receive(from socket: NetlinkSocket, until type: UInt16) throws -> [(type: UInt16, body: [UInt8])] {
      var all: [(type: UInt16, body: [UInt8])] = []
      while !all.contains(where: { $0.type == type }) {
        var bytes: [UInt8] = []
        let isThere = try socket.receive(waiting: true) { span in
          bytes = (0..<span.count).map { span[$0] }
        }
        try #require(isThere)
        all += Self.messages(in: bytes)
      }
      return all
    }

    @Test func `a dump of all links has the loopback device in it`() throws {
      let socket = try NetlinkSocket()
      let isEarly = try socket.receive(waiting: false) { _ in }
      #expect(!isEarly)
      for _ in 0..<2 {
        try socket.send(Self.linkDump)
        let links = try receive(from: socket, until: Self.done).filter { $0.type == Self.newLink }
        // IFLA_IFNAME, 3
        let name = Self.native(UInt16(7)) + Self.native(UInt16(3)) + Array("lo\0".utf8)
        #expect(links.count { $0.body.firstRange(of: name) != nil } == 1)
      }
      let isLate = try socket.receive(waiting: false) { _ in }
      #expect(!isLate)
    }

    @Test func `an answer wakes the loop, and two sockets of one process do not disturb each other`() throws {
      let loop = try EpollLoop()
      let (asking, silent) = (try NetlinkSocket(), try NetlinkSocket())
      var received = 0
      try loop.watch(silent.rawDescriptor) { received = .max }
      try loop.watch(asking.rawDescriptor) { [loop] in
        _ = try? asking.receive(waiting: false) { received += $0.count }
        loop.stop()
      }
      try asking.send(Self.linkDump)
      try loop.run()
      #expect((32...65536).contains(received))
      loop.unwatch(asking.rawDescriptor)
      loop.unwatch(silent.rawDescriptor)
    }

    @Test func `a message that does not fit is an error, not half a message`() throws {
      let socket = try NetlinkSocket(bufferSize: 64)
      try socket.send(Self.linkDump)
      #expect(throws: Errno.messageTooLong) {
        _ = try socket.receive(waiting: true) { _ in Issue.record("half a message") }
      }
    }

    @Test(.enabled(if: TestNamespace.isPossible, "needs root and ip(8)"))
    func `a new address and a link that goes up are announced`() throws {
      let namespace = try TestNamespace("events")
      let socket = try NetworkNamespace.run(inNamespaceAt: namespace.path) { () throws(Errno) in
        try NetlinkSocket(groups: [.links, .ipv4Addresses, .ipv6Addresses])
      }
      try namespace.ip("address add 192.0.2.7/24 dev lo")
      let addresses = try receive(from: socket, until: Self.newAddress)
      #expect(addresses.contains { $0.body.firstRange(of: [192, 0, 2, 7]) != nil })
      try namespace.ip("link set lo up")
      let links = try receive(from: socket, until: Self.newLink)
      #expect(!links.isEmpty)
    }
  }
}
