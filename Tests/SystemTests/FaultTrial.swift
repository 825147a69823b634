import Foundation
import Linux
import Synchronization
import Testing

/// One fault, injected into a `FaultRig`, and what came of it.
struct FaultTrial: Hashable, Sendable, CustomStringConvertible {
  enum Moment: String, Sendable, CaseIterable {
    /// From the first call of the program on.
    case start
    /// When everything works.
    case run
  }

  var moment: Moment
  var fault: FaultInjector.Fault
  var description: String { "\(moment.rawValue) \(fault)" }

  enum Verdict: String, Sendable, CaseIterable {
    /// Everything went on.
    case unharmed
    /// Something stood still, the log said so, and it went on by itself.
    case recovered
    /// It did not start, or could not go on, and said why with status 1.
    case refused
    /// The program never made the call.
    case unused

    // What must not be.
    case died, spun, flooded, silent, stuck, leaked

    var isGood: Bool { [.unharmed, .recovered, .refused, .unused].contains(self) }
  }

  struct Outcome: Sendable {
    /// What was made to fail, and when.
    var trial: String
    var verdict: Verdict
    var failures: UInt64 = 0
    var detail = ""

    func append(to table: String) {
      let file = open(table, O_WRONLY | O_APPEND)
      defer { close(file) }
      // One call, so that lines of several threads do not mix.
      let line = Array("\(verdict.rawValue)\t\(trial)\t\(failures)\t\(detail)\n".utf8)
      _ = write(file, line, line.count)
    }
  }

  /// - Parameter mayBeUnused: a matrix has calls that are not made; one that is chosen is.
  static func expectGood(_ outcomes: [Outcome], mayBeUnused: Bool = false) {
    for outcome in outcomes where !outcome.verdict.isGood || outcome.verdict == .unused && !mayBeUnused {
      Issue.record(
        "\(outcome.verdict.rawValue): \(outcome.trial), \(outcome.failures) failures: \(outcome.detail)")
    }
    let numbers = Verdict.allCases.map { verdict in
      "\(outcomes.count { $0.verdict == verdict }) \(verdict.rawValue)"
    }
    report("faults", "\(outcomes.count) combinations: " + numbers.joined(separator: ", "))
  }

  /// So long a fault lasts: two polls and the first repetitions of what failed.
  private static let length = Duration.milliseconds(2500)
  /// Calls of one kind in that time, far more than an agent makes that does not spin.
  private static let mostCalls: UInt64 = 15_000
  /// Seconds of the processor in that time: the start takes some 0.1, libvirt another.
  private static let mostTime = 1.0
  /// Lines of the log that say the same.
  private static let mostRepetitions = 4
  /// The longest back-off after so short a fault is 4 s, the textfile is written every 15 s.
  private static let patience = Duration.seconds(25)

