import Bytes
import Linux
import SFlow
import SystemPackage
import Testing

@testable import Agent

@Suite struct ReloadTests {
  static let plain = "polling = 20  collector { ip = 192.0.2.1 }"

  @Test func `a good configuration takes force and disturbs nothing that it does not change`() throws {
    let bench = try AgentBench(Self.plain)
    bench.loop.run(for: .seconds(100))
    let sender = bench.sender
    let before = sender.sent.count
    try bench.reload(
      "polling = 10  headerBytes = 200  collector { ip = 192.0.2.1 }  collector { ip = 192.0.2.2 }")
    bench.loop.run(for: .seconds(100))
    #expect(
      bench.log.lines(with: "configuration") == [
        "notice: configuration reloaded: polling 20 → 10, headerBytes 128 → 200, collector 192.0.2.2 added"
      ])
    #expect(bench.network.senders.count == 2)
    #expect(bench.sender === sender)
    let datagrams = try sender.datagrams()
    #expect(datagrams.map(\.sequence) == Array(1...UInt32(datagrams.count)))
    #expect(zip(datagrams, datagrams.dropFirst()).allSatisfy { $0.uptime < $1.uptime })
    let samples = datagrams.flatMap(\.counters)
    #expect(samples.map(\.sequence) == Array(1...UInt32(samples.count)))
    #expect((15...17).contains(samples.count))
    #expect(bench.network.senders[1].sent.count == sender.sent.count - before)
    #expect(bench.auto.contains("header=200"))
    #expect(bench.auto.contains("collector=192.0.2.2"))
    #expect(try bench.counter("reloads") == 1)
  }

  @Test func `the same configuration again changes nothing at all`() throws {
    let bench = try AgentBench(Self.plain)
    let (auto, next) = (bench.auto, bench.loop.nextDeadline)
    try bench.reload(Self.plain)
    #expect(bench.log.all.last == "notice: configuration reloaded: nothing changed")
    #expect(bench.auto == auto)
    #expect(bench.loop.nextDeadline == next)
    #expect(bench.network.opened.count == 1)
    #expect(bench.sender.sent.count == 1)
  }

  @Test(arguments: [
    ("polling = soon  collector { ip = 192.0.2.1 }", ":2:11: "),
    ("polling = 5", "no collectors are defined"),
    ("poling = 5  collector { ip = 192.0.2.1 }", "did you mean \"polling\""),
  ])
  func `a bad one is refused with its place, and the old one stays`(lines: String, message: String) throws {
    let bench = try AgentBench(Self.plain)
    bench.loop.run(for: .seconds(50))
    let (auto, next) = (bench.auto, bench.loop.nextDeadline)
    try bench.reload(lines)
    #expect(bench.log.lines(with: message).count == 1)
    #expect(
      bench.log.all.last
        == "error: configuration \(bench.folder["hsflowd.conf"]) refused; the old one stays in force")
    #expect(bench.auto == auto)
    #expect(bench.loop.nextDeadline == next)
    #expect(try bench.counter("reloads_refused") == 1)
    #expect(try bench.counter("reloads") == 0)
    bench.loop.run(for: .seconds(50))
    #expect(try bench.counter("counter_samples") == 6)
  }

  @Test func `a file that cannot be read is refused with the reason`() throws {
    let bench = try AgentBench(Self.plain)
    bench.agent.reload()
    #expect(
      bench.log.all.suffix(2) == [
        "error: \(bench.folder["hsflowd.conf"]): cannot read it: ENOENT (No such file or directory); give another with -f, or write this one",
        "error: configuration \(bench.folder["hsflowd.conf"]) refused; the old one stays in force",
      ])
    bench.loop.run(for: .seconds(60))
    #expect(try bench.counter("counter_samples") == 4)
  }

  @Test func `polling goes to 0 and comes back, at once`() throws {
    let bench = try AgentBench(Self.plain)
    bench.loop.run(for: .seconds(50))
    try bench.reload("polling = 0  collector { ip = 192.0.2.1 }")
    bench.loop.run(for: .seconds(2))
    let before = try bench.counter("counter_samples")
    let wakeUps = bench.loop.wakeUps
    bench.loop.run(for: .seconds(3600))
    #expect(try bench.counter("counter_samples") == before)
    #expect(bench.loop.wakeUps == wakeUps)
    try bench.reload(Self.plain)
    #expect(try bench.counter("counter_samples") == before + 1)
    bench.loop.run(for: .seconds(61))
    let samples = try bench.sender.datagrams().flatMap(\.counters)
    #expect(samples.map(\.sequence) == Array(1...UInt32(samples.count)))
    #expect(samples.count >= Int(before) + 3)
  }

  @Test func `a collector that goes takes its deadlines along, and the other one goes on`() throws {
    let bench = try AgentBench(
      Self.plain + "  collector { ip = 192.0.2.2 }",
      prepare: { $0.network.refusals[ip("192.0.2.2")] = .networkUnreachable })
    bench.loop.run(for: .seconds(30))
    let attempts = bench.network.opened.count
    try bench.reload(Self.plain)
    bench.loop.run(for: .seconds(3600))
    #expect(bench.network.opened.count == attempts)
    #expect(bench.network.senders.count == 1)
    #expect(bench.sender.sent.count > 180)
    #expect(bench.agent.report().filter { $0.hasPrefix("collector ") }.count == 1)
  }

  @Test func `all collectors are exchanged for others, and numbers go on`() throws {
    let bench = try AgentBench(Self.plain)
    bench.loop.run(for: .seconds(100))
    let old = bench.sender.sent.count
    try bench.reload(
      "polling = 20  collector { ip = 192.0.2.8 }  collector { ip = 192.0.2.9 udpport = 6344 }")
    bench.loop.run(for: .seconds(100))
    #expect(bench.sender.sent.count == old)
    let datagrams = try bench.network.senders[1].datagrams()
    #expect(datagrams.first?.sequence == UInt32(old) + 1)
    #expect(
      bench.auto.filter { $0.hasPrefix("collector=") } == ["collector=192.0.2.8", "collector=192.0.2.9 6344"])
  }

  @Test func `a name among the collectors stays resolved over a reload and is published`() throws {
    let lines = "collector { ip = 192.0.2.1 }  collector { ip = collector.example udpport = 7000 }"
    let bench = try AgentBench(
      "polling = 20  " + lines, prepare: { $0.network.answers["collector.example"] = [.addresses([second])] })
    #expect(bench.auto.contains("collector=198.51.100.2 7000"))
    try bench.reload("polling = 30  " + lines)
    #expect(bench.network.questions.count == 1)
    #expect(bench.auto.contains("collector=198.51.100.2 7000"))
    try bench.reload("polling = 30  collector { ip = other.example }")
    #expect(bench.network.questions.map(\.name) == ["collector.example", "other.example"])
    #expect(!bench.auto.contains { $0.hasPrefix("collector=") })
  }

  @Test func `datagramBytes counts at start and after a reload`() throws {
    let bench = try AgentBench("polling = 20  datagramBytes = 1200  collector { ip = 192.0.2.1 }")
    bench.loop.run(for: .seconds(60))
    let before = bench.sender.sent.count
    #expect(before >= 3)
    try bench.reload("polling = 20  datagramBytes = 300  collector { ip = 192.0.2.1 }")
    bench.loop.run(for: .seconds(60))
    // The host's sample would be larger than that: what does not fit is left out and named, once each.
    let small = try bench.sender.datagrams()[before...].flatMap(\.counters)
    #expect(small.count >= 3)
    #expect(bench.sender.sent[(before + 1)...].allSatisfy { $0.bytes.count <= 300 })
    #expect(try bench.counter("oversized_samples") == 0)
    #expect(bench.log.lines(with: "no room in the datagram").count >= 2)
    #expect(
      Set(bench.log.lines(with: "no room in the datagram")).count
        == bench.log.lines(with: "no room in the datagram").count)
    try bench.reload("polling = 20  datagramBytes = 1400  collector { ip = 192.0.2.1 }")
    bench.loop.run(for: .seconds(60))
    let samples = try bench.sender.datagrams().flatMap(\.counters)
    #expect(samples.map(\.sequence) == Array(1...UInt32(samples.count)))
    #expect(try bench.counter("oversized_samples") == 0)
  }

  @Test func `another subAgentId is another stream of datagrams of the same agent`() throws {
    let bench = try AgentBench(Self.plain)
    bench.loop.run(for: .seconds(100))
    let before = bench.sender.sent.count
    try bench.reload("subAgentId = 7  " + Self.plain)
    bench.loop.run(for: .seconds(100))
    let datagrams = try bench.sender.datagrams()
    let new = datagrams.filter { $0.subAgentID == 8 }
    #expect(datagrams.count > before + 3)
    #expect(new.map(\.sequence) == Array(1...UInt32(new.count)))
    #expect(datagrams.filter { $0.subAgentID == 100_001 }.count + new.count == datagrams.count)
    #expect(zip(datagrams, datagrams.dropFirst()).allSatisfy { $0.uptime < $1.uptime })
    let samples = datagrams.flatMap(\.counters)
    #expect(samples.map(\.sequence) == Array(1...UInt32(samples.count)))
  }

  @Test func `a changed uuid waits for the next start and says so`() throws {
    let bench = try AgentBench(Self.plain)
    try bench.reload("uuid = 00112233-4455-6677-8899-aabbccddeeff  " + Self.plain)
    #expect(bench.log.lines(with: "warning: a changed uuid takes effect at the next start").count == 1)
  }

  @Test func `a hundred reloads between two polls leave one schedule and one socket`() throws {
    let bench = try AgentBench(Self.plain)
    for i in 0..<100 { try bench.reload("polling = \(20 + i % 2)  collector { ip = 192.0.2.1 }") }
    try bench.reload(Self.plain)
    #expect(bench.network.opened.count == 1)
    let before = try bench.counter("counter_samples")
    bench.loop.run(for: .seconds(100))
    #expect(try bench.counter("counter_samples") == before + 5)
  }
}
