import Bytes
import Linux
import Netlink
import SFlow
import Testing

@testable import Agent

/// A day in the life of an agent that polls every 20 s, with a stall of 10 s in every hour.
@Suite struct DayTests {
  @Test func `a day of polling is complete, in order and on time`() throws {
    let made = Made()
    let bench = try AgentBench(prepare: { parts in
      made.record(parts.interfaces)
    })
    made.loop = bench.loop
    let start = bench.loop.now
    var stalls: [Instant] = []
    for _ in 0..<24 {
      bench.loop.run(for: .seconds(3590))
      stalls.append(bench.loop.now)
      bench.loop.stall(for: .seconds(10))
    }
    bench.loop.run(for: .zero)
    let samplesMade = made.times.count
    bench.agent.shutDown()

    // One at once, and one for each point of the grid.
    #expect(samplesMade == 1 + 4320)
    let datagrams = try bench.sender.datagrams()
    let samples = datagrams.flatMap(\.counters)
    #expect(samples.map(\.sequence) == (1...4321).map { UInt32($0) })
    #expect(samples.allSatisfy { $0.source == .host })
    #expect(datagrams.map(\.sequence) == (1...4321).map { UInt32($0) })
    #expect(datagrams.allSatisfy { $0.agentAddress == ip("192.0.2.10") && $0.subAgentID == 100_001 })

    // Uptime is that of the moment of sending.
    let sent = bench.sender.sent
    #expect(
      zip(sent, datagrams).allSatisfy { Int64($1.uptime) == ($0.time - start).nanoseconds / 1_000_000 })
    // No sample waits, unless the process stood still meanwhile.
    let late = zip(made.times, sent).filter { $1.time > $0 }
    #expect(late.allSatisfy { made, sent in stalls.contains { made <= $0 && $0 <= sent.time } })
    // It wakes up to poll, and for nothing else.
    #expect(bench.loop.wakeUps == 4320)
    #expect(bench.log.all.filter { !$0.hasPrefix("notice") }.isEmpty)
  }

  @Test func `totals keep rising while the kernel's counters of 32 bits wrap`() throws {
    let counters = Counters()
    let bench = try AgentBench(prepare: { parts in
      parts.interfaces.statistics = { [2: counters.next()] }
    })
    bench.loop.run(for: .seconds(86_400))
    bench.agent.shutDown()
    let totals = try bench.sender.datagrams().flatMap(\.counters).map { sample in
      try #require(sample.records.compactMap { $0.value(as: HostNetworkIO.self) }.first)
    }
    #expect(totals.count == counters.polls)
    // From the kernel's first values on, each poll adds what was counted.
    let polls = 1...UInt64(totals.count)
    #expect(totals.map(\.inBytes) == polls.map { $0 * Counters.bytes })
    #expect(totals.map(\.inPackets) == polls.map { UInt32(truncatingIfNeeded: $0 * Counters.packets) })
    // 4.3 TB a day are a thousand wraps.
    #expect(try #require(totals.last).inBytes >> 32 > 1000)
  }

  @Test func `uptime wraps after 49.7 days and numbers go on`() throws {
    let bench = try AgentBench()
    bench.loop.stall(for: .milliseconds(1 << 32) + .milliseconds(5))
    bench.loop.run(for: .seconds(60))
    let datagrams = try bench.sender.datagrams()
    #expect(datagrams.map(\.sequence) == Array(1...UInt32(datagrams.count)))
    let uptimes = datagrams.map(\.uptime)
    #expect(uptimes[0] == 0)
    // The poll that was due is made and sent at once.
    #expect(uptimes[1] == 5)
    #expect(uptimes[2] > 5)
  }
}

/// When counters were read.
private final class Made {
  var times: [Instant] = []
  var loop: SimulatedLoop?
  private let early = Instant(nanoseconds: 1_000_000_000_000)

  func record(_ interfaces: FakeInterfaces) {
    interfaces.statistics = { [self] in
      times.append(loop?.now ?? early)
      return [:]
    }
  }
}

/// A link with 400 Mbit/s on a kernel that counts with 32 bits.
private final class Counters {
  static let bytes: UInt64 = 1_000_000_000
  static let packets: UInt64 = 1_234_567
  private(set) var polls = 0

  func next() -> LinkStatistics64 {
    polls += 1
    var link = LinkStatistics64()
    link.rxBytes = UInt64(polls) * Self.bytes & 0xFFFF_FFFF
    link.rxPackets = UInt64(polls) * Self.packets & 0xFFFF_FFFF
    return link
  }
}
