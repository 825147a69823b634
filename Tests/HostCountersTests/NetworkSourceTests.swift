import Bytes
import HostCounters
import Linux
import Netlink
import SFlow
import Testing

@Suite struct NetworkSourceTests {
  /// Counters that all differ, from `base` on.
  private func counters(_ base: UInt64) -> LinkStatistics64 {
    var link = LinkStatistics64()
    link.rxBytes = base
    link.rxPackets = base + 1
    link.rxErrors = base + 2
    link.rxDropped = base + 3
    link.rxMissedErrors = 100
    link.txBytes = base + 4
    link.txPackets = base + 5
    link.txErrors = base + 6
    link.txDropped = base + 7
    return link
  }

  private func total(_ source: NetworkSource) throws -> HostNetworkIO {
    let sent = try records { (sample) throws(FileError) in try source.append(to: &sample) }
    let io: HostNetworkIO? = try #require(sent).first?.value()
    return try #require(io)
  }

  @Test func `every counter comes from its own, and drops are those of proc net dev`() throws {
    let interfaces = try FakeInterfaces("2 eth0 up")
    interfaces.statistics = [(2, counters(1000))]
    #expect(
      try lines(NetworkSource(interfaces)) == [
        words(
          """
          host_net_io bytes_in=1000 B pkts_in=1001 errs_in=1002 drops_in=1103
          bytes_out=1004 B packets_out=1005 errs_out=1006 drops_out=1007
          """)
      ])
  }

  @Test func `members of a bond count, the bond and the loopback do not`() throws {
    let interfaces = try FakeInterfaces(
      """
      1 lo lo up
      2 eth0 up in:4
      3 eth1 up in:4
      4 bond0 up bond
      5 bond0.7 up vlan over:4
      6 br0 up bridge
      """)
    interfaces.statistics = (1...6).map { ($0, counters(UInt64($0) * 1000)) }
    #expect(try total(NetworkSource(interfaces)).inBytes == 5000)
  }

  @Test func `the first total is the kernel's, later ones add what was counted since`() throws {
    let interfaces = try FakeInterfaces("2 eth0 up\n3 eth1 up")
    let source = NetworkSource(interfaces)
    interfaces.statistics = [(2, counters(1000)), (3, counters(5 << 32))]
    #expect(try total(source).inBytes == 5 << 32 + 1000)
    #expect(try total(source).inBytes == 5 << 32 + 1000)
    interfaces.statistics = [(2, counters(1010)), (3, counters(5 << 32 + 1))]
    #expect(try total(source).inBytes == 5 << 32 + 1011)
    #expect(try total(source).inPackets == 1013)
  }

  @Test func `an interface that is plugged in brings no jump and counts from then on`() throws {
    let interfaces = try FakeInterfaces("2 eth0 up")
    let source = NetworkSource(interfaces)
    interfaces.statistics = [(2, counters(1000))]
    _ = try total(source)
    interfaces.table.apply(try link("3 eth1 up"))
    interfaces.statistics = [(2, counters(1000)), (3, counters(1 << 40))]
    #expect(try total(source).inBytes == 1000)
    interfaces.statistics = [(2, counters(1000)), (3, counters(1 << 40 + 7))]
    #expect(try total(source).inBytes == 1007)
  }

  @Test func `one that takes the ifIndex of another between two polls brings no jump`() throws {
    let interfaces = try FakeInterfaces("2 eth0 up")
    let source = NetworkSource(interfaces)
    interfaces.statistics = [(2, counters(1000))]
    _ = try total(source)
    var deletion = try link("2 eth0")
    deletion.isDeletion = true
    interfaces.table.apply(deletion)
    interfaces.table.apply(try link("2 eth0 up"))
    interfaces.statistics = [(2, counters(1 << 40))]
    #expect(try total(source).inBytes == 1000)
  }

  @Test func `a total does not fall when an interface vanishes, and the others go on`() throws {
    let interfaces = try FakeInterfaces("2 eth0 up\n3 eth1 up")
    let source = NetworkSource(interfaces)
    interfaces.statistics = [(2, counters(1000)), (3, counters(2000))]
    #expect(try total(source).inBytes == 3000)
    var deletion = try link("3 eth1")
    deletion.isDeletion = true
    interfaces.table.apply(deletion)
    interfaces.statistics = [(2, counters(1001))]
    #expect(try total(source).inBytes == 3001)
  }

  @Test func `an interface that a dump left out once loses nothing`() throws {
    let interfaces = try FakeInterfaces("2 eth0 up\n3 eth1 up")
    let source = NetworkSource(interfaces)
    interfaces.statistics = [(2, counters(1000)), (3, counters(2000))]
    _ = try total(source)
    interfaces.statistics = [(2, counters(1000))]
    _ = try total(source)
    interfaces.statistics = [(2, counters(1000)), (3, counters(2500))]
    #expect(try total(source).inBytes == 3500)
  }

  @Test func `a 32-bit counter of a driver wraps without a fall, one that was reset adds nothing`() throws {
    let interfaces = try FakeInterfaces("2 eth0 up\n3 eth1 up")
    let source = NetworkSource(interfaces)
    interfaces.statistics = [(2, counters(0xFFFF_FF00)), (3, counters(1 << 33))]
    let before = try total(source)
    #expect(before.inBytes == 0xFFFF_FF00 + 1 << 33)
    interfaces.statistics = [(2, counters(0x100)), (3, counters(50))]
    let after = try total(source)
    #expect(after.inBytes == before.inBytes + 0x200)
    // On the wire packets are modulo 2³².
    #expect(after.inPackets == before.inPackets &+ 0x200)
  }

  @Test func `what was counted before a failure is not counted twice, and the next poll goes on`() throws {
    let interfaces = try FakeInterfaces("2 eth0 up\n3 eth1 up")
    let source = NetworkSource(interfaces)
    interfaces.statistics = [(2, counters(1000)), (3, counters(2000))]
    // Even the first poll.
    interfaces.failsAfter = 1
    #expect(throws: FileError.self) { try total(source) }
    interfaces.failsAfter = nil
    #expect(try total(source).inBytes == 3000)
    interfaces.statistics = [(2, counters(1100)), (3, counters(2200))]
    interfaces.failsAfter = 1
    #expect(throws: FileError.self) { try total(source) }
    interfaces.failsAfter = nil
    #expect(try total(source).inBytes == 3300)
  }

  @Test func `a host without interfaces has counted nothing`() throws {
    #expect(try total(NetworkSource(try FakeInterfaces("1 lo lo up"))).inBytes == 0)
  }
}
