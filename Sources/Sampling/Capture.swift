public import Config
public import Linux
public import Logging

/// The packets of whole interfaces: every `pcap { }` block of the configuration.
///
/// Follows the interfaces through everything that happens to them. A class because its taps are watched by the loop.
public final class Capture {
  private let loop: any EventLoop
  private let logger: Logger
  private let sink: any FlowSampleSink
  /// Called when `tappedIndexes` or `bridgePortIndexes` are others.
  public var onChange: () -> Void = {}

  private var settings = Settings()
  private var devices: [CaptureDevice] = []
  private(set) var plan = CapturePlan()
  /// By ifIndex.
  private(set) var taps: [UInt32: Tap] = [:]
  /// Taps to begin and taps to let go, one in each round of the loop: the kernel makes each wait.
  private var beginning: [Tap] = []
  private var ending: [Tap] = []
  private var step: Deadline?

  public init(sink: any FlowSampleSink, loop: any EventLoop, logger: Logger) {
    self.sink = sink
    self.loop = loop
    self.logger = logger
    step = Deadline { [unowned self] in takeStep() }
  }

  deinit { if let step { loop.disarm(step) } }

  /// Whether all taps that can run do.
  var isSettled: Bool { beginning.isEmpty && ending.isEmpty }

  /// ifIndexes of the interfaces that are tapped.
  public var tappedIndexes: Set<UInt32> { Set(taps.keys) }
  /// ifIndexes of the ports of bridges that are tapped, unless `vport` forbids: their counters are sent too.
  public var bridgePortIndexes: Set<UInt32> { plan.bridgePorts }

  /// Takes over settings.
  public func apply(_ settings: Settings) {
    self.settings = settings
    replan()
    summarize()
  }

  /// Takes over the interfaces of the host: all of them, after every change to one.
  public func update(_ devices: [CaptureDevice]) {
    self.devices = devices
    replan()
  }

  private func replan() {
    let old = plan
    plan = CapturePlan(settings, devices)
    let byIndex = Dictionary(devices.map { ($0.index, $0) }) { first, _ in first }
    var kept: [UInt32: Tap] = [:]
    for decision in plan.decisions {
      guard let device = byIndex[decision.index] else { continue }
      switch (decision.outcome, taps[decision.index]) {
      case (.tapped(let tapping), let tap?):
        tap.apply(device, tapping)
        kept[decision.index] = tap
      case (.tapped(let tapping), nil):
        let tap = Tap(device, tapping, sink: sink, loop: loop, logger: logger)
        beginning.append(tap)
        kept[decision.index] = tap
      case (.down, let tap?):
        // The kernel goes on by itself when it is up again.
        tap.apply(device, tap.tapping)
        kept[decision.index] = tap
      default:
        break
      }
    }
    let before = tappedIndexes
    for (index, tap) in taps where kept[index] == nil {
      let reason =
        plan.decisions.first { $0.index == index }?.reason?.description
        ?? (byIndex[index] == nil ? "the interface is gone" : "the configuration has no pcap { } any more")
      logger.notice("pcap \(tap.device.name): ends: \(reason)")
      tap.stop()
      beginning.removeAll { $0 === tap }
      ending.append(tap)
    }
    taps = kept
    if let step, !isSettled { loop.arm(step, after: .zero) }
    if tappedIndexes != before || plan.bridgePorts != old.bridgePorts { onChange() }
  }

  private func takeStep() {
    if !beginning.isEmpty {
      beginning.removeFirst().begin()
    } else if !ending.isEmpty {
      ending.removeLast()
    }
    if let step, !isSettled { loop.arm(step, after: .zero) }
  }

  /// Says once what the settings lead to: interfaces that are not tapped are told together by their reason.
  private func summarize() {
    var names: [String: [String]] = [:]
    for decision in plan.decisions {
      if let reason = decision.reason, reason > .noBlock {
        names["\(reason)", default: []].append(decision.name)
      }
    }
    for (reason, names) in names.sorted(by: { $0.key < $1.key }) {
      let more = names.count > 5 ? " and \(names.count - 5) more" : ""
      logger.notice("pcap: not tapped: \(names.prefix(5).joined(separator: ", "))\(more): \(reason)")
    }
    if !plan.decisions.isEmpty, taps.isEmpty { logger.warning("pcap: no interface is tapped") }
  }

  /// One line for each interface: how it is tapped, or why not.
  public var status: [String] {
    plan.decisions.map { decision in
      switch (decision.outcome, taps[decision.index]) {
      case (.down, let tap?): "\(tap.status), the interface is down"
      case (.down, nil): "\(decision.name): not tapped yet: the interface is down"
      case (.left(let reason), _): "\(decision.name): not tapped: \(reason)"
      case (.tapped, let tap): tap?.status ?? decision.name
      }
    }
  }
}
