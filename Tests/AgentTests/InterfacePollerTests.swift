import Config
import HostCounters
import Linux
import Netlink
import SFlow
import SystemPackage
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
    bench.interfaces.remove(2)
    // What waited then leaves.
    bench.loop.run(for: .seconds(1))
    let before = try #require(try samples(bench)[2]).count
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

  /// A bond, ifIndex 5, with the member 2.
  private func addBond(to interfaces: FakeInterfaces) {
    var bond = LinkMessage(index: 5, flags: .up)
    bond.name = "bond0"
    bond.kind = "bond"
    interfaces.table.apply(bond)
    var member = LinkMessage(index: 2, flags: .up)
    member.name = "eth0"
    member.mac = interfaces.table[2]?.mac
    member.master = 5
    interfaces.table.apply(member)
  }

  @Test func `a member of a bond has its aggregation behind its counters, its optics at the end`() throws {
    var octets = [UInt8](repeating: 0, count: 512)
    octets[92] = 0x68
    let module = Ethtool.ModuleMemory(.sff8472, octets)
    let bench = try AgentBench(Self.lines + "all") { parts in
      addBond(to: parts.interfaces)
      parts.interfaces.statistics = { [2: .init(), 5: .init()] }
      parts.interfaces.membership = { _, bond in
        var stats = LAGPortStats()
        stats.attachedAggregatorID = bond
        return stats
      }
    } transceivers: { _ in
      .success(module)
    }
    bench.loop.run(for: .seconds(60))
    let sent = try #require(try samples(bench)[2])
    let formats = [DataFormat(0, 1), DataFormat(0, 7), DataFormat(0, 1005), DataFormat(0, 10)]
    // The module is read when the first sample is made, and known when the second is.
    #expect(sent.first?.records.map(\.format) == Array(formats.prefix(3)))
    let member = try #require(sent.dropFirst().first)
    #expect(member.records.map(\.format) == formats)
    #expect(member.records[1].value(as: LAGPortStats.self)?.attachedAggregatorID == 5)
    #expect(member.records[3].value(as: OpticalModule.self)?.id == 2)
    let bond = try #require(try samples(bench)[5]?.first)
    #expect(bond.records.map(\.format) == [DataFormat(0, 1), DataFormat(0, 1005)])
  }

  @Test func `a bond that cannot be asked costs its members one structure, and is said once`() throws {
    let bench = try AgentBench(Self.lines + "all") { parts in
      addBond(to: parts.interfaces)
      parts.interfaces.membership = { _, _ throws(FileError) in
        throw .unreadable(path: "the state of a bond (rtnetlink)", .timedOut)
      }
    }
    bench.loop.run(for: .seconds(100))
    let sent = try #require(try samples(bench)[2])
    #expect(sent.count >= 4)
    #expect(sent.allSatisfy { $0.records.count == 2 })
    let lines = bench.log.lines(with: "lag_port_stats")
    #expect(lines.count == 1)
    #expect(
      lines.first?.hasPrefix("warning: lag_port_stats: cannot read the state of a bond (rtnetlink)") == true)
    bench.interfaces.membership = { _, _ in nil }
    bench.loop.run(for: .seconds(60))
    #expect(bench.log.lines(with: "lag_port_stats").dropFirst() == ["notice: lag_port_stats: recovered"])
  }
}
