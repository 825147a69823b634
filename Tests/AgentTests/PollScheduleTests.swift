import Linux
import Testing

@testable import Agent

@Suite struct PollScheduleTests {
  let loop = SimulatedLoop()
  let start: Instant
  let polls = Polls()

  final class Polls {
    var times: [Instant] = []
    var atPoll: () -> Void = {}
  }

  init() { start = loop.now }

  func schedule() -> PollSchedule {
    PollSchedule(loop: loop) { [loop, polls] in
      polls.times.append(loop.now)
      polls.atPoll()
    }
  }

  /// Seconds since the start.
  var seconds: [Int64] { polls.times.map { ($0 - start).nanoseconds / 1_000_000_000 } }

  @Test func `polls every 20 s and never drifts, however long each poll takes`() {
    polls.atPoll = { [loop] in loop.stall(for: .milliseconds(300)) }
    let schedule = schedule()
    schedule.start(every: .seconds(20), phase: .seconds(3))
    loop.run(for: .seconds(86_400))
    #expect(polls.times.count == 4320)
    #expect(polls.times.enumerated().allSatisfy { $1 == start + .seconds(3 + 20 * $0) })
    #expect(loop.wakeUps == 4320)
  }

  @Test func `a stall shorter than the interval delays one poll and loses none`() {
    let schedule = schedule()
    schedule.start(every: .seconds(20), phase: .seconds(5))
    loop.run(for: .seconds(22))
    loop.stall(for: .seconds(10))
    loop.run(for: .seconds(40))
    // Due at 25 and made at 32, then on the grid again.
    #expect(seconds == [5, 32, 45, 65])
  }

  @Test func `a stall of many intervals is not made up for`() {
    let schedule = schedule()
    schedule.start(every: .seconds(1), phase: .seconds(1))
    loop.run(for: .seconds(2))
    loop.stall(for: .seconds(10))
    loop.run(for: .milliseconds(2500))
    #expect(seconds == [1, 2, 12, 13, 14])
  }

  @Test func `a poll that takes longer than the interval is followed by one on the grid`() {
    polls.atPoll = { [loop, polls] in if polls.times.count == 1 { loop.stall(for: .seconds(25)) } }
    let schedule = schedule()
    schedule.start(every: .seconds(10), phase: .seconds(10))
    loop.run(for: .seconds(60))
    // That of 20 comes late, at 35; that of 30 was missed.
    #expect(seconds == [10, 35, 40, 50, 60])
  }

  @Test func `starting again takes the new interval and forgets the old`() {
    let schedule = schedule()
    schedule.start(every: .seconds(20), phase: .seconds(20))
    loop.run(for: .seconds(45))
    schedule.start(every: .seconds(5), phase: .seconds(2))
    loop.run(for: .seconds(10))
    #expect(seconds == [20, 40, 47, 52])
  }

  @Test func `a stopped schedule leaves nothing on the loop, and so does one that is gone`() {
    var schedule: PollSchedule? = schedule()
    schedule?.start(every: .seconds(20), phase: .seconds(1))
    schedule?.stop()
    #expect(loop.nextDeadline == nil)
    schedule?.start(every: .seconds(20), phase: .seconds(1))
    loop.run(for: .seconds(1))
    schedule = nil
    #expect(loop.nextDeadline == nil)
    #expect(seconds == [1])
  }

  @Test func `it can be stopped by its own poll`() {
    var schedule: PollSchedule? = schedule()
    polls.atPoll = { schedule?.stop() }
    schedule?.start(every: .seconds(1), phase: .seconds(1))
    loop.run(for: .seconds(10))
    #expect(seconds == [1])
    schedule = nil
  }

  @Test func `hosts that start together poll at different times, each within its first interval`() throws {
    var phases: Set<Int64> = []
    for _ in 0..<20 {
      let bench = try AgentBench("polling = 30  collector { ip = 192.0.2.1 }")
      let next = try #require(bench.loop.nextDeadline)
      let phase = (next - bench.loop.now).nanoseconds / 1_000_000
      #expect((1...30_000).contains(phase))
      phases.insert(phase)
    }
    // Twenty equal ones of 30,000: never.
    #expect(phases.count > 1)
  }
}
