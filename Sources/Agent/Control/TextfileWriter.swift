internal import ControlProtocol
internal import Linux
internal import Logging
internal import SystemPackage

/// Writes the agent's own counters for the textfile collector of node_exporter.
///
/// A class because the loop's deadline refers to it.
final class TextfileWriter {
  let path: String
  private let file: PublishedFile
  private let logger: Logger
  private let items: () -> [Item]
  private var schedule: PollSchedule?
  private var complaint: Errno?
  private static let interval = Duration.seconds(15)

  init(path: String, loop: any EventLoop, logger: Logger, items: @escaping () -> [Item]) {
    self.path = path
    file = PublishedFile(path)
    self.logger = logger
    self.items = items
    schedule = PollSchedule(loop: loop) { [unowned self] in write() }
    schedule?.start(every: Self.interval, phase: .milliseconds(1500))
    // The file is made while that is still allowed.
    write()
  }

  deinit { schedule?.stop() }

  /// What the operator can do about a file that cannot be written.
  static func remedy(_ path: String) -> String {
    let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[..<$0] } ?? ""
    return
      "the agent's user must be able to write to its folder, and under systemd ReadWritePaths=\(folder) must be set by systemctl edit hsflowd"
  }

  /// Why the file is not written now, and what to do; `nil` if it is.
  var trouble: (reason: String, remedy: String)? {
    complaint.map { ("textfile \(path): cannot write it: \($0.explanation)", Self.remedy(path)) }
  }

  private func write() {
    do throws(Errno) {
      try file.replace(with: Metrics.text(items()))
      if complaint != nil { logger.notice("textfile \(path): written again") }
      complaint = nil
    } catch {
      if complaint != error {
        logger.warning(
          "textfile \(path): cannot write it: \(error.explanation); \(Self.remedy(path)) (will retry)")
      }
      complaint = error
    }
  }
}
