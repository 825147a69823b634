import Bytes
import Config
import Linux
import SFlow
import SystemPackage
import Testing

@testable import Agent

@Suite struct ExporterTests {
  let loop = SimulatedLoop()
  let log = LogLines()
  let network: FakeNetwork
  let exporter: Exporter
  let source = DataSource(.logicalEntity, 100_007)

  init() {
    network = FakeNetwork(loop)
    exporter = Exporter(
      subAgentID: 100_001, datagramBytes: 400, loop: loop, network: network, logger: log.logger)
    exporter.apply(subAgentID: 100_001, datagramBytes: 400, collectors: [.init(.literal(ip("192.0.2.1")))])
    exporter.setAgentAddress(ip("192.0.2.10"))
  }

  var sender: FakeSender { network.senders[0] }

  /// Adds a sample of 24 octets and 88 for each of `records`.
  func append(_ sequence: inout UInt32, records: Int = 1) {
    exporter.appendCounterSample(of: source, sequence: &sequence) { sample in
      for _ in 0..<records { sample.append(HostCPU()) }
    }
  }

  @Test func `a sample waits exactly half a second for company, counted from the first one`() throws {
    var sequence: UInt32 = 0
    append(&sequence)
    loop.run(for: .milliseconds(200))
    append(&sequence)
    loop.run(for: .milliseconds(299))
    #expect(sender.sent.isEmpty)
    loop.run(for: .milliseconds(1))
    #expect(sender.sent.count == 1)
    let datagram = try #require(try sender.datagrams().first)
    #expect(datagram.counters.map(\.sequence) == [1, 2])
    #expect(datagram.uptime == 500)
    #expect(loop.wakeUps == 1)
    #expect(loop.nextDeadline == nil)
  }

  @Test func `a datagram that is full leaves in this round, and the rest half a second later`() throws {
    var sequence: UInt32 = 0
    for _ in 0..<4 { append(&sequence) }
    #expect(sender.sent.isEmpty)
    loop.run(for: .zero)
    // 28 octets in front, then 112 each: three fit into 400.
    #expect(sender.sent.map(\.bytes.count) == [28 + 3 * 112])
    loop.run(for: .seconds(1))
    #expect(sender.sent.count == 2)
    #expect(try sender.datagrams().map { $0.counters.map(\.sequence) } == [[1, 2, 3], [4]])
    #expect(try sender.datagrams().map(\.uptime) == [0, 500])
  }

  @Test func `what waits behind a full datagram waits half a second of its own`() throws {
    var sequence: UInt32 = 0
    append(&sequence)
    loop.run(for: .milliseconds(400))
    for _ in 0..<3 { append(&sequence) }
    loop.run(for: .milliseconds(499))
    #expect(try sender.datagrams().map { $0.counters.map(\.sequence) } == [[1, 2, 3]])
    loop.run(for: .milliseconds(1))
    #expect(try sender.datagrams().map(\.uptime) == [400, 900])
    #expect(loop.nextDeadline == nil)
  }

  @Test func `the datagrams of one round leave together, in order, sixteen at a time`() throws {
    var sequence: UInt32 = 0
    for _ in 0..<100 { append(&sequence) }
    // Three fit into one; the last one waits.
    #expect(sender.batches == [16, 16])
    loop.run(for: .zero)
    #expect(sender.sent.count == 33)
    loop.run(for: .seconds(1))
    #expect(try sender.datagrams().map(\.sequence) == Array(1...34))
    #expect(try sender.datagrams().flatMap(\.counters).map(\.sequence) == Array(1...100))
    #expect(exporter.collectors.first?.datagrams == 34)
    #expect(exporter.collectors.first?.bytes == UInt64(sender.sent.reduce(0) { $0 + $1.bytes.count }))
  }

  @Test func `what is full goes to the collectors there were, not to new ones`() throws {
    var sequence: UInt32 = 0
    for _ in 0..<4 { append(&sequence) }
    exporter.apply(subAgentID: 100_001, datagramBytes: 400, collectors: [.init(.literal(ip("192.0.2.2")))])
    loop.run(for: .seconds(1))
    #expect(try network.senders.map { try $0.datagrams().map(\.sequence) } == [[1], [2]])
  }

  @Test func `a sample that fits into no datagram is counted, said once and takes no number`() throws {
    var sequence: UInt32 = 0
    append(&sequence)
    for _ in 0..<3 { append(&sequence, records: 5) }
    append(&sequence)
    loop.run(for: .seconds(1))
    #expect(try sender.datagrams().flatMap(\.counters).map(\.sequence) == [1, 2])
    #expect(exporter.telemetry.droppedSamples == 3)
    #expect(exporter.telemetry.oversizedSamples == 3)
    #expect(exporter.telemetry.counterSamples == 2)
    #expect(log.lines(with: "samples of 3:100007 are dropped: larger than datagramBytes = 400").count == 1)
    // Another sub-agent has another packer; the count goes on.
    exporter.apply(subAgentID: 5, datagramBytes: 400, collectors: [])
    append(&sequence, records: 5)
    #expect(exporter.telemetry.oversizedSamples == 4)
  }

