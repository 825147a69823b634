import Foundation
import Linux
import SFlow
import Testing

extension SystemTests {
  /// Half an hour (or 18 s) in which much happens: interfaces, collectors, namespaces and guests come and go, packets
  /// are sampled, the configuration is read again, well and badly. What the agent holds at the end is what it held at
  /// the beginning.
  @Suite(.enabled(if: PacketLab.isPossible && tool("nft") != nil, "needs root, ip(8) and nft(8)"))
  struct SoakTests {
    @Test func `an agent to which much happens stays as it was`() throws {
      let churn = try Churn()
      // The short one has no readings before the agent has given back the code of its start.
      let (seconds, period) = areTestsLong ? (1800, 60) : (18, 6)
      var readings: [Reading] = []
      for second in 1...seconds {
        try churn.make(second)
        guard second % period == 0 else { continue }
        readings.append(try churn.reading())
        report("soak", "after \(second) s: \(readings[readings.count - 1])")
      }

      // The first reading has in it what is made once and kept.
      let warm = areTestsLong ? readings.dropFirst(readings.count / 10) : readings.dropFirst()
      let (first, last) = (warm.prefix(max(1, warm.count / 3)), warm.suffix(max(1, warm.count / 3)))
      func grew(_ value: (Reading) -> Int) -> Int {
        (last.map(value).max() ?? 0) - (first.map(value).max() ?? 0)
      }
      #expect(grew(\.anonymousKiB) <= 512, "\(warm.map(\.anonymousKiB))")
      #expect(grew(\.residentKiB) <= 1024, "\(warm.map(\.residentKiB))")
      #expect(grew(\.descriptors) <= 0, "\(warm.map(\.descriptors))")
      // One more may be stuck in a question to a name server that is silent.
      #expect(grew(\.threads) <= 1, "\(warm.map(\.threads))")
      // A tenth more than half as much again: other work on the machine costs caches.
      let work = { (some: ArraySlice<Reading>) in some.map(\.busyMS).reduce(0, +) / some.count }
      #expect(!areTestsLong || work(last) <= work(first) * 8 / 5, "\(warm.map(\.busyMS))")

      let account = churn.account
      #expect(churn.sink.missing == 0 && account.wrong.isEmpty, "\(account.wrong.prefix(5))")
      // A poll a second, by the clock of the agent; a busy machine may have kept it from some.
      #expect(account.hostSamples >= account.uptimeMS / 1000 * 97 / 100)
      #expect(readings.allSatisfy { $0.flows > 0 && $0.counters > 0 }, "\(readings)")
      // It says what happened, and nothing of that is an error but the configurations that were bad.
      let errors = churn.agent.log.split(separator: "\n").filter { $0.contains("error: ") }
      #expect(errors.allSatisfy { $0.contains("hsflowd.conf") }, "\(errors.prefix(5))")
      #expect(churn.agent.program.end() == 0)
      report(
        "soak",
        "\(seconds) s: \(account.hostSamples) polls, \(churn.sink.count) packet samples, no datagram missing; "
          + "\(first.first.map { "\($0)" } ?? "") at first, \(last.last.map { "\($0)" } ?? "") at last")
    }
  }
}

/// What a process holds, and what it did since the reading before.
private struct Reading: CustomStringConvertible {
  var residentKiB = 0
  var anonymousKiB = 0
  var descriptors = 0
  var threads = 0
  var busyMS = 0
  var flows = 0
  var counters = 0

  var description: String {
    "\(residentKiB) KiB resident (\(anonymousKiB) its own), \(descriptors) descriptors, \(threads) threads, "
      + "\(busyMS) ms of processor, \(flows) packet and \(counters) counter samples"
  }
}

/// What came of the agent.
private struct SoakAccount {
  var hostSamples = 0
  var counters = 0
  /// Of the agent, between its first and its last sample of the host.
  var uptimeMS: Int { Int(last.uptime) - Int(first) }
  var wrong: [String] = []
  private var first: UInt32 = 0
  private var last = (sequence: UInt32(0), uptime: UInt32(0))

  mutating func take(_ sequence: UInt32, at uptime: UInt32) {
    if hostSamples == 0 { first = uptime }
    if sequence != last.sequence + 1 { wrong.append("sample \(sequence) of the host after \(last.sequence)") }
    hostSamples += 1
    last = (sequence, uptime)
  }
}

/// An agent, and all that happens to it.
private final class Churn {
  let lab: PacketLab
  let sink: FlowSink
  let agent: Agent
  private(set) var account = SoakAccount()
  private let folder: Folder
  private let far: FrameSocket
  /// A network namespace with a collector in it that nobody reads.
  private let elsewhere: String
  /// A collector that comes and goes.
  private var other: Receiver?
  private static let otherPort: UInt16 = 6399
  private let guests: VirtualMachineHost?
  private var packets: UInt32 = 0
  private var before = (busyNS: 0, flows: 0, counters: 0)

