import Bytes
import CLibvirt
import Config
import Linux
import SFlow
import Testing

@testable import VirtualMachines

/// The guests of a made-up libvirt on a simulated clock.
@Suite struct GuestTests {
  @Test func `a running guest is reported with all its numbers`() throws {
    let bench = try VMBench([runningGuest(1, disks: 2, adaptors: 2, base: 100)])
    bench.poll()
    let guest = try #require(bench.guest("guest1"))
    #expect(guest.hostDescription == HostDescription(hostname: "guest1", uuid: uuid(1), machineType: .x86_64))
    #expect(guest.cpu == VirtualCPU(state: .running, cpuMS: 100, virtualCPUs: 2))
    #expect(guest.memory == VirtualMemory(usedBytes: 1 << 30, maximumBytes: 2 << 30))
    var disks = VirtualDiskIO()
    (disks.capacityBytes, disks.allocationBytes, disks.availableBytes) = (4 << 30, 6 << 30, 6 << 30)
    (disks.readRequests, disks.readBytes, disks.writeRequests) = (200, 102_400, 202)
    disks.writtenBytes = 204_800
    #expect(guest.diskIO == disks)
    var net = VirtualNetworkIO()
    (net.inBytes, net.inPackets, net.inErrors, net.inDrops) = (200, 202, 204, 206)
    (net.outBytes, net.outPackets, net.outErrors, net.outDrops) = (208, 210, 212, 214)
    #expect(guest.networkIO == net)
    #expect(guest.description?.adaptors.map(\.device) == ["vnet1-0", "vnet1-1"])
  }

