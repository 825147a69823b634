import Bytes
import CLibvirt
import Config
import Linux
import SFlow
import Testing

@testable import VirtualMachines

/// What a libvirt may do to the agent.
@Suite struct TroubleTests {
  @Test func `without the library the reason is said once, and it is tried again`() throws {
    let (loop, log) = (SimulatedLoop(), VMLog())
    let machines = try VirtualMachines(loop: loop, background: VMRunner(loop), logger: log.logger) {
      () throws(LibvirtFailure) in
      throw LibvirtFailure("cannot open libvirt: no such file", remedy: "install it")
    }
    var configuration = Config.Settings()
    configuration.xen = .init()
    machines.apply(VirtualMachines.Settings(configuration))
    loop.run(for: .seconds(3600))
    #expect(
      log.all == ["warning: virtual machines: cannot open libvirt: no such file; install it (will retry)"])
    // 1, 2, 4 … 60 seconds.
    #expect((50...80).contains(loop.wakeUps - 60))
    #expect(machines.activeGuests == nil)
    #expect(machines.status.count == 1)
    machines.apply(nil)
    #expect(machines.status == [])
    let before = loop.wakeUps
    loop.run(for: .seconds(3600))
    #expect(loop.wakeUps == before)
  }

  @Test(arguments: ["open", "list", "statistics nowait"])
  func `a call that fails costs the connection, and guests come back with the next`(call: String) throws {
    let bench = try VMBench([runningGuest(1)])
    bench.poll()
    bench.fake.troubles[call] = .fails(VIR_ERR_INTERNAL_ERROR, "client socket\nis closed")
    bench.fake.breakConnection()
    bench.deliverEvents()
    bench.loop.run(for: .seconds(1))
    bench.poll()
    bench.loop.run(for: .seconds(30))
    bench.poll()
    #expect(bench.log.all.contains { $0.contains("client socket is closed") && $0.hasSuffix("(will retry)") })
    #expect(bench.polls == 1)
    #expect(bench.forgotten == [])
    bench.fake.troubles = [:]
    bench.loop.run(for: .seconds(61))
    bench.poll()
    #expect(bench.polls == 2)
    #expect(bench.polled.map(\.name) == ["guest1"])
    #expect(bench.log.all.contains("notice: virtual machines: libvirt answers again"))
    #expect(bench.fake.openConnections == 1)
    #expect(bench.fake.registrations == 4)
  }

  @Test func `a frozen libvirt is given up after the limit, and guests are remembered`() throws {
    let bench = try VMBench([runningGuest(1)])
    bench.poll()
    bench.runner.isFrozen = true
    bench.poll()
    bench.loop.run(for: .seconds(9))
    #expect(bench.machines.activeGuests == 1)
    bench.loop.run(for: .seconds(2))
    #expect(bench.machines.activeGuests == nil)
    #expect(
      bench.log.all.contains(
        "warning: virtual machines: libvirt gave no answer within 10 s (poll) (will retry)"))
    // Attempts to connect hang too.
    bench.loop.run(for: .seconds(60))
    bench.poll()
    #expect(bench.machines.missedPolls >= 2)
    #expect(bench.machines.guests.count == 1)
    #expect(bench.forgotten == [])
    bench.runner.thaw()
    bench.loop.run(for: .seconds(61))
    bench.poll()
    #expect(bench.polls == 2)
    // Whatever came back late was closed.
    #expect(bench.fake.openConnections == 1)
    #expect(bench.fake.registrations == 4)
  }

  @Test func `a libvirt that stays away makes its guests be forgotten in the end`() throws {
    let bench = try VMBench([runningGuest(1)])
    bench.poll()
    bench.fake.troubles["open"] = .fails(VIR_ERR_SYSTEM_ERROR, "Connection refused")
    bench.fake.breakConnection(VIR_CONNECT_CLOSE_REASON_KEEPALIVE)
    bench.deliverEvents()
    #expect(bench.log.all.contains { $0.contains("does not answer keep-alive messages") })
    bench.loop.run(for: .seconds(170))
    bench.poll()
    #expect(bench.forgotten == [])
    bench.loop.run(for: .seconds(11))
    bench.poll()
    #expect(bench.forgotten == [uuid(1)])
    #expect(bench.changes > 0)
  }

  @Test func `events of a connection that is no more are nobody's`() throws {
    let bench = try VMBench([runningGuest(1)])
    bench.fake.breakConnection()
    bench.fake.tell(uuid(1))
    bench.deliverEvents()
    bench.loop.run(for: .seconds(2))
    bench.fake.forgetCalls()
    bench.deliverEvents()
    bench.loop.run(for: .seconds(2))
    #expect(bench.fake.calls == [:])
    #expect(bench.machines.activeGuests == 1)
  }

  @Test func `another libvirt by reload leaves nothing of the old one`() throws {
    let bench = try VMBench([runningGuest(1)])
    let other = FakeHypervisor()
    other.guests = [runningGuest(2), runningGuest(3)]
    var settings = bench.settings
    settings.uri = other.uri
    bench.machines.apply(settings)
    bench.poll()
    #expect(bench.polled.map(\.name) == ["guest2", "guest3"])
    #expect(bench.forgotten == [uuid(1)])
    #expect(bench.fake.openConnections == 0)
    #expect(bench.fake.registrations == 0)
    bench.machines.apply(nil)
    #expect(other.openConnections == 0)
    #expect(bench.machines.guests.isEmpty)
  }

  // MARK: - Partial answers

  /// A driver like that of LXC, or libvirt's test driver.
  private static func singles(_ number: Int) -> FakeHypervisor.Guest {
    var guest = runningGuest(number, disks: 2, adaptors: 1)
    guest.parameters = [("state.state", .int(1))]
    guest.info = (state: 1, maximum: 2048, memory: 1024, cpus: 3, time: 9_000_000)
    guest.blocks = ["vd0": (1, 2, 3, 4, -1), "vd1": (10, 20, 30, -1, -1)]
    guest.blockInfos = ["vd0": (100, 200, 300)]
    guest.interfaces = ["vnet\(number)-0": [1, 2, 3, 4, 5, 6, 7, -1]]
    return guest
  }

  @Test(arguments: [nil, VIR_ERR_NO_SUPPORT, VIR_ERR_INVALID_ARG] as [virErrorNumber?])
  func `where the bulk call tells too little guests are asked one by one`(refusal: virErrorNumber?) throws {
    let bench = try VMBench((0..<25).map(Self.singles)) {
      if let refusal {
        $0.troubles["statistics nowait"] = .fails(refusal, "unsupported")
        $0.troubles["statistics"] = .fails(refusal, "unsupported")
      }
    }
    bench.poll()
    #expect(bench.polled.count == 25)
    let guest = try #require(bench.guest("guest7"))
    #expect(guest.cpu == VirtualCPU(state: .running, cpuMS: 9, virtualCPUs: 3))
    #expect(guest.memory == VirtualMemory(usedBytes: 1 << 20, maximumBytes: 2 << 20))
    var disks = VirtualDiskIO()
    (disks.capacityBytes, disks.allocationBytes, disks.availableBytes) = (100, 200, 300)
    (disks.readRequests, disks.readBytes, disks.writeRequests, disks.writtenBytes) = (11, 22, 33, 4)
    #expect(guest.diskIO == disks)
    #expect(guest.networkIO?.outErrors == 7)
    #expect(guest.networkIO?.outDrops == .max)
    bench.fake.forgetCalls()
    bench.poll()
    #expect(bench.fake.calls["statistics nowait"] == nil)
    #expect(bench.fake.calls["info"] == 25)
  }

  @Test func `a driver that must wait for busy guests is asked to`() throws {
    let bench = try VMBench([runningGuest(1)]) {
      $0.troubles["statistics nowait"] = .fails(VIR_ERR_INVALID_ARG, "unsupported flags")
    }
    bench.poll()
    bench.poll()
    #expect(bench.polls == 2)
    #expect(bench.fake.calls["statistics nowait"] == 1)
    #expect(bench.fake.calls["statistics"] == 2)
  }

  @Test(arguments: ["look up", "xml", "info", "block", "block info", "interface"])
  func `a guest that is gone between two calls does no harm to others`(call: String) throws {
    let bench = try VMBench((0..<12).map(Self.singles)) {
      $0.troubles[call] = .fails(VIR_ERR_NO_DOMAIN, "Domain not found")
    }
    bench.poll()
    #expect(bench.polls == 1)
    #expect(bench.machines.activeGuests == (call == "look up" ? 0 : 12))
  }

  @Test func `a description that is not understood costs its guest nothing else`() throws {
    var guest = runningGuest(1)
    guest.xml = "<domain><broken"
    let bench = try VMBench([guest, runningGuest(2)])
    bench.poll()
    bench.poll()
    #expect(bench.polled.map(\.name) == ["guest1", "guest2"])
    #expect(bench.guest("guest1")?.diskIO?.readRequests == 1000)
  }
}
