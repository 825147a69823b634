import Bytes
import Linux
import SFlow
import SystemPackage
import Testing

@testable import Agent

@Suite struct AgentAddressTests {
  @Test func `without an address nothing is sent, that is said once, and the samples are counted`() throws {
    let bench = try AgentBench(hasAddress: false)
    bench.interfaces.add(3, "eth1")
    bench.loop.run(for: .seconds(100))
    bench.interfaces.add(4, "eth2")
    #expect(bench.sender.sent.isEmpty)
    #expect(try bench.counter("counter_samples_suppressed") == 6)
    #expect(try bench.counter("counter_samples") == 0)
    #expect(bench.log.lines(with: "agent address").count == 1)
    #expect(bench.log.lines(with: "warning: agent address: no interface has an IP address").count == 1)
    #expect(bench.auto.count == 3)
  }

  /// A host that starts with nothing: link, address and route come one by one.
  @Test func `sending starts with the first poll after an address appears`() throws {
    let bench = try AgentBench(
      hasAddress: false, prepare: { $0.network.refusals[ip("192.0.2.1")] = .networkUnreachable })
    bench.loop.run(for: .seconds(50))
    bench.interfaces.give(2, "192.0.2.10")
    bench.loop.run(for: .seconds(50))
    #expect(bench.network.senders.isEmpty)
    bench.network.refusals = [:]
    bench.loop.run(for: .seconds(100))
    let samples = try bench.sender.datagrams().flatMap(\.counters)
    // Those made while there was no route are lost, and their numbers say so.
    #expect(samples.count >= 2)
    #expect(samples.map(\.sequence) == (0..<samples.count).map { samples[0].sequence + UInt32($0) })
    #expect(samples[0].sequence > 1)
    #expect(bench.log.lines(with: "notice: agent address: 192.0.2.10 on eth0").count == 1)
  }

  @Test func `another address begins another stream, and samples keep their numbers`() throws {
    let bench = try AgentBench()
    bench.loop.run(for: .seconds(100))
    let before = bench.sender.sent.count
    bench.interfaces.add(3, "eth1", "203.0.113.5")
    let change = bench.loop.now
    bench.interfaces.take(2, "192.0.2.10")
    bench.loop.run(for: .seconds(100))
    let datagrams = try bench.sender.datagrams()
    let new = datagrams.filter { $0.agentAddress == ip("203.0.113.5") }
    #expect(datagrams.count - before >= 5)
    #expect(new.map(\.sequence) == Array(1...UInt32(new.count)))
    let sent = bench.sender.sent.suffix(new.count)
    for (sent, datagram) in zip(sent, new) {
      #expect(Int64(datagram.uptime) == (sent.time - change).nanoseconds / 1_000_000)
    }
    let samples = datagrams.flatMap(\.counters)
    #expect(samples.map(\.sequence) == Array(1...UInt32(samples.count)))
  }

  @Test func `what is pending when the address changes goes out under the old one`() throws {
    let bench = try AgentBench()
    bench.append()
    #expect(bench.sender.sent.count == 1)
    bench.interfaces.take(2, "192.0.2.10")
    let last = try #require(try bench.sender.datagrams().last)
    #expect(bench.sender.sent.count == 2)
    #expect(last.agentAddress == ip("192.0.2.10"))
    #expect(last.sequence == 2)
  }

  @Test func `an address that goes stops the stream, and the same one again carries it on`() throws {
    let bench = try AgentBench()
    bench.loop.run(for: .seconds(100))
    bench.interfaces.take(2, "192.0.2.10")
    let before = bench.sender.sent.count
    bench.loop.run(for: .seconds(100))
    #expect(bench.sender.sent.count == before)
    #expect(bench.log.lines(with: "warning: agent address: no interface has").count == 1)
    #expect(try bench.counter("counter_samples_suppressed") == 5)
    bench.interfaces.give(2, "192.0.2.10")
    bench.loop.run(for: .seconds(100))
    let datagrams = try bench.sender.datagrams()
    #expect(datagrams.map(\.sequence) == Array(1...UInt32(datagrams.count)))
    #expect(zip(datagrams, datagrams.dropFirst()).allSatisfy { $0.uptime <= $1.uptime })
    let samples = datagrams.flatMap(\.counters)
    #expect(samples.map(\.sequence) == Array(1...UInt32(samples.count)))
  }

