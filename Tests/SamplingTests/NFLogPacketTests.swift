import SFlow
import Sampling
import Testing

extension NFLogTests {
  /// A sample shows the packet that was sent.
  @Suite struct PacketTests {
    /// Sends a packet, waits for its sample and looks at it.
    private func expect(
      _ row: LogRow, _ send: () throws -> Void, _ expected: Sampled, from input: SFlow.Interface,
      to output: SFlow.Interface, source: UInt32, location: SourceLocation = #_sourceLocation
    ) throws {
      let before = row.sink.samples.count
      try send()
      try row.run(untilSamples: before + 1)
      let sample = row.sink.samples[before]
      #expect(sample.packet == expected, sourceLocation: location)
      #expect(sample.input == input, sourceLocation: location)
      #expect(sample.output == output, sourceLocation: location)
      #expect(sample.source == DataSource(.interface, source), sourceLocation: location)
      #expect(row.sink.samples.count == before + 1, sourceLocation: location)
    }

    /// The frame as a sample shows it.
    private func ethernet(_ frame: [UInt8], limit: Int = 128, length: Int? = nil) -> Sampled {
      Sampled(.ethernet, UInt32((length ?? frame.count) + 4), 4, Array(frame.prefix(limit)))
    }

    private static let echoAndPorts = "udp dport 9 log group 5; tcp dport 9 log group 5"

    @Test func `what comes in`() throws {
      let row = try LogRow()
      try row.middle.log(
        "inet", "input", Self.echoAndPorts + "; icmp type echo-request log group 5")
      let source = try row.source()
      let wire = try WireSocket(framesOn: "a0", in: row.left)
      let m0 = try row.middle.index(of: "m0")
      let large = WirePacket.udp(8972)
      for packet in [
        WirePacket.ipv4(17, WirePacket.udp(20)), WirePacket.ipv4(17, WirePacket.udp(0)),
        WirePacket.ipv4(6, WirePacket.tcpSYN), WirePacket.ipv4(1, WirePacket.echoRequest),
        WirePacket.ipv4(17, large),
      ] {
        let frame = WirePacket.ethernet(0x0800, packet)
        try expect(
          row, { try wire.send(frame) }, ethernet(frame), from: .init(index: m0), to: .internal, source: m0)
      }
      let v6 = WirePacket.ethernet(0x86DD, WirePacket.ipv6(17, WirePacket.udp(300), toNet: 1, host: 2))
      try expect(
        row, { try wire.send(v6) }, ethernet(v6), from: .init(index: m0), to: .internal, source: m0)

      // At this hook they are one packet again.
      let whole = WirePacket.udp(2400)
      let sendFragments = {
        for (offset, end) in [(0, 1000), (1000, 2000), (2000, whole.count)] {
          let fragment = offset / 8 | (end < whole.count ? 0x2000 : 0)
          try wire.send(
            WirePacket.ethernet(0x0800, WirePacket.ipv4(17, Array(whole[offset..<end]), fragment: fragment)))
        }
      }
      let joined = WirePacket.ethernet(0x0800, WirePacket.ipv4(17, whole))
      try expect(row, sendFragments, ethernet(joined), from: .init(index: m0), to: .internal, source: m0)
      #expect(source.unknown == 0)
      #expect(source.packets.lost == 0)
      #expect(row.sink.samples.map(\.sequence) == Array(1...7))
      #expect(row.sink.samples.map(\.pool) == Array(1...7))
    }

    @Test func `fragments before they are joined`() throws {
      let row = try LogRow()
      try row.middle.log("ip", "prerouting", "ip id 0x1234 log group 5", priority: -400)
      let source = try row.source()
      let wire = try WireSocket(framesOn: "a0", in: row.left)
      let m0 = try row.middle.index(of: "m0")
      let whole = WirePacket.udp(1200)
      for (offset, end) in [(800, whole.count), (0, 800)] {
        let fragment = offset / 8 | (end < whole.count ? 0x2000 : 0)
        let frame = WirePacket.ethernet(
          0x0800, WirePacket.ipv4(17, Array(whole[offset..<end]), fragment: fragment))
        try expect(
          row, { try wire.send(frame) }, ethernet(frame), from: .init(index: m0), to: .internal, source: m0)
      }
      #expect(source.unknown == 0)
    }