  @Test func `a sample of a source that has nothing to say is dropped, and that is counted`() {
    var sequence: UInt32 = 0
    append(&sequence, records: 0)
    #expect(sequence == 0)
    #expect(exporter.telemetry.droppedSamples == 1)
    #expect(exporter.telemetry.oversizedSamples == 0)
    #expect(loop.nextDeadline == nil)
  }

  @Test func `without an address samples take no number`() {
    exporter.setAgentAddress(nil)
    var sequence: UInt32 = 7
    append(&sequence)
    loop.run(for: .seconds(10))
    #expect(sequence == 7)
    #expect(sender.sent.isEmpty)
    #expect(exporter.telemetry.counterSamplesSuppressed == 1)
  }

  @Test func `a datagram is sent to nobody when there is no collector, and its number is used up`() throws {
    exporter.apply(subAgentID: 100_001, datagramBytes: 400, collectors: [])
    var sequence: UInt32 = 0
    append(&sequence)
    loop.run(for: .seconds(1))
    exporter.apply(subAgentID: 100_001, datagramBytes: 400, collectors: [.init(.literal(ip("192.0.2.1")))])
    append(&sequence)
    loop.run(for: .seconds(1))
    #expect(exporter.telemetry.datagrams == 2)
    #expect(try network.senders[1].datagrams().map(\.sequence) == [2])
  }

  @Test func `collectors flap from none to several a thousand times`() {
    let collectors = (1...5).map { Settings.Collector(.literal(.v4(IPv4Address(192, 0, 2, $0)))) }
    var sequence: UInt32 = 0
    for i in 0..<1000 {
      exporter.apply(
        subAgentID: 100_001, datagramBytes: 400, collectors: Array(collectors.prefix(i * 7 % 6)))
      append(&sequence)
      loop.run(for: .seconds(1))
      #expect(exporter.collectors.count == i * 7 % 6)
    }
    #expect(exporter.telemetry.datagrams == 1000)
    #expect(loop.nextDeadline == nil)
  }

  @Test func `a larger or smaller datagram counts from the next one on`() {
    var sequence: UInt32 = 0
    append(&sequence)
    exporter.apply(
      subAgentID: 100_001, datagramBytes: 200, collectors: [.init(.literal(ip("192.0.2.1")))])
    #expect(sender.sent.count == 1)
    for _ in 0..<3 { append(&sequence) }
    loop.run(for: .seconds(1))
    #expect(sender.sent.map(\.bytes.count) == [140, 140, 140, 140])
    #expect(network.opened.count == 1)
  }

  @Test func `an end sends what is pending, once`() throws {
    let bench = try AgentBench()
    bench.append()
    #expect(bench.sender.sent.count == 1)
    bench.agent.shutDown()
    bench.agent.shutDown()
    #expect(try bench.sender.datagrams().flatMap(\.counters).map(\.source) == [.host, bench.appended])
  }

  @Test func `the report begins with the counters that scripts know, in their order`() throws {
    let bench = try AgentBench()
    let names = bench.agent.report().filter { !$0.hasPrefix("setting ") }
      .map { String($0.prefix { $0 != "=" && $0 != ":" }) }
    #expect(
      names == [
        "flow_samples", "counter_samples", "rtmetric_samples", "rtflow_samples", "datagrams",
        "dropped_samples", "flow_samples_suppressed", "counter_samples_suppressed", "event_samples",
        "event_samples_suppressed", "flow_samples_unknown", "oversized_samples", "reloads", "reloads_refused",
        "host", "interfaces", "collector 192.0.2.1",
      ])
    #expect(bench.agent.report().contains("host: polling every 20 s, 1 samples"))
    #expect(bench.agent.report().contains("setting polling = 20 (file)"))
    #expect(bench.agent.report().contains("setting sampling = 400 (default)"))
  }

  @Test func `each datagram is shown before it is sent`() throws {
    let bench = try AgentBench()
    var shown: [[UInt8]] = []
    bench.agent.onDatagram { octets in shown.append(octets.indices.map { octets[$0] }) }
    bench.loop.run(for: .seconds(100))
    #expect(shown.count >= 4)
    #expect(shown == bench.sender.sent.dropFirst().map(\.bytes))
  }
}
