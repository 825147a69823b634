import Bytes
import Config
import HostCounters
import Linux
import SystemPackage
import Testing

@testable import Agent

@Suite struct PacketLogModuleTests {
  private let loop = SimulatedLoop()
  private let log = LogLines()

  private func module(knowsULOG: Bool) -> PacketLogModule {
    let (interfaces, runner, root) = (FakeInterfaces(), FakeRunner(), fixture("debian12-virtio-6.1"))
    let exporter = Exporter(
      subAgentID: 0, datagramBytes: 1400, loop: loop, network: FakeNetwork(loop), logger: log.logger)
    return PacketLogModule(
      ModuleContext(
        loop: loop, background: runner, exporter: exporter,
        hostRecords: HostRecords.all(
          root, uuid: .init(), interfaces: interfaces,
          background: runner, logger: log.logger),
        interfaces: interfaces, transceivers: { _ in .failure(.notSupportedOnSocket) },
        sampledInterfaces: SampledInterfaces(), logger: log.logger),
      knowsULOG: { knowsULOG })
  }

  private static let blocks = "collector { ip = 192.0.2.1 }  ulog { group = 3 probability = 0.01 }"

  @Test func `without ULOG in the kernel NFLOG serves, and the new rule is told once`() throws {
    let module = module(knowsULOG: false)
    let settings = try settings(Self.blocks)
    module.apply(settings)
    module.apply(settings)
    #expect(module.status.map { $0.prefix(14) } == ["nflog group 3:"])
    #expect(
      log.lines(with: "ulog") == [
        "notice: ulog { }: listening to NFLOG group 3, as this kernel has no ULOG (it went with Linux 3.17). The "
          + "rule is now: iptables -A INPUT -m statistic --mode random --probability 0.01 -j NFLOG --nflog-group 3"
      ])
  }

  /// The socket cannot be had here; what to do about that is told as of every source.
  @Test func `with ULOG in the kernel it is used, beside NFLOG with the same group`() throws {
    let module = module(knowsULOG: true)
    module.apply(try settings(Self.blocks + " nflog { group = 3 }"))
    #expect(module.status.map { $0.prefix { $0 != ":" } } == ["nflog group 3", "ulog group 3"])
    #expect(log.lines(with: "listening to NFLOG").isEmpty)
    module.apply(try settings(Self.blocks))
    #expect(module.status.map { $0.prefix { $0 != ":" } } == ["ulog group 3"])
    module.apply(try settings("collector { ip = 192.0.2.1 }"))
    #expect(module.status.isEmpty)
    loop.run(for: .seconds(10))
    #expect(loop.nextDeadline == nil)
  }
}
