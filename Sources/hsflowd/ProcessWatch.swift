internal import Linux
internal import Logging
internal import SystemPackage

/// What `-M` and `-F` ask for, looked at every second; without them it costs nothing.
final class ProcessWatch {
  private let options: ProgramOptions
  private let loop: any EventLoop
  private let logger: Logger
  private var deadline: Deadline?
  private var lastControl: [UInt8] = []

  init(_ options: ProgramOptions, loop: any EventLoop, logger: Logger) {
    self.options = options
    self.loop = loop
    self.logger = logger
    guard options.memoryLimitKiB > 0 || options.debugControlPath != nil else { return }
    let deadline = Deadline { [unowned self] in look() }
    self.deadline = deadline
    look()
  }

  deinit { if let deadline { loop.disarm(deadline) } }

  private func look() {
    if options.memoryLimitKiB > 0, Host.maximumResidentKiB > options.memoryLimitKiB {
      logger.critical("\(Host.maximumResidentKiB) KiB of memory are resident, more than -M allows: ending")
      Terminal.end(1)
    }
    if let path = options.debugControlPath { readControl(path) }
    if let deadline { loop.arm(deadline, after: .seconds(1)) }
  }

  /// Lines `module=level`: the highest level of all decides, as there is one log level.
  private func readControl(_ path: String) {
    let text: [UInt8]
    do throws(Errno) { text = try WholeFile.read(path) } catch { return }
    guard text != lastControl else { return }
    lastControl = text
    let levels = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap { line in
      line.split(separator: "=").last.flatMap { Int($0.trimmingBlanks) }
    }
    Log.level = ProgramOptions.level(max(options.debugLevel, levels.max() ?? 0))
    logger.notice("log level is now \(Log.level) (\(path))")
  }
}

extension Substring {
  fileprivate var trimmingBlanks: Substring {
    drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
  }
}
