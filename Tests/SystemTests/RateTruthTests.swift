import Foundation
import Linux
import Testing

extension SystemTests {
  /// Samples times rate, and what was lost, are the packets that were sent.
  ///
  /// Bounds are those of chance, exact tails of the binomial distribution: each comparison fails a right agent less
  /// than once in 5·10⁷ runs.
  @Suite(
    .enabled(
      if: PacketLab.isPossible && tool("nft") != nil && tool("iptables-nft") != nil,
      "needs root, ip(8), nft(8) and iptables-nft(8)"))
  struct RateTruthTests {
    private let lab: PacketLab
    init() throws { lab = try PacketLab(isQuiet: true) }

    /// One agent and what it should make of the packets.
    private final class Case {
      let name: String
      let rate: UInt32
      /// Packets that one which was lost stands for: lost before the agent chose.
      let dropped: UInt32
      let agent: Agent
      let sink: FlowSink
      /// Packets that the samples stand for, with what each sample says.
      var packets: UInt64 = 0
      var last: SeenSample?
      var isWrong = false

      init(_ name: String, rate: UInt32, dropped: UInt32, settings: String, in lab: PacketLab) throws {
        (self.name, self.rate, self.dropped) = (name, rate, dropped)
        sink = try FlowSink(in: lab)
        agent = try lab.agent(settings, to: sink)
        sink.take = { [unowned self] sample in
          packets += UInt64(sample.rate)
          // The pool is that of the samples so far, and the sequence has no gap.
          isWrong =
            isWrong || sample.rate != rate
            || sample.pool != UInt32(truncatingIfNeeded: packets) + sample.drops * dropped
            || sample.sequence != (last?.sequence ?? 0) + 1
            || sample.source != lab.hostIndex
          last = sample
        }
      }
    }

    @Test func `at every rate, by rules and by taps`() throws {
      let packets = areTestsLong ? 10_000_000 : 400_000
      var cases: [Case] = []
      var rules = "table inet t { chain c { type filter hook prerouting priority -400;\n"
      var iptables: [String] = []
      let match = "iptables-nft -t raw -A PREROUTING -i w0 -p udp --dport 9"
      for (i, rate) in [10, 100, 400, 10_000].enumerated() {
        let probability = 1 / Double(rate)
        iptables.append(
          "\(match) -m statistic --mode random --probability \(probability) -j NFLOG --nflog-group \(11 + i)")
        rules += "iifname w0 udp dport 9 numgen random mod \(rate) 0 log group \(21 + i);\n"
        for (kind, group) in [("iptables", 11 + i), ("nft", 21 + i)] {
          cases.append(
            try Case(
              "\(kind) 1:\(rate)", rate: UInt32(rate), dropped: UInt32(rate),
              settings: "sampling = \(rate) nflog { group = \(group) probability = \(probability) }", in: lab)
          )
        }
        cases.append(
          try Case(
            "pcap 1:\(rate)", rate: UInt32(rate), dropped: UInt32(rate),
            settings: "pcap { dev = w0 sampling = \(rate) }", in: lab))
      }
      // The rule and the agent one after the other, the agent alone, and the rarest there is.
      rules += "iifname w0 udp dport 9 numgen random mod 100 0 log group 31;\n"
      rules += "iifname w0 udp dport 9 log group 32; }; }"
      let both = try Case(
        "nft 1:100, agent 1:4", rate: 400, dropped: 100,
        settings: "sampling = 400 nflog { group = 31 probability = 0.01 }", in: lab)
      let rare = try Case(
        "agent 1:1000000", rate: 1_000_000, dropped: 1, settings: "sampling = 1000000 nflog { group = 32 }",
        in: lab)
      cases += [
        both, rare,
        try Case(
          "pcap 1:1000000", rate: 1_000_000, dropped: 1_000_000,
          settings: "pcap { dev = w0 sampling = 1000000 }", in: lab),
      ]
      try lab.shell(iptables.joined(separator: "\n") + "\nnft '\(rules)'\n\(match) -j DROP")
      for one in cases { #expect(one.agent.runs(), "\(one.name)") }

      let far = try FrameSocket(on: "w0", in: lab.farPath)
      let (frame, place) = LabFrame.numbered()
      let before = try lab.received()
      for start in stride(from: 0, to: UInt32(packets), by: 20_000) {
        try far.send(frame, numbers: start..<start + 20_000, at: place)
        for one in cases { try one.sink.drain() }
        // Nothing is to be lost here: the agent that takes every packet sets the pace, the others have less to do.
        try #require(eventually { rare.agent.seen() == UInt64(start) + 20_000 })
      }
      try both.sink.settle()
      #expect(try lab.received() - before == UInt64(packets))
      for one in cases {
        try one.sink.drain()
        let expected = Binomial(trials: packets, probability: 1 / Double(one.rate))
        // A busy machine may have left a tap without its turn: what found no room then had been chosen.
        let drops = Int(one.last?.drops ?? 0)
        #expect(
          expected.isCredible(one.sink.count + drops), "\(one.name): \(one.sink.count), not \(expected)")
        #expect(!one.isWrong && one.sink.missing == 0, "\(one.name)")
        let told = one.agent.telemetry()
        #expect(told.contains { $0.contains(" flow_samples=\(one.sink.count)") }, "\(one.name)")
        #expect(told.contains { $0.contains(" dropped_samples=0") }, "\(one.name)")
        #expect(
          !told.contains { $0.contains("overruns") && !$0.contains(", 0 lost, 0 overruns") }, "\(one.name)")
        report(
          "rates",
          "\(one.name): \(one.sink.count) samples, \(drops) drops of \(packets) packets, \(expected) expected"
        )
      }
      #expect(rare.agent.seen() == UInt64(packets))
    }

