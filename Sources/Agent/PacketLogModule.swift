internal import Config
internal import HostCounters
internal import Linux
internal import Logging
internal import Sampling

/// `nflog { }` and `ulog { }`: packets that firewall rules pick.
final class PacketLogModule: Module {
  var name: String { "packet log" }
  let context: ModuleContext
  private(set) var sources: [Key: any PacketLogSource] = [:]
  /// ULOG is gone since Linux 3.17: its blocks are then served by NFLOG with the same group number.
  private lazy var hasULOG = knowsULOG()
  private let knowsULOG: () -> Bool
  private var hasExplainedULOG = false
  /// The block of each source.
  private var logs: [Key: Settings.PacketLog] = [:]
  /// Those of which no packet came, and what was said of that.
  private var silent: [Key: (reason: String, remedy: String)] = [:]
  private let firewall: () -> FirewallView
  private var patience: Deadline?
  private static let longestSilence = Duration.seconds(5)

  /// What tells sources apart. A kernel with ULOG has groups of both kinds.
  struct Key: Hashable, Comparable, CustomStringConvertible {
    var isULOG: Bool
    var group: UInt16

    static func < (a: Key, b: Key) -> Bool {
      (a.isULOG ? 1 : 0, a.group) < (b.isULOG ? 1 : 0, b.group)
    }

    var description: String { "\(isULOG ? "ulog" : "nflog") group \(group)" }
  }

  /// - Parameters:
  ///   - knowsULOG: whether the kernel has ULOG; asked only if that matters.
  ///   - firewall: the rules of the host; asked only if nothing comes.
  init(
    _ context: ModuleContext, knowsULOG: @escaping () -> Bool = { ULogSource.isKnownToKernel },
    firewall: @escaping () -> FirewallView = { FirewallView(FileRoot("/")) }
  ) {
    self.context = context
    self.knowsULOG = knowsULOG
    self.firewall = firewall
    patience = Deadline { [unowned self] in listen() }
  }

  deinit { if let patience { context.loop.disarm(patience) } }

  func apply(_ settings: Settings) {
    var wanted: [Key: NFLogSource.Settings] = [:]
    for (log, isULOG) in [(settings.ulog, true), (settings.nflog, false)] {
      guard let log, let group = log.group else { continue }
      if isULOG, !hasULOG { explainULOG(log, group) }
      let key = Key(isULOG: isULOG && hasULOG, group: group)
      logs[key] = log
      wanted[key] = NFLogSource.Settings(
        group: group, rate: log.rate(sampling: settings.sampling), headerBytes: Int(settings.headerBytes))
    }
    for (key, source) in sources where wanted[key] == nil {
      source.stop()
      sources[key] = nil
    }
    for (key, new) in wanted {
      if let source = sources[key] {
        source.apply(new)
      } else {
        let source = source(key, new)
        sources[key] = source
        silent[key] = nil
        source.start()
        if let patience { context.loop.arm(patience, after: Self.longestSilence) }
        if new.rate.subsampling == 0 {
          context.logger.warning("source \(key): sampling is 0: no packet becomes a sample")
        }
      }
    }
  }

  private func source(_ key: Key, _ settings: NFLogSource.Settings) -> any PacketLogSource {
    let (loop, sink, logger) = (context.loop, context.exporter, context.logger)
    guard key.isULOG else { return NFLogSource(settings, loop: loop, sink: sink, logger: logger) }
    return ULogSource(settings, loop: loop, sink: sink, logger: logger) { [interfaces = context.interfaces] in
      interfaces.table.interface(named: $0)?.index
    }
  }

  private func explainULOG(_ log: Settings.PacketLog, _ group: UInt16) {
    if hasExplainedULOG { return }
    hasExplainedULOG = true
    context.logger.notice(
      "ulog { }: listening to NFLOG group \(group), as this kernel has no ULOG (it went with Linux 3.17). The rule is now: \(Self.rule(log, group))"
    )
  }

  /// An example of a firewall rule that feeds an NFLOG group.
  static func rule(_ log: Settings.PacketLog, _ group: UInt16) -> String {
    rule(log, "NFLOG --nflog-group \(group)")
  }

  private static func rule(_ log: Settings.PacketLog, _ target: String) -> String {
    let pick = log.probability.map { " -m statistic --mode random --probability \($0)" } ?? ""
    return "iptables -A INPUT\(pick) -j \(target)"
  }

  // MARK: - Silence

  /// Why no packet has come from a running source, and what to do.
  func silence(_ key: Key) -> (reason: String, remedy: String) {
    silent[key] ?? ("no packet has come yet", rule(key))
  }

  /// A firewall rule for the source.
  private func rule(_ key: Key) -> String {
    guard let log = logs[key] else { return "" }
    return key.isULOG ? Self.rule(log, "ULOG --ulog-nlgroup \(key.group)") : Self.rule(log, key.group)
  }

  /// Says once of each source whether any packet came at all, and what the firewall's rules tell of it: a missing rule
  /// looks like an idle network.
  private func listen() {
    for (key, source) in sources where source.packets.seen == 0 && silent[key] == nil {
      guard case .running = source.report.state else { continue }
      let said = key.isULOG ? nil : firewall().silence(of: key.group, example: "for example \(rule(key))")
      let (reason, remedy) =
        said ?? (
          "there may be no firewall rule for this group, or none that fits", "for example \(rule(key))"
        )
      silent[key] = ("no packet has come: \(reason)", remedy)
      context.logger.warning("source \(key): no packet has come: \(reason); \(remedy)")
    }
  }

  func apply(_ changes: InterfaceChanges) {
    for index in changes.removed.keys { for source in sources.values { source.forget(index) } }
  }

  var unknownPackets: UInt64 { sources.values.reduce(0) { $0 + $1.report.unknown } }

  var status: [String] { sources.keys.sorted().flatMap { sources[$0]?.status ?? [] } }
}
