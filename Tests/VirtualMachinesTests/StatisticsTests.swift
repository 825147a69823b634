import CLibvirt
import Foundation
import SFlow
import Testing

@testable import VirtualMachines

@Suite struct StatisticsTests {
  private func parse(_ parameters: [(String, FakeHypervisor.Value)]) -> GuestStatistics {
    let room = UnsafeMutablePointer<virTypedParameter>.allocate(capacity: max(1, parameters.count))
    defer { room.deallocate() }
    memset(room, 0, parameters.count * MemoryLayout<virTypedParameter>.stride)
    for (i, parameter) in parameters.enumerated() { FakeHypervisor.fill(room + i, parameter.0, parameter.1) }
    return GuestStatistics(UnsafeBufferPointer(start: room, count: parameters.count))
  }

  @Test func `all parameters of a running guest are understood`() {
    let found = parse(runningGuest(7, disks: 2, adaptors: 1, base: 100).parameters)
    #expect(found.state == 1)
    #expect(found.cpuNS == 100_000_000)
    #expect(found.memoryKiB == 1 << 20)
    #expect(found.maximumMemoryKiB == 2 << 20)
    #expect(found.virtualCPUs == 2)
    #expect(found.maximumCPUs == 4)
    #expect(found.disks?.map(\.name) == ["vd0", "vd1"])
    #expect(found.disks?[1].capacity == 2 << 30)
    #expect((0..<8).map { found.disks?[1][$0] } == [100, 51200, 101, 102_400, nil, nil, nil, nil])
    #expect((0..<8).map { found.adaptors?[0][$0] } == [100, 101, 102, 103, 104, 105, 106, 107])
  }

  @Test func `what is absent is absent, and what is negative too`() {
    #expect(parse([]) == GuestStatistics())
    let found = parse([
      ("block.count", .uint(1)), ("block.0.name", .text("vda")), ("block.0.rd.reqs", .long(-1)),
      ("block.0.errors", .int(-1)), ("block.0.wr.reqs", .long(3)), ("net.count", .uint(0)),
    ])
    #expect(found.adaptors == [])
    #expect(found.disks?.count == 1)
    #expect(found.disks?[0][GuestStatistics.Disk.readRequests] == nil)
    #expect(found.disks?[0][GuestStatistics.Disk.errors] == nil)
    #expect(found.disks?[0][GuestStatistics.Disk.writeRequests] == 3)
  }

  @Test func `what nobody knows does no harm`() {
    let found = parse([
      ("block.99999999999999999999.name", .text("a")), ("block.4096.rd.reqs", .ulong(1)),
      ("block..name", .text("b")), ("block.0", .ulong(1)), ("net.x.rx.bytes", .ulong(1)),
      ("net.0.rx.new", .ulong(1)), ("net.0.rx.bytesmore", .ulong(1)), ("cpu.timely", .ulong(1)),
      ("cpu.time", .text("text")), (String(repeating: "n", count: 79), .ulong(1)), ("", .real(1)),
    ])
    #expect(found.cpuNS == nil)
    #expect(found.disks == nil)
    #expect(found.adaptors?.first?[0] == nil)
  }

  // MARK: - Sums

  private func device(_ name: String, _ value: UInt64?) -> DeviceStatistics {
    var device = DeviceStatistics(name: name)
    device[0] = value
    return device
  }

  @Test func `devices that come count from then on, and what those counted that go stays`() {
    var sum = DeviceSum()
    #expect(sum[0] == nil)
    sum.update([device("a", 10), device("b", 5)])
    #expect(sum[0] == 15)
    sum.update([device("a", 11), device("b", 6), device("c", 100)])
    #expect(sum[0] == 117)
    // `b` is unplugged.
    sum.update([device("a", 12), device("c", 101)])
    #expect(sum[0] == 119)
    // It comes back, beginning at zero.
    sum.update([device("c", 101), device("b", 1), device("a", 12)])
    #expect(sum[0] == 120)
    // `a` is replaced by another of its name.
    sum.update([device("a", 2), device("b", 1), device("c", 101)])
    #expect(sum[0] == 122)
    sum.update([])
    #expect(sum[0] == 122)
    #expect(sum[1] == nil)
  }

  @Test func `states beyond those of sFlow are brought into them`() {
    let states: [UInt32?] = [nil, 0, 1, 2, 3, 4, 5, 6, 7, 8, .max]
    #expect(states.map { DomainState(libvirt: $0).rawValue } == [0, 0, 1, 2, 3, 4, 5, 6, 3, 0, 0])
  }
}