  @Test func `agentIP as an address is used as it is, from the first election on`() throws {
    let bench = try AgentBench("agentIP = 203.0.113.9  polling = 20  collector { ip = 192.0.2.1 }")
    #expect(try bench.sender.datagrams().map(\.agentAddress) == [ip("203.0.113.9")])
    #expect(bench.log.lines(with: "agent address").count == 1)
    #expect(
      bench.log.lines(with: "notice: agent address: 203.0.113.9 as agentIP says; no interface has it").count
        == 1)
    // No other address was published before.
    #expect(bench.auto.contains("rev_start=1"))
  }

  @Test func `agentIP as a name holds output back until it is resolved, and says why once`() throws {
    let name = "me.example"
    let bench = try AgentBench(
      "agentIP = \(name)  polling = 20  collector { ip = 192.0.2.1 }",
      prepare: { $0.network.answers[name] = [.pending, .fails("no"), .fails("no"), .late, .pending] })
    for i: UInt32 in 3...10 { bench.interfaces.add(i, "eth\(i)", "10.0.0.\(i)") }
    bench.network.answerNow(name, .fails("no"))
    bench.loop.run(for: .seconds(600))
    #expect(bench.network.questions.count == 5)
    #expect(bench.sender.sent.isEmpty)
    #expect(
      bench.log.lines(with: "agent address") == [
        "warning: agent address: none until \"me.example\" (agentIP) is resolved; nothing is sent until then",
        "warning: agent address: cannot resolve \"me.example\" (agentIP): no (will retry)",
        "warning: agent address: cannot resolve \"me.example\" (agentIP): the resolver does not answer (will retry)",
      ])
    bench.network.answerNow(name, .addresses([SocketAddress(ip("10.0.0.7"), port: 0)]))
    bench.loop.run(for: .seconds(30))
    #expect(try bench.sender.datagrams().allSatisfy { $0.agentAddress == ip("10.0.0.7") })
    #expect(!bench.sender.sent.isEmpty)
    #expect(bench.auto.contains("agentIP=10.0.0.7"))
    #expect(bench.auto.contains("agent=eth7"))
  }

  @Test func `a device that agent names and that is not there is warned of once`() throws {
    let bench = try AgentBench("agent = eth7  polling = 20  collector { ip = 192.0.2.1 }")
    let warning = "warning: agent address: there is no interface \"eth7\" (agent): all are candidates"
    for i: UInt32 in 3...5 { bench.interfaces.add(i, "eth\(i)") }
    #expect(bench.log.lines(with: warning).count == 1)
    #expect(try bench.sender.datagrams().first?.agentAddress == ip("192.0.2.10"))
    bench.interfaces.add(7, "eth7", "10.0.0.7")
    bench.loop.run(for: .seconds(30))
    #expect(try bench.sender.datagrams().last?.agentAddress == ip("10.0.0.7"))
    // Another one that is missing is another warning.
    try bench.reload("agent = eth8  polling = 20  collector { ip = 192.0.2.1 }")
    #expect(bench.log.lines(with: "there is no interface \"eth8\"").count == 1)
    #expect(bench.log.lines(with: "there is no interface").count == 2)
  }

  @Test func `with agentIP a missing device is no matter`() throws {
    let bench = try AgentBench(
      "agentIP = 192.0.2.10  agent = eth7  polling = 20  collector { ip = 192.0.2.1 }")
    #expect(bench.log.lines(with: "there is no interface").isEmpty)
    #expect(bench.log.lines(with: "agent address: 192.0.2.10 on eth0").count == 1)
  }

  @Test func `interfaces that come and go without a better address change nothing`() throws {
    let bench = try AgentBench()
    let revision = bench.auto.first { $0.hasPrefix("rev_start") }
    for i: UInt32 in 100..<200 { bench.interfaces.add(i, "veth\(i)", "fe80::\(i)") }
    bench.loop.run(for: .seconds(60))
    #expect(bench.log.lines(with: "agent address").count == 1)
    #expect(bench.auto.first { $0.hasPrefix("rev_start") } == revision)
    let datagrams = try bench.sender.datagrams()
    #expect(datagrams.map(\.sequence) == Array(1...UInt32(datagrams.count)))
  }
}
