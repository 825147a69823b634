import Linux
import Sampling
import Testing

@Suite struct SourceHealthTests {
  /// A source that fails as it is told.
  private final class Patient {
    let loop = SimulatedLoop()
    let log = SourceLog()
    var failure: SourceFailure?
    private(set) var attempts: [Int64] = []
    private(set) var health: SourceHealth?
    private let begin: Instant

    init(_ failure: SourceFailure?) {
      self.failure = failure
      begin = loop.now
      health = SourceHealth("test", loop: loop, logger: log.logger) {
        [unowned self] () throws(SourceFailure) in
        attempts.append((loop.now - begin).components.seconds)
        if let failure = self.failure { throw failure }
      }
    }
  }

  private let busy = SourceFailure("busy", remedy: "wait")

  @Test func `what fails is tried after 1, 2, 4 and so on to 60 s, and said once`() {
    let patient = Patient(busy)
    patient.health?.start()
    patient.loop.run(for: .seconds(200))
    #expect(patient.attempts == [0, 1, 3, 7, 15, 31, 63, 123, 183])
    #expect(patient.health?.state == .failed(busy))
    #expect(patient.health?.status == "not running: busy; wait")
    #expect(patient.log.lines == ["warning: source test: busy; wait (will retry)"])
  }

  @Test func `another reason is said too, and the recovery`() {
    let patient = Patient(busy)
    patient.health?.start()
    patient.loop.run(for: .seconds(3))
    patient.failure = SourceFailure("gone")
    patient.loop.run(for: .seconds(100))
    patient.failure = nil
    patient.loop.run(for: .seconds(100))
    #expect(
      patient.log.lines == [
        "warning: source test: busy; wait (will retry)", "warning: source test: gone (will retry)",
        "notice: source test: running",
      ])
    #expect(patient.health?.state == .running)
    #expect(patient.loop.nextDeadline == nil)

    // Then it begins at 1 s again.
    let last = patient.attempts.count
    patient.failure = busy
    patient.health?.fail(busy)
    patient.loop.run(for: .seconds(3))
    #expect(patient.attempts.count == last + 2)
    #expect(patient.log.lines.count == 4)
  }

  @Test func `what passes by itself is a warning only if it does not pass`() {
    let patient = Patient(SourceFailure("gone", isPassing: true))
    patient.health?.start()
    #expect(patient.log.lines == ["info: source test: gone (will retry)"])
    patient.loop.run(for: .seconds(600))
    #expect(
      patient.log.lines == [
        "info: source test: gone (will retry)", "warning: source test: gone (will retry)",
      ])
  }

  @Test func `a nudge tries at once, but only what failed`() {
    let patient = Patient(busy)
    patient.health?.nudge()
    #expect(patient.attempts.isEmpty)
    patient.health?.start()
    patient.loop.run(for: .seconds(100))
    let before = patient.attempts.count
    patient.failure = nil
    patient.health?.nudge()
    #expect(patient.attempts.count == before + 1)
    #expect(patient.health?.state == .running)
    patient.health?.nudge()
    #expect(patient.attempts.count == before + 1)
    #expect(patient.loop.nextDeadline == nil)
  }

  @Test func `what is stopped is not tried, and a later start begins at 1 s`() {
    let patient = Patient(busy)
    patient.health?.start()
    patient.loop.run(for: .seconds(100))
    patient.health?.stop()
    #expect(patient.health?.status == "stopped")
    let before = patient.attempts.count
    patient.loop.run(for: .seconds(600))
    patient.health?.nudge()
    #expect(patient.attempts.count == before)
    patient.health?.start()
    patient.loop.run(for: .seconds(3))
    #expect(patient.attempts.suffix(3) == [700, 701, 703])
  }

  @Test func `its end takes its deadline with it`() {
    let loop = SimulatedLoop()
    var health: SourceHealth? = SourceHealth("test", loop: loop, logger: SourceLog().logger) {
      () throws(SourceFailure) in throw SourceFailure("never")
    }
    health?.start()
    #expect(loop.nextDeadline != nil)
    health = nil
    #expect(loop.nextDeadline == nil)
    loop.run(for: .seconds(100))
  }
}
