import Config
import HostCounters
import Linux
import Testing

@testable import Agent

@Suite struct MemoryTests {
  /// In a process of its own: other tests take memory too. An object of 32 octets, the smallest there is, left behind
  /// by each poll would be 320 KiB.
  @Test func `ten thousand polls of this host leave no memory behind`() async {
    await #expect(processExitsWith: .success) {
      let loop = SimulatedLoop()
      let log = LogLines()
      var options = Agent.Options()
      options.autoFilePath = nil
      let network = SilentNetwork()
      let agent = Agent(
        try settings("agentIP = 192.0.2.10  polling = 20  collector { ip = 192.0.2.1 }"), options: options,
        loop: loop, background: FakeRunner(), network: network,
        interfaces: InterfaceMonitor(loop: loop, logger: log.logger), names: FakeRunner(), logger: log.logger)
      agent.prepare()
      agent.start()
      loop.run(for: .seconds(20 * 10))
      let before = try residentAnonymousKiB()
      loop.run(for: .seconds(20 * 10_000))
      let after = try residentAnonymousKiB()
      #expect(network.sender.datagrams > 10_000)
      #expect(after < before + 256, "RssAnon was \(before) KiB and is \(after) KiB")
    }
  }
}

/// `RssAnon` of this process.
func residentAnonymousKiB() throws -> UInt64 {
  let status = try KernelFile(FileRoot("/"), "/proc/self/status", buffer: FileBuffer()).bytes()
  let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
  return try #require(line.flatMap { UInt64($0.dropFirst(8).filter(\.isNumber)) })
}

/// Takes datagrams and keeps nothing of them.
private final class SilentNetwork: CollectorNetwork {
  final class Sender: DatagramSender {
    var isAstray: Bool { false }
    private(set) var datagrams = 0
    func send(_ payload: Span<UInt8>) { datagrams += 1 }
    func send(_ batch: borrowing DatagramBatch) -> Int {
      datagrams += batch.count
      return batch.count
    }
  }
  let sender = Sender()

  func open(_ address: SocketAddress, _ settings: Settings.Collector) -> any DatagramSender { sender }
  func resolve(
    _ name: String, port: UInt16, then: @escaping (Result<[SocketAddress], ResolverError>?) -> Void
  ) {}
}
