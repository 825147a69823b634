import Foundation
import Linux
import Testing

extension SystemTests {
  /// At 1 in 1 every sample is the packet that tcpdump(8) saw at the other end of the cable: the same octets, length
  /// and direction, and none more or less.
  ///
  /// The two may differ, and are made alike here, only so: the kernel takes the VLAN tag of what it receives out of
  /// the frame before NFLOG sees it (the sample tells it beside the frame); what a host sends has no Ethernet header
  /// yet where OUTPUT logs it; the loopback's header is zeros and not shown; and one large packet that the kernel cuts
  /// for the wire is one at OUTPUT and many there. Checksums that hardware is to fill in are unfinished on both ends
  /// of a veth in the same way, so nothing is masked. ICMPv6 is left out: the kernel speaks it when it likes.
  @Suite(
    .enabled(if: PacketLab.isPossible && PacketDump.isPossible, "needs root, ip(8) and tcpdump(8)"))
  struct PacketTruthTests {
    private let lab: PacketLab
    private let sink: FlowSink
    private let traffic: PacketTraffic
    private let dump: PacketDump

    init() throws {
      lab = try PacketLab()
      sink = try FlowSink(in: lab)
      traffic = PacketTraffic(lab: lab)
      dump = try PacketDump(of: "w0", in: lab.farPath)
    }

    private static let sizes = [0, 1, 18, 100, 1472, 8900]

    /// Everything in both directions.
    /// - Parameter onlyIP: nothing that passes IP's OUTPUT by, or is cut behind it.
    private func sendAll(onlyIP: Bool) throws {
      try traffic.sendFrames()
      if !onlyIP { try traffic.sendFramesFromHost() }
      let large = onlyIP ? [] : [20_000]
      try traffic.sendDatagrams(Self.sizes + [20_000], from: lab.farPath, to: lab.hostPath)
      try traffic.sendDatagrams(Self.sizes + large, from: lab.hostPath, to: lab.farPath)
      try traffic.sendStream(300_000, from: lab.farPath, to: lab.hostPath, port: 7001)
      try traffic.sendStream(300_000, from: lab.hostPath, to: lab.farPath, port: 7002)
    }

    /// Waits until the samples are those that are expected of what tcpdump saw; tells the difference otherwise.
    /// - Parameter least: packets that must be among them, or the test shows nothing.
    private func compare(
      _ what: String, _ sink: FlowSink, least: Int, location: SourceLocation = #_sourceLocation,
      _ expected: () -> [PacketFacts]
    ) throws {
      var samples: [PacketFacts] = []
      sink.take = { samples.append(PacketFacts($0)) }
      var (came, sent): ([PacketFacts], [PacketFacts]) = ([], [])
      let isSame = try eventually(within: .seconds(10)) {
        let new = try sink.drain()
        let facts = expected().filter { !$0.isNeighbourTalk }
        if new == 0, facts.count == sent.count, !came.isEmpty { return came == sent }
        (came, sent) = (samples.filter { !$0.isNeighbourTalk }.sorted(), facts.sorted())
        return false
      }
      if !isSame {
        let difference = came.difference(from: sent)
        for change in difference.prefix(10) {
          switch change {
          case .insert(_, let facts, _):
            Issue.record("\(what): only a sample: \(facts)", sourceLocation: location)
          case .remove(_, let facts, _):
            Issue.record("\(what): no sample of \(facts)", sourceLocation: location)
          }
        }
      }
      #expect(isSame, sourceLocation: location)
      #expect(came.count >= least, sourceLocation: location)
      #expect(sink.missing == 0, sourceLocation: location)
      let lengths = came.map(\.frameLength)
      report(
        "packets, \(what)",
        "\(came.count) samples equal tcpdump's frames, \(lengths.min() ?? 0) to \(lengths.max() ?? 0) octets")
    }

    private func direction(_ frame: PacketDump.Frame, other: UInt32 = PacketFacts.host) -> (UInt32, UInt32) {
      frame.isFromHost ? (other, lab.hostIndex) : (lab.hostIndex, other)
    }

