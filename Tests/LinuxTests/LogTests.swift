@testable import Linux
import Logging
import SystemPackage
import Testing

extension LinuxTests {
  /// The log belongs to the process: each test leaves it as it was.
  @Suite struct LogTests {
    let folder = TemporaryFolder()
    let logger = Logger(label: "test", factory: { _ in LineLogHandler() })

    /// Runs `body` with the log going to `sink`.
    func logging<R>(to sink: LogSink, level: Logger.Level = .info, _ body: () throws -> R) throws -> R {
      try Log.direct(to: sink)
      Log.level = level
      defer {
        Log.level = .info
        try? Log.direct(to: .stream(2))
      }
      return try body()
    }

    @Test func `a line of a file has the time, the level and the message`() throws {
      try logging(to: .file(path: folder["log"], limit: 10_000)) { logger.warning("disk \(1) is full") }
      let line = try folder.text(of: "log")
      #expect(line.wholeMatch(of: /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d warning: disk 1 is full\n/) != nil)
    }

    @Test func `a file is continued, and no line begins beyond its limit`() throws {
      try folder.write("before\n", to: "log")
      try logging(to: .file(path: folder["log"], limit: 200)) {
        for _ in 0..<100 { logger.info("0123456789") }
      }
      let text = try folder.text(of: "log")
      #expect(text.hasPrefix("before\n2"))
      #expect(text.hasSuffix("info: 0123456789\n"))
      let length = "2026-01-31 23:59:59 info: 0123456789\n".utf8.count
      #expect((200..<200 + length).contains(text.utf8.count))
    }

    @Test func `a file that was moved away is left, and a new one begun, when the log is opened anew`() throws
    {
      try logging(to: .file(path: folder["log"], limit: 10_000)) {
        logger.info("one")
        folder.rename("log", to: "log.1")
        logger.info("two")
        try Log.reopen()
        logger.info("three")
      }
      #expect(try folder.text(of: "log.1").split(separator: "\n").count == 2)
      #expect(try folder.text(of: "log").hasSuffix("info: three\n"))
    }

    @Test func `a file that cannot be opened leaves the log as it was`() throws {
      try logging(to: .file(path: folder["log"], limit: 10_000)) {
        #expect(throws: Errno.noSuchFileOrDirectory) {
          try Log.direct(to: .file(path: folder["none/log"], limit: 1))
        }
        logger.info("still here")
      }
      #expect(try folder.text(of: "log").hasSuffix("still here\n"))
    }

    @Test func `the journal gets priorities and no time`() throws {
      let pipe = try TestPipe()
      try logging(to: .journal(pipe.writing.rawValue), level: .trace) {
        for level in Logger.Level.allCases { logger.log(level: level, "\(level)") }
      }
      #expect(
        try pipe.take()
          == "<7>trace\n<7>debug\n<6>info\n<5>notice\n<4>warning\n<3>error\n<2>critical\n")
    }

    @Test func `all loggers follow the one level, also when it changes`() throws {
      let pipe = try TestPipe()
      try logging(to: .journal(pipe.writing.rawValue)) {
        #expect(logger.logLevel == .info)
        logger.debug("no")
        Log.level = .debug
        logger.debug("yes")
        Log.level = .error
        logger.warning("no")
        logger.error("yes")
      }
      #expect(try pipe.take() == "<7>yes\n<3>yes\n")
    }

    @Test func `a message is one line, whatever is in it`() throws {
      let pipe = try TestPipe()
      try logging(to: .journal(pipe.writing.rawValue)) { logger.info("name \"a\n<0>forged\r\n\tß\"") }
      #expect(try pipe.take() == "<6>name \"a <0>forged   ß\"\n")
    }
  }
}
