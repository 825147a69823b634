internal import Config
internal import Linux
internal import Logging
internal import SystemPackage

/// Writes `hsflowd.auto` for the sub-agents on this host, whenever its content changes.
///
/// Readers get a whole file: it is written beside the old one and renamed. Where the folder may not be written to
/// (any more), the file itself is rewritten; readers then see by its two revision lines whether it is whole.
final class AutoFileWriter {
  private let path: String
  private let published: PublishedFile
  private let logger: Logger
  private(set) var revision: UInt32 = 0
  private var content: String?
  private var hasFailed = false

  init(path: String, logger: Logger) {
    self.path = path
    published = PublishedFile(path)
    self.logger = logger
  }

  func write(_ file: AutoFile) {
    let new = file.content
    guard new != content else { return }
    content = new
    revision += 1
    do throws(Errno) {
      try published.replace(with: file.text(revision: revision))
      if hasFailed { logger.notice("\(path): written again") }
      hasFailed = false
    } catch {
      if !hasFailed {
        logger.warning("cannot write \(path): \(error.explanation); sub-agents get no settings")
      }
      hasFailed = true
      content = nil
    }
  }
}