    @Test func `of a device`() throws {
      let agent = try lab.agent("pcap { dev = w0 sampling = 1 }", to: sink)
      #expect(agent.runs())
      try sendAll(onlyIP: false)
      try compare("pcap", sink, least: 60) {
        dump.frames().map { frame in
          let (input, output) = direction(frame)
          var vlan: UInt32?
          if [0x8100, 0x88A8].contains(frame.etherType) {
            vlan = UInt32(frame.octets[14] & 15) << 8 | UInt32(frame.octets[15])
          }
          return PacketFacts(frame, input: input, output: output, vlan: vlan)
        }
      }
    }

    @Test(.enabled(if: tool("iptables-nft") != nil, "needs iptables-nft(8)"))
    func `of rules of iptables`() throws {
      for tables in ["iptables-nft", "ip6tables-nft"] {
        try lab.shell("\(tables) -t raw -A PREROUTING -i w0 -j NFLOG --nflog-group 5")
        try lab.shell("\(tables) -A OUTPUT -o w0 -j NFLOG --nflog-group 5")
      }
      try logged("nflog by iptables")
    }

    @Test(.enabled(if: tool("nft") != nil, "needs nft(8)"))
    func `of rules of nftables`() throws {
      try lab.shell(
        """
        nft 'table inet t {
          chain a { type filter hook prerouting priority -450; iifname w0 log group 5; }
          chain b { type filter hook output priority 0; oifname w0 log group 5; }
        }'
        """)
      try logged("nflog by nft inet")
    }

    private func logged(_ what: String) throws {
      let agent = try lab.agent("sampling = 1 nflog { group = 5 }", to: sink)
      #expect(agent.runs())
      try sendAll(onlyIP: true)
      try compare(what, sink, least: 50) {
        dump.frames().compactMap { frame in
          guard [0x0800, 0x86DD].contains(frame.etherType) else { return nil }
          let (input, output) = direction(frame)
          return frame.isFromHost
            ? PacketFacts(packetOf: frame, input: input, output: output)
            : PacketFacts(frame, input: input, output: output)
        }
      }
    }

    @Test(.enabled(if: tool("nft") != nil, "needs nft(8)"))
    func `of rules of nftables at the device`() throws {
      try lab.shell(
        """
        nft 'table netdev t {
          chain a { type filter hook ingress device w0 priority 0; log group 5; }
          chain b { type filter hook egress device w0 priority 0; log group 5; }
        }'
        """)
      let agent = try lab.agent("sampling = 1 nflog { group = 5 }", to: sink)
      #expect(agent.runs())
      try sendAll(onlyIP: false)
      try compare("nflog by nft netdev", sink, least: 60) {
        dump.frames().map { frame in
          // Where it goes is not decided here.
          let (input, output) = direction(frame, other: 0)
          guard !frame.isFromHost, [0x8100, 0x88A8].contains(frame.etherType) else {
            return PacketFacts(frame, input: input, output: output)
          }
          let vlan = UInt32(frame.octets[14] & 15) << 8 | UInt32(frame.octets[15])
          return PacketFacts(frame.untagged, input: input, output: output, vlan: vlan)
        }
      }
    }

