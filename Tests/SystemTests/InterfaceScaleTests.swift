import Bytes
import Foundation
import Linux
import SFlow
import SystemPackage
import Testing

extension SystemTests {
  /// Hosts with very many interfaces, and with ones that come and go.
  @Suite(.enabled(if: PacketLab.isPossible, "needs root and ip(8)"))
  struct InterfaceScaleTests {
    private let lab: PacketLab
    private let sink: FlowSink
    private let folder: Folder

    init() throws {
      (lab, folder) = (try PacketLab(isQuiet: true), try Folder())
      sink = try FlowSink(in: lab)
      // Without IPv6 nothing announces itself.
      try lab.shell("sysctl -q -w net.ipv6.conf.default.disable_ipv6=1")
    }

    /// Runs ip(8) on many lines at once in the agent's namespace.
    private func batch(_ lines: [String]) throws {
      try lab.lab.ip(
        lab.lab.host, "-batch \(try folder.write(lines.joined(separator: "\n") + "\n", to: "batch"))")
    }

    private static func pairs(_ indexes: Range<Int>) -> [String] {
      indexes.flatMap {
        [
          "link add name x\($0) type veth peer name y\($0)", "link set dev x\($0) up",
          "link set dev y\($0) up",
        ]
      }
    }

    private func residentKiB(_ agent: Agent) -> Int {
      agent.status("VmRSS").first.flatMap { Int($0) } ?? .max
    }

    // MARK: - Taps

    @Test func `three hundred taps take less than 40 MB and one descriptor each`() throws {
      try batch(Self.pairs(0..<150))
      func settings(_ taps: Int) -> String {
        let blocks = (0..<taps).map { "pcap { dev = \($0 % 2 == 0 ? "x" : "y")\($0 / 2) sampling = 100 }\n" }
        return "sflow { polling = 0 collector { ip = 10.99.0.2 udpport = \(sink.port) } \(blocks.joined()) }"
      }
      let agent = try Agent(settings(0), in: lab.hostPath)
      #expect(agent.says("counters every 0 s"))
      // The first tap brings a socket with it that stays: speeds of links are asked for by it.
      try agent.reconfigure(settings(1))
      #expect(agent.runs(1))
      let (bare, few) = (residentKiB(agent), agent.lastingDescriptors() - 1)
      try agent.reconfigure(settings(300))
      #expect(agent.runs(300))
      #expect(agent.lastingDescriptors() == few + 300)

      var sources: Set<UInt32> = []
      sink.take = { sources.insert($0.source) }
      var resident: [Int] = []
      let sender = try FrameSocket(in: lab.hostPath)
      let (frame, place) = LabFrame.numbered()
      let ends = try truth().filter { $0.value.name.hasPrefix("x") }.keys
      for _ in 1...3 {
        for index in ends {
          sender.goes(by: index)
          try sender.send(frame, numbers: 0..<2000, at: place)
          try sink.drain()
        }
        try sink.settle(.milliseconds(800))
        resident.append(residentKiB(agent))
      }
      // Each of them samples; the chance that one has nothing of 6000 packets is 10⁻²⁶.
      #expect(sources.count == 300)
      #expect(resident.allSatisfy { $0 <= 40_000 }, "\(resident)")
      #expect(resident[2] - resident[1] <= 256, "\(resident)")
      #expect(agent.lastingDescriptors() == few + 300)
      try agent.reconfigure(settings(0))
      #expect(eventually { agent.openDescriptors == few })
      #expect(agent.count("warning: source") == 0)
      report(
        "taps", "300: \(resident) KiB, without \(bare), then again \(residentKiB(agent)); \(few) descriptors")
    }

    // MARK: - Counters

