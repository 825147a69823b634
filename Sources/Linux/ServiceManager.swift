internal import CLinux
public import SystemPackage

/// The service manager that started this process and wants to hear of it: systemd, by datagrams of text
/// (sd_notify(3), whose protocol is stable and needs no library).
///
/// A class because it owns the socket.
public final class ServiceManager {
  /// How long the manager waits for a sign of life before it ends the process (`WatchdogSec=`); `nil`: for ever.
  public let watchdog: Duration?
  private let descriptor: Descriptor
  /// As `$NOTIFY_SOCKET` has it: a path, or with `@` in front an abstract name, unix(7).
  private let path: String

  /// What a process tells of itself.
  public enum Message: Equatable, Sendable {
    /// Started, or reloaded.
    case ready
    /// Begins to reload at this time.
    case reloading(Instant)
    case stopping
    case alive
    /// What goes on, for `systemctl status`.
    case status(String)

    var text: String {
      switch self {
      case .ready: "READY=1"
      // The time lets the manager tell this reload from an earlier one.
      case .reloading(let time): "RELOADING=1\nMONOTONIC_USEC=\(time.nanoseconds / 1000)"
      case .stopping: "STOPPING=1"
      case .alive: "WATCHDOG=1"
      case .status(let text): "STATUS=\(text)"
      }
    }
  }

  /// `nil` for a process that no such manager started.
  public convenience init?() {
    var watchdog: Duration?
    // The variables may be those of an ancestor.
    if let microseconds = Host.environment("WATCHDOG_USEC").flatMap({ Int64($0) }), microseconds > 0,
      Host.environment("WATCHDOG_PID").map({ $0 == "\(getpid())" }) ?? true
    {
      watchdog = .microseconds(microseconds)
    }
    guard let path = Host.environment("NOTIFY_SOCKET"), !path.isEmpty else { return nil }
    try? self.init(at: path, watchdog: watchdog)
  }

  /// - Parameter path: as in `$NOTIFY_SOCKET`.
  public init(at path: String, watchdog: Duration? = nil) throws(Errno) {
    let number = try systemCall {
      socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    }
    descriptor = Descriptor(owning: number)
    self.path = path
    self.watchdog = watchdog
  }

  /// Sends one datagram. Never blocks: a manager that is busy must not stop the loop.
  public func tell(_ messages: [Message]) throws(Errno) {
    let text = Array(messages.map(\.text).joined(separator: "\n").utf8)
    try systemCall {
      unsafe text.withUnsafeBytes {
        unsafe cl_send_to_path(descriptor.rawValue, path, $0.baseAddress!, $0.count)
      }
    }
  }
}
