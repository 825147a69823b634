internal import CLinux

/// A point on the monotonic clock (`CLOCK_MONOTONIC`): steps of the wall clock don't move it.
public struct Instant: Comparable, Hashable, Sendable {
  /// Nanoseconds since boot, suspended time left out.
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }
  public static func + (a: Instant, b: Duration) -> Instant {
    Instant(nanoseconds: a.nanoseconds.addingSaturating(b.nanoseconds))
  }
  public static func - (a: Instant, b: Instant) -> Duration {
    .nanoseconds(a.nanoseconds &- b.nanoseconds)
  }

  /// What the clock reads now.
  public static var now: Instant {
    var time = timespec()
    // Cannot fail: the clock exists and the pointer is good.
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
  }
}

extension Duration {
  /// The whole duration in nanoseconds, saturating after 292 years.
  public var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? .min : .max }
    return whole.addingSaturating(attoseconds / 1_000_000_000)
  }

  /// The whole duration in milliseconds, rounded up.
  public var millisecondsRoundedUp: Int64 {
    let nanoseconds = nanoseconds
    return nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 > 0 ? 1 : 0)
  }
}

extension Int64 {
  /// The sum, or the nearest number there is: "never" plus a second is still "never".
  fileprivate func addingSaturating(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }
}
