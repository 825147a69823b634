public import Bytes

/// The protocol family whose hook logged a packet: `NFPROTO_*`.
public struct NetfilterFamily: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// `NFPROTO_IPV4`; also the IPv4 packets of an `inet` table.
  public static let ipv4 = NetfilterFamily(rawValue: 2)
  /// `NFPROTO_ARP`.
  public static let arp = NetfilterFamily(rawValue: 3)
  /// `NFPROTO_NETDEV`.
  public static let netdev = NetfilterFamily(rawValue: 5)
  /// `NFPROTO_BRIDGE`.
  public static let bridge = NetfilterFamily(rawValue: 7)
  /// `NFPROTO_IPV6`; also the IPv6 packets of an `inet` table.
  public static let ipv6 = NetfilterFamily(rawValue: 10)
}

/// Where on its way a packet was logged. The numbers are those of IPv4, IPv6 and bridges; ARP and netdev have
/// their own.
public struct NetfilterHook: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// `NF_INET_PRE_ROUTING`, `NF_BR_PRE_ROUTING`.
  public static let preRouting = NetfilterHook(rawValue: 0)
  /// `NF_INET_LOCAL_IN`, `NF_BR_LOCAL_IN`.
  public static let localIn = NetfilterHook(rawValue: 1)
  /// `NF_INET_FORWARD`, `NF_BR_FORWARD`, `NF_ARP_FORWARD`.
  public static let forward = NetfilterHook(rawValue: 2)
  /// `NF_INET_LOCAL_OUT`, `NF_BR_LOCAL_OUT`.
  public static let localOut = NetfilterHook(rawValue: 3)
  /// `NF_INET_POST_ROUTING`, `NF_BR_POST_ROUTING`.
  public static let postRouting = NetfilterHook(rawValue: 4)
  /// `NF_INET_INGRESS`.
  public static let ingress = NetfilterHook(rawValue: 5)
  /// `NF_ARP_IN`.
  public static let arpIn = NetfilterHook(rawValue: 0)
  /// `NF_ARP_OUT`.
  public static let arpOut = NetfilterHook(rawValue: 1)
  /// `NF_NETDEV_INGRESS`.
  public static let netdevIngress = NetfilterHook(rawValue: 0)
  /// `NF_NETDEV_EGRESS`.
  public static let netdevEgress = NetfilterHook(rawValue: 1)
}

/// The VLAN that the kernel keeps beside a packet: its tag is not in the packet's octets.
public struct PacketVLAN: Hashable, Sendable {
  /// 0x8100 (802.1Q) or 0x88a8 (802.1ad). `NFULA_VLAN_PROTO`.
  public var etherType: UInt16
  /// `NFULA_VLAN_TCI`.
  public var control: UInt16

  public init(etherType: UInt16, control: UInt16) {
    self.etherType = etherType
    self.control = control
  }

  /// 0...4095.
  public var id: UInt16 { control & 0xFFF }
  /// 802.1p, 0...7.
  public var priority: UInt8 { UInt8(truncatingIfNeeded: control >> 13) }
}