    /// What ip(8) says of all interfaces, by ifIndex.
    private func truth() throws -> [UInt32: (name: String, counters: [String: [String: Int]])] {
      let result = try Program.run(["ip", "-n", lab.lab.host, "-s", "-j", "link"])
      let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]] ?? []
      return Dictionary(
        uniqueKeysWithValues: json.compactMap { link in
          guard let index = link["ifindex"] as? Int, let name = link["ifname"] as? String,
            let counters = link["stats64"] as? [String: [String: Int]]
          else { return nil }
          return (UInt32(index), (name, counters))
        })
    }

    @Test(arguments: [1000, 4000])
    func `counters of very many interfaces are the kernel's`(number: Int) throws {
      try batch(Self.pairs(0..<number / 2))
      // A different number of octets on each.
      let sender = try FrameSocket(in: lab.hostPath)
      let links = try truth().filter { $0.value.name.hasPrefix("x") }.keys
      for (i, index) in links.enumerated() {
        sender.goes(by: index)
        for _ in 0...(i % 5) { try sender.send(LabFrame.ethernet(0x88B5, LabFrame.filler(46 + i % 100))) }
      }
      let agent = try Agent(
        """
        sflow { polling = 1 interfaceCounters = all collector { ip = 10.99.0.2 udpport = \(sink.port) } }
        """, in: lab.hostPath)
      var polls: [UInt32: [CounterSample]] = [:]
      sink.takeCounters = { if $0.source != .host { polls[$0.source.index, default: []].append($0) } }
      let truth = try truth()
      #expect(
        try eventually(within: .seconds(60)) {
          try sink.drain()
          return polls.count == truth.count - 1 && polls.values.allSatisfy { $0.count >= 2 }
        })
      #expect(sink.missing == 0)
      var wrong: [String] = []
      for (index, (name, counters)) in truth where name != "lo" {
        let samples = polls[index] ?? []
        guard samples.map(\.sequence) == Array(1...UInt32(max(1, samples.count))),
          let link = samples.last?.record(InterfaceCounters.self),
          let rx = counters["rx"], let tx = counters["tx"]
        else {
          wrong.append("\(name): \(samples.map(\.sequence))")
          continue
        }
        let values = [
          Int(link.inOctets), Int(link.inUnicastPackets), Int(link.inMulticastPackets), Int(link.inErrors),
          Int(link.inDiscards), Int(link.outOctets), Int(link.outUnicastPackets), Int(link.outErrors),
          Int(link.outDiscards),
        ]
        let expected = [
          rx["bytes"], (rx["packets"] ?? 0) - (rx["multicast"] ?? 0), rx["multicast"], rx["errors"],
          rx["dropped"], tx["bytes"], tx["packets"], tx["errors"], tx["dropped"],
        ]
        // That by which the counters leave changes all the time.
        let isSame = name == "hx0" || values == expected.map { $0 ?? -1 }
        if !isSame || link.index != index || samples.last?.record(PortName.self)?.name != name {
          wrong.append("\(name) \(index): \(values), not \(expected)")
        }
      }
      #expect(wrong.isEmpty, "\(wrong.count): \(wrong.prefix(5))")
      #expect(agent.count("warning") == 0, "\(agent.log)")
      let ticks =
        contents("/proc/\(agent.pid)/schedstat").split(separator: " ").first.flatMap { Int($0) } ?? 0
      let taken = polls.values.map(\.count).max() ?? 0
      report(
        "counters",
        "\(polls.count) interfaces, \(residentKiB(agent)) KiB, \(ticks / 1_000_000) ms for \(taken) polls")
    }

    // MARK: - Coming and going

    /// Twenty bridges at a time, their ifIndexes chosen here: new ones, and sometimes those of the ones before.
    @Test
    func `interfaces that come and go leave nothing behind`() throws {
      let rounds = areTestsLong ? 500 : 24
      let width = 20
      let agent = try Agent(
        """
        sflow { polling = 1 collector { ip = 10.99.0.2 udpport = \(sink.port) }
          pcap { dev.pattern = "^f[0-9]" sampling = 100 } }
        """, in: lab.hostPath)
      #expect(agent.says("no interface is tapped"))
      // With the first poll the agent has opened what it reads at every one. The socket that links are asked for their
      // speed by stays once there was a tap.
      var hasPolled = false
      sink.takeCounters = { hasPolled = hasPolled || $0.source == .host }
      #expect(
        try eventually {
          try sink.drain()
          return hasPolled
        })
      let few = agent.lastingDescriptors() + 1
      let sender = try FrameSocket(in: lab.hostPath)
      let (frame, place) = LabFrame.numbered()
      // Names that an ifIndex had, and what came of it since it was made.
      var names: [UInt32: Set<String>] = [:]
      var flows: [UInt32: [UInt32]] = [:]
      var counters: [UInt32: [UInt32]] = [:]
      var wrong: [String] = []
      var counted = 0
      sink.take = { sample in
        flows[sample.source, default: []].append(sample.sequence)
        if names[sample.source] == nil || sample.output != sample.source { wrong.append("\(sample)") }
      }
      sink.takeCounters = { sample in
        guard sample.source != .host else { return }
        counted += 1
        let index = sample.source.index
        counters[index, default: []].append(sample.sequence)
        let name = sample.record(PortName.self)?.name ?? ""
        if names[index]?.contains(name) != true || sample.record(InterfaceCounters.self)?.index != index {
          wrong.append("counters of \(index) \(name)")
        }
      }
      /// A new interface is a new source, whatever its index: its numbers begin at 1.
      func isFromOne(_ sequences: [UInt32]?) -> Bool {
        sequences.map { $0 == Array(1...UInt32($0.count)) } ?? true
      }
      var resident: [Int] = []
      var first: UInt32 = 10_000
      for round in 0..<rounds {
        let isAgain = round % 3 == 2
        if !isAgain { first += UInt32(width) }
        let indexes = (0..<UInt32(width)).map { first + $0 }
        let made = indexes.enumerated().map { ($1, "f\((($0 + round) % width))") }
        for (index, name) in made { names[index, default: []].insert(name) }
        // What the agent still has of those before.
        if isAgain { try sink.settle(.milliseconds(700)) }
        for index in indexes {
          if !isFromOne(counters[index]) { wrong.append("counters of \(index): \(counters[index] ?? [])") }
          (flows[index], counters[index]) = (nil, nil)
        }
        try batch(
          made.flatMap { index, name in
            ["link add name \(name) index \(index) group 9 type bridge", "link set dev \(name) up"]
          })
        // Some rounds are over before much can be done about them.
        if areTestsLong ? round % 4 == 0 : round % 4 != 3 {
          let hasAll = try eventually {
            for index in indexes {
              sender.goes(by: index)
              try sender.send(frame, numbers: 0..<500, at: place)
            }
            try sink.drain()
            return indexes.allSatisfy { flows[$0] != nil }
          }
          #expect(hasAll, "round \(round): \(flows.keys.sorted()) of \(indexes)")
          for index in indexes {
            if !isFromOne(flows[index]) { wrong.append("\(index): \(flows[index] ?? [])") }
          }
        }
        try lab.lab.ip(lab.lab.host, "link delete group 9")
        // Back to where it began, before what is left is measured.
        if round % 8 == 7 {
          #expect(eventually { agent.openDescriptors == few }, "\(agent.openDescriptors), not \(few)")
          resident.append(residentKiB(agent))
        }
      }
      try sink.settle()
      for (index, sequences) in counters where !isFromOne(sequences) {
        wrong.append("\(index): \(sequences)")
      }
      #expect(wrong.isEmpty, "\(wrong.prefix(5))")
      #expect(sink.missing == 0 && counted > 0)
      #expect((resident.last ?? 0) - (resident.first ?? 0) <= 1024, "\(resident)")
      // The life of a tap is three lines; nothing of it is a fault.
      let lines = agent.log.split(separator: "\n").count
      #expect(lines <= 3 * rounds * width + 30)
      // On a busy host a tap may hear of the end of its interface from the interface first.
      let warnings = agent.log.split(separator: "\n").filter {
        ($0.contains("warning") || $0.contains("error")) && !$0.contains("ENODEV")
      }
      #expect(
        warnings.allSatisfy { $0.contains("no interface is tapped") } && warnings.count == 1,
        "\(warnings.prefix(5))")
      #expect(agent.program.end() == 0)
      report(
        "coming and going",
        "\(rounds * width) interfaces, \(sink.count) samples, \(counted) counter samples, \(lines) lines, \(resident) KiB, \(few) descriptors"
      )
    }
  }
}
