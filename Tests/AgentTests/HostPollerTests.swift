import Bytes
import Linux
import SFlow
import Testing

@testable import Agent

@Suite struct HostPollerTests {
  @Test func `the first sample is made and sent at once and has every structure`() throws {
    let bench = try AgentBench()
    let datagram = try #require(try bench.sender.datagrams().first)
    #expect(bench.sender.sent.count == 1)
    #expect(datagram.uptime == 0)
    let sample = try #require(datagram.counters.first)
    #expect(sample.sequence == 1)
    #expect(
      sample.records.map(\.format) == [
        DataFormat(0, 2009), DataFormat(0, 2010), DataFormat(0, 2007), DataFormat(0, 2008),
        DataFormat(0, 2004), DataFormat(0, 2006), DataFormat(0, 2000), DataFormat(0, 2003),
        DataFormat(0, 2005), DataFormat(0, 2001),
      ])
  }

  @Test func `a worker that is held up delays a sample by two seconds and later ones not at all`() throws {
    let bench = try AgentBench(
      "polling = 10  collector { ip = 192.0.2.1 }", prepare: { $0.runner.isHeldUp = true })
    #expect(bench.sender.sent.isEmpty)
    bench.loop.run(for: .seconds(2))
    #expect(bench.sender.sent.count == 1)
    bench.loop.run(for: .seconds(120))
    // What did not come back is not asked for again.
    #expect(bench.runner.jobs == 1)
    #expect(try bench.counter("counter_samples") >= 12)
    let before = bench.sender.sent.count
    bench.runner.letGo()
    #expect(bench.sender.sent.count == before)
    bench.loop.run(for: .seconds(20))
    #expect(bench.runner.jobs == 3)
    let samples = try bench.sender.datagrams().flatMap(\.counters)
    #expect(samples.map(\.sequence) == Array(1...UInt32(samples.count)))
  }

  @Test func `an answer that comes in time makes the sample, and the deadline is let go`() throws {
    let bench = try AgentBench(prepare: { $0.runner.isHeldUp = true })
    #expect(bench.sender.sent.isEmpty)
    bench.runner.letGo()
    #expect(bench.sender.sent.count == 1)
    bench.loop.run(for: .seconds(60))
    #expect(bench.loop.wakeUps <= 6)
    #expect(try bench.counter("counter_samples") == 4)
  }

  @Test func `without polling nothing is made, and nothing wakes the process`() throws {
    let bench = try AgentBench("polling = 0  collector { ip = 192.0.2.1 }")
    bench.loop.run(for: .seconds(3600))
    #expect(bench.loop.wakeUps == 0)
    #expect(bench.sender.sent.isEmpty)
    #expect(bench.log.lines(with: "warning: polling is 0: no counters are sent").count == 1)
    #expect(bench.agent.report().contains("host: not polling, 0 samples"))
  }
}
