internal import ArgumentParser
internal import ControlProtocol
internal import Linux

struct PrintMetrics: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics",
    abstract: "Prints the agent's own counters in the text format of Prometheus.",
    discussion: "To have them collected, write telemetry { textfile = FILE } into the configuration.")

  @OptionGroup var connection: ControlOption

  func run() throws {
    let text = Metrics.text(try AgentConnection.items(at: connection.control))
    Terminal.print(String(text.dropLast()))
  }
}
