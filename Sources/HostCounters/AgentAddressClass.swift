public import Bytes

/// How good an address is for naming the agent: the raw value is its score, the higher the better.
public enum AgentAddressClass: Int, CaseIterable, Sendable {
  /// Excluded.
  case none = 0
  /// 240.0.0.0/4.
  case classE = 1
  /// Never used: its score is that of `none`.
  case multicast = 2
  /// ::1, or any IPv6 address of a loopback device.
  case loopback6 = 3
  /// Any IPv4 address of a loopback device.
  case loopback4 = 4
  /// 169.254.0.0/16.
  case selfAssigned = 5
  /// fe80::/10.
  case linkLocal = 6
  case vlan6 = 7
  case vlan4 = 8
  /// fc00::/7.
  case uniqueLocal = 9
  case global6 = 10
  /// 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16: RFC 1918.
  case private4 = 11
  case global4 = 12

  /// The step from one `agent.cidr` to the next: no class reaches over it.
  static let count = 13

  /// The first that fits: multicast, loopback, self-assigned or link-local, unique local, VLAN, RFC 1918,
  /// class E, global.
  public init(_ address: IPAddress, onLoopback: Bool, onVLAN: Bool) {
    switch address {
    case .v4(let address):
      let value = address.value
      if value >> 28 == 0xE {
        self = .multicast
      } else if onLoopback {
        self = .loopback4
      } else if value >> 16 == 0xA9FE {
        self = .selfAssigned
      } else if onVLAN {
        self = .vlan4
      } else if value >> 24 == 10 || value >> 20 == 0xAC1 || value >> 16 == 0xC0A8 {
        self = .private4
      } else if value >> 28 == 0xF {
        self = .classE
      } else {
        self = .global4
      }
    case .v6(let address):
      if address.high >> 56 == 0xFF {
        self = .multicast
      } else if onLoopback || address.high == 0 && address.low == 1 {
        self = .loopback6
      } else if address.high >> 54 == 0xFE80 >> 6 {
        self = .linkLocal
      } else if address.high >> 57 == 0xFC >> 1 {
        self = .uniqueLocal
      } else if onVLAN {
        self = .vlan6
      } else {
        self = .global6
      }
    }
  }

  public var score: Int { self == .multicast ? 0 : rawValue }
}

extension AgentAddressClass: CustomStringConvertible {
  public var description: String {
    switch self {
    case .none: "none"
    case .classE: "class E"
    case .multicast: "multicast"
    case .loopback6: "IPv6 loopback"
    case .loopback4: "IPv4 loopback"
    case .selfAssigned: "IPv4 self-assigned"
    case .linkLocal: "IPv6 link-local"
    case .vlan6: "IPv6 on a VLAN"
    case .vlan4: "IPv4 on a VLAN"
    case .uniqueLocal: "IPv6 unique local"
    case .global6: "IPv6 global"
    case .private4: "IPv4 private"
    case .global4: "IPv4 global"
    }
  }
}
