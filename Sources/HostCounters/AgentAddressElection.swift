public import Bytes
import Netlink

/// One `agent.cidr`.
public struct AgentCIDR: Hashable, Sendable {
  public var cidr: CIDR
  /// Written with `!`: addresses in it are excluded.
  public var isNegated: Bool

  public init(_ cidr: CIDR, isNegated: Bool = false) {
    self.cidr = cidr
    self.isNegated = isNegated
  }
}

extension AgentCIDR: CustomStringConvertible {
  public var description: String { (isNegated ? "!" : "") + cidr.description }
}

/// Chooses the address by which the agent is known, as the C agent does, so that a host keeps its name.
///
/// Candidates are every IPv6 address, every IPv4 address of interfaces that are up and the first of those that
/// are down. The highest total wins; then an address that was not made by SLAAC, then the lower ifIndex, then
/// the order of the kernel. An excluded address wins if there is nothing better.
public enum AgentAddressElection {
  public struct Settings: Equatable, Sendable {
    /// `agentIP`: used as it is, be it local or not.
    public var address: IPAddress?
    /// `agent`: name or, if no interface has that name, alias of the interface to prefer.
    public var device: String?
    /// `agent.cidr`, in the order of the file. The last is looked at first, and the first that fits decides.
    public var cidrs: [AgentCIDR]

    public init(address: IPAddress? = nil, device: String? = nil, cidrs: [AgentCIDR] = []) {
      self.address = address
      self.device = device
      self.cidrs = cidrs
    }
  }

  /// An address on a device, and what speaks for it.
  public struct Candidate: Equatable, Sendable {
    public var address: IPAddress
    public var device: String
    /// ifIndex.
    public var index: UInt32
    public var addressClass: AgentAddressClass
    /// The `agent.cidr` that decided.
    public var cidr: AgentCIDR?
    /// How many times 13 that is worth: 1 for the last of the file; 0 if none fits.
    public var position: Int
    /// On the device that `agent` names.
    public var isPegged: Bool
    /// Made by the interface itself (IPv6 without `IFA_F_PERMANENT`).
    public var isSLAAC: Bool

    /// The C agent's score: class and `agent.cidr`.
    public var score: Int {
      if cidr?.isNegated ?? false || addressClass == .multicast { return 0 }
      return addressClass.score + position * AgentAddressClass.count
    }

    /// What is compared: the score, and 13 more on the device that `agent` names.
    public var total: Int { score + (isPegged ? AgentAddressClass.count : 0) }

    /// For a person: "IPv4 private 11, agent.cidr 10.0.0.0/8 +13, agent device +13".
    public var reason: String {
      var text = "\(addressClass) \(addressClass.score)"
      if let cidr {
        text += ", agent.cidr \(cidr) "
        text += cidr.isNegated ? "excludes it" : "+\(position * AgentAddressClass.count)"
      }
      if isPegged { text += ", agent device +\(AgentAddressClass.count)" }
      if isSLAAC { text += ", SLAAC" }
      return text
    }
  }

  public struct Outcome: Equatable, Sendable {
    /// `nil` if there is no candidate; output waits until there is one.
    public var address: IPAddress?
    /// The interface that has the address, best first; `nil` if `agentIP` is not local.
    public var winner: Candidate?
    /// The best first.
    public var candidates: [Candidate]
    /// `agent` names a device that is not there. The election goes on without it.
    public var isDeviceMissing: Bool
  }

  public static func elect(interfaces: [Interface], settings: Settings) -> Outcome {
    let interfaces = interfaces.sorted { $0.index < $1.index }
    let pegged = settings.device.flatMap { device in
      interfaces.first { $0.name == device } ?? interfaces.first { $0.alias == device }
    }
    let found = interfaces.flatMap { interface in
      addresses(of: interface).map { address in
        let match = match(address.address, in: settings.cidrs)
        return Candidate(
          address: address.address, device: interface.name, index: interface.index,
          addressClass: AgentAddressClass(
            address.address, onLoopback: interface.isLoopback, onVLAN: interface.isVLAN),
          cidr: match?.cidr, position: match?.position ?? 0,
          isPegged: interface.index == pegged?.index, isSLAAC: isSLAAC(address))
      }
    }
    // `sort` need not be stable, so the order of discovery is part of the comparison.
    let ranked = found.enumerated().sorted { a, b in
      if a.element.total != b.element.total { return a.element.total > b.element.total }
      if a.element.isSLAAC != b.element.isSLAAC { return b.element.isSLAAC }
      return a.offset < b.offset
    }.map(\.element)
    let winner = ranked.first { settings.address == nil || $0.address == settings.address }
    return Outcome(
      address: settings.address ?? winner?.address, winner: winner, candidates: ranked,
      isDeviceMissing: settings.device != nil && pegged == nil)
  }

  /// IPv4 before IPv6. Of a down interface the C agent sees only what `SIOCGIFADDR` and
  /// `/proc/net/if_inet6` show.
  private static func addresses(of interface: Interface) -> [Interface.Address] {
    var v4 = interface.addresses.filter { if case .v4 = $0.address { true } else { false } }
    let v6 = interface.addresses.filter { if case .v6 = $0.address { true } else { false } }
    if !interface.isUp { v4 = Array(v4.filter { !$0.isAlias }.prefix(1)) }
    return v4 + v6
  }

  private static func match(_ address: IPAddress, in cidrs: [AgentCIDR]) -> (cidr: AgentCIDR, position: Int)?
  {
    for (offset, cidr) in cidrs.reversed().enumerated() where cidr.cidr.contains(address) {
      return (cidr, offset + 1)
    }
    return nil
  }

  private static func isSLAAC(_ address: Interface.Address) -> Bool {
    if case .v6 = address.address { !address.flags.contains(.permanent) } else { false }
  }
}