/// A packet of a log group: a view into the receive buffer. Interface indices are 0 when there is none.
///
///     0  nfgen_family  1
///     1  version       1
///     2  res_id        2  the group, in network order
///     4  attributes; their numbers are in network order
public struct NFLogPacket: ~Escapable {
  public let family: NetfilterFamily
  public let group: UInt16
  /// What the packet begins with, an EtherType. `NFULA_PACKET_HDR`.
  public private(set) var etherType: UInt16 = 0
  /// `NFULA_PACKET_HDR`.
  public private(set) var hook = NetfilterHook.preRouting
  /// What it came in on: the bridge, if it came in on one of its ports. `NFULA_IFINDEX_INDEV`.
  public private(set) var inDevice: UInt32 = 0
  /// What it goes out on: the bridge, if it goes out on one of its ports. `NFULA_IFINDEX_OUTDEV`.
  public private(set) var outDevice: UInt32 = 0
  /// The bridge port that it came in on. `NFULA_IFINDEX_PHYSINDEV`.
  public private(set) var inPort: UInt32 = 0
  /// The bridge port that it goes out on. `NFULA_IFINDEX_PHYSOUTDEV`.
  public private(set) var outPort: UInt32 = 0
  /// Of the device that has the packet, when it came in on one. `NFULA_HWTYPE`.
  public private(set) var hardwareType: HardwareType?
  /// The link-layer header, when the packet came in on a device: as long as the device says, whatever is there.
  /// `NFULA_HWHEADER`.
  public private(set) var hardwareHeader: RawSpan
  /// The link-layer header; from bridge and netdev hooks only, Linux 4.19. `NFULA_L2HDR`.
  public private(set) var linkHeader: RawSpan
  /// The octets that were copied: none if the rule says so. `NFULA_PAYLOAD`.
  public private(set) var payload: RawSpan
  /// Number of the packet in its group, from 0. `NFULA_SEQ`.
  public private(set) var sequence: UInt32?
  /// `NFULA_VLAN`, Linux 4.19, from bridge and netdev hooks only.
  public private(set) var vlan: PacketVLAN?
  /// When it was received, ns since 1970 modulo 2⁶⁴; in steps of a µs. `NFULA_TIMESTAMP`.
  public private(set) var timestampNS: UInt64?

  /// `NFULA_*`, those that are read.
  private enum Attribute {
    static let packetHeader: UInt16 = 1
    static let timestamp: UInt16 = 3
    static let inDevice: UInt16 = 4
    static let outDevice: UInt16 = 5
    static let inPort: UInt16 = 6
    static let outPort: UInt16 = 7
    static let payload: UInt16 = 9
    static let sequence: UInt16 = 12
    static let hardwareType: UInt16 = 15
    static let hardwareHeader: UInt16 = 16
    static let vlan: UInt16 = 20
    static let linkHeader: UInt16 = 21
  }

  /// `nil` if `message` is not a packet of a log group.
  @_lifetime(copy message)
  public init?(parsing message: Message) throws(WireError) {
    guard message.header.type == .nfLogPacket else { return nil }
    var reader = message.payload
    family = NetfilterFamily(rawValue: try reader.u8())
    _ = try reader.u8()
    group = try reader.u16()
    let none = try reader.take(0)
    hardwareHeader = none
    linkHeader = none
    payload = none

    var attributes = Attributes(reader)
    while let attribute = try attributes.next() {
      var content = attribute.payload
      switch attribute.type {
      case Attribute.packetHeader:
        etherType = try content.u16()
        hook = NetfilterHook(rawValue: try content.u8())
      case Attribute.timestamp:
        let seconds = try content.u64()
        let microseconds = try content.u64()
        timestampNS = seconds &* 1_000_000_000 &+ microseconds &* 1000
      case Attribute.inDevice: inDevice = try content.u32()
      case Attribute.outDevice: outDevice = try content.u32()
      case Attribute.inPort: inPort = try content.u32()
      case Attribute.outPort: outPort = try content.u32()
      case Attribute.payload: payload = try content.take(content.remaining)
      case Attribute.sequence: sequence = try content.u32()
      case Attribute.hardwareType: hardwareType = HardwareType(rawValue: try content.u16())
      case Attribute.hardwareHeader: hardwareHeader = try content.take(content.remaining)
      case Attribute.vlan: vlan = try PacketVLAN(parsing: attribute.attributes)
      case Attribute.linkHeader: linkHeader = try content.take(content.remaining)
      default: break
      }
    }
  }
}

extension PacketVLAN {
  /// `nil` unless both attributes are there.
  init?(parsing list: Attributes) throws(WireError) {
    var attributes = list
    var etherType: UInt16?
    var control: UInt16?
    while let attribute = try attributes.next() {
      switch attribute.type {
      case 1: etherType = try attribute.u16()
      case 2: control = try attribute.u16()
      default: break
      }
    }
    guard let etherType, let control else { return nil }
    self.init(etherType: etherType, control: control)
  }
}
