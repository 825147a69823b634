internal import ArgumentParser

/// The version of this build, which is that of the daemon.
let version = "0.1.0"

@main
struct HsflowCtl: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hsflowctl",
    abstract:
      "Asks the sFlow agent of this host how it is and why, checks its configuration, and decodes sFlow.",
    discussion: """
      Exit status: 0 all is well, 1 there is an error, 2 there are only warnings, 64 the command is wrong.
      """,
    version: version,
    subcommands: [Status.self, Explain.self, Check.self, Listen.self, Probe.self, PrintMetrics.self])
}

/// Where the agent is asked.
struct ControlOption: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The control socket of the agent.", valueName: "path"))
  var control = "/run/hsflowd/control"
}
