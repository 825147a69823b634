import Linux
import SystemPackage
import Testing

extension LinuxTests {
  @Suite(.enabled(if: TestNamespace.isPossible, "needs root and ip(8)")) struct PacketRingTests {
    struct Seen: Equatable {
      var packet: RingPacket
      var octets: [UInt8]
    }

    /// `ret #octets`
    static func all(_ octets: UInt32 = 65535) -> PacketFilter {
      PacketFilter([PacketFilter.Instruction(0x06, octets)])
    }

    static func ring(
      _ interface: UInt32, keeping octets: UInt32 = 65535, blocks: UInt32 = 4, isPromiscuous: Bool = false
    ) throws -> PacketRing {
      try PacketRing(
        interface: interface, filter: all(octets), size: .init(blockBytes: 65536, blocks: blocks),
        latency: .milliseconds(5), isPromiscuous: isPromiscuous)
    }

    /// Reads until `count` packets have come.
    /// - Returns: so many packets and perhaps more, or what came in ten seconds.
    static func take(_ count: Int, from ring: PacketRing, onLoss: @escaping () -> Void = {}) throws -> [Seen]
    {
      var seen: [Seen] = []
      let loop = try EpollLoop()
      let end = Deadline { loop.stop() }
      loop.arm(end, after: .seconds(10))
      try loop.watch(ring.rawDescriptor) {
        ring.read(onLoss: onLoss) { packet, octets in
          seen.append(Seen(packet: packet, octets: octets.indices.map { octets[$0] }))
        }
        if seen.count >= count { loop.stop() }
      }
      try loop.run()
      return seen
    }

    @Test func `both ends see a frame as it was sent, and who sends it`() throws {
      let namespace = try TestNamespace.cable("ring-both")
      try namespace.run {
        let (a, b) = (try Self.ring(CableEnd.a), try Self.ring(CableEnd.b))
        let sender = try FrameSender(CableEnd.a)
        let frames = [
          frame(0x0800), frame(0x0806, count: 0), frame(0x86DD, count: 8900),
          frame(0x0800, to: [255, 255, 255, 255, 255, 255]), frame(0x0800, to: [1, 0, 0x5E, 0, 0, 1]),
          frame(0x0800, to: [2, 0, 0, 0, 0, 0x99]),
        ]
        let before = WallClock.nanoseconds
        for frame in frames { try sender.send(frame) }
        let (sent, received) = (try Self.take(6, from: a), try Self.take(6, from: b))
        let after = WallClock.nanoseconds
        #expect(sent.map(\.octets) == frames)
        #expect(received.map(\.octets) == frames)
        #expect(sent.allSatisfy { $0.packet.direction == .outgoing })
        #expect(
          received.map(\.packet.direction) == [.host, .host, .host, .broadcast, .multicast, .otherHost])
        for seen in sent + received {
          #expect(Int(seen.packet.length) == seen.octets.count)
          #expect(seen.packet.linkHeaderLength == 14)
          #expect(seen.packet.hardwareType == 1)
          #expect((before...after).contains(seen.packet.nanoseconds))
        }
        #expect(received.map(\.packet.networkProtocol) == [0x800, 0x806, 0x86DD, 0x800, 0x800, 0x800])
      }
    }

    @Test func `a VLAN tag that the kernel takes out is put back`() throws {
      let namespace = try TestNamespace.cable("ring-vlan")
      try namespace.run {
        let b = try Self.ring(CableEnd.b)
        let tagged = Array(frame(0x8100)[..<14]) + [0x60, 5, 0x08, 0] + [UInt8](repeating: 7, count: 80)
        let double = Array(frame(0x88A8)[..<14]) + [0, 9, 0x81, 0, 0, 6, 0x08, 0] + [7, 7, 7]
        let sender = try FrameSender(CableEnd.a)
        for frame in [tagged, double] { try sender.send(frame) }
        let seen = try Self.take(2, from: b)
        #expect(seen.map(\.octets) == [tagged, double])
        #expect(seen.map(\.packet.length) == [UInt32(tagged.count), UInt32(double.count)])
        #expect(seen.map(\.packet.linkHeaderLength) == [18, 18])
      }
    }

    @Test func `what the filter leaves off is known by its length`() throws {
      let namespace = try TestNamespace.cable("ring-cut")
      try namespace.run {
        let b = try Self.ring(CableEnd.b, keeping: 60)
        try FrameSender(CableEnd.a).send(frame(0x0800, count: 5000))
        let seen = try Self.take(1, from: b)
        try #require(seen.count == 1)
        #expect(seen[0].octets == Array(frame(0x0800, count: 5000)[..<60]))
        #expect(seen[0].packet.length == 5014)
      }
    }

