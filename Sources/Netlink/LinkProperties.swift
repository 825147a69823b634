/// Interface flags: `IFF_*` of netdevice(7).
public struct LinkFlags: OptionSet, Hashable, Sendable {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Administratively up. `IFF_UP`.
  public static let up = LinkFlags(rawValue: 0x1)
  /// `IFF_BROADCAST`.
  public static let broadcast = LinkFlags(rawValue: 0x2)
  /// `IFF_LOOPBACK`.
  public static let loopback = LinkFlags(rawValue: 0x8)
  /// `IFF_POINTOPOINT`.
  public static let pointToPoint = LinkFlags(rawValue: 0x10)
  /// Operational: RFC 2863 up or unknown. `IFF_RUNNING`.
  public static let running = LinkFlags(rawValue: 0x40)
  /// `IFF_NOARP`.
  public static let noARP = LinkFlags(rawValue: 0x80)
  /// Made promiscuous with this flag; see also `LinkMessage.promiscuity`. `IFF_PROMISC`.
  public static let promiscuous = LinkFlags(rawValue: 0x100)
  /// `IFF_ALLMULTI`.
  public static let allMulticast = LinkFlags(rawValue: 0x200)
  /// Master of a load balancing bundle. `IFF_MASTER`.
  public static let master = LinkFlags(rawValue: 0x400)
  /// Member of a load balancing bundle. `IFF_SLAVE`.
  public static let member = LinkFlags(rawValue: 0x800)
  /// `IFF_MULTICAST`.
  public static let multicast = LinkFlags(rawValue: 0x1000)
  /// There is a carrier. `IFF_LOWER_UP`.
  public static let lowerUp = LinkFlags(rawValue: 0x1_0000)
  /// `IFF_DORMANT`.
  public static let dormant = LinkFlags(rawValue: 0x2_0000)
}

/// Operational state: `IF_OPER_*`, RFC 2863.
public enum OperState: UInt8, Sendable {
  case unknown = 0
  case notPresent = 1
  case down = 2
  /// Down because the link under it is.
  case lowerLayerDown = 3
  case testing = 4
  /// Waits for something outside, as 802.1X.
  case dormant = 5
  case up = 6
}

/// What kind of hardware address and framing: `ARPHRD_*` of `linux/if_arp.h`.
public struct HardwareType: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// `ARPHRD_ETHER`.
  public static let ethernet = HardwareType(rawValue: 1)
  /// 20 octets of address. `ARPHRD_INFINIBAND`.
  public static let infiniband = HardwareType(rawValue: 32)
  /// `ARPHRD_PPP`.
  public static let ppp = HardwareType(rawValue: 512)
  /// IP in IP. `ARPHRD_TUNNEL`.
  public static let tunnel = HardwareType(rawValue: 768)
  /// `ARPHRD_LOOPBACK`.
  public static let loopback = HardwareType(rawValue: 772)
  /// A monitor of a radio, with Prism headers. `ARPHRD_IEEE80211_PRISM`.
  public static let ieee80211Prism = HardwareType(rawValue: 802)
  /// A monitor of a radio, with radiotap headers. `ARPHRD_IEEE80211_RADIOTAP`.
  public static let ieee80211Radiotap = HardwareType(rawValue: 803)
  /// No link layer: tun, WireGuard. `ARPHRD_NONE`.
  public static let none = HardwareType(rawValue: 0xFFFE)
}
