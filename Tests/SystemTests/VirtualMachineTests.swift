import Foundation
import Linux
import SFlow
import Testing

extension SystemTests {
  /// A real libvirtd with real guests (qemu without KVM, in their BIOS).
  @Suite(.enabled(if: VirtualMachineHost.isPossible, "needs libvirtd, virsh and qemu-system-x86_64"))
  struct VirtualMachineTests {
    /// What came of guests and of the host, by name.
    private final class Account {
      let collector: Receiver
      private(set) var guests: [String: CounterSample] = [:]
      private(set) var host: [(sequence: UInt32, uptime: UInt32)] = []
      private(set) var entities: Set<DataSource> = []
      private(set) var node: VirtualNode?
      init(_ collector: Receiver) { self.collector = collector }

      func take() throws {
        for datagram in try collector.drain() {
          for sample in datagram.samples {
            switch sample {
            case .countersExpanded(let sample) where sample.source == .host:
              host.append((sample.sequence, datagram.uptime))
              node = sample.record(VirtualNode.self)
            case .countersExpanded(let sample) where sample.source.type == .logicalEntity:
              if let name = sample.record(HostDescription.self)?.hostname { guests[name] = sample }
            case .flowExpanded(let sample):
              for record in sample.records {
                if let named = record.value(as: ExtendedEntities.self) { entities.insert(named.destination) }
              }
            default: break
            }
          }
        }
      }

      /// The sample of a guest once it fulfils `condition`.
      func guest(
        _ name: String, within limit: Duration = .seconds(40),
        _ condition: (CounterSample) -> Bool = { _ in true }
      ) throws -> CounterSample {
        guests[name] = nil
        let came = try eventually(within: limit) {
          try take()
          return guests[name].map(condition) ?? false
        }
        try #require(came, "no such sample of \(name): \(String(describing: guests[name]))")
        return try #require(guests[name])
      }

      /// The host's samples came without a gap.
      func checkHost() throws {
        try take()
        for (before, after) in zip(host, host.dropFirst()) {
          #expect(after.sequence == before.sequence + 1)
          #expect(after.uptime - before.uptime <= 2000)
        }
      }
    }

    @Test func `guests are followed through all that happens to them and to libvirt`() throws {
      let lab = try Lab()
      let host = try VirtualMachineHost(lab)
      let account = Account(try lab.collector())
      let devices =
        try host.disk("a.raw", "vda", bytes: 1 << 20)
        + VirtualMachineHost.adaptor("52:54:00:00:00:01", "tapa")
        + VirtualMachineHost.adaptor("52:54:00:00:00:02", "tapu", model: "usb-net")
      try host.virsh("create", try host.describe("a", devices: devices))
      try host.virsh("create", "--paused", try host.describe("b", devices: ""))
      try host.virsh(
        "define", try host.describe("c", devices: VirtualMachineHost.adaptor("52:54:00:00:00:03", "tapc")))
      let agent = try Agent(
        "sflow { polling = 1 collector { ip = 10.99.0.2 } kvm { } pcap { dev = tapa sampling = 1 } }",
        in: lab.hostPath, wrapped: host.inside)

      // Against what virsh says before and after.
      let before = try host.statistics(of: "a")
      let a = try account.guest("a") {
        // Without disks as long as it is busy with its start.
        $0.record(HostAdapters.self)?.adapters.count == 2 && $0.record(VirtualDiskIO.self) != nil
      }
      let after = try host.statistics(of: "a")
      func lies(_ value: UInt64?, _ keys: String...) -> Bool {
        let (low, high) = keys.reduce((0, 0) as (UInt64, UInt64)) {
          ($0.0 + (before[$1] ?? 0), $0.1 + (after[$1] ?? 0))
        }
        return value.map { $0 >= low && $0 <= high } ?? false
      }
      let cpu = try #require(a.record(VirtualCPU.self))
      #expect(cpu.state == .running && cpu.virtualCPUs == 1)
      #expect(try UInt64(cpu.cpuMS) >= #require(before["cpu.time"]) / 1_000_000)
      #expect(try UInt64(cpu.cpuMS) <= #require(after["cpu.time"]) / 1_000_000)
      let memory = try #require(a.record(VirtualMemory.self))
      #expect(memory == VirtualMemory(usedBytes: 16 << 20, maximumBytes: 16 << 20))
      let disks = try #require(a.record(VirtualDiskIO.self))
      #expect(lies(disks.capacityBytes, "block.0.capacity"))
      #expect(lies(disks.allocationBytes, "block.0.allocation"))
      #expect(lies(disks.availableBytes, "block.0.physical"))
      #expect(lies(UInt64(disks.readRequests), "block.0.rd.reqs"))
      #expect(lies(disks.readBytes, "block.0.rd.bytes"))
      #expect(lies(disks.writtenBytes, "block.0.wr.bytes"))
      let net = try #require(a.record(VirtualNetworkIO.self))
      #expect(lies(net.inBytes, "net.0.rx.bytes", "net.1.rx.bytes"))
      #expect(lies(UInt64(net.inPackets), "net.0.rx.pkts", "net.1.rx.pkts"))
      #expect(lies(net.outBytes, "net.0.tx.bytes", "net.1.tx.bytes"))
      #expect(a.record(HostDescription.self)?.machineType == .x86_64)
      #expect(a.record(HostParent.self)?.container == .host)
      let tap = try Program.run(["cat", "/sys/class/net/tapa/ifindex"], in: lab.hostPath)
      let link = try Program.run(["ip", "-o", "link", "show", "tapa"], in: lab.hostPath)
      #expect(
        link.output.hasPrefix("\(a.record(HostAdapters.self)?.adapters.first?.index ?? 0):"), "\(tap) \(link)"
      )

