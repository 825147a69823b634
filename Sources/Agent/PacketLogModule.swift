internal import Config
internal import HostCounters
internal import Linux
internal import Logging
internal import Sampling

/// `nflog { }` and `ulog { }`: packets that firewall rules pick.
final class PacketLogModule: Module {
  var name: String { "packet log" }
  let context: ModuleContext
  /// By group. ULOG is gone since Linux 3.17: its blocks are served by NFLOG with the same group number.
  private(set) var sources: [UInt16: NFLogSource] = [:]
  private var hasExplainedULOG = false
  /// The block of each group.
  private var logs: [UInt16: Settings.PacketLog] = [:]
  /// Groups of which no packet came, and that was said.
  private var silent: Set<UInt16> = []
  private var patience: Deadline?
  private static let longestSilence = Duration.seconds(5)

  init(_ context: ModuleContext) {
    self.context = context
    patience = Deadline { [unowned self] in listen() }
  }

  deinit { if let patience { context.loop.disarm(patience) } }

  func apply(_ settings: Settings) {
    var wanted: [UInt16: NFLogSource.Settings] = [:]
    for (log, isULOG) in [(settings.ulog, true), (settings.nflog, false)] {
      guard let log, let group = log.group else { continue }
      if isULOG { explainULOG(log, group) }
      logs[group] = log
      wanted[group] = NFLogSource.Settings(
        group: group, rate: log.rate(sampling: settings.sampling), headerBytes: Int(settings.headerBytes))
    }
    for (group, source) in sources where wanted[group] == nil {
      source.stop()
      sources[group] = nil
    }
    for (group, new) in wanted {
      if let source = sources[group] {
        source.apply(new)
      } else {
        let source = NFLogSource(new, loop: context.loop, sink: context.exporter, logger: context.logger)
        sources[group] = source
        silent.remove(group)
        source.start()
        if let patience { context.loop.arm(patience, after: Self.longestSilence) }
        if new.rate.subsampling == 0 {
          context.logger.warning("source nflog group \(group): sampling is 0: no packet becomes a sample")
        }
      }
    }
  }

  private func explainULOG(_ log: Settings.PacketLog, _ group: UInt16) {
    if hasExplainedULOG { return }
    hasExplainedULOG = true
    context.logger.notice(
      "ulog { }: listening to NFLOG group \(group), as ULOG went with Linux 3.17. The rule is now: \(Self.rule(log, group))"
    )
  }

  static func rule(_ log: Settings.PacketLog, _ group: UInt16) -> String {
    let pick = log.probability.map { " -m statistic --mode random --probability \($0)" } ?? ""
    return "iptables -A INPUT\(pick) -j NFLOG --nflog-group \(group)"
  }

  // MARK: - Silence

  static let silence = "no packet has come: there may be no firewall rule for this group, or none that fits"

  /// A firewall rule for the group.
  func rule(_ group: UInt16) -> String { logs[group].map { Self.rule($0, group) } ?? "" }

  /// Says once of each source whether any packet came at all: a missing rule looks like an idle network.
  private func listen() {
    for (group, source) in sources where source.packets.seen == 0 && !silent.contains(group) {
      guard case .running = source.report.state else { continue }
      silent.insert(group)
      context.logger.warning("source nflog group \(group): \(Self.silence); for example \(rule(group))")
    }
  }

  func apply(_ changes: InterfaceChanges) {
    for index in changes.removed.keys { for source in sources.values { source.forget(index) } }
  }

  var status: [String] { sources.keys.sorted().flatMap { sources[$0]?.status ?? [] } }
}
