/// header_protocol: what a sampled header begins with.
public struct HeaderProtocol: OpenEnumeration {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// An Ethernet frame.
  public static let ethernet = HeaderProtocol(rawValue: 1)
  public static let tokenBus = HeaderProtocol(rawValue: 2)
  public static let tokenRing = HeaderProtocol(rawValue: 3)
  public static let fddi = HeaderProtocol(rawValue: 4)
  public static let frameRelay = HeaderProtocol(rawValue: 5)
  public static let x25 = HeaderProtocol(rawValue: 6)
  public static let ppp = HeaderProtocol(rawValue: 7)
  public static let smds = HeaderProtocol(rawValue: 8)
  public static let aal5 = HeaderProtocol(rawValue: 9)
  public static let aal5IP = HeaderProtocol(rawValue: 10)
  /// An IPv4 packet without a link layer.
  public static let ipv4 = HeaderProtocol(rawValue: 11)
  /// An IPv6 packet without a link layer.
  public static let ipv6 = HeaderProtocol(rawValue: 12)
  public static let mpls = HeaderProtocol(rawValue: 13)
  /// Packet over SONET (RFC 1662, RFC 2615).
  public static let pos = HeaderProtocol(rawValue: 14)
  public static let ieee80211MAC = HeaderProtocol(rawValue: 15)
  public static let ieee80211AMPDU = HeaderProtocol(rawValue: 16)
  public static let ieee80211AMSDUSubframe = HeaderProtocol(rawValue: 17)
  public static let infiniBand = HeaderProtocol(rawValue: 18)

  public static var names: [String] {
    [
      "", "ETHERNET-ISO88023", "ISO88024-TOKENBUS", "ISO88025-TOKENRING", "FDDI", "FRAME-RELAY", "X25",
      "PPP", "SMDS", "AAL5", "AAL5-IP", "IPv4", "IPv6", "MPLS", "POS", "IEEE80211MAC",
      "IEEE80211-AMPDU", "IEEE80211-AMSDU-SUBFRAME", "INFINIBAND",
    ]
  }
}
