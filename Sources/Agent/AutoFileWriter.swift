internal import Config
internal import Linux
internal import Logging
internal import SystemPackage

/// Writes `hsflowd.auto` for the sub-agents on this host, whenever its content changes.
///
/// Readers get a whole file: it is written beside the old one and renamed. Where the folder may not be written to
/// (any more), the file itself is rewritten; readers then see by its two revision lines whether it is whole. What cannot
/// be written is tried again: a full disk becomes free without a change of the settings.
final class AutoFileWriter {
  private let path: String
  private let published: PublishedFile
  private let logger: Logger
  private(set) var revision: UInt32 = 0
  private var content: String?
  private let loop: any EventLoop
  /// What could not be written.
  private var unwritten: AutoFile?
  private var retry: Deadline?
  private var backOff = AutoFileWriter.shortestBackOff
  private static let shortestBackOff = Duration.seconds(1)
  private static let longestBackOff = Duration.seconds(60)

  init(path: String, loop: any EventLoop, logger: Logger) {
    self.path = path
    // The second line is "rev_start=7", the last one "rev_end=7".
    published = PublishedFile(path, sealedLines: 2)
    self.loop = loop
    self.logger = logger
    retry = Deadline { [unowned self] in if let unwritten { write(unwritten) } }
    // Readers compare revisions, and the agent's restart is nothing to them.
    if let before = try? WholeFile.read(path) {
      revision = AutoFile.revision(of: String(decoding: before, as: UTF8.self)) ?? 0
      left = before
    }
  }

  deinit { if let retry { loop.disarm(retry) } }

  /// What an agent before this one left there.
  private var left: [UInt8]?

  func write(_ file: AutoFile) {
    let new = file.content
    guard new != content else { return }
    content = new
    // As it is there already: the same revision again.
    if left.map({ $0 != Array(file.text(revision: revision).utf8) }) ?? true { revision &+= 1 }
    left = nil
    do throws(Errno) {
      try published.replace(with: file.text(revision: revision))
      if unwritten != nil { logger.notice("\(path): written again") }
      unwritten = nil
      backOff = Self.shortestBackOff
      if let retry { loop.disarm(retry) }
    } catch {
      if unwritten == nil {
        logger.warning(
          "cannot write \(path): \(error.explanation); sub-agents get no settings (will retry)")
      }
      unwritten = file
      content = nil
      // Nobody has seen this one.
      revision &-= 1
      // Changes come in bursts, and do not put it off.
      guard let retry, retry.time == nil else { return }
      loop.arm(retry, after: backOff)
      backOff = min(backOff * 2, Self.longestBackOff)
    }
  }
}
