internal import CLinux
public import Logging
internal import Synchronization
public import SystemPackage

/// Where log lines go.
public enum LogSink: Sendable {
  /// A terminal or a pipe: text with the time.
  case stream(CInt)
  /// The journal reads the stream: a priority in front, no time.
  case journal(CInt)
  /// syslog(3), for a daemon without systemd.
  case syslog
  /// A file that is opened anew on SIGHUP; no line begins beyond `limit` bytes.
  case file(path: String, limit: Int)
}

/// The handler of swift-log for this program: one line per message, no metadata, flushed at once.
public struct LineLogHandler: LogHandler {
  public var metadata: Logger.Metadata = [:]
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }
  /// Every logger follows the one level of the program.
  public var logLevel: Logger.Level {
    get { Log.level }
    set {}
  }

  public func log(event: LogEvent) {
    let message = event.message.description
    // Names and texts of others are in messages: none of them may begin a line of its own.
    let isPlain = message.utf8.allSatisfy { $0 >= 0x20 }
    Log.write(
      event.level, isPlain ? message : String(decoding: message.utf8.map { max($0, 0x20) }, as: UTF8.self))
  }
}

/// The state behind all loggers: one sink and one level for the process.
public enum Log {
  private struct Output {
    var sink = LogSink.stream(2)
    /// The open file of a `.file` sink.
    var file: CInt = -1
  }

  private static let output = Mutex(Output())
  private static let levelIndex = Atomic<Int>(2)
  private static let levels = Logger.Level.allCases

  public static var level: Logger.Level {
    get { levels[levelIndex.load(ordering: .relaxed)] }
    set { levelIndex.store(levels.firstIndex(of: newValue) ?? 2, ordering: .relaxed) }
  }

  /// Must come before the first `Logger` is made.
  public static func bootstrap() { LoggingSystem.bootstrap { _ in LineLogHandler() } }

  /// Whether the journal reads stderr (systemd sets JOURNAL_STREAM, systemd.exec(5)).
  public static var journalReadsStreams: Bool { unsafe getenv("JOURNAL_STREAM") != nil }

  /// Sends what follows to `sink`.
  /// - Throws: why the file of a `.file` sink could not be opened; the sink stays as it was.
  public static func direct(to sink: LogSink) throws(Errno) {
    var file: CInt = -1
    switch sink {
    case .file(let path, _):
      file = try systemCall { unsafe cl_open_mode(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640) }
    case .syslog: cl_openlog()
    case .stream, .journal: break
    }
    output.withLock { output in
      if output.file >= 0 { _ = close(output.file) }
      output = Output(sink: sink, file: file)
    }
  }

  /// Opens the file of a `.file` sink anew: it was moved away by a rotation.
  public static func reopen() throws(Errno) {
    let sink = output.withLock { $0.sink }
    if case .file = sink { try direct(to: sink) }
  }

  static func write(_ level: Logger.Level, _ message: String) {
    output.withLock { output in
      switch output.sink {
      case .stream(let descriptor):
        put("\(timestamp()) \(level): \(message)\n", to: descriptor)
      case .journal(let descriptor):
        put("<\(priority(level))>\(message)\n", to: descriptor)
      case .syslog:
        unsafe cl_syslog(priority(level), message)
      case .file(_, let limit):
        if lseek(output.file, 0, SEEK_END) < off_t(limit) {
          put("\(timestamp()) \(level): \(message)\n", to: output.file)
        }
      }
    }
  }

  /// A broken or full output must not end the daemon: what cannot be written is lost.
  private static func put(_ line: String, to descriptor: CInt) {
    var line = line
    line.withUTF8 { bytes in
      _ = unsafe CLinux.write(descriptor, bytes.baseAddress, bytes.count)
    }
  }

  /// Priorities of syslog(3).
  private static func priority(_ level: Logger.Level) -> CInt {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }

  /// Local time as "2026-01-31 23:59:59".
  private static func timestamp() -> String {
    var seconds = time(nil)
    var parts = unsafe tm()
    unsafe localtime_r(&seconds, &parts)
    func two(_ n: CInt) -> String { n < 10 ? "0\(n)" : "\(n)" }
    let date = unsafe "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    return unsafe "\(date) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
  }
}
