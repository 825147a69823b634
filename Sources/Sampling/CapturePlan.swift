internal import Config
internal import Linux

/// Which interfaces are tapped, how, and why others are not.
struct CapturePlan: Equatable {
  /// How an interface is tapped.
  struct Tapping: Equatable {
    /// 1 in so many packets.
    var rate: UInt32
    /// What chose the rate: "speed / 1000000, at least 100".
    var rule: String
    var isPromiscuous: Bool
    /// Of each packet, octets that are kept.
    var headerBytes: UInt32
    /// Packets cross it on their way between others; otherwise this host is at one end.
    var isBridged: Bool
    /// The bond that the configuration means.
    var bond: String?
  }

  enum Outcome: Equatable {
    case tapped(Tapping)
    /// It will be tapped when it is up.
    case down
    case left(Reason)
  }

  /// Why an interface is not tapped, the less obvious the greater.
  enum Reason: Comparable, CustomStringConvertible {
    case noBlock
    case speed
    /// Skipped unless it is named.
    case kind(String)
    case bond(members: Int)
    case rateIsZero(String)
    case missing(String)
    case unmatched

    var description: String {
      switch self {
      case .noBlock: "no pcap block names it"
      case .speed: "its speed does not fit"
      case .kind(let kind): "\(kind): name it with dev"
      case .bond(0): "bond: it has no members yet"
      case .bond: "bond: its members are tapped instead"
      case .rateIsZero(let rule): "its sampling rate is 0 (\(rule))"
      case .missing(let name): "no interface \"\(name)\" yet"
      case .unmatched: "no interface matches this pattern yet"
      }
    }
  }

  struct Decision: Equatable {
    /// 0 for one that is not there.
    var index: UInt32
    var name: String
    var outcome: Outcome

    /// Why it is not tapped, unless it is only down.
    var reason: Reason? {
      if case .left(let reason) = outcome { reason } else { nil }
    }
  }

  /// By ifIndex; interfaces that are named and missing, and patterns that match none, come last.
  private(set) var decisions: [Decision] = []
  /// Ports of tapped bridges, whose counters are sent too.
  private(set) var bridgePorts: Set<UInt32> = []

  init() {}

  init(_ settings: Settings, _ devices: [CaptureDevice]) {
    // The newest block comes first, as in the C agent.
    let blocks = settings.pcap.reversed().filter { !$0.dynamic }.map(Selector.init)
    guard !blocks.isEmpty else { return }
    let byIndex = Dictionary(devices.map { ($0.index, $0) }) { first, _ in first }
    var bridges: Set<UInt32> = []
    for device in devices.sorted(by: { $0.index < $1.index }) {
      let master = device.master.flatMap { byIndex[$0] }
      let outcome: Outcome
      switch Self.choose(device, master, blocks) {
      case .bond:
        outcome = .left(.bond(members: devices.count { $0.master == device.index }))
      case .none(let reason):
        outcome = .left(reason)
      case .block(_, _) where !device.isUp:
        outcome = .down
      case .block(let block, let bond):
        let (rate, rule) = Self.rate(of: device, block, settings)
        let bridged = device.isBridge || master?.isBridge == true || master?.kind == "openvswitch"
        outcome =
          rate == 0
          ? .left(.rateIsZero(rule))
          : .tapped(
            Tapping(
              rate: rate, rule: rule, isPromiscuous: block.promiscuous,
              headerBytes: settings.headerBytes, isBridged: bridged, bond: bond))
        if device.isBridge, block.virtualPort ?? true { bridges.insert(device.index) }
      }
      decisions.append(Decision(index: device.index, name: device.name, outcome: outcome))
    }
    for name in blocks.compactMap(\.block.device) where !decisions.contains(where: { $0.name == name }) {
      decisions.append(Decision(index: 0, name: name, outcome: .left(.missing(name))))
    }
    for block in blocks where block.isUnmatched(by: devices) {
      decisions.append(
        Decision(index: 0, name: block.block.devicePattern ?? "", outcome: .left(.unmatched)))
    }
    for device in devices {
      if let master = device.master, bridges.contains(master) { bridgePorts.insert(device.index) }
    }
  }

  private enum Choice {
    case none(Reason)
    case bond
    case block(Settings.Capture, bond: String?)
  }

  /// The first block that fits the device or its bond.
  private static func choose(
    _ device: CaptureDevice, _ master: CaptureDevice?, _ blocks: [Selector]
  ) -> Choice {
    var reason = Reason.noBlock
    for block in blocks {
      switch block.mismatch(with: device) {
      case nil where device.isBond: return .bond
      case nil: return .block(block.block, bond: nil)
      case .some(let other): reason = max(reason, other)
      }
      if let master, master.isBond, block.mismatch(with: master) == nil {
        return .block(block.block, bond: master.name)
      }
    }
    return .none(reason)
  }

  private static func rate(
    of device: CaptureDevice, _ block: Settings.Capture, _ settings: Settings
  ) -> (rate: UInt32, rule: String) {
    if let rate = block.sampling { return (rate, "sampling of its pcap block") }
    let (rate, rule) = settings.samplingRate(forSpeed: device.speed, isUp: true)
    return (rate, "\(rule)")
  }
}

/// A `pcap { }` block, ready to be compared with interfaces.
private struct Selector {
  let block: Settings.Capture
  /// `nil` for a pattern that does not compile, which fits nothing; the configuration's check says so.
  private let pattern: PosixRegex?

  init(_ block: Settings.Capture) {
    self.block = block
    pattern = block.devicePattern.flatMap { try? PosixRegex($0) }
  }

  /// Whether the name fits the pattern, if there is one.
  func matches(_ device: CaptureDevice) -> Bool {
    block.devicePattern == nil || pattern?.matches(device.name) == true
  }

  /// Whether there is a pattern, and no name fits it.
  func isUnmatched(by devices: [CaptureDevice]) -> Bool {
    block.device == nil && block.devicePattern != nil && !devices.contains(where: matches)
  }

  /// Why the block is not for the device; `nil` if it is.
  func mismatch(with device: CaptureDevice) -> CapturePlan.Reason? {
    if let name = block.device, name != device.name { return .noBlock }
    if !matches(device) { return .noBlock }
    if let speed = block.speed, !speed.contains(device.speed ?? 0) { return .speed }
    if block.device == nil, let kind = device.repeatingKind { return .kind(kind) }
    return nil
  }
}
