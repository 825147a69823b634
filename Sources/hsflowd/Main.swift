internal import Agent
internal import Config
internal import Linux
internal import Logging
internal import SystemPackage

/// The process: options, configuration, background, rights, then the loop until a signal.
@main
struct Main {
  static func main() {
    Log.bootstrap()
    SignalSource.block()
    let program = CommandLine.arguments.first ?? "hsflowd"
    let options: ProgramOptions
    switch ProgramOptions.parse(CommandLine.arguments) {
    case .run(let parsed): options = parsed
    case .version: Terminal.print("\(program) version \(version)", status: 0)
    case .help: Terminal.complain(ProgramOptions.usage(program), status: 0)
    case .wrong(let what):
      Terminal.complain("\(program): \(what)\n" + ProgramOptions.usage(program), status: 1)
    }
    if !options.isForeground { Daemon.closeInheritedFiles() }
    options.directLog()
    let logger = Logger(label: "hsflowd")

    guard let settings = logger.settings(of: options.agent.configurationPath) else {
      logger.error("failed to read config file \(options.agent.configurationPath)")
      Terminal.end(1)
    }
    if options.checksOnly {
      let findings = options.checksHost ? HostCheck.findings(settings) : []
      for finding in findings { logger.say(finding) }
      logger.notice("\(options.agent.configurationPath) is \(findings.verdict)")
      Terminal.end(findings.exitStatus)
    }
    do {
      try Daemonization(options, logger).run(settings)
    } catch {
      logger.critical("\(error)")
      Terminal.end(1)
    }
    Terminal.end(0)
  }
}
