internal import Linux

/// A poll on a grid of equal intervals that never drifts.
///
/// What a stall of the process swallowed is not made up for: counters are cumulative, so one poll tells all.
/// A class because the loop's deadline and its owner mean the same schedule.
final class PollSchedule {
  private let loop: any EventLoop
  private let poll: () -> Void
  private var deadline: Deadline?
  /// The point of the grid for which the deadline is armed, and the grid's width; `nil` while stopped.
  private var next: (time: Instant, interval: Duration)?

  init(loop: any EventLoop, _ poll: @escaping () -> Void) {
    self.loop = loop
    self.poll = poll
    deadline = Deadline { [unowned self] in fire() }
  }

  deinit { stop() }

  /// Polls first after `phase`, then every `interval`. A running schedule starts anew.
  func start(every interval: Duration, phase: Duration) {
    let first = loop.now + phase
    next = (first, interval)
    if let deadline { loop.arm(deadline, at: first) }
  }

  func stop() {
    next = nil
    if let deadline { loop.disarm(deadline) }
  }

  private func fire() {
    guard let deadline, let (due, interval) = next else { return }
    // The first point of the grid that lies ahead.
    let missed = max(0, (loop.now - due).nanoseconds / interval.nanoseconds)
    let following = due + interval * Int(missed + 1)
    next = (following, interval)
    loop.arm(deadline, at: following)
    poll()
  }
}
