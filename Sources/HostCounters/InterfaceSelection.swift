import Bytes
import Netlink

extension InterfaceTable {
  /// The interfaces whose counters add up to the traffic of the host, by ifIndex, none of it counted twice.
  ///
  /// Those of the first rule that fits any interface; the loopback never:
  ///
  /// 1. **Devices**: hardware and what a hypervisor shows as hardware (virtio, Xen and Hyper-V front ends,
  ///    SR-IOV functions, wireless). They have no link kind, or a device on a bus behind them, and no local
  ///    link under them. Members of bonds, teams and bridges are among them; the bonds, teams, bridges, VLANs,
  ///    macvlans, veths, taps and tunnels above them carry the same packets once more and are left out.
  /// 2. In a container or network namespace without a device: **links to another namespace** (veth, macvlan,
  ///    ipvlan or VLAN whose peer or lower link is elsewhere) that belong to no bridge or bond here. Ports of
  ///    a bridge here lead to inner containers, tunnels run over the link to the outside.
  /// 3. If there are none: links to another namespace that belong to a bridge or bond here.
  /// 4. If there are none: all that are neither a member nor a master nor over a local link, such as the tap
  ///    of a rootless container. A veth pair with both ends here counts nowhere: its packets never leave.
  ///
  /// Down interfaces count too, or the total would fall when one goes down.
  public func hostTotalInterfaces() -> [UInt32] {
    let all = all.filter { !$0.isLoopback }
    let masters = Set(all.compactMap(\.master))
    let rules: [(Interface) -> Bool] = [
      { $0.isDevice && !belongsToDevice($0) },
      { $0.linkNamespace != nil && $0.master == nil },
      { $0.linkNamespace != nil },
      { $0.master == nil && $0.localLower == nil && !masters.contains($0.index) },
    ]
    for rule in rules {
      let chosen = all.filter(rule)
      if !chosen.isEmpty { return chosen.map(\.index) }
    }
    return []
  }

  /// Hyper-V and failover devices count the packets of the SR-IOV function that they own.
  private func belongsToDevice(_ interface: Interface) -> Bool {
    interface.master.flatMap { self[$0] }?.isDevice ?? false
  }

  /// How many adaptors `host_adapters` lists at most, as in the C agent.
  public static var hostAdaptorLimit: Int { 32 }

  /// The interfaces that `host_adapters` (0:2001) lists, by ifIndex: up, with a MAC address that is not zero.
  ///
  /// Of veths only those that count in the totals: the link of a container to the outside, but not the host's
  /// ends of its containers' links.
  /// - Parameter guests: the taps of virtual machines, which are not the host's.
  public func hostAdaptors(except guests: Set<UInt32> = []) -> [Interface] {
    let counted = Set(hostTotalInterfaces())
    let adaptors = all.filter { interface in
      guard interface.isUp, !guests.contains(interface.index), let mac = interface.mac, !mac.isZero else {
        return false
      }
      return interface.kind != "veth" || counted.contains(interface.index)
    }
    return Array(adaptors.prefix(Self.hostAdaptorLimit))
  }
}

extension Interface {
  /// Whether this is a device of its own, not one that a program or another interface makes.
  fileprivate var isDevice: Bool {
    guard kind == nil || kind == "ipoib" || parentDevice != nil else { return false }
    // Ports of a DSA switch lie over their conduit; before Linux 6.2 they have no kind.
    guard localLower == nil else { return false }
    // A radio's monitor repeats what its other interfaces count.
    guard hardwareType != .ieee80211Prism, hardwareType != .ieee80211Radiotap else { return false }
    return !isXenBackend
  }

  /// Dom0's end of a guest's interface: without a kind, on its own bus, with always the same address.
  public var isXenBackend: Bool {
    parentBus == "xen-backend" || kind == nil && mac == MACAddress(0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF)
  }
}
