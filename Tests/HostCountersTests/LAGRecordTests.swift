import Bytes
import HostCounters
import Netlink
import SFlow
import Testing

@Suite struct LAGRecordTests {
  private let partner = MACAddress(0x1A, 0x8D, 0x87, 0xA2, 0xB2, 0x88)
  private let own = MACAddress(0x5E, 0xB2, 0xE7, 0x4A, 0xA6, 0x58)

  private func bond(mode: UInt8 = 4) -> LinkMessage {
    var link = LinkMessage(index: 4)
    link.mac = own
    var bond = BondInfo()
    bond.mode = mode
    if mode == 4 {
      bond.actorSystem = MACAddress(0)
      bond.aggregator = 1
      bond.partner = partner
    }
    link.bond = bond
    return link
  }

  private func member(aggregator: UInt16? = 1) -> LinkMessage {
    var link = LinkMessage(index: 2)
    link.master = 4
    var member = BondMemberInfo()
    member.aggregator = aggregator
    member.actorState = aggregator == nil ? nil : 0x3D
    member.partnerState = aggregator == nil ? nil : 0x3F
    link.bondMember = member
    return link
  }

  @Test func `a member of an 802.3ad bond has identifiers, states and counters`() {
    var counted = LACPStatistics()
    counted.lacpdusReceived = 1 << 32 + 1
    counted.lacpdusSent = 2
    counted.unknownReceived = 3
    counted.illegalReceived = 4
    counted.markersReceived = 5
    counted.markersSent = 6
    counted.markerResponsesReceived = 7
    counted.markerResponsesSent = 8
    counted.unknownMarkersReceived = 90
    var expected = LAGPortStats()
    expected.actorSystemID = own
    expected.partnerOperSystemID = partner
    expected.attachedAggregatorID = 4
    expected.state = LACPPortState(actorOper: 0x3D, partnerOper: 0x3F)
    expected.lacpdusReceived = 1
    expected.markerPDUsReceived = 5
    expected.markerResponsePDUsReceived = 7
    expected.unknownReceived = 93
    expected.illegalReceived = 4
    expected.lacpdusSent = 2
    expected.markerPDUsSent = 6
    expected.markerResponsePDUsSent = 8
    #expect(LAGPortStats(member(), of: bond(), counted) == expected)
  }

  @Test func `a configured system identifier goes before the address of the bond`() {
    var bond = bond()
    bond.bond?.actorSystem = MACAddress(0x02, 0, 0, 0, 0, 9)
    #expect(LAGPortStats(member(), of: bond, nil).actorSystemID == MACAddress(0x02, 0, 0, 0, 0, 9))
    bond.bond?.actorSystem = nil
    #expect(LAGPortStats(member(), of: bond, nil).actorSystemID == own)
  }

  @Test func `the far end of a member outside the active aggregator is not known`() {
    let stats = LAGPortStats(member(aggregator: 2), of: bond(), nil)
    #expect(stats.partnerOperSystemID.isZero)
    #expect(stats.state.actorOper == 0x3D)
  }

  @Test func `without LACP only the bond is known, and no counter is 0`() {
    var expected = LAGPortStats()
    expected.attachedAggregatorID = 4
    #expect(LAGPortStats(member(aggregator: nil), of: bond(mode: 1), nil) == expected)
    #expect(expected.lacpdusReceived == .max)
  }
}
