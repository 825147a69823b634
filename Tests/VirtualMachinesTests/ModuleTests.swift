import Bytes
import CLibvirt
import Config
import HostCounters
import Linux
import Logging
import Netlink
import SFlow

import SystemPackage
import Testing

@testable import Agent
@testable import Sampling
@testable import VirtualMachines

/// Guests as data sources: their samples, numbers and taps.
@Suite struct ModuleTests {
  private final class Interfaces: HostInterfaces {
    var table = InterfaceTable()
    var onChange: (InterfaceChanges) -> Void = { _ in }
    func start() {}
    func readStatistics(_ body: (UInt32, LinkStatistics64) -> Void) throws(FileError) {}
    func readMembership(of member: UInt32, in bond: UInt32) throws(FileError) -> LAGPortStats? { nil }

    func add(_ index: UInt32, _ name: String) {
      var link = LinkMessage(index: index)
      link.name = name
      table.apply(link)
    }
  }

  private final class Network: CollectorNetwork {
    func open(_ address: SocketAddress, _ settings: Settings.Collector) throws(Errno) -> any DatagramSender {
      throw .networkUnreachable
    }
    func resolve(
      _ name: String, port: UInt16, then: @escaping (Result<[SocketAddress], ResolverError>?) -> Void
    ) {}
  }

  private final class Bench {
    let loop = SimulatedLoop()
    let fake = FakeHypervisor()
    let interfaces = Interfaces()
    let exporter: Exporter
    let module: VirtualMachinesModule
    var datagrams: [[UInt8]] = []

    init(_ guests: [FakeHypervisor.Guest], payload: UInt32 = 1400) {
      let logger = VMLog().logger
      exporter = Exporter(
        subAgentID: 100_000, datagramBytes: payload, loop: loop, network: Network(), logger: logger)
      exporter.setAgentAddress(.v4(IPv4Address(192, 0, 2, 1)))
      let runner = VMRunner(loop)
      fake.guests = guests
      let libvirt = fake.libvirt
      let context = ModuleContext(
        loop: loop, background: runner, exporter: exporter,
        hostRecords: HostRecords.all(
          FileRoot("/"), uuid: UUID(), interfaces: interfaces, background: runner, logger: logger),
        interfaces: interfaces, transceivers: { _ in .failure(.notSupportedOnSocket) },
        sampledInterfaces: SampledInterfaces(), logger: logger)
      module = VirtualMachinesModule(context) { (context) throws(Errno) in
        try VirtualMachines(loop: context.loop, background: runner, logger: logger) {
          () throws(LibvirtFailure) in libvirt
        }
      }
      exporter.onDatagram = { [unowned self] bytes in datagrams.append(bytes.indices.map { bytes[$0] }) }
    }

    func apply(polling: UInt32 = 20) {
      var settings = Settings()
      settings.kvm = .init()
      settings.kvm?.uri = fake.uri
      settings.polling = polling
      module.apply(settings)
    }

    func samples() throws -> [CounterSample] {
      exporter.flush()
      return try datagrams.flatMap { try Datagram(decoding: $0.span).samples }.compactMap {
        if case .countersExpanded(let sample) = $0 { sample } else { nil }
      }
    }
  }

  /// By hand from the rule of the C agent: its test domain is 3:148529.
  @Test func `a guest has the number that the C agent gives it`() throws {
    var guest = runningGuest(1)
    guest.uuid = try #require(UUID("6695eb01-f6a4-8304-79aa-97f2502e193f"))
    let bench = Bench([guest])
    bench.apply()
    bench.loop.run(for: .seconds(21))
    let sample = try #require(bench.samples().first)
    #expect(sample.source == DataSource(.logicalEntity, 148_529))
    #expect(sample.sequence == 1)
    #expect(sample.records.map(\.format.format) == [2002, 2103, 2104, 2102, 2101, 2000, 2001])
  }

  @Test(arguments: [(1400, 65), (8192, 300), (600, 15), (300, 0)] as [(UInt32, Int)])
  func `adaptors are as many as the datagram has room for`(payload: UInt32, atLeast: Int) throws {
    let bench = Bench([runningGuest(1, disks: 3, adaptors: 300)], payload: payload)
    bench.interfaces.add(70, "vnet1-0")
    bench.apply()
    bench.loop.run(for: .seconds(41))
    let samples = try bench.samples()
    if payload > 300 {
      #expect(samples.count >= 1)
      let adaptors = try #require(
        samples.first?.records.lazy.compactMap { $0.value(as: HostAdapters.self) }.first?.adapters)
      #expect(adaptors.count >= atLeast)
      #expect(adaptors.first?.index == 70)
    }
    #expect(bench.datagrams.allSatisfy { $0.count <= Int(payload) })
  }

  @Test func `the samples of many guests leave a few at a time, and all leave`() throws {
    let bench = Bench((0..<500).map { runningGuest($0, disks: 8, adaptors: 8) })
    bench.apply()
    bench.loop.run(for: .seconds(19))
    bench.loop.run(for: .seconds(22))
    let samples = try bench.samples()
    #expect(Set(samples.map(\.source)).count == 500)
    for (_, own) in Dictionary(grouping: samples, by: \.source) {
      #expect(own.map(\.sequence) == Array(1...UInt32(own.count)))
    }
  }

  @Test func `packets of taps name their guests, and others nobody`() throws {
    let bench = Bench([runningGuest(1), runningGuest(2)])
    bench.interfaces.add(7, "vnet1-0")
    bench.interfaces.add(8, "vnet2-0")
    bench.interfaces.add(9, "eth0")
    #expect(bench.exporter.entities.isEmpty)
    bench.apply(polling: 0)
    #expect(Set(bench.exporter.entities.keys) == [7, 8])
    let entity = try #require(bench.exporter.entities[7])
    for (input, output) in [(7, 8), (9, 7), (9, 10)] as [(UInt32, UInt32)] {
      let head = FlowSampleHead(
        source: DataSource(.interface, input), sequence: 1, rate: 1, pool: 1, drops: 0,
        input: Interface(index: input), output: Interface(index: output))
      _ = bench.exporter.appendFlowSample(head) {
        $0.append(ExtendedSwitch(sourceVLAN: 1, sourcePriority: 0))
      }
    }
    bench.exporter.flush()
    let records = try bench.datagrams.flatMap { try Datagram(decoding: $0.span).samples }.map { sample in
      if case .flowExpanded(let flow) = sample {
        flow.records.compactMap { $0.value(as: ExtendedEntities.self) }
      } else {
        [ExtendedEntities]()
      }
    }
    #expect(
      records == [
        [ExtendedEntities(source: entity, destination: try #require(bench.exporter.entities[8]))],
        [ExtendedEntities(destination: entity)], [],
      ])
    // The tap goes, and comes back under another number.
    bench.interfaces.table.apply(
      { () -> LinkMessage in
        var link = LinkMessage(index: 7)
        link.isDeletion = true
        return link
      }())
    bench.interfaces.add(17, "vnet1-0")
    bench.module.apply(bench.interfaces.table.takeChanges())
    #expect(bench.exporter.entities[17] == entity)
    #expect(bench.exporter.entities[7] == nil)
    bench.module.apply(Settings())
    #expect(bench.exporter.entities.isEmpty)
    #expect(bench.module.status == [])
  }
}
