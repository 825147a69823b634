public import Linux
public import Netlink
public import SFlow

extension InterfaceCounters {
  /// if_counters, 0:1, of one interface, before anything is counted.
  public init(_ interface: Interface) {
    self.init()
    index = interface.index
    type = interface.type
    status = interface.status
    promiscuous = interface.isPromiscuous ? 1 : 0
  }

  /// How fast the interface runs.
  public mutating func set(_ mode: Ethtool.LinkMode) {
    speed = UInt64(mode.megabits ?? 0) * 1_000_000
    direction = mode.isFullDuplex.map { $0 ? .fullDuplex : .halfDuplex } ?? .unknown
  }

  /// What was counted: the kernel's own counters since the interface was made. Broadcast is not counted apart, and of
  /// sent packets multicast is not either: these stay all ones, and the unicast count has them.
  public mutating func set(_ link: LinkStatistics64) {
    inOctets = link.rxBytes
    // Some drivers count multicast before, packets after a filter.
    inUnicastPackets = counter32(link.rxPackets &- min(link.multicast, link.rxPackets))
    inMulticastPackets = counter32(link.multicast)
    inDiscards = counter32(link.rxDropped &+ link.rxMissedErrors)
    inErrors = counter32(link.rxErrors)
    outOctets = link.txBytes
    outUnicastPackets = counter32(link.txPackets)
    outDiscards = counter32(link.txDropped)
    outErrors = counter32(link.txErrors)
  }
}

extension Interface {
  /// IANAifType.
  public var type: InterfaceType {
    switch kind {
    case "bridge": return .bridge
    case "bond", "team": return .ieee8023adLAG
    case "vlan": return .l2VLAN
    case "vxlan", "geneve", "gre", "gretap", "ip6gre", "ip6gretap", "ipip", "ip6tnl", "sit", "wireguard",
      "vti":
      return .tunnel
    default: break
    }
    switch hardwareType {
    case .ethernet: return .ethernetCSMACD
    case .loopback: return .softwareLoopback
    case .infiniband: return .infiniBand
    case .ppp: return .ppp
    case .tunnel, .none: return .tunnel
    case .ieee80211Prism, .ieee80211Radiotap: return .ieee80211
    default: return .other
    }
  }

  /// What the administrator wants and what is. Drivers that don't track it leave the state unknown: then the flag
  /// decides.
  public var status: InterfaceStatus {
    var status: InterfaceStatus = isUp ? .adminUp : []
    if operState == .up || operState == .unknown && flags.contains(.running) { status.insert(.operUp) }
    return status
  }

  /// Whether this is hardware, or what a hypervisor shows as hardware.
  public var isPhysical: Bool { kind == nil && !isLoopback }
}