  @Test func `five hundred guests with 8 disks and 8 adaptors are one question a poll`() throws {
    let bench = try VMBench((0..<500).map { runningGuest($0, disks: 8, adaptors: 8) })
    bench.poll()
    #expect(bench.polled.count == 500)
    #expect(
      bench.polled.allSatisfy { $0.description?.adaptors.count == 8 && $0.diskIO?.capacityBytes == 16 << 30 })
    bench.fake.forgetCalls()
    for _ in 0..<10 { bench.poll() }
    #expect(bench.polls == 11)
    #expect(bench.fake.calls == ["statistics nowait": 10])
  }

  @Test func `guests that do not run are reported without counters`() throws {
    var guest = runningGuest(1)
    guest.identifier = .max
    guest.parameters = [
      ("state.state", .int(5)), ("vcpu.maximum", .uint(4)), ("balloon.maximum", .ulong(2048)),
    ]
    let bench = try VMBench([guest])
    bench.poll()
    let found = try #require(bench.guest("guest1"))
    #expect(found.cpu == VirtualCPU(state: .shutoff, cpuMS: 0, virtualCPUs: 4))
    #expect(found.memory == VirtualMemory(usedBytes: 0, maximumBytes: 2 << 20))
    #expect(found.diskIO == nil)
    #expect(found.networkIO == nil)
    #expect(bench.machines.activeGuests == 0)
    // Nothing but the state was to be had because nothing runs: that is no reason to ask one by one.
    #expect(bench.fake.calls["info"] == nil)
  }

  @Test(
    arguments: [(3, DomainState.paused), (6, .crashed), (7, .paused), (2, .blocked)] as [(Int32, DomainState)]
  )
  func `paused and crashed guests keep their counters`(state: Int32, shown: DomainState) throws {
    var guest = runningGuest(1, base: 50)
    guest.parameters[0] = ("state.state", .int(state))
    let bench = try VMBench([guest])
    bench.poll()
    #expect(bench.guest("guest1")?.cpu == VirtualCPU(state: shown, cpuMS: 50, virtualCPUs: 2))
    #expect(bench.guest("guest1")?.diskIO?.readRequests == 50)
  }

  @Test func `read-only disks do not count`() throws {
    var guest = runningGuest(1, disks: 2, base: 50)
    guest.xml = guest.xml?.replacing(
      "<target dev='vd1' bus='virtio'/>", with: "<target dev='vd1'/><readonly/>")
    let bench = try VMBench([guest])
    bench.poll()
    #expect(bench.guest("guest1")?.diskIO?.readRequests == 50)
    #expect(bench.guest("guest1")?.diskIO?.capacityBytes == 2 << 30)
  }

  @Test func `a guest that is busy is answered for in part and keeps what it had`() throws {
    let bench = try VMBench([runningGuest(1, base: 50), runningGuest(2, base: 60)])
    bench.poll()
    let before = try #require(bench.guest("guest1"))
    bench.fake.guests[0].parameters = [("state.state", .int(1)), ("cpu.time", .ulong(70_000_000))]
    bench.poll()
    let after = try #require(bench.guest("guest1"))
    #expect(after.diskIO == before.diskIO)
    #expect(after.networkIO == before.networkIO)
    #expect(after.memory == before.memory)
    #expect(after.cpu.cpuMS == 70)
  }

  /// As libvirt's driver of qemu answers: its monitor tells of disks, the host of adaptors.
  private func busy(_ number: Int, base: UInt64) -> [(String, FakeHypervisor.Value)] {
    runningGuest(number, disks: 2, adaptors: 2, base: base).parameters.filter { name, _ in
      !name.hasPrefix("block.") || name.hasSuffix(".name") || name == "block.count"
    }
  }

  @Test func `disks of a busy guest that libvirt only names keep what they had`() throws {
    let bench = try VMBench([runningGuest(1, disks: 2, adaptors: 2, base: 50)])
    bench.poll()
    let before = try #require(bench.guest("guest1")?.diskIO)
    bench.fake.guests[0].parameters = busy(1, base: 60)
    bench.poll()
    #expect(bench.guest("guest1")?.diskIO == before)
    #expect(bench.guest("guest1")?.networkIO?.inBytes == 120)
    bench.fake.guests[0].parameters = runningGuest(1, disks: 2, adaptors: 2, base: 70).parameters
    bench.poll()
    #expect(bench.guest("guest1")?.diskIO?.readRequests == 140)
    #expect(bench.guest("guest1")?.diskIO?.capacityBytes == before.capacityBytes)
  }

  @Test func `disks of a guest that has always been busy are not told of`() throws {
    var guest = runningGuest(1, disks: 2, adaptors: 2, base: 50)
    guest.parameters = busy(1, base: 50)
    let bench = try VMBench([guest])
    bench.poll()
    #expect(try #require(bench.guest("guest1")).diskIO == nil)
    #expect(bench.guest("guest1")?.networkIO?.inBytes == 100)
    bench.fake.guests[0].parameters = runningGuest(1, disks: 2, adaptors: 2, base: 60).parameters
    bench.poll()
    #expect(bench.guest("guest1")?.diskIO?.readRequests == 120)
  }

  @Test func `guests that stay busy are said once, and that they are not any more`() throws {
    let bench = try VMBench([runningGuest(1, disks: 2, adaptors: 2), runningGuest(2)])
    bench.poll()
    let before = bench.log.all
    bench.fake.guests[0].parameters = busy(1, base: 2000)
    for _ in 0..<2 { bench.poll() }
    #expect(bench.log.all == before)
    #expect(try #require(bench.guest("guest1")).trouble == nil)
    for _ in 0..<10 { bench.poll() }
    let said = bench.log.all.dropFirst(before.count)
    #expect(said.count == 1)
    #expect(
      said.last?.hasPrefix("warning: virtual machines: guest \"guest1\": libvirt tells nothing of") == true)
    #expect(bench.guest("guest1")?.trouble != nil && bench.guest("guest2")?.trouble == nil)
    #expect(bench.machines.status.last?.contains("2 guests, 2 of them running, 1 busy, ") == true)
    bench.fake.guests[0].parameters = runningGuest(1, disks: 2, adaptors: 2, base: 3000).parameters
    for _ in 0..<2 { bench.poll() }
    #expect(
      Array(bench.log.all.dropFirst(before.count + 1)) == [
        "notice: virtual machines: libvirt tells of the disks of all guests again"
      ])
    #expect(bench.guest("guest1")?.trouble == nil)
    #expect(bench.machines.status.last?.contains("busy") == false)
  }

  // MARK: - Life

  @Test func `guests that start, are renamed, hot-plugged and destroyed are followed by events`() throws {
    let bench = try VMBench([runningGuest(1)])
    bench.poll()
    #expect(bench.polled.map(\.name) == ["guest1"])

    bench.fake.guests.append(runningGuest(2))
    bench.fake.tell(uuid(2))
    bench.deliverEvents()
    bench.loop.run(for: .seconds(1))
    #expect(bench.machines.guests.count == 2)
    #expect(bench.machines.guests.allSatisfy { $0.description != nil })

    bench.fake.guests[0].name = "other"
    bench.fake.guests[0].xml = runningGuest(1, disks: 3, adaptors: 2).xml
    bench.fake.guests[0].parameters = runningGuest(1, disks: 3, adaptors: 2).parameters
    bench.fake.tell(uuid(1), VIR_DOMAIN_EVENT_ID_DEVICE_ADDED)
    bench.deliverEvents()
    bench.loop.run(for: .seconds(1))
    bench.poll()
    #expect(bench.guest("other")?.description?.adaptors.count == 2)
    #expect(bench.guest("other")?.diskIO?.readRequests == 3000)

    bench.fake.guests.removeFirst()
    bench.fake.tell(uuid(1))
    bench.deliverEvents()
    bench.loop.run(for: .seconds(1))
    #expect(bench.machines.activeGuests == 1)
    bench.poll()
    #expect(bench.polled.map(\.name) == ["guest2"])
    #expect(bench.forgotten == [])
    bench.loop.run(for: .seconds(181))
    bench.poll()
    #expect(bench.forgotten == [uuid(1)])
  }

  @Test func `a change whose event was lost shows in the next poll`() throws {
    let bench = try VMBench([runningGuest(1), runningGuest(2)])
    bench.poll()
    bench.fake.guests[0] = runningGuest(1, disks: 1, adaptors: 2)
    bench.fake.guests[1] = runningGuest(3)
    bench.poll()
    bench.poll()
    #expect(bench.polled.map(\.name) == ["guest1", "guest3"])
    #expect(bench.polled.map { $0.description?.adaptors.count } == [2, 1])
  }

  @Test func `a burst of events is one listing`() throws {
    let bench = try VMBench((0..<100).map { runningGuest($0) })
    bench.fake.forgetCalls()
    for i in 0..<100 { bench.fake.tell(uuid(i)) }
    bench.deliverEvents()
    bench.loop.run(for: .seconds(1))
    #expect(bench.fake.calls["list"] == 1)
    #expect(bench.fake.calls["xml"] == 100)
  }

  @Test func `a guest that starts again under another number begins to count anew`() throws {
    let bench = try VMBench([runningGuest(1, base: 5000)])
    bench.poll()
    #expect(bench.guest("guest1")?.diskIO?.readRequests == 5000)
    bench.fake.guests[0] = runningGuest(1, base: 20)
    bench.fake.guests[0].identifier = 77
    bench.poll()
    #expect(bench.guest("guest1")?.diskIO?.readRequests == 20)
    #expect(bench.guest("guest1")?.networkIO?.inBytes == 20)
  }

  @Test func `a disk that is unplugged takes nothing off the sum`() throws {
    let bench = try VMBench([runningGuest(1, disks: 2, base: 100)])
    bench.poll()
    bench.fake.guests[0] = runningGuest(1, disks: 1, base: 110)
    bench.poll()
    let disks = try #require(bench.guest("guest1")?.diskIO)
    #expect(disks.readRequests == 210)
    #expect(disks.capacityBytes == 2 << 30)
  }

  @Test func `a listing is made at every refresh`() throws {
    let bench = try VMBench([runningGuest(1)])
    bench.fake.forgetCalls()
    bench.loop.run(for: .seconds(601))
    #expect(bench.fake.calls == ["list": 10])
  }

  @Test func `where there are no events every listing describes anew`() throws {
    let bench = try VMBench([runningGuest(1)]) {
      for event in [0, 15, 19] { $0.troubles["event \(event)"] = .fails(VIR_ERR_NO_SUPPORT, "no events") }
    }
    #expect(bench.log.all.contains { $0.hasSuffix(", which tells of no events") })
    bench.fake.forgetCalls()
    bench.loop.run(for: .seconds(61))
    #expect(bench.fake.calls == ["list": 1, "look up": 1, "xml": 1])
  }
}
