internal import CLinux

/// The clock that steps when somebody sets it: for comparing with times that the kernel put on packets, and for
/// nothing else.
public enum WallClock {
  /// Since 1970-01-01 UTC (`CLOCK_REALTIME`).
  public static var nanoseconds: UInt64 {
    var time = timespec()
    // Cannot fail: the clock exists and the pointer is good.
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
  }
}
