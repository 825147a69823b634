import Config
import ControlProtocol
import Linux
import SFlow
import SystemPackage
import Testing

@testable import Agent

/// What the agent tells of itself where something is not as it should be: the reason, and what to do about it.
@Suite struct AgentItemTests {
  private func item(_ bench: AgentBench, _ kind: Item.Kind, _ name: String? = nil) throws -> Item {
    try #require(bench.agent.items().first { $0.kind == kind && (name == nil || $0.name == name) })
  }

  @Test func `without an address nothing is sent or numbered, and that is said`() throws {
    let bench = try AgentBench(hasAddress: false)
    bench.loop.run(for: .seconds(60))
    let agent = try item(bench, .agent)
    #expect(agent.condition == .waiting)
    #expect(agent.reason == "there is no agent address, and without one nothing is sent")
    #expect(agent.remedy == "give an interface an IP address, or set agentIP")
    #expect(bench.sender.sent.isEmpty)
    #expect(try bench.counter("counter_samples_suppressed") >= 3)
    bench.interfaces.give(2, "192.0.2.10")
    bench.loop.run(for: .seconds(60))
    #expect(try item(bench, .agent).condition == .running)
    #expect(try bench.sender.datagrams().flatMap(\.counters).first?.sequence == 1)
  }

  @Test func `an address that no interface has says where it is from`() throws {
    let bench = try AgentBench("agentIP = 198.51.100.7  collector { ip = 192.0.2.1 }")
    let agent = try item(bench, .agent)
    #expect(agent.text("agent_address") == "198.51.100.7")
    #expect(agent.text("agent_reason") == "agentIP says so; no interface has it")
  }

  @Test func `sampling of applications is listed`() throws {
    let configuration = try item(
      AgentBench("collector { ip = 192.0.2.1 }  sampling.http = 50  polling.http = 5"), .configuration)
    #expect(configuration["sampling.http"] == .number(50))
    #expect(configuration["polling.http"] == .number(5))
  }

  @Test func `polling 0 is off, with what to do`() throws {
    let bench = try AgentBench("polling = 0  collector { ip = 192.0.2.1 }")
    for name in ["host", "interface counters"] {
      let source = try item(bench, .source, name)
      #expect(source.condition == .off)
      #expect(source.reason == "polling is 0: no counters are sent")
      #expect(source.remedy == "set polling = 30 or another number of seconds")
    }
  }

  @Test func `a source of the host that fails is named`() throws {
    let bench = try AgentBench("polling = 20  collector { ip = 192.0.2.1 }") { parts in
      parts.interfaces.failure = .unreadable(path: "the interface counters (rtnetlink)", .timedOut)
    }
    bench.loop.run(for: .seconds(60))
    let host = try item(bench, .source, "host")
    #expect(host.condition == .failed)
    #expect(host.reason == "network cannot be read")
    #expect(host.remedy == "the log says why; the other structures are sent")
    #expect(host["failed_polls_network"] != nil)
    #expect(bench.log.lines(with: "source network: cannot read the interface counters").count == 1)
    #expect(!bench.sender.sent.isEmpty)
    bench.interfaces.failure = nil
    bench.loop.run(for: .seconds(60))
    #expect(try item(bench, .source, "host").condition == .running)
    #expect(bench.log.lines(with: "source network: recovered").count == 1)
  }

  @Test func `counters of interfaces that cannot be read are a failure of theirs too`() throws {
    let bench = try AgentBench("polling = 20  interfaceCounters = all  collector { ip = 192.0.2.1 }") {
      parts in
      parts.interfaces.failure = .unreadable(path: "the interface counters (rtnetlink)", .timedOut)
    }
    bench.loop.run(for: .seconds(60))
    let counters = try item(bench, .source, "interface counters")
    #expect(counters.condition == .failed)
    #expect(counters.reason.hasPrefix("the kernel's statistics cannot be read since "))
    bench.interfaces.failure = nil
    bench.loop.run(for: .seconds(60))
    #expect(try item(bench, .source, "interface counters").condition == .running)
    #expect(bench.log.lines(with: "interface counters: recovered").count == 1)
  }

  @Test func `a name that is being resolved waits, one without an address has failed`() throws {
    let bench = try AgentBench("polling = 20  collector { ip = sflow.example.com }") {
      $0.network.answers = ["sflow.example.com": [.pending]]
    }
    let waiting = try item(bench, .collector)
    #expect(waiting.condition == .waiting)
    #expect(waiting.reason == "its name is being resolved")
    bench.network.answerNow("sflow.example.com", .fails("Name or service not known"))
    let failed = try item(bench, .collector)
    #expect(failed.condition == .failed)
    #expect(failed.reason == "its name sflow.example.com has no address: Name or service not known")
    #expect(failed.remedy.contains("/etc/resolv.conf"))
  }

  @Test func `DNS that has not answered, has no server, or fails is told apart`() throws {
    let lines = "dns-sd { domain = .example.com }"
    let stopped = try AgentBench(lines)
    stopped.loop.run(for: .seconds(40))
    let stop = try item(stopped, .discovery)
    #expect(stop.condition == .waiting)
    #expect(stop.reason == "DNS has no server of that name: nothing is sent")
    #expect(stop.remedy == "add an SRV record, or collector { } in place of dns-sd { }")
    let source = try item(stopped, .source, "host")
    #expect(source.reason == "nothing is measured, as DNS-SD names no collector")

    let silent = try AgentBench(lines) { $0.runner.isHeldUp = true }
    #expect(try item(silent, .discovery).reason == "there is no answer yet")

    let failing = try AgentBench(lines) { $0.names["_sflow._udp.example.com", 33] = .message([1, 2, 3]) }
    failing.loop.run(for: .seconds(40))
    let failure = try item(failing, .discovery)
    #expect(failure.condition == .failed)
    #expect(!failure.reason.isEmpty)
    #expect(failure.remedy.hasPrefix("dig SRV _sflow._udp.example.com shows what DNS says"))
  }

  @Test func `a sample longer than a datagram is told once, and counted`() throws {
    let bench = try AgentBench("polling = 20  datagramBytes = 200  collector { ip = 192.0.2.1 }")
    var sequence: UInt32 = 0
    for _ in 0..<2 {
      bench.agent.exporter.appendCounterSample(of: bench.appended, sequence: &sequence) { sample in
        for _ in 0..<5 { sample.append(HostCPU()) }
      }
    }
    #expect(sequence == 0)
    #expect(try bench.counter("oversized_samples") == 2)
    #expect(bench.log.lines(with: "larger than datagramBytes = 200").count == 1)
  }
}
