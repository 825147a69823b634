internal import Linux
internal import Logging
internal import SystemPackage

/// `watch = on`: reads the configuration again when its text is another.
///
/// A class because deadlines and events refer to it.
final class ConfigurationWatch {
  private let path: String
  private let loop: any EventLoop
  private let logger: Logger
  private let onChange: () -> Void
  private var watch: FileWatch?
  private var isOn = false
  /// As it was when it was last looked at; `nil` if it could not be read.
  private var text: [UInt8]?
  private var deadline: Deadline?
  private var hasFailed = false
  /// A change rarely comes alone.
  private static let settling = Duration.milliseconds(200)
  private static let retry = Duration.seconds(10)

  init(_ path: String, loop: any EventLoop, logger: Logger, onChange: @escaping () -> Void) {
    self.path = path
    self.loop = loop
    self.logger = logger
    self.onChange = onChange
    deadline = Deadline { [unowned self] in look() }
  }

  deinit { if let deadline { loop.disarm(deadline) } }

  func apply(_ new: Bool) {
    guard new != isOn else { return }
    isOn = new
    if new {
      begin()
      text = try? WholeFile.read(path)
    } else {
      watch = nil
      if let deadline { loop.disarm(deadline) }
    }
  }

  /// Watches the folders on today's way to the file.
  private func begin() {
    do throws(Errno) {
      watch = try FileWatch(path, loop: loop) { [unowned self] in
        if let deadline, deadline.time == nil { loop.arm(deadline, after: Self.settling) }
      }
      if hasFailed { logger.notice("\(path): watched again") }
      hasFailed = false
    } catch {
      if !hasFailed { logger.warning("cannot watch \(path): \(error.explanation) (will keep trying)") }
      hasFailed = true
      watch = nil
      if let deadline { loop.arm(deadline, after: Self.retry) }
    }
  }

  private func look() {
    // Before it is read, so that what changes meanwhile is seen.
    begin()
    let new = try? WholeFile.read(path)
    guard new != text else { return }
    if new == nil { logger.warning("\(path) is gone or cannot be read; the configuration in force stays") }
    text = new
    if new != nil { onChange() }
  }
}
