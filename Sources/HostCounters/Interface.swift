public import Bytes
public import Netlink

/// A network interface of this network namespace, as rtnetlink last described it.
public struct Interface: Equatable, Sendable {
  /// An address of an interface.
  public struct Address: Equatable, Sendable {
    /// The interface's own end of a point-to-point link.
    public var address: IPAddress
    /// 0...32 or 0...128.
    public var prefixLength: UInt8
    public var scope: AddressScope
    public var flags: AddressFlags
    /// IPv4: belongs to an alias interface such as "eth0:1", which `SIOCGIFADDR` on "eth0" does not show.
    public var isAlias: Bool

    public init(
      _ address: IPAddress, prefixLength: UInt8, scope: AddressScope = .universe,
      flags: AddressFlags = .permanent, isAlias: Bool = false
    ) {
      self.address = address
      self.prefixLength = prefixLength
      self.scope = scope
      self.flags = flags
      self.isAlias = isAlias
    }
  }

  /// ifIndex.
  public let index: UInt32
  public var name: String
  /// The administrator's free text.
  public var alias: String?
  /// `nil` if the hardware address has not 6 octets; zero for loopback.
  public var mac: MACAddress?
  /// The address the device was made with.
  public var permanentMAC: MACAddress?
  public var hardwareType: HardwareType
  public var flags: LinkFlags
  public var operState: OperState
  /// How many want to receive everything, as a bridge over this interface does.
  public var promiscuity: UInt32
  /// Octets.
  public var mtu: UInt32
  /// "veth", "bridge", "vlan"; `nil` for most hardware, virtio and Xen included.
  public var kind: String?
  /// ifIndex of the bridge, bond or team that this interface belongs to.
  public var master: UInt32?
  /// ifIndex of the link under this one or, of a veth, of its peer. Counted in another network namespace
  /// if `linkNamespace` is set: never compare it with ours then.
  public var lower: UInt32?
  /// Set if this interface hangs on another network namespace: our number for that one.
  public var linkNamespace: Int32?
  /// Only of kind "vlan".
  public var vlan: VLANTag?
  /// Name of the device behind this interface; since Linux 5.14.
  public var parentDevice: String?
  /// Bus of that device; since Linux 5.14.
  public var parentBus: String?
  /// In the kernel's order.
  public var addresses: [Address] = []
  /// The table's generation before this interface came: never the same for two that have one ifIndex in turn.
  public internal(set) var birth: UInt64 = 0

  public init(
    index: UInt32, name: String, mac: MACAddress? = nil, hardwareType: HardwareType = .ethernet,
    flags: LinkFlags = [], kind: String? = nil, master: UInt32? = nil, lower: UInt32? = nil,
    linkNamespace: Int32? = nil, addresses: [Address] = []
  ) {
    self.index = index
    self.name = name
    self.mac = mac
    self.hardwareType = hardwareType
    self.flags = flags
    self.operState = .unknown
    self.promiscuity = 0
    self.mtu = 0
    self.kind = kind
    self.master = master
    self.lower = lower
    self.linkNamespace = linkNamespace
    self.addresses = addresses
  }

  init(_ link: LinkMessage, name: String) {
    self.init(
      index: link.index, name: name, mac: link.mac, hardwareType: link.hardwareType, flags: link.flags,
      kind: link.kind, master: link.master == 0 ? nil : link.master,
      lower: link.lowerIndex == 0 ? nil : link.lowerIndex, linkNamespace: link.linkNamespace)
    alias = link.alias
    permanentMAC = link.permanentMAC
    operState = link.operState ?? .unknown
    promiscuity = link.promiscuity ?? 0
    mtu = link.mtu ?? 0
    vlan = link.vlan
    parentDevice = link.parentDevice
    parentBus = link.parentBus
  }

  /// Administratively up.
  public var isUp: Bool { flags.contains(.up) }
  public var isLoopback: Bool { flags.contains(.loopback) }
  public var isVLAN: Bool { kind == "vlan" }
  /// Receives everything, whoever asked for it. `IFF_PROMISC` alone leaves out ports of bridges.
  public var isPromiscuous: Bool { promiscuity > 0 || flags.contains(.promiscuous) }

  /// ifIndex of the link under this one, or of a veth's peer, if that is in this network namespace.
  public var localLower: UInt32? { linkNamespace == nil && lower != index ? lower : nil }

  /// Whether `other` has this one's ifIndex but must be another interface, the deletion of this one having
  /// been missed. The kind of an interface and its permanent address never change.
  func isReplaced(by other: Interface) -> Bool {
    if kind != other.kind { return true }
    if let permanentMAC, let theirs = other.permanentMAC, permanentMAC != theirs { return true }
    return name != other.name && mac != other.mac
  }
}
