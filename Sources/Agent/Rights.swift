public import Config
public import Linux

/// A capability that a configuration needs, and what goes without it.
public struct RightNeeded: Equatable, Sendable, CustomStringConvertible {
  public var right: Capabilities
  /// "CAP_NET_RAW"
  public var name: String
  /// "pcap { } captures nothing"
  public var cost: String

  public var description: String { "without \(name) \(cost)" }

  /// All that `settings` ask for, in a fixed order.
  public static func all(_ settings: Settings) -> [RightNeeded] {
    var all: [RightNeeded] = []
    func need(_ isNeeded: Bool, _ right: Capabilities, _ name: String, _ cost: String) {
      if isNeeded { all.append(RightNeeded(right: right, name: name, cost: cost)) }
    }
    let groups = [("nflog", settings.nflog != nil), ("ulog", settings.ulog != nil)]
    for (block, isThere) in groups {
      need(isThere, .netAdmin, "CAP_NET_ADMIN", "\(block) { } gets no packets")
    }
    need(settings.psample != nil, .netAdmin, "CAP_NET_ADMIN", "psample { } gets no packets")
    need(settings.dropmon != nil, .netAdmin, "CAP_NET_ADMIN", "dropmon { } gets no drops")
    need(!settings.pcap.isEmpty, .netRaw, "CAP_NET_RAW", "pcap { } captures nothing")
    for collector in settings.collectors {
      need(
        collector.namespace != nil, .sysAdmin, "CAP_SYS_ADMIN", "collector \(collector) is not reached")
      need(
        collector.sourcePort.map { (1..<1024).contains($0) } ?? false, .netBindService,
        "CAP_NET_BIND_SERVICE",
        "collector \(collector) gets nothing, its sourcePort being below 1024")
    }
    return all
  }
}
