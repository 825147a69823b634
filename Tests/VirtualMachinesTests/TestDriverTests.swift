import Bytes
import CLibvirt
import Config
import Foundation
import Linux
import SFlow
import Testing

@testable import VirtualMachines

/// libvirt itself, with the driver that it brings for tests. It answers without a daemon, and in bulk with the state
/// alone: guests are asked for one by one. What it says they count grows with the clock.
@Suite(.enabled(if: (try? Libvirt.open()) != nil, "needs libvirt.so.0")) struct TestDriverTests {
  /// What a driver answers to one who asks it directly.
  private struct Truth {
    var info = virDomainInfo()
    var disks: [virDomainBlockStatsStruct] = []
    var sizes: [virDomainBlockInfo] = []
    var adaptors: [virDomainInterfaceStatsStruct] = []

    init(_ uri: String, _ guest: Guest, disks diskNames: [String], adaptors adaptorNames: [String]) throws {
      let libvirt = try Libvirt.open()
      let connection = try #require(libvirt.calls.open_read_only(uri))
      defer { _ = libvirt.calls.close(connection) }
      let domain = try #require(libvirt.domain(guest.uuid, connection))
      defer { _ = libvirt.calls.free_domain(domain) }
      try #require(libvirt.calls.info(domain, &info) == 0)
      for name in diskNames {
        var (found, size) = (virDomainBlockStatsStruct(), virDomainBlockInfo())
        try #require(
          libvirt.calls.block_statistics(domain, name, &found, MemoryLayout.size(ofValue: found)) == 0)
        try #require(libvirt.calls.block_info(domain, name, &size, 0) == 0)
        disks.append(found)
        sizes.append(size)
      }
      for name in adaptorNames {
        var found = virDomainInterfaceStatsStruct()
        try #require(
          libvirt.calls.interface_statistics(domain, name, &found, MemoryLayout.size(ofValue: found)) == 0)
        adaptors.append(found)
      }
    }
  }

  /// The guests after a poll, on a simulated clock, asked for in the test's own thread.
  private static func poll(_ uri: String) throws -> [Guest] {
    let (loop, log) = (SimulatedLoop(), VMLog())
    let machines = try VirtualMachines(loop: loop, background: VMRunner(loop), logger: log.logger)
    var polled: [Guest] = []
    machines.onPoll = { polled = $0.sorted { $0.name < $1.name } }
    var configuration = Config.Settings()
    configuration.kvm = .init()
    configuration.kvm?.uri = uri
    machines.apply(VirtualMachines.Settings(configuration))
    try #require(machines.isConnected, "\(log.all)")
    machines.poll()
    machines.apply(nil)
    return polled
  }

  /// Between what was said before and after, modulo 2³².
  private static func lies(
    _ value: UInt32, _ before: Truth, _ after: Truth, _ counter: (Truth) -> Int64
  ) -> Bool {
    let (low, high) = (
      UInt32(truncatingIfNeeded: counter(before)), UInt32(truncatingIfNeeded: counter(after))
    )
    return value &- low <= high &- low
  }

  private static func lies(
    _ value: UInt64, _ before: Truth, _ after: Truth, _ counter: (Truth) -> Int64
  ) -> Bool { Int64(value) >= counter(before) && Int64(value) <= counter(after) }

  private static func expectCounters(
    of guest: Guest, _ uri: String, disks diskNames: [String], adaptors adaptorNames: [String],
    _ before: Truth
  ) throws {
    let after = try Truth(uri, guest, disks: diskNames, adaptors: adaptorNames)
    #expect(lies(guest.cpu.cpuMS, before, after) { Int64($0.info.cpuTime / 1_000_000) })
    let disks = try #require(guest.diskIO)
    #expect(disks.capacityBytes == after.sizes.reduce(0) { $0 + $1.capacity })
    #expect(disks.allocationBytes == after.sizes.reduce(0) { $0 + $1.allocation })
    #expect(disks.availableBytes == after.sizes.reduce(0) { $0 + $1.physical })
    #expect(lies(disks.readRequests, before, after) { $0.disks.reduce(0) { $0 + $1.rd_req } })
    #expect(lies(disks.readBytes, before, after) { $0.disks.reduce(0) { $0 + $1.rd_bytes } })
    #expect(lies(disks.writeRequests, before, after) { $0.disks.reduce(0) { $0 + $1.wr_req } })
    #expect(lies(disks.writtenBytes, before, after) { $0.disks.reduce(0) { $0 + $1.wr_bytes } })
    #expect(lies(disks.errors, before, after) { $0.disks.reduce(0) { $0 + $1.errs } })
    let net = try #require(guest.networkIO)
    #expect(lies(net.inBytes, before, after) { $0.adaptors.reduce(0) { $0 + $1.rx_bytes } })
    #expect(lies(net.inPackets, before, after) { $0.adaptors.reduce(0) { $0 + $1.rx_packets } })
    #expect(lies(net.inErrors, before, after) { $0.adaptors.reduce(0) { $0 + $1.rx_errs } })
    #expect(lies(net.inDrops, before, after) { $0.adaptors.reduce(0) { $0 + $1.rx_drop } })
    #expect(lies(net.outBytes, before, after) { $0.adaptors.reduce(0) { $0 + $1.tx_bytes } })
    #expect(lies(net.outPackets, before, after) { $0.adaptors.reduce(0) { $0 + $1.tx_packets } })
    #expect(lies(net.outErrors, before, after) { $0.adaptors.reduce(0) { $0 + $1.tx_errs } })
    #expect(lies(net.outDrops, before, after) { $0.adaptors.reduce(0) { $0 + $1.tx_drop } })
  }

  /// Polls between two looks at `name`.
  private static func compare(
    _ uri: String, _ name: String, disks: [String], adaptors: [String]
  ) throws -> [Guest] {
    let known = try #require(try poll(uri).first { $0.name == name })
    let before = try Truth(uri, known, disks: disks, adaptors: adaptors)
    let guests = try poll(uri)
    let guest = try #require(guests.first { $0.name == name })
    try expectCounters(of: guest, uri, disks: disks, adaptors: adaptors, before)
    #expect(guest.cpu.state.rawValue == UInt32(before.info.state))
    #expect(guest.cpu.virtualCPUs == UInt32(before.info.nrVirtCpu))
    #expect(
      guest.memory
        == VirtualMemory(
          usedBytes: UInt64(before.info.memory) << 10, maximumBytes: UInt64(before.info.maxMem) << 10))
    return guests
  }

  @Test func `the driver's own guest is reported as it is`() throws {
    let guests = try Self.compare("test:///default", "test", disks: ["vda"], adaptors: ["testnet0"])
    #expect(guests.map(\.name) == ["test"])
    let mac = MACAddress(0xAABB_CCDD_EEFF)
    #expect(guests.first?.description?.adaptors == [.init(mac: mac, device: "testnet0")])
  }

  @Test func `several guests with several devices are reported as they are`() throws {
    let file = NSTemporaryDirectory() + "hsflowd-node-\(Foundation.UUID().uuidString).xml"
    try Self.node.write(toFile: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: file) }
    let guests = try Self.compare(
      "test://" + file, "several", disks: ["vda", "vdb"], adaptors: ["testn1", "testn2"])

    #expect(guests.map(\.name) == ["off", "paused", "several"])
    let several = try #require(guests.last)
    #expect(several.uuid == uuid(1))
    #expect(several.cpu.virtualCPUs == 3)
    #expect(several.memory == VirtualMemory(usedBytes: 128 << 20, maximumBytes: 256 << 20))
    #expect(several.hostDescription.machineType == .x86_64)
    #expect(
      several.description?.adaptors.map(\.mac) == [
        MACAddress(0x5254_0000_0001), MACAddress(0x5254_0000_0002),
      ])
    #expect(guests[1].cpu.state == .paused)
    #expect(guests[1].diskIO == VirtualDiskIO() && guests[1].networkIO != nil)
    #expect(guests[0].cpu == VirtualCPU(state: .shutoff, cpuMS: 0, virtualCPUs: 1))
    #expect(guests[0].memory == VirtualMemory(usedBytes: 0, maximumBytes: 64 << 20))
    #expect(guests[0].diskIO == nil && guests[0].networkIO == nil)
  }

  private static let node = """
    <node>
      <domain type='test'><name>several</name><uuid>11112222-3333-4444-0000-000000000001</uuid>
        <memory unit='KiB'>262144</memory><currentMemory unit='KiB'>131072</currentMemory><vcpu current='3'>4</vcpu>
        <os><type arch='x86_64'>hvm</type></os>
        <devices>
          <disk type='file' device='disk'><source file='/a'/><target dev='vda'/></disk>
          <disk type='file' device='disk'><source file='/b'/><target dev='vdb'/></disk>
          <disk type='file' device='cdrom'><source file='/c'/><target dev='hdc' bus='ide'/><readonly/></disk>
          <interface type='network'>
            <mac address='52:54:00:00:00:01'/><source network='default'/><target dev='testn1'/>
          </interface>
          <interface type='network'>
            <mac address='52:54:00:00:00:02'/><source network='default'/><target dev='testn2'/>
          </interface>
        </devices>
      </domain>
      <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
        <name>paused</name><memory unit='KiB'>65536</memory><vcpu>1</vcpu><os><type>hvm</type></os>
        <test:runstate>3</test:runstate>
      </domain>
      <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
        <name>off</name><memory unit='KiB'>65536</memory><vcpu>1</vcpu><os><type>hvm</type></os>
        <test:runstate>5</test:runstate>
      </domain>
      <network><name>default</name><bridge name='virbr0'/></network>
    </node>
    """
}
