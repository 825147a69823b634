import Bytes
import Netlink
import Testing

@Suite struct StatisticsMessageTests {
  /// `struct rtnl_link_stats64` with the values 1, 2, 3 ... in the first `count` counters.
  private func counted(_ count: UInt8) -> [UInt8] {
    let size = UInt16(16 + count * 8 - 12)
    return message(
      .newStatistics,
      hex("00 000000 05000000 01000000")
        + [UInt8(truncatingIfNeeded: size), UInt8(size >> 8), 1, 0]
        + (1...count).flatMap { [$0, 0, 0, 0, 0, 0, 0, 0] })
  }

  private var all: LinkStatistics64 {
    var all = LinkStatistics64()
    all.rxPackets = 1
    all.txPackets = 2
    all.rxBytes = 3
    all.txBytes = 4
    all.rxErrors = 5
    all.txErrors = 6
    all.rxDropped = 7
    all.txDropped = 8
    all.multicast = 9
    all.collisions = 10
    all.rxLengthErrors = 11
    all.rxOverErrors = 12
    all.rxCRCErrors = 13
    all.rxFrameErrors = 14
    all.rxFIFOErrors = 15
    all.rxMissedErrors = 16
    all.txAbortedErrors = 17
    all.txCarrierErrors = 18
    all.txFIFOErrors = 19
    all.txHeartbeatErrors = 20
    all.txWindowErrors = 21
    all.rxCompressed = 22
    all.txCompressed = 23
    all.rxNoHandler = 24
    all.rxOtherHostDropped = 25
    return all
  }

  @Test func `reads every counter`() throws {
    #expect(try statistics(counted(25)) == [Counted(index: 5, link: all)])
  }

  @Test func `what an old kernel lacks is zero`() throws {
    var expected = all
    expected.rxOtherHostDropped = 0
    #expect(try statistics(counted(24)).first?.link == expected)
    expected.rxNoHandler = 0
    #expect(try statistics(counted(23)).first?.link == expected)
  }

  @Test func `what a new kernel adds is left out`() throws {
    #expect(try statistics(counted(27)).first?.link == all)
  }

  @Test func `a cut counter is an error`() {
    let octets = message(.newStatistics, hex("00 000000 05000000 01000000 0800 0100 01000000"))
    #expect(throws: WireError.truncated(at: 32)) { try statistics(octets) }
  }

  @Test func `other statistics are not those of the link`() throws {
    let octets = message(.newStatistics, hex("00 000000 05000000 08000000 0800 0400 01000000"))
    #expect(try statistics(octets) == [Counted(index: 5, link: nil)])
  }

  /// Recorded after five datagrams of 128 octets each over the loopback.
  @Test func `reads one link and all links`() throws {
    var loopback = LinkStatistics64()
    loopback.rxPackets = 5
    loopback.txPackets = 5
    loopback.rxBytes = 640
    loopback.txBytes = 640
    #expect(try statistics(fixture("statistics-lo")) == [Counted(index: 1, link: loopback)])

    let all = try statistics(fixture("statistics"))
    #expect(all.map(\.index) == [1, 2, 3, 4, 10, 11, 12, 13, 14])
    #expect(all[0].link == loopback)
    #expect(all.map { $0.link?.rxBytes } == [640, 0, 0, 0, 396, 198, 340, 0, 0])
    #expect(all[1].link?.txDropped == 2)
    #expect(all[6].link?.multicast == 4)
  }

  /// A dump of links carries the same counters.
  @Test func `agree with those of a dump of links`() throws {
    #expect(
      try links(fixture("links-statistics")).map(\.statistics)
        == statistics(fixture("statistics")).map(\.link))
  }
}
