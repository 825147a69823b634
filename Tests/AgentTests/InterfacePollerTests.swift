import Config
import HostCounters
import Linux
import Netlink
import SFlow
import Testing

@testable import Agent

@Suite struct InterfacePollerTests {
  private static let lines = "polling = 20  collector { ip = 192.0.2.1 }  interfaceCounters = "

  /// Counter samples of interfaces, by ifIndex, in the order in which they were sent.
  private func samples(_ bench: AgentBench) throws -> [UInt32: [CounterSample]] {
    Dictionary(
      grouping: try bench.sender.datagrams().flatMap(\.counters).filter { $0.source.type == .interface },
      by: \.source.index)
  }

  @Test func `by default nothing is asked of the kernel for interfaces`() throws {
    let bench = try AgentBench()
    bench.loop.run(for: .seconds(100))
    #expect(try samples(bench).isEmpty)
    #expect(
      bench.agent.report().contains(
        "interfaces: no counters: none is sampled, and interfaceCounters is sampled"))
  }

  @Test func `generic counters come first, then the name`() throws {
    let bench = try AgentBench(Self.lines + "physical") { parts in
      var link = LinkStatistics64()
      link.rxBytes = 5_000_000_000
      link.rxPackets = 70
      parts.interfaces.statistics = { [2: link] }
    }
    bench.loop.run(for: .seconds(100))
    let sent = try #require(try samples(bench)[2])
    #expect(sent.map(\.sequence) == Array(1...UInt32(sent.count)))
    #expect((4...5).contains(sent.count))
    let records = sent[0].records
    #expect(records.count == 2)
    #expect(records[0].value(as: InterfaceCounters.self)?.inOctets == 5_000_000_000)
    #expect(records[1].value(as: PortName.self)?.name == "eth0")
  }

  @Test func `a device that went and came back with its index begins anew`() throws {
    let bench = try AgentBench(Self.lines + "all")
    bench.loop.run(for: .seconds(60))
    let before = try #require(try samples(bench)[2]).count
    bench.interfaces.remove(2)
    bench.loop.run(for: .seconds(60))
    #expect(try #require(try samples(bench)[2]).count == before)
    bench.interfaces.add(2, "eth0", "192.0.2.10")
    bench.loop.run(for: .seconds(60))
    let numbers = try #require(try samples(bench)[2]).map(\.sequence)
    #expect(numbers[..<before] == Array(1...UInt32(before))[...])
    #expect(numbers[before...] == Array(1...UInt32(numbers.count - before))[...])
  }

  @Test func `the choice is taken over by a reload`() throws {
    let bench = try AgentBench(Self.lines + "all")
    bench.loop.run(for: .seconds(60))
    let before = try #require(try samples(bench)[2]).count
    try bench.reload(Self.lines + "sampled")
    bench.loop.run(for: .seconds(60))
    // The sample that waited when the choice changed still leaves.
    #expect(try #require(try samples(bench)[2]).count <= before + 1)
    try bench.reload(Self.lines + "physical")
    bench.loop.run(for: .seconds(60))
    #expect(try #require(try samples(bench)[2]).count >= before + 2)
  }
}
