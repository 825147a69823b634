import Bytes
import Netlink
import Testing

/// Recorded from Linux 6.1; `Fixtures/README.md` says how. The expected values are those that ip(8) and
/// `/proc/net/bonding` showed, but for LACPDUs: one goes each way every second, and ip(8) was asked two seconds later.
@Suite struct BondTests {
  @Test func `a dump shows bonds, members, VLANs, dummies and taps by their kinds`() throws {
    let links = try links(fixture("bond-links"))
    func text(_ value: (some Any)?) -> String { value.map { "\($0)" } ?? "-" }
    #expect(
      links.map { link in
        "\(link.index) \(text(link.name)) \(text(link.kind))/\(text(link.memberKind)) "
          + "master \(text(link.master)) lower \(text(link.lowerIndex)) \(text(link.operState)) "
          + "vlan \(link.vlan.map { "\($0.id) \(String($0.etherType, radix: 16))" } ?? "-")"
      } == [
        "1 lo -/- master - lower - unknown vlan -",
        "2 va0 veth/bond master 4 lower 2 up vlan -",
        "3 va1 veth/bond master 4 lower 3 up vlan -",
        "4 bond0 bond/- master - lower - up vlan -",
        "5 bond9 bond/- master - lower - up vlan -",
        "6 dum0 dummy/- master - lower - unknown vlan -",
        "7 dum1 dummy/bond master 5 lower - unknown vlan -",
        "8 bond0.30 vlan/- master - lower 4 up vlan 30 8100",
        "9 q30 vlan/- master - lower 8 down vlan 31 88a8",
        "10 tun0 tun/- master - lower - down vlan -",
        "11 tap0 tun/- master - lower - down vlan -",
      ])
    #expect(links.filter { $0.bond != nil }.map(\.index) == [4, 5])
    #expect(links.filter { $0.bondMember != nil }.map(\.index) == [2, 3, 7])
  }

  @Test func `an 802.3ad bond names its aggregator and partner`() throws {
    let link = try #require(try links(fixture("bond-link")).first)
    var expected = BondInfo()
    expected.mode = 4
    expected.actorSystem = MACAddress(0)
    expected.aggregator = 1
    expected.partner = MACAddress(0x1A, 0x8D, 0x87, 0xA2, 0xB2, 0x88)
    #expect(link.bond == expected)
    #expect(link.bond?.isLACP == true)
    #expect(link.mac == MACAddress(0x5E, 0xB2, 0xE7, 0x4A, 0xA6, 0x58))
    #expect(link.bondMember == nil)
  }

  @Test func `its members name aggregator and states`() throws {
    let link = try #require(try links(fixture("bond-member")).first)
    var expected = BondMemberInfo()
    expected.aggregator = 1
    expected.actorState = 63
    expected.partnerState = 63
    #expect(link.bondMember == expected)
    #expect(link.master == 4)
    #expect(link.bond == nil)
  }

  @Test func `other bonds have no such things`() throws {
    let bond = try #require(try links(fixture("bond-backup-link")).first)
    var expected = BondInfo()
    expected.mode = 1
    #expect(bond.bond == expected)
    #expect(bond.bond?.isLACP == false)
    #expect(try links(fixture("bond-backup-member")).first?.bondMember == BondMemberInfo())
    let counted = try #require(try statistics(fixture("bond-backup-statistics")).first)
    #expect(counted == Counted(index: 7, link: nil))
  }

  @Test func `what was exchanged is counted for each member`() throws {
    var expected = LACPStatistics()
    expected.lacpdusReceived = 8
    expected.lacpdusSent = 9
    let one = try #require(try statistics(fixture("bond-member-statistics")).first)
    #expect(one.index == 2)
    #expect(one.lacp == expected)
    #expect(one.link == nil)
    let all = try statistics(fixture("bond-statistics"))
    #expect(all.map(\.index) == Array(1...11))
    #expect(all.map { $0.lacp?.lacpdusReceived } == [nil, 8, 8] + Array(repeating: nil, count: 8))
    #expect(all.allSatisfy { $0.link != nil })
  }

  /// By hand, from `linux/if_bonding.h`: each counter has the number of its attribute and 1.
  @Test func `no two counters are mixed up`() throws {
    let counters = (0..<9).flatMap { [12, 0, UInt8($0), 0, UInt8($0) + 1, 0, 0, 0, 0, 0, 0, 0] as [UInt8] }
    let body = hex("00 000000 02000000 04000000   7800 0300 7400 0280 7000 0180") + counters
    var expected = LACPStatistics()
    expected.lacpdusReceived = 1
    expected.lacpdusSent = 2
    expected.unknownReceived = 3
    expected.illegalReceived = 4
    expected.markersReceived = 5
    expected.markersSent = 6
    expected.markerResponsesReceived = 7
    expected.markerResponsesSent = 8
    expected.unknownMarkersReceived = 9
    #expect(try statistics(message(.newStatistics, body)).first?.lacp == expected)
  }

  /// A bridge has other numbers in the same place.
  @Test func `the member of a bridge has no LACP counters`() throws {
    let body = hex("00 000000 02000000 04000000   1800 0300 1400 0180 1000 0180 0c00 0000 0100000000000000")
    #expect(try statistics(message(.newStatistics, body)) == [Counted(index: 2, link: nil)])
  }

  @Test func `numbers cut short are errors`() {
    for text in ["1400 0300 1000 0280 0c00 0180 0800 0000 01000000", "0c00 0300 0800 0280 0300 0180"] {
      let octets = message(.newStatistics, hex("00 000000 02000000 04000000") + hex(text))
      #expect(throws: WireError.self) { try statistics(octets) }
    }
  }
}
