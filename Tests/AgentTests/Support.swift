import Bytes
import Config
import Foundation
import HostCounters
import Linux
import Logging
import Netlink
import SFlow
import SystemPackage
import Testing

@testable import Agent

/// The folder of the package.
let packageFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path

/// A recorded or composed host: see `Tests/ProcFSTests/Fixtures/README.md`.
func fixture(_ name: String) -> FileRoot { FileRoot(packageFolder + "/Tests/ProcFSTests/Fixtures/" + name) }

func ip(_ text: String) -> IPAddress { IPAddress(text) ?? .v4(IPv4Address(0)) }

/// What a `hsflowd.conf` with these lines in `sflow { }` says.
func settings(_ lines: String) throws -> Settings {
  let outcome = Configuration.parse(
    Array("sflow {\n\(lines)\n}\n".utf8), file: "test.conf",
    options: ParseOptions(features: Catalogue.features))
  return try #require(outcome.settings, "\(outcome.diagnostics)")
}

extension Datagram {
  init(_ bytes: [UInt8]) throws { try self.init(decoding: bytes.span) }

  var counters: [CounterSample] {
    samples.compactMap { if case .countersExpanded(let sample) = $0 { sample } else { nil } }
  }
}

extension FakeSender {
  /// Everything sent, decoded.
  func datagrams() throws -> [Datagram] { try sent.map { try Datagram($0.bytes) } }
}

/// A folder that goes with its owner.
final class TemporaryFolder: Sendable {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "hsflowd-agent-\(Foundation.UUID().uuidString)"
    mkdir(path, 0o755)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  subscript(name: String) -> String { path + "/" + name }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: self[name]))
  }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: self[name], withIntermediateDirectories: true)
  }

  func text(of name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: self[name])), as: UTF8.self)
  }

  func inode(of name: String) throws -> UInt64 {
    try #require(FileManager.default.attributesOfItem(atPath: self[name])[.systemFileNumber] as? UInt64)
  }
}

/// A whole agent on a simulated clock, in a folder of its own, on a host with eth0 at 192.0.2.10.
final class AgentBench {
  let loop = SimulatedLoop()
  let log = LogLines()
  let folder = TemporaryFolder()
  let runner = FakeRunner()
  let interfaces = FakeInterfaces()
  let names = FakeNames()
  let network: FakeNetwork
  let agent: Agent
  var sender: FakeSender { network.senders[0] }

  /// - Parameters:
  ///   - lines: inside `sflow { }`.
  ///   - hasAddress: whether eth0 has its address from the start.
  ///   - prepare: called before the agent is made.
  ///   - transceivers: what is plugged in; nothing.
  init(
    _ lines: String = "polling = 20  collector { ip = 192.0.2.1 }", hasAddress: Bool = true,
    prepare: (AgentBench.Parts) -> Void = { _ in },
    transceivers: @escaping OpticalModules.Reader = { _ in .failure(.notSupportedOnSocket) }
  ) throws {
    network = FakeNetwork(loop)
    interfaces.statistics = { [2: .init()] }
    if hasAddress { interfaces.add(2, "eth0", "192.0.2.10") } else { interfaces.add(2, "eth0") }
    prepare(Parts(network: network, interfaces: interfaces, runner: runner, names: names))
    var options = Agent.Options()
    options.configurationPath = folder["hsflowd.conf"]
    options.autoFilePath = folder["hsflowd.auto"]
    options.root = fixture("debian12-virtio-6.1")
    agent = Agent(
      try settings(lines), options: options, loop: loop, background: runner, network: network,
      interfaces: interfaces, transceivers: transceivers, names: runner, nameSource: names.source,
      logger: log.logger)
    agent.prepare()
    agent.start()
  }

  struct Parts {
    let network: FakeNetwork
    let interfaces: FakeInterfaces
    let runner: FakeRunner
    let names: FakeNames
  }

  /// Writes a configuration and has the agent read it.
  func reload(_ lines: String) throws {
    try folder.write("sflow {\n\(lines)\n}\n", to: "hsflowd.conf")
    agent.reload()
  }

  /// The source of what `append` adds.
  let appended = DataSource(.interface, 7)
  private var sequence: UInt32 = 0

  /// Adds a counter sample that waits for its datagram to fill.
  func append() {
    agent.exporter.appendCounterSample(of: appended, sequence: &sequence) {
      $0.append(PortName(name: "eth7"))
    }
  }

  /// The value of a counter in the agent's report.
  func counter(_ name: String) throws -> UInt64 {
    let line = try #require(agent.report().first { $0.hasPrefix(name + "=") })
    return try #require(UInt64(line.dropFirst(name.count + 1)))
  }

  var auto: [Substring] { ((try? folder.text(of: "hsflowd.auto")) ?? "").split(separator: "\n") }
}