    /// The agent's end does not let the device cut: the kernel does that between OUTPUT and the device.
    @Test(
      .enabled(
        if: tool("nft") != nil && tool("ethtool") != nil, "needs nft(8) and ethtool(8)"))
    func `large packets have the octets of the segments they are cut into`() throws {
      try lab.shell("ethtool -K w0 tso off tx-udp-segmentation off")
      try lab.shell(
        "nft 'table inet t { chain b { type filter hook output priority 0; oifname w0 log group 5; }; }'")
      let logged = try FlowSink(in: lab)
      let tap = try lab.agent("pcap { dev = w0 sampling = 1 }", to: sink)
      let log = try lab.agent("sampling = 1 nflog { group = 5 }", to: logged)
      #expect(tap.runs() && log.runs())
      try traffic.sendStream(600_000, from: lab.hostPath, to: lab.farPath, port: 7003)
      // 30 datagrams of 1000 octets in one packet, and one that is cut into fragments.
      try traffic.sendDatagrams([30_000], from: lab.hostPath, to: lab.farPath, port: 7004, segments: 1000)
      try traffic.sendDatagrams([20_000], from: lab.hostPath, to: lab.farPath, port: 7005)

      try compare("pcap of segments", sink, least: 100) {
        dump.frames().map { frame in
          let (input, output) = direction(frame)
          return PacketFacts(frame, input: input, output: output)
        }
      }
      var packets: [PacketFacts] = []
      logged.take = { packets.append(PacketFacts($0)) }
      try logged.settle()
      packets.removeAll { $0.isNeighbourTalk }
      let frames = dump.frames().filter(\.isFromHost).map {
        PacketFacts(packetOf: $0, input: PacketFacts.host, output: lab.hostIndex)
      }.filter { !$0.isNeighbourTalk }
      let (whole, cut) = (octetsByFlow(packets), octetsByFlow(frames))
      #expect(whole == cut)
      // Streams and datagrams over IPv4 and IPv6, one way.
      #expect(whole.values.filter { $0 >= 600_000 }.count == 2)
      #expect(whole.values.filter { $0 == 30_000 }.count == 2)
      #expect(whole.values.filter { $0 == 20_000 }.count == 2)
      let (largest, mtu) = (packets.map(\.frameLength).max() ?? 0, frames.map(\.frameLength).max() ?? 0)
      #expect(mtu == 9000 + 18)
      #expect(largest > 30_000)
      report(
        "packets, cut",
        "\(packets.count) at OUTPUT up to \(largest) octets, \(frames.count) on the wire, the same "
          + "\(whole.values.reduce(0, +)) octets of payload")
    }

    /// Octets of payload by protocol and port; fragments but the first have no port, and go to the flow of the first.
    private func octetsByFlow(_ packets: [PacketFacts]) -> [[UInt8]: Int] {
      var octets: [[UInt8]: Int] = [:]
      var fragments: [[UInt8]: [UInt8]] = [:]
      for packet in packets {
        let (ip, length) = (packet.header, packet.frameLength - 18)
        var (transport, headers, id, isFirst) = (ip[9], 20, Array(ip[4..<6]), ip[6] & 0x1F == 0 && ip[7] == 0)
        if packet.headerProtocol == 12 {
          (transport, headers, isFirst) = (ip[6], 40, true)
          if transport == 44 {
            // RFC 8200: a fragment header of 8 octets.
            (transport, headers, id) = (ip[40], 48, Array(ip[44..<48]))
            isFirst = ip[42] == 0 && ip[43] & 0xF8 == 0
          }
        }
        let name = [UInt8(packet.headerProtocol), transport]
        guard isFirst else {
          octets[fragments[id] ?? name, default: 0] += length - headers
          continue
        }
        let flow = name + ip[headers..<headers + 4]
        fragments[id] = flow
        let own = transport == 6 ? Int(ip[headers + 12] >> 4) * 4 : 8
        octets[flow, default: 0] += length - headers - own
      }
      return octets
    }

    @Test(.enabled(if: tool("iptables-nft") != nil, "needs iptables-nft(8)"))
    func `of the loopback`() throws {
      let loopback = try PacketDump(of: "lo", in: lab.hostPath)
      for tables in ["iptables-nft", "ip6tables-nft"] {
        try lab.shell("\(tables) -A INPUT -i lo -j NFLOG --nflog-group 5")
      }
      let logged = try FlowSink(in: lab)
      let tap = try lab.agent("pcap { dev = lo sampling = 1 }", to: sink)
      let log = try lab.agent("sampling = 1 nflog { group = 5 }", to: logged)
      #expect(tap.runs() && log.runs())
      try traffic.sendDatagrams([0, 1, 100, 9000, 60_000], from: lab.hostPath, to: lab.hostPath)
      try traffic.sendStream(300_000, from: lab.hostPath, to: lab.hostPath, port: 7006)
      for (what, sink) in [("pcap of the loopback", sink), ("nflog of the loopback", logged)] {
        try compare(what, sink, least: 25) {
          loopback.frames().map { PacketFacts(packetOf: $0, input: 1, output: PacketFacts.host) }
        }
      }
    }
  }
}
