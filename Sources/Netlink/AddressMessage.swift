public import Bytes

/// An address of an interface as the kernel describes it: `RTM_NEWADDR`, `RTM_DELADDR`.
///
///     0  ifa_family     1  AF_INET 2, AF_INET6 10
///     1  ifa_prefixlen  1
///     2  ifa_flags      1  the low 8; IFA_FLAGS has all 32
///     3  ifa_scope      1
///     4  ifa_index      4
///     8  attributes
public struct AddressMessage: Equatable, Sendable {
  /// The address is gone (`RTM_DELADDR`).
  public var isDeletion: Bool
  /// ifIndex.
  public var index: UInt32
  /// The interface's own address. `IFA_LOCAL`, or `IFA_ADDRESS` if that is absent.
  ///
  /// On a point-to-point link `IFA_ADDRESS` is the other end; only then does IPv6 have `IFA_LOCAL`.
  public var address: IPAddress
  /// 0...32 or 0...128.
  public var prefixLength: UInt8
  public var scope: AddressScope
  public var flags: AddressFlags
  /// The device's name, or "name:text" of an alias interface; IPv4 only. `IFA_LABEL`.
  public var label: String?

  public init(
    index: UInt32, address: IPAddress, prefixLength: UInt8, scope: AddressScope = .universe,
    flags: AddressFlags = .permanent, label: String? = nil, isDeletion: Bool = false
  ) {
    self.index = index
    self.address = address
    self.prefixLength = prefixLength
    self.scope = scope
    self.flags = flags
    self.label = label
    self.isDeletion = isDeletion
  }
}

extension AddressMessage {
  /// `IFA_*`, those that are read here.
  private enum Attribute: UInt16 {
    case address = 1
    case local = 2
    case label = 3
    case flags = 8
  }

  /// `nil` if `message` is not about an IPv4 or IPv6 address.
  public init?(parsing message: Message) throws(WireError) {
    guard message.header.type == .newAddress || message.header.type == .deleteAddress else { return nil }
    var reader = message.payload
    let family = try reader.u8()
    prefixLength = try reader.u8()
    flags = AddressFlags(rawValue: UInt32(try reader.u8()))
    scope = AddressScope(rawValue: try reader.u8())
    index = try reader.native32()
    isDeletion = message.header.type == .deleteAddress
    guard family == 2 || family == 10 else { return nil }

    var prefix: IPAddress?
    var local: IPAddress?
    var attributes = Attributes(reader)
    while let attribute = try attributes.next() {
      switch Attribute(rawValue: attribute.type) {
      case .address: prefix = try Self.address(attribute, family: family)
      case .local: local = try Self.address(attribute, family: family)
      case .label: label = try attribute.string()
      case .flags: flags = AddressFlags(rawValue: try attribute.native32())
      case nil: break
      }
    }
    guard let own = local ?? prefix else {
      throw .invalid(at: reader.offset, "address message without an address")
    }
    address = own
  }

  private static func address(_ attribute: Netlink.Attribute, family: UInt8) throws(WireError) -> IPAddress {
    var reader = attribute.payload
    return family == 2 ? .v4(try reader.ipv4()) : .v6(try reader.ipv6())
  }
}

/// How far an address is valid: `RT_SCOPE_*`.
public struct AddressScope: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Everywhere. `RT_SCOPE_UNIVERSE`.
  public static let universe = AddressScope(rawValue: 0)
  /// `RT_SCOPE_SITE`.
  public static let site = AddressScope(rawValue: 200)
  /// `RT_SCOPE_LINK`.
  public static let link = AddressScope(rawValue: 253)
  /// `RT_SCOPE_HOST`.
  public static let host = AddressScope(rawValue: 254)
}

/// `IFA_F_*`.
public struct AddressFlags: OptionSet, Hashable, Sendable {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// IPv4: not the first of its subnet. `IFA_F_SECONDARY`.
  public static let secondary = AddressFlags(rawValue: 0x01)
  /// IPv6: a privacy address of RFC 8981; the same bit. `IFA_F_TEMPORARY`.
  public static let temporary = AddressFlags(rawValue: 0x01)
  /// Duplicate address detection is left out. `IFA_F_NODAD`.
  public static let noDetection = AddressFlags(rawValue: 0x02)
  /// `IFA_F_OPTIMISTIC`.
  public static let optimistic = AddressFlags(rawValue: 0x04)
  /// Somebody else has this address. `IFA_F_DADFAILED`.
  public static let detectionFailed = AddressFlags(rawValue: 0x08)
  /// Its preferred lifetime is over. `IFA_F_DEPRECATED`.
  public static let deprecated = AddressFlags(rawValue: 0x20)
  /// Duplicate address detection has not finished. `IFA_F_TENTATIVE`.
  public static let tentative = AddressFlags(rawValue: 0x40)
  /// Without a lifetime: set by hand, not by SLAAC or DHCP. `IFA_F_PERMANENT`.
  public static let permanent = AddressFlags(rawValue: 0x80)
  /// Temporary addresses are made from it. `IFA_F_MANAGETEMPADDR`.
  public static let managesTemporary = AddressFlags(rawValue: 0x100)
  /// `IFA_F_NOPREFIXROUTE`.
  public static let noPrefixRoute = AddressFlags(rawValue: 0x200)
  /// RFC 7217. `IFA_F_STABLE_PRIVACY`.
  public static let stablePrivacy = AddressFlags(rawValue: 0x800)
}