      // Those that do not run.
      let b = try account.guest("b")
      #expect(b.record(VirtualCPU.self)?.state == .paused)
      let c = try account.guest("c")
      #expect(c.record(VirtualCPU.self) == VirtualCPU(state: .shutoff, cpuMS: 0, virtualCPUs: 1))
      #expect(c.record(HostAdapters.self)?.adapters.map(\.index) == [0])
      #expect(c.record(VirtualNetworkIO.self) == nil)
      #expect(eventually { (try? account.take()) != nil && account.node?.activeDomains == 2 })

      // Packets to the guest name it.
      try lab.ip(lab.host, "addr add 10.98.0.1/24 dev tapa")
      _ = try Program.run(["bash", "-c", "echo x > /dev/udp/10.98.0.2/9"], in: lab.hostPath)
      #expect(
        try eventually {
          try account.take(); return account.entities.contains(a.source)
        })

      // Devices that come and go, another name, a start.
      let disk = try host.disk("more.raw", "vdb", bytes: 1 << 19)
      try host.virsh("attach-device", "a", try host.folder.write(disk, to: "disk.xml"))
      _ = try account.guest("a") { $0.record(VirtualDiskIO.self)?.capacityBytes == 3 << 19 }
      try host.virsh("detach-interface", "a", "ethernet", "--mac", "52:54:00:00:00:02")
      let unplugged = try account.guest("a") { $0.record(HostAdapters.self)?.adapters.count == 1 }
      // A counter does not fall.
      #expect(try #require(unplugged.record(VirtualNetworkIO.self)).inBytes >= net.inBytes)
      try host.virsh("domrename", "c", "renamed")
      #expect(try account.guest("renamed").source == c.source)
      try host.virsh("start", "renamed")
      let started = try account.guest("renamed") { $0.record(VirtualCPU.self)?.state == .running }
      #expect(started.source == c.source && started.sequence > c.sequence)
      _ = try account.guest("renamed") { ($0.record(HostAdapters.self)?.adapters.first?.index ?? 0) > 0 }

      // libvirt is frozen, goes on, is killed, comes back.
      let frozen = Instant.now
      host.libvirtd.signal(SIGSTOP)
      #expect(agent.says("virtual machines: libvirt gave no answer within 10 s (poll)"))
      let noticed = Instant.now - frozen
      agent.program.signal(SIGUSR1)
      #expect(agent.says("virtual machines: libvirt gave no answer within 10 s (poll) (will retry), 1 calls"))
      host.libvirtd.signal(SIGCONT)
      #expect(agent.says("virtual machines: libvirt answers again"))
      #expect(try account.guest("a").source == a.source)
      try host.restartDaemon()
      #expect(agent.says("libvirt closed the connection"))
      let again = try account.guest("a") { $0.sequence > unplugged.sequence }
      #expect(try again.source == a.source && #require(again.record(VirtualCPU.self)).cpuMS > cpu.cpuMS)

      // Gone.
      try host.virsh("destroy", "a")
      #expect(
        try eventually {
          try account.take(); return account.node?.activeDomains == 2
        })
      try account.checkHost()
      let resident = agent.status("VmRSS").first.flatMap { Int($0) } ?? .max
      #expect(Release.isInstrumented || resident <= 30 * 1024)
      #expect(agent.program.end() == 0)
      report(
        "virtual machines",
        "\(resident) KiB resident, \(account.host.count) host samples without a gap, "
          + "a frozen libvirt noticed after \(noticed.components.seconds) s")
    }

    /// The first question about it is not answered. As long as that waits libvirt has nothing of the guest's disks for
    /// any other question than their names.
    @Test func `a guest that stands still costs the others ten seconds, and its disks stay what they were`()
      throws
    {
      let lab = try Lab()
      let host = try VirtualMachineHost(lab)
      let account = Account(try lab.collector())
      for name in ["a", "b"] {
        let disk = try host.disk(name + ".raw", "vda", bytes: 1 << 20)
        try host.virsh("create", try host.describe(name, devices: disk))
      }
      let agent = try Agent(
        "sflow { polling = 1 collector { ip = 10.99.0.2 } kvm { } }", in: lab.hostPath, wrapped: host.inside)
      for name in ["a", "b"] { _ = try account.guest(name) { $0.record(VirtualDiskIO.self) != nil } }

      let qemu = try host.process(of: "a")
      kill(qemu, SIGSTOP)
      #expect(agent.says("virtual machines: libvirt gave no answer within 10 s (poll)"))
      try account.take()
      let before = try #require(account.guests["a"])
      #expect(agent.says("virtual machines: libvirt answers again"))
      #expect(agent.says("virtual machines: guest \"a\": libvirt tells nothing of its disks"))
      let after = (a: try account.guest("a"), b: try account.guest("b"))
      #expect(after.a.record(VirtualDiskIO.self) == before.record(VirtualDiskIO.self))
      #expect(after.a.record(VirtualCPU.self)?.state == .running)
      #expect(after.a.sequence > before.sequence && after.b.record(VirtualDiskIO.self) != nil)
      let explained = try Program.run([
        Release.hsflowctl, "explain", "--control", agent.folder["control"],
      ])
      #expect(explained.output.contains("libvirt tells nothing of its disks"), "\(explained)")

      kill(qemu, SIGCONT)
      #expect(agent.says("virtual machines: libvirt tells of the disks of all guests again"))
      try account.checkHost()
      #expect(agent.program.end() == 0)
    }
  }
}
