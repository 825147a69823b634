internal import CLinux
public import SystemPackage

/// The event loop of a library, on a thread of its own.
public enum ForeignLoop {
  /// Calls `turn` until it is `false`. Each is to wait for something to happen, which libraries do in poll(2). Where the
  /// kernel refuses that (ENOMEM, or EINVAL where there are more descriptors than RLIMIT_NOFILE) it comes back at once,
  /// GLib's with a line on standard error each time: turns that do not wait are put farther and farther apart.
  public static func start(_ turn: @escaping @Sendable () -> Bool) throws(Errno) {
    try DetachedThread.start {
      var pace = TurnPace()
      while true {
        let start = Instant.now
        guard turn() else { return }
        let pause = pace.pause(after: Instant.now - start)
        if pause > .zero { rest(pause) }
      }
    }
  }

  /// select(2) without descriptors: poll(2) is what fails.
  private static func rest(_ time: Duration) {
    let (seconds, rest) = time.components
    var time = timeval(tv_sec: Int(seconds), tv_usec: Int(rest / 1_000_000_000_000))
    _ = unsafe select(0, nil, nil, nil, &time)
  }
}

/// How long a loop is left alone between two turns.
struct TurnPace {
  /// Turns in a row that did not wait.
  private var quick = 0
  /// So many do not harm, and happen where much is going on.
  private static let harmless = 20

  mutating func pause(after took: Duration) -> Duration {
    quick = took < .milliseconds(1) ? quick + 1 : 0
    // 1, 2, 4 and so on to 1024 ms.
    return quick <= Self.harmless ? .zero : .milliseconds(1 << min(10, quick - Self.harmless - 1))
  }
}
