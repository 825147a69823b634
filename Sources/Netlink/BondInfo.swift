public import Bytes

/// A bond: `IFLA_INFO_DATA` of a link of kind "bond". `linux/if_link.h`, `drivers/net/bonding/bond_netlink.c`.
public struct BondInfo: Hashable, Sendable {
  /// `BOND_MODE_*`: 4 is 802.3ad. `IFLA_BOND_MODE`.
  public var mode: UInt8 = 0
  /// The system identifier that was configured, zero for the bond's own address. Shown to CAP_NET_ADMIN only.
  /// `IFLA_BOND_AD_ACTOR_SYSTEM`, Linux 4.3.
  public var actorSystem: MACAddress?
  /// Number of the aggregator in use among those of the bond. `IFLA_BOND_AD_INFO_AGGREGATOR`.
  public var aggregator: UInt16?
  /// System identifier of the far end of that aggregator. `IFLA_BOND_AD_INFO_PARTNER_MAC`.
  public var partner: MACAddress?

  public init() {}

  /// `BOND_MODE_8023AD`.
  public var isLACP: Bool { mode == 4 }

  init(parsing nested: Attributes) throws(WireError) {
    var attributes = nested
    while let attribute = try attributes.next() {
      switch attribute.type {
      case 1: mode = try attribute.u8()
      case 23: try readAggregator(attribute.attributes)
      case 26: actorSystem = try attribute.mac()
      default: break
      }
    }
  }

  private mutating func readAggregator(_ nested: Attributes) throws(WireError) {
    var attributes = nested
    while let attribute = try attributes.next() {
      switch attribute.type {
      case 1: aggregator = try attribute.native16()
      case 5: partner = try attribute.mac()
      default: break
      }
    }
  }
}

/// What a bond says of a member: `IFLA_INFO_SLAVE_DATA` of a link whose master is of kind "bond". In mode 802.3ad only.
public struct BondMemberInfo: Hashable, Sendable {
  /// Number of the aggregator that the member belongs to. `IFLA_BOND_SLAVE_AD_AGGREGATOR_ID`.
  public var aggregator: UInt16?
  /// LACP state bits in force at this end. `IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE`, Linux 4.3.
  public var actorState: UInt8?
  /// LACP state bits in force at the far end. `IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE`, Linux 4.3.
  public var partnerState: UInt8?

  public init() {}

  init(parsing nested: Attributes) throws(WireError) {
    var attributes = nested
    while let attribute = try attributes.next() {
      switch attribute.type {
      case 6: aggregator = try attribute.native16()
      case 7: actorState = try attribute.u8()
      // Eight bits in a number of sixteen.
      case 8: partnerState = UInt8(truncatingIfNeeded: try attribute.native16())
      default: break
      }
    }
  }
}

/// What was exchanged to aggregate links: `BOND_XSTATS_3AD` of `linux/if_bonding.h`, Linux 5.1. Counters since the
/// member was added.
///
/// Each is an attribute with the number of its place here, from 0.
public struct LACPStatistics: Equatable, Sendable {
  public var lacpdusReceived: UInt64 = 0
  public var lacpdusSent: UInt64 = 0
  /// Slow-protocol frames of another subtype.
  public var unknownReceived: UInt64 = 0
  /// LACPDUs of a length that cannot be.
  public var illegalReceived: UInt64 = 0
  public var markersReceived: UInt64 = 0
  public var markersSent: UInt64 = 0
  public var markerResponsesReceived: UInt64 = 0
  public var markerResponsesSent: UInt64 = 0
  /// Marker frames of another kind.
  public var unknownMarkersReceived: UInt64 = 0

  public init() {}

  /// The content of `IFLA_STATS_LINK_XSTATS_SLAVE`; `nil` if the member's master is no 802.3ad bond.
  init?(parsingMember nested: Attributes) throws(WireError) {
    // LINK_XSTATS_TYPE_BOND, BOND_XSTATS_3AD
    var masters = nested
    while let master = try masters.next() {
      guard master.type == 2 else { continue }
      var suites = master.attributes
      while let suite = try suites.next() {
        guard suite.type == 1 else { continue }
        try self.init(parsing: suite.attributes)
        return
      }
    }
    return nil
  }

  private init(parsing nested: Attributes) throws(WireError) {
    var attributes = nested
    while let attribute = try attributes.next() {
      var reader = attribute.payload
      switch attribute.type {
      case 0: lacpdusReceived = try reader.native64()
      case 1: lacpdusSent = try reader.native64()
      case 2: unknownReceived = try reader.native64()
      case 3: illegalReceived = try reader.native64()
      case 4: markersReceived = try reader.native64()
      case 5: markersSent = try reader.native64()
      case 6: markerResponsesReceived = try reader.native64()
      case 7: markerResponsesSent = try reader.native64()
      case 8: unknownMarkersReceived = try reader.native64()
      default: break
      }
    }
  }
}
