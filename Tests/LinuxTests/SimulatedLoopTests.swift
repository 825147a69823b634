import Linux
import Testing

extension LinuxTests {
  @Suite struct SimulatedLoopTests {
    let loop = SimulatedLoop()
    let log = Log()

    final class Log { var entries: [String] = [] }

    func deadline(_ name: String) -> Deadline { Deadline { [log] in log.entries.append(name) } }

    @Test func `deadlines fire in order of time and equal ones in order of arming`() {
      loop.arm(deadline("c"), after: .seconds(2))
      loop.arm(deadline("a"), after: .seconds(1))
      loop.arm(deadline("d"), after: .seconds(2))
      loop.arm(deadline("b"), after: .seconds(1))
      loop.run(for: .seconds(1))
      #expect(log.entries == ["a", "b"])
      loop.run(for: .seconds(1))
      #expect(log.entries == ["a", "b", "c", "d"])
      #expect(loop.nextDeadline == nil)
    }

    @Test func `arming again moves a deadline and its old time wakes nobody`() {
      let start = loop.now
      let moved = deadline("moved")
      loop.arm(moved, after: .seconds(1))
      loop.arm(moved, after: .seconds(5))
      #expect(moved.time == start + .seconds(5))
      #expect(loop.nextDeadline == start + .seconds(5))
      loop.run(for: .seconds(4))
      #expect(loop.wakeUps == 0)
      loop.arm(moved, after: .milliseconds(500))
      loop.run(for: .seconds(60))
      #expect(log.entries == ["moved"])
      #expect(loop.wakeUps == 1)
      #expect(moved.time == nil)
    }

    @Test func `a deadline can be disarmed before it fires, by an action too, and armed anew`() {
      let victim = deadline("victim")
      let killer = Deadline { [loop] in loop.disarm(victim) }
      loop.arm(killer, after: .seconds(1))
      loop.arm(victim, after: .seconds(1))
      loop.run(for: .seconds(10))
      #expect(log.entries.isEmpty)
      #expect(loop.wakeUps == 1)
      loop.disarm(victim)
      loop.arm(victim, after: .seconds(1))
      loop.run(for: .seconds(1))
      #expect(log.entries == ["victim"])
    }

    @Test func `a day of 20 s is 4320 firings without drift`() {
      let start = loop.now
      var times: [Instant] = []
      var poll: Deadline?
      poll = Deadline { [loop] in
        times.append(loop.now)
        poll.map { loop.arm($0, after: .seconds(20)) }
      }
      poll.map { loop.arm($0, after: .seconds(20)) }
      loop.run(for: .seconds(86_400))
      #expect(times.count == 4320)
      #expect(times.last == start + .seconds(86_400))
      #expect(loop.wakeUps == 4320)
      poll = nil
    }

    @Test func `after a stall of 10 s what fell due comes late, once, in order of time`() {
      let start = loop.now
      var times: [Duration] = []
      let late = Deadline { [loop] in times.append(loop.now - start) }
      let later = Deadline { [loop] in times.append(loop.now - start) }
      let future = Deadline { [loop] in times.append(loop.now - start) }
      loop.arm(later, after: .seconds(9))
      loop.arm(late, after: .seconds(3))
      loop.arm(future, after: .seconds(12))
      loop.stall(for: .seconds(10))
      #expect(times.isEmpty)
      loop.run(for: .zero)
      #expect(times == [.seconds(10), .seconds(10)])
      loop.run(for: .seconds(5))
      #expect(times == [.seconds(10), .seconds(10), .seconds(12)])
    }

    @Test func `the clock never goes back, even when an action takes longer than the run`() {
      let start = loop.now
      loop.arm(Deadline { [loop] in loop.stall(for: .seconds(10)) }, after: .seconds(1))
      loop.run(for: .seconds(2))
      #expect(loop.now - start == .seconds(11))
    }

    @Test func `an action that arms itself for now or for the past lets the others go first`() {
      var left = 3
      var selfish: Deadline?
      selfish = Deadline { [loop, log] in
        log.entries.append("selfish")
        left -= 1
        if left > 0 { selfish.map { loop.arm($0, at: loop.now + .seconds(-5)) } }
      }
      selfish.map { loop.arm($0, after: .seconds(1)) }
      loop.arm(deadline("modest"), after: .seconds(1))
      loop.run(for: .seconds(1))
      #expect(log.entries == ["selfish", "modest", "selfish", "selfish"])
      selfish = nil
    }

    @Test func `a far deadline that is armed a hundred thousand times stays one deadline`() {
      let far = deadline("far")
      loop.arm(deadline("near"), after: .seconds(1))
      for _ in 0..<100_000 { loop.arm(far, after: .seconds(3600)) }
      loop.run(for: .seconds(3600))
      #expect(log.entries == ["near", "far"])
      #expect(loop.wakeUps == 2)
    }

    @Test func `a disarmed deadline is let go at once, and its owner may disarm another on the way out`() {
      /// Owned by nothing but the action of a deadline.
      final class Owner {
        let loop: SimulatedLoop
        let deadline = Deadline {}
        init(_ loop: SimulatedLoop) { self.loop = loop }
        deinit { loop.disarm(deadline) }
      }
      weak var watched: Owner?
      do {
        let owner = Owner(loop)
        watched = owner
        loop.arm(owner.deadline, after: .seconds(5))
        let deadline = Deadline { _ = owner }
        loop.arm(deadline, after: .seconds(1))
        loop.disarm(deadline)
      }
      #expect(watched == nil)
      #expect(loop.nextDeadline == nil)
    }

    @Test func `a descriptor is readable when the test says so, until it is unwatched`() throws {
      try loop.watch(7) { [log] in log.entries.append("7") }
      loop.makeReadable(7)
      loop.makeReadable(8)
      loop.unwatch(7)
      loop.makeReadable(7)
      #expect(log.entries == ["7"])
    }

    @Test func `never plus a second is still never`() {
      let never = Duration.seconds(Int64.max)
      #expect(never.nanoseconds == .max)
      #expect(Duration.seconds(-Int64.max).nanoseconds == .min)
      #expect((Duration.seconds(9_223_372_036) + .milliseconds(900)).nanoseconds == .max)
      #expect((loop.now + never).nanoseconds == .max)
      loop.arm(deadline("never"), after: never)
      loop.run(for: .seconds(86_400))
      #expect(log.entries.isEmpty)
      #expect(never.millisecondsRoundedUp == 9_223_372_036_855)
      #expect(Duration.nanoseconds(1).millisecondsRoundedUp == 1)
      #expect(Duration.milliseconds(20).millisecondsRoundedUp == 20)
      #expect(Duration.nanoseconds(-1_500_000).millisecondsRoundedUp == -1)
    }
  }
}
