/// ifDirection: duplex mode of an interface.
public struct InterfaceDirection: OpenEnumeration {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let unknown = InterfaceDirection(rawValue: 0)
  public static let fullDuplex = InterfaceDirection(rawValue: 1)
  public static let halfDuplex = InterfaceDirection(rawValue: 2)
  /// Receives only.
  public static let `in` = InterfaceDirection(rawValue: 3)
  /// Sends only.
  public static let out = InterfaceDirection(rawValue: 4)

  public static var names: [String] { ["unknown", "full-duplex", "half-duplex", "in", "out"] }
}

/// ifStatus: whether an interface is meant to work, and whether it does.
public struct InterfaceStatus: OptionSet, Hashable, Sendable, CustomStringConvertible {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// ifAdminStatus is up. `IFF_UP`.
  public static let adminUp = InterfaceStatus(rawValue: 1)
  /// ifOperStatus is up. `IFLA_OPERSTATE`.
  public static let operUp = InterfaceStatus(rawValue: 2)

  public var description: String {
    "admin-\(contains(.adminUp) ? "up" : "down") oper-\(contains(.operUp) ? "up" : "down")(\(rawValue))"
  }
}

/// ifType: IANAifType, of which these are the ones that Linux interfaces have.
public struct InterfaceType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let other = InterfaceType(rawValue: 1)
  /// Ethernet of any speed.
  public static let ethernetCSMACD = InterfaceType(rawValue: 6)
  public static let ppp = InterfaceType(rawValue: 23)
  public static let softwareLoopback = InterfaceType(rawValue: 24)
  /// A virtual interface without better name.
  public static let propVirtual = InterfaceType(rawValue: 53)
  public static let ieee80211 = InterfaceType(rawValue: 71)
  public static let tunnel = InterfaceType(rawValue: 131)
  /// 802.1Q VLAN.
  public static let l2VLAN = InterfaceType(rawValue: 135)
  /// A bond or team.
  public static let ieee8023adLAG = InterfaceType(rawValue: 161)
  public static let infiniBand = InterfaceType(rawValue: 199)
  public static let bridge = InterfaceType(rawValue: 209)

  public var description: String { rawValue.description }
}
