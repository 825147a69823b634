import Bytes
import Config
import Linux
import SystemPackage
import Testing

@testable import Agent

@Suite struct CollectorNameTests {
  let bench = CollectorBench()
  var loop: SimulatedLoop { bench.loop }
  var log: LogLines { bench.log }
  let name = "collector.example"

  @Test func `a name is being resolved until the resolver answers, and datagrams until then are counted`() {
    let collector = bench.make(name, .pending)
    #expect(collector.state == .resolving(nil))
    #expect(collector.status == "has no address yet, 0 datagrams, 0 B")
    bench.send()
    bench.network.answerNow(name, .addresses([first, second]))
    #expect(collector.state == .sending)
    #expect(collector.address == first)
    #expect(bench.addressChanges == 1)
    bench.send()
    #expect(collector.errors == [0: 1])
    #expect(collector.datagrams == 1)
    #expect(log.all == ["notice: collector collector.example: sending to 198.51.100.1:6343"])
  }

  @Test func `a name that cannot be resolved is asked for after 1, 2, 4 and at last every 60 s`() {
    let collector = bench.make(name, .fails("Name or service not known"))
    loop.run(for: .seconds(300))
    #expect(bench.questions == [0, 1, 3, 7, 15, 31, 63, 123, 183, 243])
    #expect(collector.state == .resolving("Name or service not known"))
    #expect(
      log.all == [
        "warning: collector collector.example: cannot resolve collector.example: Name or service not known (will keep trying)"
      ])
    bench.network.answers[name] = [.addresses([first])]
    loop.run(for: .seconds(60))
    #expect(collector.state == .sending)
    #expect(log.all.count == 2)
    // A failure to come begins with 1 s again.
    bench.network.answers[name] = [.fails("gone")]
    loop.run(for: .seconds(40))
    #expect(bench.questions.suffix(6) == [363, 364, 366, 370, 378, 394])
  }

  @Test func `each new reason is said, the same one is not`() {
    bench.make(name, .fails("a"), .fails("a"), .late, .late, .fails("a"))
    loop.run(for: .seconds(60))
    #expect(
      log.all.map { $0.split(separator: ": ")[3] } == [
        "a (will keep trying)", "the resolver does not answer (will keep trying)", "a (will keep trying)",
      ])
  }

  @Test func `an answer is good for 60 s, and the same one again changes nothing`() {
    bench.make(name, .addresses([first, second]), .addresses([second, first]))
    loop.run(for: .seconds(299))
    #expect(bench.questions == [0, 60, 120, 180, 240])
    #expect(bench.collector.address == first)
    #expect(bench.network.opened.count == 1)
    #expect(bench.addressChanges == 1)
    #expect(log.all.count == 1)
  }

  @Test func `another address is said, taken and told on`() {
    bench.make(name, .addresses([first]), .addresses([second]))
    bench.send(for: .seconds(80))
    #expect(bench.collector.address == second)
    #expect(bench.addressChanges == 2)
    #expect(bench.network.senders.map(\.sent.count) == [3, 1])
    #expect(
      log.all == [
        "notice: collector collector.example: sending to 198.51.100.1:6343",
        "notice: collector collector.example: sending to 198.51.100.2:6343",
      ])
  }

  @Test func `an address stays in use while the resolver fails, without a word`() {
    bench.make(name, .addresses([first]), .fails("Temporary failure in name resolution"), .late)
    bench.send(for: .seconds(3600))
    #expect(bench.collector.state == .sending)
    #expect(bench.collector.datagrams == 180)
    #expect(log.all.count == 1)
  }

  @Test func `of several addresses the first that can be opened is taken`() {
    bench.network.refusals[ip("2001:db8::1")] = .networkUnreachable
    bench.make(name, .addresses([SocketAddress(ip("2001:db8::1"), port: 6343), second]))
    #expect(bench.collector.address == second)
    #expect(bench.collector.state == .sending)
    #expect(log.all == ["notice: collector collector.example: sending to 198.51.100.2:6343"])
  }

  @Test func `a route that fails makes it ask for the name again`() {
    bench.make(name, .addresses([first]), .addresses([second]))
    bench.network.senders[0].standing = .networkUnreachable
    bench.send()
    loop.run(for: .seconds(1))
    #expect(bench.collector.address == second)
    #expect(bench.collector.state == .sending)
  }

  @Test func `a resolver that never answers is asked once, and disturbs no other collector`() throws {
    let agent = try AgentBench(
      "polling = 20  collector { ip = \(name) }  collector { ip = 192.0.2.1 }",
      prepare: { $0.network.answers[name] = [.pending] })
    agent.loop.run(for: .seconds(3600))
    #expect(agent.network.questions.count == 1)
    #expect(agent.sender.sent.count > 170)
    #expect(agent.agent.report().contains { $0.hasPrefix("collector collector.example: has no address yet") })
  }

  @Test func `all collectors get the same octets`() throws {
    let agent = try AgentBench("polling = 20  collector { ip = 192.0.2.1 }  collector { ip = 192.0.2.2 }")
    agent.loop.run(for: .seconds(600))
    let (one, other) = (agent.network.senders[0], agent.network.senders[1])
    #expect(one.sent.count > 20)
    #expect(one.sent.map(\.bytes) == other.sent.map(\.bytes))
  }
}
