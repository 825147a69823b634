internal import HeapModule
public import SystemPackage

/// Time and readiness, injected: production runs an `EpollLoop`, tests a `SimulatedLoop`.
///
/// One loop, one thread. Nothing here is `Sendable`; other threads reach the loop through a `Mailbox`.
public protocol EventLoop: AnyObject {
  /// The loop's idea of now, read once per round: all work of one round sees the same time.
  var now: Instant { get }
  /// Runs the deadline's action at `time` or as soon after as the loop can; a time that is past means now.
  /// Arming again moves it.
  func arm(_ deadline: Deadline, at time: Instant)
  /// The deadline will not fire until it is armed again.
  func disarm(_ deadline: Deadline)
  /// Runs `action` in every round in which `descriptor` can be read, until `unwatch`.
  func watch(_ descriptor: CInt, _ action: @escaping () -> Void) throws(Errno)
  /// Must come before the descriptor is closed.
  func unwatch(_ descriptor: CInt)
}

/// Something to do at a point in time. Created once, armed as often as needed without allocating.
///
/// A class because the loop and its owner mean the same one.
public final class Deadline {
  let action: () -> Void
  /// When it fires; `nil` while disarmed.
  public fileprivate(set) var time: Instant?
  /// Its entry in the queue while it is armed.
  fileprivate var order: UInt64 = 0

  public init(_ action: @escaping () -> Void) { self.action = action }
}

extension EventLoop {
  /// Arms `deadline` to fire after `duration` from now.
  public func arm(_ deadline: Deadline, after duration: Duration) { arm(deadline, at: now + duration) }
}

/// Deadlines in order of time; equal times in order of arming.
struct DeadlineQueue {
  /// Holds no reference: an entry that was overtaken must keep nothing alive, and dropping it must run no code.
  private struct Entry: Comparable {
    var time: Instant
    var order: UInt64

    static func < (a: Entry, b: Entry) -> Bool { (a.time, a.order) < (b.time, b.order) }
  }

  private var heap = Heap<Entry>()
  /// What is armed, by the order of its entry. An entry that is not in here was overtaken.
  private var armed: [UInt64: Deadline] = [:]
  /// The order of the last entry.
  private(set) var order: UInt64 = 0

  mutating func arm(_ deadline: Deadline, at time: Instant) {
    disarm(deadline)
    order += 1
    deadline.time = time
    deadline.order = order
    armed[order] = deadline
    heap.insert(Entry(time: time, order: order))
    // A far deadline that is armed again and again must not fill the heap.
    if heap.count > 2 * armed.count + 32 { heap.removeAll { [armed] in armed[$0.order] == nil } }
  }

  mutating func disarm(_ deadline: Deadline) {
    guard deadline.time != nil else { return }
    deadline.time = nil
    armed[deadline.order] = nil
  }

  /// The first entry that counts. Overtaken ones are dropped, so none of them causes a wake-up.
  private mutating func first() -> Entry? {
    while let first = heap.min {
      if armed[first.order] != nil { return first }
      heap.removeMin()
    }
    return nil
  }

  /// The time of the first deadline.
  mutating func next() -> Instant? { first()?.time }

  /// Takes the first deadline that is due at `now`; it is disarmed.
  /// - Parameter limit: the value of `order` up to which deadlines count.
  mutating func popDue(at now: Instant, armedUpTo limit: UInt64 = .max) -> Deadline? {
    guard let first = first(), first.time <= now, first.order <= limit else { return nil }
    let deadline = armed[first.order]
    if let deadline { disarm(deadline) }
    return deadline
  }
}