  func run(in rig: FaultRig) throws -> Outcome {
    var outcome = Outcome(trial: description, verdict: .unused)
    if moment == .start { rig.kill() }
    if moment == .run, !rig.agent.isRunning || rig.usualDescriptors == 0 {
      rig.kill()
      try rig.startWell()
    }
    let time = moment == .run ? rig.agent.processorTime : 0
    let start = moment == .run ? rig.log.utf8.count : 0
    rig.injector.begin(fault)
    defer { rig.injector.end(fault) }
    if moment == .start { try rig.start() } else { try rig.stir(isOther: true) }
    rig.forget()
    let end = Instant.now + Self.length
    while Instant.now < end, rig.agent.isRunning {
      rig.beat()
      rest(.milliseconds(200))
    }
    let (number, took) = (rig.injector.calls(of: fault.call), rig.agent.processorTime - time)
    // A host with much else to do takes its time to notice that a file changed.
    let files = eventually(within: .seconds(3)) {
      !rig.agent.isRunning || rig.areFilesRight(isOther: moment == .run)
    }
    let missing = FaultRig.Signs.all.subtracting(rig.signs)
    outcome.failures = rig.injector.failures(of: fault.call)
    let lines = Self.lines(rig.log, from: start)
    let complaints = lines.filter { line in
      ["warning: ", "error: ", "critical: "].contains { line.contains($0) }
    }
    func judge(_ verdict: Verdict, _ detail: String) -> Outcome {
      outcome.verdict = verdict
      outcome.detail = detail
      return outcome
    }

    rig.injector.end(fault)
    if !rig.agent.isRunning {
      let status = rig.agent.status() ?? 0
      // epoll_wait(2) fails for nothing that could pass.
      let mayEnd = moment == .start || fault.call == "epoll_wait"
      return mayEnd && status == 1 && !complaints.isEmpty
        ? judge(.refused, complaints.last ?? "")
        : judge(.died, "status \(status): \(lines.suffix(3)) \(rig.agent.errors.suffix(300))")
    }
    if outcome.failures == 0, fault.times != .once || missing.isEmpty { return judge(.unused, "") }
    // What comes one octet at a time takes many calls.
    if number > Self.mostCalls && fault.error > 0 || took > Self.mostTime {
      return judge(.spun, "\(number) calls, \(took) s")
    }
    let most = Dictionary(grouping: complaints) { $0 }.max { $0.value.count < $1.value.count }
    if let most, most.value.count > Self.mostRepetitions {
      return judge(.flooded, "\(most.value.count) times: \(most.key)")
    }

    if moment == .run { try rig.stir(isOther: false) }
    if !rig.isWell(within: Self.patience) {
      defer { rig.agent.end() }
      return judge(
        .stuck,
        "\(FaultRig.Signs.all.subtracting(rig.signs)), files \(rig.areFilesRight(isOther: false)): \(Self.lines(rig.log, from: start).suffix(12))"
      )
    }
    if moment == .run,
      !eventually(
        within: .seconds(5),
        {
          rig.beat(); return rig.descriptors <= rig.usualDescriptors
        })
    {
      let now = rig.descriptors
      rig.agent.end()
      return judge(.leaked, "\(rig.usualDescriptors) descriptors became \(now)")
    }
    // An error that the log cannot be written for cannot be in it.
    if !missing.isEmpty || !files, complaints.isEmpty, fault.call != "log" {
      return judge(.silent, "\(missing)\(files ? "" : " files"): \(lines)")
    }
    return judge(
      missing.isEmpty && files ? .unharmed : .recovered, "\(missing): \(complaints.first ?? "")")
  }

  /// Lines of the log without their times.
  private static func lines(_ log: String, from start: Int) -> [String] {
    String(decoding: log.utf8.dropFirst(start), as: UTF8.self).split(separator: "\n").map {
      String($0.dropFirst(20))
    }
  }

  /// Runs trials in several rigs at once, most of which wait most of the time.
  /// - Parameter table: a file for the outcomes, one in each line as they come.
  static func run(_ trials: [FaultTrial], rigs: Int, table: String? = nil) throws -> [Outcome] {
    if let table { try Data().write(to: URL(fileURLWithPath: table)) }
    let made = try FaultRig().callsMade()
    let unused = trials.filter { made[$0.moment]?.contains($0.fault.call) != true }
    let outcomes = spread(
      trials.filter { made[$0.moment]?.contains($0.fault.call) == true }, rigs: rigs, rig: { try FaultRig() }
    ) { trial, rig in
      let outcome = try trial.run(in: rig)
      if let table { outcome.append(to: table) }
      return outcome
    }
    return outcomes + unused.map { Outcome(trial: $0.description, verdict: .unused) }
  }

  /// Does `trials` in several rigs at once, of which each is made and used by a thread of its own: those enter network
  /// namespaces.
  static func spread<Trial: Sendable, Rig>(
    _ trials: [Trial], rigs: Int, rig: @escaping @Sendable () throws -> Rig,
    _ body: @escaping @Sendable (Trial, Rig) throws -> Outcome
  ) -> [Outcome] {
    let left = Mutex(trials[...])
    let outcomes = Mutex<[Outcome]>([])
    let failure = Mutex<String?>(nil)
    let done = DispatchSemaphore(value: 0)
    for _ in 0..<rigs {
      Thread {
        defer { done.signal() }
        do {
          let rig = try rig()
          while let trial = left.withLock({ $0.popFirst() }) {
            let outcome = try body(trial, rig)
            outcomes.withLock { $0.append(outcome) }
          }
        } catch {
          failure.withLock { $0 = "\(error)" }
        }
      }.start()
    }
    for _ in 0..<rigs { done.wait() }
    if let failure = failure.withLock({ $0 }) { Issue.record("\(failure)") }
    return outcomes.withLock { $0 }
  }
}
