public import Bytes

/// A link (network interface) as the kernel describes it: `RTM_NEWLINK`, `RTM_DELLINK`.
///
///     0  ifi_family  1  AF_UNSPEC; AF_BRIDGE for what concerns only a bridge port
///     1  padding     1
///     2  ifi_type    2  ARPHRD_*
///     4  ifi_index   4
///     8  ifi_flags   4  IFF_*
///     12 ifi_change  4
///     16 attributes
public struct LinkMessage: Equatable, Sendable {
  /// `AF_UNSPEC`.
  public static let anyFamily: UInt8 = 0

  /// The link is gone, or left this network namespace (`RTM_DELLINK`).
  public var isDeletion = false
  /// `AF_UNSPEC`, or `AF_BRIDGE` (7) if a link joined, left or changed as a port of a bridge.
  public var family: UInt8
  public var hardwareType: HardwareType
  /// ifIndex, from 1.
  public var index: UInt32
  public var flags: LinkFlags
  /// The flags that changed; all ones in dumps of old kernels. `ifi_change`.
  public var changedFlags: LinkFlags

  /// `IFLA_IFNAME`.
  public var name: String?
  /// Free text of the administrator. `IFLA_IFALIAS`.
  public var alias: String?
  /// Only if the hardware address has 6 octets. `IFLA_ADDRESS`.
  public var mac: MACAddress?
  /// Octets of the hardware address: 6 for Ethernet, 20 for InfiniBand, 4 and 16 for tunnels. `IFLA_ADDRESS`.
  public var hardwareAddressLength = 0
  /// The address that the device was made with, if it has 6 octets. `IFLA_PERM_ADDRESS`.
  public var permanentMAC: MACAddress?
  /// Octets. `IFLA_MTU`.
  public var mtu: UInt32?
  /// ifIndex of the link under this one, or of a veth's peer; `linkNamespace` says where. `IFLA_LINK`.
  public var lowerIndex: UInt32?
  /// Set if this link hangs on another network namespace: our number for that one. `IFLA_LINK_NETNSID`.
  public var linkNamespace: Int32?
  /// ifIndex of the bridge, bond, team or VRF that this link belongs to. `IFLA_MASTER`.
  public var master: UInt32?
  /// `IFLA_OPERSTATE`.
  public var operState: OperState?
  /// `IFLA_CARRIER`.
  public var hasCarrier: Bool?
  /// How many want to receive everything. `IFLA_PROMISCUITY`.
  public var promiscuity: UInt32?
  /// "veth", "bridge", "vlan"; absent for most hardware. `IFLA_LINKINFO`, `IFLA_INFO_KIND`.
  public var kind: String?
  /// The kind of the master. `IFLA_LINKINFO`, `IFLA_INFO_SLAVE_KIND`.
  public var memberKind: String?
  /// Only of kind "vlan". `IFLA_LINKINFO`, `IFLA_INFO_DATA`.
  public var vlan: VLANTag?
  /// Only of kind "bond". `IFLA_LINKINFO`, `IFLA_INFO_DATA`.
  public var bond: BondInfo?
  /// Only of members of bonds. `IFLA_LINKINFO`, `IFLA_INFO_SLAVE_DATA`.
  public var bondMember: BondMemberInfo?
  /// Name of the device behind this link: "0000:01:00.0", "virtio2". `IFLA_PARENT_DEV_NAME`, Linux 5.14.
  public var parentDevice: String?
  /// Bus of that device: "pci", "virtio". `IFLA_PARENT_DEV_BUS_NAME`, Linux 5.14.
  public var parentBus: String?
  /// `IFLA_STATS64`. Kernels send it whatever the request said.
  public var statistics: LinkStatistics64?
  /// A Wireless Extensions event, which leaves out most attributes. `IFLA_WIRELESS`.
  public var isWirelessEvent = false

  public init(
    index: UInt32, family: UInt8 = anyFamily, hardwareType: HardwareType = .ethernet, flags: LinkFlags = [],
    changedFlags: LinkFlags = []
  ) {
    self.index = index
    self.family = family
    self.hardwareType = hardwareType
    self.flags = flags
    self.changedFlags = changedFlags
  }
}

