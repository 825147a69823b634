internal import Config
internal import HostCounters
internal import Linux
internal import Logging
internal import Sampling

/// `nflog { }` and `ulog { }`: packets that firewall rules pick.
final class PacketLogModule: Module {
  var name: String { "packet log" }
  private let context: ModuleContext
  /// By group. ULOG is gone since Linux 3.17: its blocks are served by NFLOG with the same group number.
  private var sources: [UInt16: NFLogSource] = [:]
  private var hasExplainedULOG = false

  init(_ context: ModuleContext) { self.context = context }

  func apply(_ settings: Settings) {
    var wanted: [UInt16: NFLogSource.Settings] = [:]
    for (log, isULOG) in [(settings.ulog, true), (settings.nflog, false)] {
      guard let log, let group = log.group else { continue }
      if isULOG { explainULOG(log, group) }
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
        source.start()
        if new.rate.subsampling == 0 {
          context.logger.warning("source nflog group \(group): sampling is 0: no packet becomes a sample")
        }
      }
    }
  }

  private func explainULOG(_ log: Settings.PacketLog, _ group: UInt16) {
    if hasExplainedULOG { return }
    hasExplainedULOG = true
    let pick = log.probability.map { " -m statistic --mode random --probability \($0)" } ?? ""
    context.logger.notice(
      "ulog { }: listening to NFLOG group \(group), as ULOG went with Linux 3.17. The rule is now: iptables -A INPUT\(pick) -j NFLOG --nflog-group \(group)"
    )
  }

  func apply(_ changes: InterfaceChanges) {
    for index in changes.removed.keys { for source in sources.values { source.forget(index) } }
  }

  var status: [String] { sources.keys.sorted().flatMap { sources[$0]?.status ?? [] } }
}