    @Test func `what goes out`() throws {
      let row = try LogRow()
      try row.middle.log("inet", "output", Self.echoAndPorts)
      let source = try row.source()
      let sink0 = try row.middle.index(of: "sink0")
      let (local, far): ([UInt8], [UInt8]) = ([10, 9, 0, 1], [10, 9, 0, 2])
      let wire = try WireSocket(packetsTo: far, in: row.middle)
      for payload in [WirePacket.udp(20), WirePacket.udp(8900)] {
        let packet = WirePacket.ipv4(17, payload, from: local, to: far)
        try expect(
          row, { try wire.send(packet) },
          Sampled(.ipv4, UInt32(packet.count + 18), 18, Array(packet.prefix(128))), from: .internal,
          to: .init(index: sink0), source: sink0)
      }
      let syn = WirePacket.ipv4(6, WirePacket.tcpSYN, from: local, to: far)
      try expect(
        row, { try wire.send(syn) }, Sampled(.ipv4, UInt32(syn.count + 18), 18, syn), from: .internal,
        to: .init(index: sink0), source: sink0)
      let v6 = WirePacket.ipv6(17, WirePacket.udp(200), toNet: 9, host: 2)
      let wire6 = try WireSocket(packetsToV6: Array(v6[24..<40]), in: row.middle)
      try expect(
        row, { try wire6.send(v6) }, Sampled(.ipv6, UInt32(v6.count + 18), 18, Array(v6.prefix(128))),
        from: .internal, to: .init(index: sink0), source: sink0)
      #expect(source.unknown == 0)
    }

    /// The kernel has taken a hop off already, and shows the frame's old header.
    @Test func `what is forwarded`() throws {
      let row = try LogRow()
      try row.middle.log("inet", "forward", Self.echoAndPorts)
      let source = try row.source()
      let wire = try WireSocket(framesOn: "a0", in: row.left)
      let (m0, m1) = (try row.middle.index(of: "m0"), try row.middle.index(of: "m1"))
      func v4(_ hops: UInt8) -> [UInt8] {
        WirePacket.ethernet(
          0x0800, WirePacket.ipv4(17, WirePacket.udp(500), to: [10, 2, 0, 1], hops: hops))
      }
      func v6(_ hops: UInt8) -> [UInt8] {
        WirePacket.ethernet(
          0x86DD, WirePacket.ipv6(17, WirePacket.udp(500), toNet: 2, host: 1, hops: hops))
      }
      for (sent, seen) in [(v4(64), v4(63)), (v6(64), v6(63))] {
        try expect(
          row, { try wire.send(sent) }, ethernet(seen), from: .init(index: m0), to: .init(index: m1),
          source: m0)
      }
      #expect(source.unknown == 0)
    }

    @Test func `ARP in both directions`() throws {
      let row = try LogRow()
      try row.middle.log("arp", "input", "log group 5")
      try row.middle.log("arp", "output", "log group 5")
      let source = try row.source()
      let (m0, m1) = (try row.middle.index(of: "m0"), try row.middle.index(of: "m1"))
      let request = WirePacket.arpRequest(from: WirePacket.a0, [10, 1, 0, 1], for: [10, 1, 0, 77])
      let wire = try WireSocket(framesOn: "a0", in: row.left)
      try expect(
        row, { try wire.send(request) }, ethernet(request), from: .init(index: m0), to: .internal, source: m0)
      let asking = WirePacket.arpRequest(from: [2, 0, 0, 0, 2, 2], [10, 2, 0, 2], for: [10, 2, 0, 77])
      let datagrams = try WireSocket(datagramsTo: [10, 2, 0, 77], in: row.middle)
      try expect(
        row, { try datagrams.send([1]) }, ethernet(asking), from: .internal, to: .init(index: m1), source: m1)
      #expect(source.unknown == 0)
    }