    @Test func `every packet of many comes, and what finds no room is counted`() throws {
      let namespace = try TestNamespace.cable("ring-many")
      try namespace.run {
        let sender = try FrameSender(CableEnd.a)
        let wide = try Self.ring(CableEnd.b, keeping: 64, blocks: 64)
        let narrow = try Self.ring(CableEnd.b, keeping: 64, blocks: 1)
        // In portions: time fills blocks too, and a slow machine takes long.
        for _ in 0..<20 {
          try sender.send(frame(0x0800), times: 1000)
          #expect(try Self.take(1000, from: wide).count == 1000)
        }
        let statistics = wide.takeStatistics()
        #expect(statistics == (20_000, 0))

        let lost = narrow.takeStatistics()
        #expect(lost.packets == 20_000)
        #expect((1..<20_000).contains(lost.drops))
        let rest = Int(lost.packets - lost.drops)
        #expect(try Self.take(rest, from: narrow).count == rest)
        // A delta: asked again, nothing more was lost.
        #expect(narrow.takeStatistics() == (0, 0))
        try sender.send(frame(0x0806))
        #expect(try Self.take(1, from: narrow).map(\.octets) == [frame(0x0806)])
      }
    }

    @Test func `a full ring says that there may be losses, and so does a block behind them`() throws {
      let namespace = try TestNamespace.cable("ring-loss")
      try namespace.run {
        let sender = try FrameSender(CableEnd.a)
        let ring = try Self.ring(CableEnd.b, keeping: 64, blocks: 4)
        try sender.send(frame(0x0800), times: 20_000)
        var losses = 0
        ring.read(onLoss: { losses += 1 }, { _, _ in })
        // Its blocks were full before anything was lost.
        #expect(losses == 1)
        try sender.send(frame(0x0800))
        _ = try Self.take(1, from: ring) { losses += 1 }
        #expect(losses == 2)
        #expect(ring.takeStatistics().drops > 0)
        try sender.send(frame(0x0800))
        _ = try Self.take(1, from: ring) { losses += 1 }
        #expect(losses == 2)
      }
    }

    @Test func `the filter can be changed while packets come`() throws {
      let namespace = try TestNamespace.cable("ring-filter")
      try namespace.run {
        let b = try Self.ring(CableEnd.b)
        let sender = try FrameSender(CableEnd.a)
        try sender.send(frame(0x0800))
        try b.setFilter(Self.all(20))
        try sender.send(frame(0x0800))
        #expect(try Self.take(2, from: b).map(\.octets.count) == [64, 20])
        let error = #expect(throws: PacketRing.Failure.self) { try b.setFilter(PacketFilter([])) }
        #expect(error?.step == .filter)
      }
    }

    @Test func `a ring goes on when its interface was down, and knows when it is gone`() throws {
      let namespace = try TestNamespace.cable("ring-life")
      try namespace.ip("link set dev b down")
      try namespace.run {
        let b = try Self.ring(CableEnd.b)
        #expect(b.takeError() == nil)
        let sender = try FrameSender(CableEnd.a)
        for _ in 0..<2 {
          try namespace.ip("link set dev b up")
          try namespace.awaitUp()
          try sender.send(frame(0x0800))
          #expect(try Self.take(1, from: b).map(\.octets) == [frame(0x0800)])
          try namespace.ip("link set dev b down")
          #expect(b.takeError() == Errno(rawValue: 100))
          #expect(b.isAttached)
        }
        try namespace.ip("link delete dev a")
        #expect(!b.isAttached)
        try namespace.addCable()
        #expect(!b.isAttached)
      }
    }

    @Test func `a ring for an interface that is not there fails at the bind`() throws {
      let namespace = try TestNamespace("ring-none")
      try namespace.run {
        let error = #expect(throws: PacketRing.Failure.self) { try Self.ring(77) }
        #expect(error == PacketRing.Failure(step: .bind, error: .operationNotSupportedByDevice))
        let other = #expect(throws: PacketRing.Failure.self) { try Self.ring(77, isPromiscuous: true) }
        #expect(other?.step == .promiscuous)
      }
    }

    @Test func `an interface is promiscuous as long as a ring wants it`() throws {
      let namespace = try TestNamespace.cable("ring-promisc")
      let grep = [
        "ip", "netns", "exec", namespace.name, "sh", "-c", "ip -d link show dev b | grep -q 'promiscuity 1'",
      ]
      func isPromiscuous() throws -> Bool {
        try Child(grep[0], grep[1], grep[2], grep[3], grep[4], grep[5], grep[6]).wait() == 0
      }
      try namespace.run {
        do {
          let ring = try Self.ring(CableEnd.b, isPromiscuous: true)
          #expect(try isPromiscuous())
          #expect(ring.isAttached)
        }
        #expect(try !isPromiscuous())
      }
    }

    @Test func `without the capability the error says what is missing`() async {
      await #expect(processExitsWith: .success) {
        try Privileges.drop(to: "nobody", keeping: [])
        let error = #expect(throws: PacketRing.Failure.self) { try Self.ring(1) }
        #expect(error?.description == "cannot open a packet socket: EPERM (Operation not permitted)")
      }
    }
  }
}
