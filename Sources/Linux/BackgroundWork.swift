internal import CLinux
internal import DequeModule
internal import Synchronization
public import SystemPackage

/// Runs what may block without bound (resolver, `statvfs` of a mount that may hang) away from the loop.
public protocol BackgroundRunner: AnyObject {
  /// Runs `work`, known as `name` to the log, on another thread and `then` on the loop with its result, or with
  /// `nil` if it took longer than `limit`. If no thread can be had, `then` gets its `nil` before this returns.
  func run<R: Sendable>(
    _ name: String, within limit: Duration, _ work: @escaping @Sendable () -> R,
    then: @escaping (R?) -> Void)
}

/// One worker thread, started by the first job, one job at a time in order.
///
/// A job that overruns its limit is given up: its thread is left to itself, ends when the job does, and a new
/// thread takes the jobs behind it. After `maximumStuck` such threads nothing is started until one of them ends.
public final class BackgroundWork: BackgroundRunner {
  private typealias Finished = (ticket: UInt64, result: any Sendable)

  private let loop: any EventLoop
  private let mailbox: Mailbox<Finished>
  /// What to do with each result, by ticket, and how long it may take.
  private var outstanding: [UInt64: (name: String, limit: Duration, then: ((any Sendable)?) -> Void)] = [:]
  /// Called with the name of a job that is given up.
  public var onOverrun: (String) -> Void = { _ in }
  /// Called when no thread can be started, with the reason, and with `nil` when one could be again.
  public var onThreadFailure: (Errno?) -> Void = { _ in }
  private var threadFailure: Errno?
  private var lastTicket: UInt64 = 0
  /// The thread in use; `nil` before the first job and while too many are stuck.
  private var thread: WorkerThread?
  /// Tickets whose threads were given up and have not come back.
  private var stuck: Set<UInt64> = []
  private static let maximumStuck = 4
  /// Fires when the running job has had its time.
  private var limitDeadline: Deadline?

  public init(loop: any EventLoop) throws(Errno) {
    self.loop = loop
    mailbox = try Mailbox()
    limitDeadline = Deadline { [unowned self] in checkLimit() }
    try loop.watch(mailbox.descriptor) { [unowned self] in deliver() }
  }

  deinit {
    loop.unwatch(mailbox.descriptor)
    if let limitDeadline { loop.disarm(limitDeadline) }
    thread?.finish()
  }

  public func run<R: Sendable>(
    _ name: String, within limit: Duration, _ work: @escaping @Sendable () -> R,
    then: @escaping (R?) -> Void
  ) {
    guard let thread = thread ?? startThread() else { return then(nil) }
    lastTicket += 1
    outstanding[lastTicket] = (name, limit, { result in then(result.flatMap { $0 as? R }) })
    thread.submit(WorkerThread.Job(ticket: lastTicket, work: work))
    if outstanding.count == 1 { armLimit() }
  }

  private func startThread() -> WorkerThread? {
    guard stuck.count < Self.maximumStuck else { return nil }
    do throws(Errno) {
      thread = try WorkerThread { [mailbox] in mailbox.post(($0, $1)) }
      noteThread(nil)
    } catch {
      noteThread(error)
    }
    return thread
  }

  private func noteThread(_ failure: Errno?) {
    guard failure != threadFailure else { return }
    threadFailure = failure
    onThreadFailure(failure)
  }

  private func deliver() {
    for (ticket, result) in mailbox.takeAll() {
      // Given up and answered long ago. The job at work keeps its limit.
      if stuck.remove(ticket) != nil { continue }
      guard let job = outstanding.removeValue(forKey: ticket) else { continue }
      armLimit()
      job.then(result)
    }
  }

  private func armLimit() {
    guard let limitDeadline else { return }
    // Tickets run in order, so the smallest is the one at work.
    if let ticket = outstanding.keys.min(), let job = outstanding[ticket] {
      loop.arm(limitDeadline, after: job.limit)
    } else {
      loop.disarm(limitDeadline)
    }
  }

  private func checkLimit() {
    guard let ticket = outstanding.keys.min(), let thread else { return }
    // If another job is at work the result of this one is already in the mailbox.
    guard let behind = thread.giveUp(ifRunning: ticket) else { return armLimit() }
    stuck.insert(ticket)
    self.thread = nil
    var unanswered = [ticket]
    if let fresh = startThread() {
      behind.forEach(fresh.submit)
    } else {
      unanswered += behind.map(\.ticket)
    }
    let late = unanswered.compactMap { outstanding.removeValue(forKey: $0) }
    armLimit()
    if let first = late.first { onOverrun(first.name) }
    late.forEach { $0.then(nil) }
  }
}

/// A thread of a `BackgroundWork`. A class because the thread and its owner share it.
private final class WorkerThread: Sendable {
  struct Job: Sendable {
    var ticket: UInt64
    var work: @Sendable () -> any Sendable
  }

  private struct State {
    var jobs = Deque<Job>()
    var running: UInt64?
    var isOver = false
  }

  private let state = Mutex(State())
  private let deliver: @Sendable (UInt64, any Sendable) -> Void
  /// A semaphore: one count for each job, and one to end the thread.
  private let wake: CInt

  init(deliver: @escaping @Sendable (UInt64, any Sendable) -> Void) throws(Errno) {
    self.deliver = deliver
    wake = try systemCall { eventfd(0, CInt(EFD_CLOEXEC | EFD_SEMAPHORE)) }
    // The thread is the second owner while it lives.
    try DetachedThread.start { [self] in work() }
  }

  deinit { _ = close(wake) }

  func submit(_ job: Job) {
    state.withLock { $0.jobs.append(job) }
    signal()
  }

  /// The thread ends after the job at work.
  func finish() {
    state.withLock { $0.isOver = true }
    signal()
  }

  /// If `ticket` is at work: marks the thread as lost and returns the jobs it will not get to.
  func giveUp(ifRunning ticket: UInt64) -> [Job]? {
    state.withLock { state in
      guard state.running == ticket else { return nil }
      state.isOver = true
      defer { state.jobs.removeAll() }
      return Array(state.jobs)
    }
  }

  private func signal() {
    var one: UInt64 = 1
    _ = unsafe write(wake, &one, 8)
  }

  private func work() {
    var count: UInt64 = 0
    while true {
      if unsafe read(wake, &count, 8) != 8, Errno.latest != .interrupted { return }
      let job: Job? = state.withLock { state in
        guard !state.isOver else { return nil }
        let job = state.jobs.popFirst()
        state.running = job?.ticket
        return job
      }
      guard let job else {
        if state.withLock({ $0.isOver }) { return }
        continue
      }
      let result = job.work()
      let isOver = state.withLock { state in
        state.running = nil
        return state.isOver
      }
      deliver(job.ticket, result)
      if isOver { return }
    }
  }
}
