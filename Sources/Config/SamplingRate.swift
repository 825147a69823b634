// Which rate applies where.

/// The rule that chose the sampling rate of an interface.
public enum SamplingRule: Equatable, Sendable {
  case interfaceDown
  case unknownSpeed
  /// `sampling.10G`
  case speedSetting(String)
  /// `sampling.bps_ratio`
  case bpsRatio(UInt32)
  /// `sampling.bps_ratio = 0`
  case bpsRatioOff
  /// Neither is set.
  case defaultRatio
}

extension SamplingRule: CustomStringConvertible {
  public var description: String {
    switch self {
    case .interfaceDown: "the interface is down"
    case .unknownSpeed: "sampling, as the speed is unknown"
    case .speedSetting(let speed): "sampling.\(speed)"
    case .bpsRatio(let ratio): "speed / sampling.bps_ratio = \(ratio)"
    case .bpsRatioOff: "sampling, as sampling.bps_ratio = 0"
    case .defaultRatio: "speed / 1000000, at least 100"
    }
  }
}

extension Settings {
  /// The entry for an application: the longest one that is `name` or begins it up to a dot.
  public func application(_ name: String) -> Application? {
    var best: Application?
    for application in applications where application.name.utf8.count > best?.name.utf8.count ?? -1 {
      if name == application.name || name.hasPrefix(application.name + ".") { best = application }
    }
    return best
  }

  /// `sampling.<app>`, or else `sampling`: 1 in so many, 0 for none.
  public func sampling(of name: String) -> UInt32 { application(name)?.sampling ?? sampling }

  /// `polling.<app>`, or else `polling`: seconds, 0 for none.
  public func polling(of name: String) -> UInt32 { application(name)?.polling ?? polling }

  /// The sampling rate of an interface.
  /// - Parameter bps: its speed in bit/s; `nil` or 0 if unknown.
  public func samplingRate(forSpeed bps: UInt64?, isUp: Bool) -> (rate: UInt32, rule: SamplingRule) {
    guard isUp else { return (0, .interfaceDown) }
    guard let bps, bps > 0 else { return (sampling, .unknownSpeed) }
    let speed = Self.speedName(bps)
    if let rate = application(speed)?.sampling { return (rate, .speedSetting(speed)) }
    guard let ratio = application("bps_ratio")?.sampling else {
      return (UInt32(clamping: max(100, bps / 1_000_000)), .defaultRatio)
    }
    if ratio == 0 { return (sampling, .bpsRatioOff) }
    return (UInt32(clamping: max(1, bps / UInt64(ratio))), .bpsRatio(ratio))
  }

  /// A speed in the largest unit that leaves a digit, the rest cut off: "10G", "2G" for 2.5 Gbit/s.
  static func speedName(_ bps: UInt64) -> String {
    for unit in ["P", "T", "G", "M", "K"] {
      if let factor = unit.utf8.first.flatMap(unitFactor), bps >= factor { return "\(bps / factor)\(unit)" }
    }
    return "\(bps)"
  }
}

extension Settings.PacketLog {
  /// How the probability of the firewall rule and `sampling` work together.
  public struct Rate: Equatable, Sendable {
    /// The rule picks 1 packet in so many; 0 if that is not known.
    public var ofRule: UInt32
    /// Of these, 1 in so many becomes a sample; 0 for none.
    public var subsampling: UInt32
    /// So 1 in so many of all packets does.
    public var effective: UInt32
    /// Whether every packet that the rule picks becomes a sample.
    public var samplesAll: Bool { subsampling == 1 }
  }

  public func rate(sampling: UInt32) -> Rate {
    let ofRule = probability.map { $0 > 0 ? UInt32(clamping: UInt64(min(1 / $0, 1e18))) : 0 } ?? 0
    guard ofRule > 1 else { return Rate(ofRule: ofRule, subsampling: sampling, effective: sampling) }
    let subsampling = sampling / ofRule + (sampling % ofRule == 0 ? 0 : 1)
    return Rate(
      ofRule: ofRule, subsampling: subsampling,
      effective: UInt32(clamping: UInt64(subsampling) * UInt64(ofRule)))
  }
}