    @Test func `what is bridged, with its VLAN`() throws {
      let row = try LogRow(isBridge: true)
      try row.middle.log(
        "bridge", "forward", "ether saddr 02:00:00:00:01:01 log group 5")
      let source = try row.source()
      let wire = try WireSocket(framesOn: "a0", in: row.left)
      let (m0, m1) = (try row.middle.index(of: "m0"), try row.middle.index(of: "m1"))
      for frame in [
        WirePacket.ethernet(0x0800, WirePacket.ipv4(17, WirePacket.udp(8972)), to: WirePacket.b0),
        WirePacket.ethernet(
          0x86DD, WirePacket.ipv6(17, WirePacket.udp(10), toNet: 1, host: 2), to: WirePacket.b0),
        WirePacket.arpRequest(from: WirePacket.a0, [10, 1, 0, 1], for: [10, 1, 0, 2]),
      ] {
        try expect(
          row, { try wire.send(frame) }, ethernet(frame), from: .init(index: m0), to: .init(index: m1),
          source: m0)
      }
      let packet = WirePacket.ipv4(17, WirePacket.udp(200))
      let tagged = WirePacket.ethernet(0x8100, [0x60, 0x07, 0x08, 0x00] + packet, to: WirePacket.b0)
      let bare = WirePacket.ethernet(0x0800, packet, to: WirePacket.b0)
      try expect(
        row, { try wire.send(tagged) }, ethernet(bare), from: .init(index: m0), to: .init(index: m1),
        source: m0)
      let vlan = row.sink.samples.last?.records.lazy.compactMap { $0.value(as: ExtendedSwitch.self) }.first
      #expect(vlan == ExtendedSwitch(sourceVLAN: 7, sourcePriority: 3))
      #expect(source.unknown == 0)
    }

    @Test(arguments: [
      "nft 'table ip t { chain c { type filter hook input priority 0; udp dport 9 log group 5 snaplen 60; }; }'",
      "iptables-nft -A INPUT -p udp --dport 9 -j NFLOG --nflog-group 5 --nflog-size 60",
    ]) func `a rule that copies little does not change the length`(rule: String) throws {
      let row = try LogRow()
      try row.middle.shell(rule)
      let source = try row.source()
      let wire = try WireSocket(framesOn: "a0", in: row.left)
      let m0 = try row.middle.index(of: "m0")
      let frame = WirePacket.ethernet(0x0800, WirePacket.ipv4(17, WirePacket.udp(504)))
      try expect(
        row, { try wire.send(frame) }, ethernet(frame, limit: 14 + 60), from: .init(index: m0), to: .internal,
        source: m0)
      #expect(source.unknown == 0)
    }

    @Test func `a rule that copies nothing makes unknown packets, and the status says so`() throws {
      let row = try LogRow()
      try row.middle.log(
        "ip", "output", "udp dport 9 log group 5 snaplen 0; udp dport 10 log group 5")
      let source = try row.source()
      let datagrams = try WireSocket(datagramsTo: [10, 9, 0, 2], in: row.middle)
      try datagrams.send([1, 2, 3], times: 10)
      try row.run(source, until: 10)
      #expect(row.sink.samples.isEmpty)
      #expect(source.unknown == 10)
      #expect(
        source.status == ["nflog group 5: running, 1 in 1, 10 packets, 0 lost, 0 overruns, 10 unknown"])
      // It goes on with what can be sampled.
      try WireSocket(datagramsTo: [10, 9, 0, 2], port: 10, in: row.middle).send([1])
      try row.run(untilSamples: 1)
      let sink0 = try row.middle.index(of: "sink0")
      #expect(source.status.last == "source 0:\(sink0): 1 samples, 0 drops")
      #expect(source.unknown == 10)
    }
  }
}
