public import Bytes

/// A host as the configuration names it. Names are resolved while the agent runs, never while the file is read.
public enum HostAddress: Hashable, Sendable {
  case literal(IPAddress)
  /// A host name, or an IPv6 address with a zone ("fe80::1%eth0"): both are for the resolver.
  case name(String)
}

extension HostAddress: CustomStringConvertible {
  public var description: String {
    switch self {
    case .literal(let address): address.description
    case .name(let name): name
    }
  }
}

/// One `agent.cidr`: addresses that are preferred, or with `!` avoided, as the agent's own.
public struct AgentPrefix: Hashable, Sendable {
  public var cidr: CIDR
  /// Written with `!`.
  public var isExcluded: Bool

  public init(_ cidr: CIDR, isExcluded: Bool = false) {
    self.cidr = cidr
    self.isExcluded = isExcluded
  }
}

extension AgentPrefix: CustomStringConvertible {
  public var description: String { (isExcluded ? "!" : "") + cidr.description }
}

/// Link speeds in bit/s, both ends included.
public struct SpeedRange: Hashable, Sendable {
  public var lowest: UInt64
  public var highest: UInt64

  public init(_ lowest: UInt64, _ highest: UInt64) {
    self.lowest = lowest
    self.highest = highest
  }

  public func contains(_ bps: UInt64) -> Bool { lowest <= bps && bps <= highest }
}
