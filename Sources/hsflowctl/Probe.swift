internal import Agent
internal import ArgumentParser
internal import Bytes
internal import Config
internal import Linux

struct Probe: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Sends one datagram to a collector and tells how it got there.",
    discussion: """
      The datagram has no samples and the sub-agent \(CollectorProbe.subAgentID), by which a collector can tell it. \
      Exit status: 0 nothing is known to be wrong, 1 it cannot arrive, 2 datagrams may be fragmented.
      """)

  @Argument(help: "Address or name of the collector.") var collector: String
  @Option(name: .shortAndLong, help: "Its UDP port.") var port: UInt16 = 6343
  @Option(help: "The interface by which to send.") var dev: String?
  @Option(help: "The network namespace from which to send.") var namespace: String?
  @Option(help: "The local address from which to send.") var source: String?
  @Option(help: "The largest datagram that will be sent.") var datagramBytes: UInt32 = 1400

  func run() throws {
    var from: IPAddress?
    if let source {
      guard let address = IPAddress(source) else {
        throw ValidationError("--source \"\(source)\" is not an IP address")
      }
      from = address
    }
    let host = IPAddress(collector).map { HostAddress.literal($0) } ?? .name(collector)
    let probe = CollectorProbe(
      Settings.Collector(host, port: port, device: dev, namespace: namespace, source: from),
      datagramBytes: datagramBytes)
    for line in probe.lines { Terminal.print("\(line.name): \(line.value)") }
    guard let failure = probe.failure else { return }
    Terminal.print("\(failure)")
    throw ExitCode([failure].exitStatus)
  }
}
