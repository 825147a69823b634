import Bytes
import Config
import Linux
import SFlow
import SystemPackage
import Testing

@testable import Agent

/// `dns-sd { }` in a whole agent on a simulated clock: what is in force when, and what a change disturbs.
@Suite struct AgentDiscoveryTests {
  static let lines = "dns-sd { domain = .example.com }"

  /// An agent whose DNS has `servers` from the start, after its first question.
  func bench(_ lines: String = lines, _ strings: [String] = ["polling=20"]) throws -> AgentBench {
    let bench = try AgentBench(lines) {
      $0.names.serve([(1, 6343, "192.0.2.1")], strings)
    }
    bench.loop.run(for: .seconds(31))
    return bench
  }

  @Test func `until DNS answers nothing is sent, opened or published`() throws {
    let bench = try AgentBench(Self.lines)
    bench.names["_sflow._udp.example.com", 33] = .unreachable("nobody")
    bench.loop.run(for: .seconds(3600))
    #expect(bench.network.opened.isEmpty)
    #expect(bench.auto.count == 3)
    #expect(try bench.counter("counter_samples") == 0)
    #expect(
      bench.agent.report().contains { $0.hasPrefix("DNS-SD: no answer for _sflow._udp.example.com yet") })
    #expect(!bench.agent.report().contains { $0.hasPrefix("setting ") })
    bench.names.serve([(1, 6343, "192.0.2.1")])
    bench.loop.run(for: .seconds(400))
    #expect(bench.log.lines(with: "DNS-SD: polling 0 → 30, collector 192.0.2.1 added").count == 1)
    #expect(try bench.sender.datagrams().first?.sequence == 1)
    #expect(bench.auto.contains("collector=192.0.2.1"))
    #expect(bench.auto.contains("rev_start=2"))
  }

  @Test func `a change by DNS disturbs what it changes and nothing else`() throws {
    let bench = try bench()
    bench.loop.run(for: .seconds(100))
    let sender = bench.sender
    bench.names.serve(
      [(1, 6343, "192.0.2.1"), (1, 6344, "192.0.2.2")], ["polling=10", "sampling.http=50", "headerBytes=64"])
    bench.loop.run(for: .seconds(100))
    #expect(
      bench.log.lines(with: "notice: DNS-SD: polling 20").first
        == "notice: DNS-SD: polling 20 → 10, sampling.http none → 50, headerBytes 128 → 64, collector 192.0.2.2 port 6344 added"
    )
    #expect(
      bench.log.lines(with: "settings in force").last
        == "info: settings in force: sampling = 400 (default), polling = 10 (DNS-SD), headerBytes = 64 (DNS-SD), sampling.http = 50 (DNS-SD), collector = 192.0.2.1 (DNS-SD), collector = 192.0.2.2 port 6344 (DNS-SD)"
    )
    #expect(bench.network.senders.count == 2)
    #expect(bench.sender === sender)
    let datagrams = try sender.datagrams()
    #expect(datagrams.map(\.sequence) == Array(1...UInt32(datagrams.count)))
    #expect(zip(datagrams, datagrams.dropFirst()).allSatisfy { $0.uptime < $1.uptime })
    let samples = datagrams.flatMap(\.counters)
    #expect(samples.map(\.sequence) == Array(1...UInt32(samples.count)))
  }

  @Test func `no server any more stops all, and a server again goes on with the same numbers`() throws {
    let bench = try bench()
    bench.loop.run(for: .seconds(100))
    let before = try #require(try bench.sender.datagrams().last)
    bench.names["_sflow._udp.example.com", 33] = .nothing
    bench.loop.run(for: .seconds(100))
    let sent = bench.sender.sent.count
    bench.loop.run(for: .seconds(1000))
    #expect(bench.sender.sent.count == sent)
    #expect(bench.auto.dropFirst(2).dropLast() == ["agentIP=192.0.2.10", "agent=eth0", "ds_index=1"])
    let muted = "collector 192.0.2.1: muted: DNS has no server for _sflow._udp.example.com, \(sent) datagrams"
    #expect(bench.agent.report().contains { $0.hasPrefix(muted) }, "\(bench.agent.report())")
    #expect(bench.agent.summary.hasPrefix("sending to 0 of 1 collectors, polling is off"))
    // Not a reload either wakes it.
    try bench.reload(Self.lines)
    bench.loop.run(for: .seconds(1000))
    #expect(bench.sender.sent.count == sent)
    bench.names.serve([(1, 6343, "192.0.2.1")], ["polling=20"])
    bench.loop.run(for: .seconds(400))
    let datagrams = try bench.network.senders.flatMap { try $0.datagrams() }
    #expect(datagrams.map(\.sequence) == Array(1...UInt32(datagrams.count)))
    #expect(datagrams.count > Int(before.sequence))
    #expect(Set(datagrams.map(\.subAgentID)) == [before.subAgentID])
    let samples = datagrams.flatMap(\.counters)
    #expect(samples.map(\.sequence) == Array(1...UInt32(samples.count)))
    #expect(bench.network.opened.count == 1)
    #expect(bench.log.lines(with: "DNS has no server").count == 1)
    #expect(bench.log.lines(with: "DNS has servers for _sflow._udp.example.com again").count == 1)
  }

  @Test func `failures of all kinds keep everything going`() throws {
    let bench = try bench()
    for failure: NameService.Answer in [.refused("SERVFAIL"), .unreachable("x"), .message([1]), .message([])]
    {
      bench.names["_sflow._udp.example.com", 33] = failure
      bench.loop.run(for: .seconds(700))
    }
    #expect(bench.log.lines(with: "warning: DNS-SD: cannot ask").count == 3)
    #expect(try bench.counter("counter_samples") >= 140)
    #expect(bench.network.opened.count == 1)
  }

  @Test func `file and DNS together: rates of DNS, the agent's address of both`() throws {
    let bench = try bench(
      "dns-sd { domain = .example.com }  agent = eth0  agent.cidr = 192.0.2.0/24  subAgentId = 5",
      ["agentIP=192.0.2.99"])
    #expect(bench.auto.contains("agentIP=192.0.2.99"))
    let settings = bench.agent.report().filter { $0.hasPrefix("setting ") }
    #expect(
      settings == [
        "setting sampling = 400 (default)", "setting polling = 30 (default)",
        "setting headerBytes = 128 (default)",
        "setting agentIP = 192.0.2.99 (DNS-SD)", "setting agent = eth0 (file)",
        "setting agent.cidr = 192.0.2.0/24 (file)",
        "setting collector = 192.0.2.1 (DNS-SD)",
      ])
    #expect(try bench.sender.datagrams().first?.subAgentID == 6)
  }

  @Test func `a reload turns DNS-SD off and on, and asks again while it is on`() throws {
    let bench = try bench()
    #expect(bench.names.questions.count == 2)
    try bench.reload(Self.lines)
    #expect(bench.names.questions.count == 4)
    #expect(bench.log.lines(with: "configuration reloaded: nothing changed").count == 1)
    try bench.reload("polling = 20  collector { ip = 192.0.2.1 }")
    // The same collector, whoever names it.
    #expect(bench.network.opened.count == 1)
    #expect(bench.log.lines(with: "configuration reloaded: dns-sd { } removed").count == 1)
    bench.loop.run(for: .seconds(3600))
    #expect(bench.names.questions.count == 4)
    try bench.reload(Self.lines)
    bench.loop.run(for: .seconds(31))
    #expect(bench.auto.contains("collector=192.0.2.1"))
    let datagrams = try bench.network.senders.flatMap { try $0.datagrams() }
    #expect(datagrams.map(\.sequence) == Array(1...UInt32(datagrams.count)))
  }
}