    /// The agent does not run for a while, in which more comes than the kernel holds for it.
    @Test(arguments: ["nflog { group = 5 }", "pcap { dev = w0 sampling = 1 }"])
    func `what is lost is in the drops, to the packet`(settings: String) throws {
      try lab.shell(
        "nft 'table inet t { chain c { type filter hook prerouting priority -400; iifname w0 log group 5; }; }'"
      )
      let sink = try FlowSink(in: lab)
      let agent = try lab.agent("sampling = 1 \(settings)", to: sink)
      #expect(agent.runs())
      let far = try FrameSocket(on: "w0", in: lab.farPath)
      let (frame, place) = LabFrame.numbered(200)
      let before = try lab.received()
      var (sent, last): (UInt32, SeenSample?) = (0, nil)
      var isInOrder = true
      var numbers: Set<UInt32> = []
      sink.take = { sample in
        isInOrder =
          isInOrder && sample.sequence == (last?.sequence ?? 0) + 1 && sample.drops >= last?.drops ?? 0
        // What came and what did not, up to now.
        isInOrder = isInOrder && sample.pool >= sample.sequence + (last?.drops ?? 0)
        last = sample
        if let number = sample.number(at: place) { numbers.insert(number) }
      }
      for round in 1...2 {
        agent.program.signal(SIGSTOP)
        // NFLOG has room for some 10,000 packets of this size in 8 MiB, the ring for half of that.
        try far.send(frame, numbers: sent..<sent + 60_000, at: place)
        sent += 60_000
        agent.program.signal(SIGCONT)
        // One that comes later tells what was lost before it.
        #expect(
          try eventually {
            try far.send(frame, numbers: sent..<sent + 1, at: place)
            sent += 1
            return try eventually(within: .seconds(2)) {
              try sink.drain()
              return last?.number(at: place) == sent - 1
            }
          })
        #expect(UInt32(sink.count) + (last?.drops ?? 0) == sent)
        #expect(last?.pool == sent)
        #expect(try lab.received() - before == UInt64(sent))
        let drops = last?.drops ?? 0
        #expect(drops > UInt32(round) * 5_000)
        #expect(numbers.count == sink.count && isInOrder && sink.missing == 0)
        let word = settings.hasPrefix("nflog") ? ("lost", "nflog group 5: ") : ("dropped", "w0: 1 in 1 ")
        #expect(agent.told(word.0, in: word.1) == UInt64(drops))
        #expect(agent.telemetry().contains { $0.contains(" flow_samples=\(sink.count)") })
        report("losses", "\(settings): \(sink.count) samples and \(drops) drops are \(sent) packets")
      }
    }

    /// A pool grows by the rate of each sample: right on average for each interface, and with what was lost exact over
    /// all at 1 in 1.
    @Test(arguments: [(1, 1), (10, 1), (1, 10), (10, 10)])
    func `the pool of each interface is its packets on average`(ofRule: Int, ofAgent: Int) throws {
      try lab.lab.ip(lab.lab.host, "link add w1 type veth peer name w1 netns \(lab.lab.far)")
      for namespace in [lab.lab.host, lab.lab.far] {
        try lab.lab.ip(namespace, "link set w1 addrgenmode none")
        try lab.lab.ip(namespace, "link set w1 up")
      }
      let rate = ofRule * ofAgent
      let pick = ofRule == 1 ? "" : "numgen random mod \(ofRule) 0"
      try lab.shell(
        """
        nft 'table inet t { chain c { type filter hook prerouting priority -400;
          iifname { w0, w1 } udp dport 9 \(pick) log group 5; iifname { w0, w1 } udp dport 9 drop; }; }'
        """)
      let sink = try FlowSink(in: lab)
      let agent = try lab.agent(
        "sampling = \(rate) nflog { group = 5 probability = \(1 / Double(ofRule)) }", to: sink)
      #expect(agent.runs())
      var pools: [UInt32: UInt32] = [:]
      var samples: [UInt32: Int] = [:]
      sink.take = { sample in
        pools[sample.source] = sample.pool
        samples[sample.source, default: 0] += 1
      }
      // On w1 a quarter of the packets, in between the others. They are for no host, and logged all the same.
      let ends = (try FrameSocket(on: "w0", in: lab.farPath), try FrameSocket(on: "w1", in: lab.farPath))
      let frame = LabFrame.numbered().frame
      let packets = (45_000, 15_000)
      let other = [UInt8](repeating: 0xFF, count: 6) + frame[6...]
      for i in 1...60_000 {
        try (i % 4 == 0 ? ends.1 : ends.0).send(i % 4 == 0 ? Array(other) : frame)
        // The kernel holds some 40,000 for an agent that has no turn.
        if ofRule == 1, i % 10_000 == 0 { #expect(eventually { agent.seen() == UInt64(i) }) }
      }
      try sink.settle(.milliseconds(1000))
      let w1 = try PacketLab.index("w1", lab.hostPath)
      for (index, sent) in [(lab.hostIndex, packets.0), (w1, packets.1)] {
        let expected = Binomial(trials: sent, probability: 1 / Double(rate))
        #expect(expected.isCredible(samples[index] ?? 0), "\(samples[index] ?? 0), not \(expected)")
        #expect(Int(pools[index] ?? 0) == (samples[index] ?? 0) * rate)
      }
      if rate == 1 { #expect(pools == [lab.hostIndex: 45_000, w1: 15_000]) }
      #expect(agent.told("lost", in: "nflog group 5: ") == 0 && sink.missing == 0)
      report(
        "pools",
        "rule 1:\(ofRule), agent 1:\(ofAgent): \(pools[lab.hostIndex] ?? 0) of 45000, \(pools[w1] ?? 0) of 15000"
      )
    }
  }
}

extension Agent {
  /// Packets that its NFLOG group has seen.
  fileprivate func seen() -> UInt64 { told("packets", in: "packet log: nflog group ") ?? 0 }
}
