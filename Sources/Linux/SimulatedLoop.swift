public import SystemPackage

/// A loop whose clock moves only when a test says so: a day of polling takes milliseconds.
///
/// A class because code under test holds on to it as its `EventLoop`.
public final class SimulatedLoop: EventLoop {
  public private(set) var now: Instant
  private var deadlines = DeadlineQueue()
  private var watched: [CInt: () -> Void] = [:]
  /// Deadlines fired so far: the wake-ups a real loop would have had, at the most.
  public private(set) var wakeUps = 0

  public init(now: Instant = Instant(nanoseconds: 1_000_000_000_000)) { self.now = now }

  public func arm(_ deadline: Deadline, at time: Instant) { deadlines.arm(deadline, at: max(time, now)) }
  public func disarm(_ deadline: Deadline) { deadlines.disarm(deadline) }
  public func watch(_ descriptor: CInt, _ action: @escaping () -> Void) throws(Errno) {
    watched[descriptor] = action
  }
  public func unwatch(_ descriptor: CInt) { watched[descriptor] = nil }

  /// Runs the action that waits for `descriptor`, as if data had arrived.
  public func makeReadable(_ descriptor: CInt) { watched[descriptor]?() }

  /// Runs the actions of all descriptors, as those may that find nothing to read.
  public func makeAllReadable() { for descriptor in watched.keys.sorted() { watched[descriptor]?() } }

  /// The time of the next deadline.
  public var nextDeadline: Instant? { deadlines.next() }

  /// Moves the clock on by `duration`, firing every deadline on the way at its own time.
  public func run(for duration: Duration) {
    let end = now + duration
    while let next = deadlines.next(), next <= end {
      now = max(now, next)
      while let deadline = deadlines.popDue(at: now) {
        wakeUps += 1
        deadline.action()
      }
    }
    // An action may have stalled beyond the end.
    now = max(now, end)
  }

  /// Moves the clock on without running anything: the process was stopped for `duration`.
  public func stall(for duration: Duration) { now = now + duration }
}