extension LinkMessage {
  /// `IFLA_*`, those that are read or written here.
  enum Attribute: UInt16 {
    case address = 1
    case name = 3
    case mtu = 4
    case link = 5
    case master = 10
    case wireless = 11
    case operState = 16
    case linkInfo = 18
    case alias = 20
    case statistics64 = 23
    case extensionMask = 29
    case promiscuity = 30
    case carrier = 33
    case linkNamespace = 37
    case permanentAddress = 54
    case parentDeviceName = 56
    case parentDeviceBusName = 57
  }

  /// `IFLA_INFO_*`.
  private enum Info: UInt16 {
    case kind = 1
    case data = 2
    case memberKind = 4
    case memberData = 5
  }

  /// `nil` if `message` is not about a link.
  public init?(parsing message: Message) throws(WireError) {
    guard message.header.type == .newLink || message.header.type == .deleteLink else { return nil }
    var reader = message.payload
    family = try reader.u8()
    try reader.skip(1)
    hardwareType = HardwareType(rawValue: try reader.native16())
    index = try reader.native32()
    flags = LinkFlags(rawValue: try reader.native32())
    changedFlags = LinkFlags(rawValue: try reader.native32())
    isDeletion = message.header.type == .deleteLink
    var attributes = Attributes(reader)
    while let attribute = try attributes.next() { try read(attribute) }
  }

  private mutating func read(_ attribute: Netlink.Attribute) throws(WireError) {
    switch Attribute(rawValue: attribute.type) {
    case .address:
      hardwareAddressLength = attribute.payload.remaining
      mac = try attribute.mac()
    case .permanentAddress: permanentMAC = try attribute.mac()
    case .name: name = try attribute.string()
    case .alias: alias = try attribute.string()
    case .mtu: mtu = try attribute.native32()
    case .link: lowerIndex = try attribute.native32()
    case .linkNamespace: linkNamespace = Int32(bitPattern: try attribute.native32())
    case .master: master = try attribute.native32()
    case .operState: operState = OperState(rawValue: try attribute.u8()) ?? .unknown
    case .carrier: hasCarrier = try attribute.u8() != 0
    case .promiscuity: promiscuity = try attribute.native32()
    case .linkInfo: try readInfo(attribute.attributes)
    case .parentDeviceName: parentDevice = try attribute.string()
    case .parentDeviceBusName: parentBus = try attribute.string()
    case .statistics64: statistics = try LinkStatistics64(parsing: attribute.payload)
    case .wireless: isWirelessEvent = true
    case .extensionMask, nil: break
    }
  }

  private mutating func readInfo(_ nested: Attributes) throws(WireError) {
    var attributes = nested
    while let attribute = try attributes.next() {
      switch Info(rawValue: attribute.type) {
      case .kind: kind = try attribute.string()
      case .memberKind: memberKind = try attribute.string()
      // The kernel writes the kind before its data, whose numbers mean something else in every kind.
      case .data where kind == "vlan": vlan = try VLANTag(parsing: attribute.attributes)
      case .data where kind == "bond": bond = try BondInfo(parsing: attribute.attributes)
      case .memberData where memberKind == "bond":
        bondMember = try BondMemberInfo(parsing: attribute.attributes)
      case .data, .memberData, nil: break
      }
    }
  }
}

/// What tells the frames of a VLAN interface apart.
public struct VLANTag: Hashable, Sendable {
  /// 0...4095. `IFLA_VLAN_ID`.
  public var id: UInt16
  /// 0x8100 (802.1Q) or 0x88a8 (802.1ad). `IFLA_VLAN_PROTOCOL`, in network order; absent before Linux 3.10.
  public var etherType: UInt16

  public init(id: UInt16, etherType: UInt16 = 0x8100) {
    self.id = id
    self.etherType = etherType
  }

  /// `nil` without an identifier.
  init?(parsing nested: Attributes) throws(WireError) {
    var attributes = nested
    var id: UInt16?
    etherType = 0x8100
    while let attribute = try attributes.next() {
      switch attribute.type {
      case 1: id = try attribute.native16()
      case 5: etherType = try attribute.u16()
      default: break
      }
    }
    guard let id else { return nil }
    self.id = id
  }
}
