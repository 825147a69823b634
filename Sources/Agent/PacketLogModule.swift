internal import Config
internal import HostCounters
internal import Linux
internal import Logging
internal import Sampling

/// `nflog { }` and `ulog { }`: packets that firewall rules pick.
final class PacketLogModule: Module {
  var name: String { "packet log" }
  private let context: ModuleContext
  private var sources: [Key: any PacketLogSource] = [:]
  /// ULOG is gone since Linux 3.17: its blocks are then served by NFLOG with the same group number.
  private lazy var hasULOG = knowsULOG()
  private let knowsULOG: () -> Bool
  private var hasExplainedULOG = false

  /// What tells sources apart. A kernel with ULOG has groups of both kinds.
  private struct Key: Hashable, Comparable {
    var isULOG: Bool
    var group: UInt16

    static func < (a: Key, b: Key) -> Bool {
      (a.isULOG ? 1 : 0, a.group) < (b.isULOG ? 1 : 0, b.group)
    }
  }

  /// - Parameter knowsULOG: whether the kernel has ULOG; asked only if that matters.
  init(_ context: ModuleContext, knowsULOG: @escaping () -> Bool = { ULogSource.isKnownToKernel }) {
    self.context = context
    self.knowsULOG = knowsULOG
  }

  func apply(_ settings: Settings) {
    var wanted: [Key: NFLogSource.Settings] = [:]
    for (log, isULOG) in [(settings.ulog, true), (settings.nflog, false)] {
      guard let log, let group = log.group else { continue }
      if isULOG, !hasULOG { explainULOG(log, group) }
      wanted[Key(isULOG: isULOG && hasULOG, group: group)] = NFLogSource.Settings(
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
        source.start()
        if new.rate.subsampling == 0 {
          let name = "\(key.isULOG ? "ulog" : "nflog") group \(key.group)"
          context.logger.warning("source \(name): sampling is 0: no packet becomes a sample")
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
    let pick = log.probability.map { " -m statistic --mode random --probability \($0)" } ?? ""
    context.logger.notice(
      "ulog { }: listening to NFLOG group \(group), as this kernel has no ULOG (it went with Linux 3.17). The rule is now: iptables -A INPUT\(pick) -j NFLOG --nflog-group \(group)"
    )
  }

  func apply(_ changes: InterfaceChanges) {
    for index in changes.removed.keys { for source in sources.values { source.forget(index) } }
  }

  var status: [String] { sources.keys.sorted().flatMap { sources[$0]?.status ?? [] } }
}
