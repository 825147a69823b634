internal import Agent
internal import Config
internal import Linux
internal import Logging
internal import SFlow
internal import SystemPackage

/// From a good configuration to a running agent and to its end.
struct Daemonization {
  private let options: ProgramOptions
  private let logger: Logger

  init(_ options: ProgramOptions, _ logger: Logger) {
    self.options = options
    self.logger = logger
  }

  /// What ends the program before it runs.
  enum Failure: Error, CustomStringConvertible {
    case alreadyRunning(pid: String, path: String)
    case cannot(String, Errno)
    case noUser(String)

    var description: String {
      switch self {
      case .alreadyRunning(let pid, let path):
        // It writes its number a moment after it has taken the file.
        "another hsflowd is already running: \(pid.isEmpty ? "it" : "process \(pid)") holds \(path); stop it first, or give another file with -p"
      case .cannot(let what, let error): "cannot \(what): \(error.explanation)"
      case .noUser(let name): "there is no user \"\(name)\" to become; -P remains root"
      }
    }
  }

  /// Runs the agent until a signal ends it.
  func run(_ settings: Settings) throws(Failure) {
    var pidFile: PidFile?
    if !options.isForeground { pidFile = try takePidFile() }
    if !options.isForeground {
      if options.logPath == nil { try? Log.direct(to: .syslog) }
      try attempt("go into the background") { () throws(Errno) in try Daemon.detach() }
    }
    logger.notice("hsflowd \(version) starts")
    try attempt("write \(options.pidFilePath)") { () throws(Errno) in try pidFile?.write() }

    Host.raiseDescriptorLimit()
    let loop = try attempt("make an event loop") { () throws(Errno) in try EpollLoop() }
    let background = try attempt("make a mailbox") { () throws(Errno) in try BackgroundWork(loop: loop) }
    let names = try attempt("make a mailbox") { () throws(Errno) in try BackgroundWork(loop: loop) }
    for work in [background, names] {
      work.onOverrun = { [logger] in logger.warning("\($0): takes too long; going on without it") }
      work.onThreadFailure = { [logger] in logger.say(threadFailure: $0) }
    }
    var agentOptions = options.agent
    agentOptions.version = version
    let agent = Agent(
      settings, options: agentOptions, loop: loop, background: background, names: names, logger: logger)
    agent.prepare()
    try dropRoot(settings)
    if options.prints { agent.onDatagram(Self.printInWords) }
    let supervision = Supervision(agent, loop: loop, logger: logger)
    let signals = try attempt("watch signals") { () throws(Errno) in
      try SignalSource(loop: loop) { signal in take(signal, agent, loop, supervision) }
    }
    let watch = ProcessWatch(options, loop: loop, logger: logger)
    sayMissingRights(agent)
    agent.start()
    supervision?.ready()
    // Once everything ran: reading the configuration and opening sources takes megabytes of code that polls do not.
    let settled = Deadline { Host.dropCode() }
    loop.arm(settled, after: .seconds(2))
    try attempt("wait for events") { () throws(Errno) in try loop.run() }
    supervision?.stopping()
    agent.shutDown()
    _ = (signals, watch)
    pidFile.take()?.remove()
    logger.notice("hsflowd ends")
  }

  private func attempt<R: ~Copyable>(_ what: String, _ body: () throws(Errno) -> R) throws(Failure) -> R {
    do throws(Errno) { return try body() } catch { throw .cannot(what, error) }
  }

  private func takePidFile() throws(Failure) -> PidFile {
    do throws(PidFile.Failure) {
      return try PidFile(at: options.pidFilePath)
    } catch {
      switch error {
      case .inUse(let pid): throw .alreadyRunning(pid: pid, path: options.pidFilePath)
      case .failed(let error): throw .cannot("take the pid file \(options.pidFilePath)", error)
      }
    }
  }

  /// Root ends here, but for the rights that sampling and collectors need. The agent becomes the user of the package, or
  /// nobody where it is not installed.
  private func dropRoot(_ settings: Settings) throws(Failure) {
    guard Privileges.isRoot, !options.keepsRoot else { return }
    // These two in any case: a reload may ask for packets.
    let kept = RightNeeded.all(settings).reduce([.netAdmin, .netRaw] as Capabilities) { $0.union($1.right) }
    let user = Privileges.firstUser(of: ["hsflowd", "_hsflowd"]) ?? "nobody"
    // Not taken for none where they cannot be read: they would be gone for good.
    let current = try attempt("read its own rights") { () throws(Errno) in try Capabilities.current() }
    do throws(Privileges.Failure) {
      try Privileges.drop(to: user, keeping: kept.intersection(current))
    } catch {
      switch error {
      case .noSuchUser(let name): throw .noUser(name)
      case .failed(let what, let error): throw .cannot(what, error)
      }
    }
  }

  /// Says what will not work before it does not.
  private func sayMissingRights(_ agent: Agent) {
    for right in agent.missingRights {
      logger.warning("\(right); give it to the service (AmbientCapabilities=), or start as root")
    }
  }

  private func take(_ signal: Signal, _ agent: Agent, _ loop: EpollLoop, _ supervision: Supervision?) {
    switch signal {
    case .terminate, .interrupt:
      logger.notice("\(signal == .terminate ? "SIGTERM" : "SIGINT"): ending")
      loop.stop()
    case .hangUp:
      do throws(Errno) { try Log.reopen() } catch {
        logger.warning("cannot open the log file anew: \(error.explanation)")
      }
      if let supervision { supervision.reload(agent.reload) } else { agent.reload() }
      sayMissingRights(agent)
    case .user1:
      for line in agent.report() { logger.notice("\(line)") }
    case .user2:
      Log.level = Log.level == .info ? .debug : .trace
      logger.notice("log level is now \(Log.level)")
    }
  }

  private static func printInWords(_ datagram: Span<UInt8>) {
    do {
      for line in try Datagram(decoding: datagram).describe() { Terminal.print(line) }
    } catch {
      Terminal.print("datagram of \(datagram.count) octets that cannot be decoded: \(error)")
    }
  }
}