  init() throws {
    (lab, folder) = (try PacketLab(isQuiet: true), try Folder())
    (sink, far) = (try FlowSink(in: lab), try FrameSocket(on: "w0", in: lab.farPath))
    // Real guests take their time to start.
    guests = areTestsLong && VirtualMachineHost.isPossible ? try VirtualMachineHost(lab.lab) : nil
    elsewhere = lab.lab.host + "else"
    try #require(Program.run(["ip", "netns", "add", elsewhere]).status == 0)
    try lab.shell(
      """
      sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
      nft 'table inet t { chain c { type filter hook prerouting priority -400;
        iifname w0 numgen random mod 10 0 log group 5; iifname w0 drop; }; }'
      """)
    let start = Self.settings(0, sink.port, elsewhere, hasGuests: guests != nil)
    agent = try Agent(start, in: lab.hostPath, wrapped: guests?.inside ?? [])
    sink.takeDatagram = { [unowned self] datagram in
      for case .countersExpanded(let sample) in datagram.samples {
        account.counters += 1
        if sample.source == .host { account.take(sample.sequence, at: datagram.uptime) }
      }
    }
    #expect(agent.runs(2))
  }

  deinit { _ = try? Program.run(["ip", "netns", "delete", elsewhere]) }

  /// Number 0 is that of the beginning and of every reading.
  private static func settings(_ number: Int, _ port: UInt16, _ elsewhere: String, hasGuests: Bool) -> String
  {
    // One that is refused.
    if number == 3 { return "sflow { polling = soon }\n" }
    return """
      sflow { polling = 1 interfaceCounters = all sampling = 10
        collector { ip = 10.99.0.2 udpport = \(port) }
        collector { ip = 10.99.0.2 udpport = \(otherPort) }
        collector { ip = 127.0.0.1 namespace = \(elsewhere) }
        \(number == 1 ? "collector { ip = sflow.invalid }" : "")
        nflog { group = 5 probability = 0.1 }
        pcap { dev = w0 sampling = \(number == 2 ? 100 : 10) }
        \(number == 1 ? "" : "pcap { dev.pattern = \"^f[0-9]\" sampling = 10 }")
        \(hasGuests ? "kvm { }" : "") }

      """
  }

  private func reconfigure(_ number: Int) throws {
    try agent.reconfigure(Self.settings(number, sink.port, elsewhere, hasGuests: guests != nil))
  }

  /// What happens in one second.
  func make(_ second: Int) throws {
    let end = Instant.now + .seconds(1)
    let (frame, place) = LabFrame.numbered()
    try far.send(frame, numbers: packets..<packets + 200, at: place)
    packets += 200
    if second % 3 == 1 { try makeInterfaces() }
    if second % 3 == 0 { try removeInterfaces() }
    if second % 7 == 3 { try reconfigure((second / 7 + 1) % 4) }
    if second % 11 == 5 { other = other == nil ? try lab.lab.collector(port: Self.otherPort) : nil }
    if second % 30 == 15 {
      for word in ["delete", "add"] {
        try #require(Program.run(["ip", "netns", word, elsewhere]).status == 0)
      }
    }
    if second % 10 == 8, Release.hasTool {
      let told = try Program.run([Release.hsflowctl, "status", "--control", agent.folder["control"]])
      if told.output.isEmpty { account.wrong.append("hsflowctl status: \(told.errors)") }
    }
    if let guests { try change(guests, second) }
    // What the collectors have is taken as it comes.
    repeat {
      try sink.drain()
      rest(.milliseconds(100))
    } while Instant.now < end
    if second % 20 == 0 { _ = try other?.drain() }
  }

  /// Bridges, which have a new ifIndex each time and are tapped.
  private func makeInterfaces() throws {
    let lines = (0..<4).flatMap { ["link add name f\($0) group 9 type bridge", "link set dev f\($0) up"] }
    let file = try folder.write(lines.joined(separator: "\n") + "\n", to: "batch")
    try lab.lab.ip(lab.lab.host, "-batch \(file)")
  }

  /// If there are any.
  private func removeInterfaces() throws {
    _ = try Program.run(["ip", "-n", lab.lab.host, "link", "delete", "group", "9"])
  }

  private func change(_ host: VirtualMachineHost, _ second: Int) throws {
    switch second % 60 {
    case 2, 22, 42: try host.virsh("define", try host.describe("defined", devices: ""))
    case 12, 32, 52: try host.virsh("undefine", "defined")
    case 20:
      let tap = VirtualMachineHost.adaptor("52:54:00:00:00:01", "f9")
      try host.virsh("create", "--paused", try host.describe("made", devices: tap))
    case 50: try host.virsh("destroy", "made")
    default: break
    }
  }

  /// Brings everything back to what it was at the beginning and looks at the agent.
  func reading() throws -> Reading {
    try removeInterfaces()
    try reconfigure(0)
    // Descriptors are given back when the agent has heard of all this; others are held for a moment.
    var least = Int.max
    let end = Instant.now + .seconds(2)
    repeat {
      try sink.drain()
      least = min(least, held("fd").count)
      rest(.milliseconds(50))
    } while Instant.now < end
    var reading = Reading()
    reading.residentKiB = kib("VmRSS")
    reading.anonymousKiB = kib("RssAnon")
    reading.descriptors = least
    reading.threads = held("task").count
    let busy = held("task").compactMap { task in
      contents("/proc/\(agent.pid)/task/\(task)/schedstat").split(separator: " ").first.flatMap { Int($0) }
    }.reduce(0, +)
    reading.busyMS = (busy - before.busyNS) / 1_000_000
    reading.flows = sink.count - before.flows
    reading.counters = account.counters - before.counters
    before = (busy, sink.count, account.counters)
    return reading
  }

  private func held(_ folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(agent.pid)/\(folder)")) ?? []
  }

  private func kib(_ name: String) -> Int { agent.status(name).first.flatMap { Int($0) } ?? .max }
}
