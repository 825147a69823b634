public import Config
public import Linux
internal import SFlow

/// How a source of packets is, in values that a program can use.
public struct SourceReport {
  /// "nflog group 5"
  public var name: String
  public var state: SourceHealth.State
  public var since: Instant?
  /// 1 in so many packets becomes a sample; 0 for none.
  public var rate: UInt32
  /// Packets that the kernel gave us.
  public var delivered: UInt64
  /// Packets that the kernel had for us and lost.
  public var lost: UInt64
  /// How often the socket's buffer was full.
  public var overruns: UInt64
  /// Packets that could not become a sample.
  public var unknown: UInt64
  /// Samples and drops of each interface that packets came from, by ifIndex.
  public var interfaces: [(index: UInt32, samples: UInt64, drops: UInt64)]
}

/// What captures do with one interface, and why.
public struct CaptureReport {
  public enum Outcome: Equatable, Sendable {
    case tapped
    /// It will be tapped when it is up.
    case down
    /// Why it is not tapped.
    case left(String)
    /// The configuration names it, and it is not there.
    case missing
  }

  /// ifIndex; 0 for one that is not there.
  public var index: UInt32
  public var name: String
  public var outcome: Outcome
  /// Of the tap, if there is one.
  public var state: SourceHealth.State = .stopped
  public var since: Instant?
  /// 1 in so many packets; 0 without a tap.
  public var rate: UInt32 = 0
  /// What chose the rate.
  public var rule = ""
  public var isPromiscuous = false
  /// The bond that the configuration means.
  public var bond: String?
  public var samples: UInt64 = 0
  /// Chosen packets that found no room in the ring.
  public var drops: UInt64 = 0
  /// Chosen packets that are neither Ethernet nor IP.
  public var unknown: UInt64 = 0
}

extension SourceReport {
  fileprivate init(
    _ health: SourceHealth?, rate: UInt32, _ packets: SequenceGap, unknown: UInt64, _ sources: FlowSources
  ) {
    self.init(
      name: health?.name ?? "", state: health?.state ?? .stopped, since: health?.since, rate: rate,
      delivered: packets.seen, lost: packets.lost, overruns: packets.overruns, unknown: unknown,
      interfaces: sources.all.map { ($0.dataSource.index, $0.samples, $0.drops) })
  }
}

extension NFLogSource {
  public var report: SourceReport {
    SourceReport(health, rate: settings.rate.effective, packets, unknown: unknown, sources)
  }
}

extension ULogSource {
  public var report: SourceReport {
    SourceReport(health, rate: settings.rate.effective, packets, unknown: unknown, sources)
  }
}

extension Capture {
  /// One for each interface that is known or named.
  public var reports: [CaptureReport] {
    Self.reports(plan) { taps[$0] }
  }

  /// What would be done with `devices`, without doing it.
  public static func plan(_ settings: Settings, _ devices: [CaptureDevice]) -> [CaptureReport] {
    reports(CapturePlan(settings, devices)) { _ in nil }
  }

  private static func reports(_ plan: CapturePlan, _ tap: (UInt32) -> Tap?) -> [CaptureReport] {
    plan.decisions.map { decision in
      let outcome: CaptureReport.Outcome =
        switch decision.outcome {
        case .tapped: .tapped
        case .down: .down
        case .left(.missing): .missing
        case .left(let reason): .left("\(reason)")
        }
      var report = CaptureReport(index: decision.index, name: decision.name, outcome: outcome)
      if case .tapped(let tapping) = decision.outcome {
        (report.rate, report.rule) = (tapping.rate, tapping.rule)
      }
      if let tap = tap(decision.index) {
        // Takes what was dropped until now.
        _ = tap.status
        report.state = tap.health?.state ?? .stopped
        report.since = tap.health?.since
        report.rate = tap.tapping.rate
        report.rule = tap.tapping.rule
        report.isPromiscuous = tap.tapping.isPromiscuous
        report.bond = tap.tapping.bond
        report.samples = UInt64(tap.source.samples)
        report.drops = UInt64(tap.source.drops)
        report.unknown = tap.unknownPackets
      }
      return report
    }
  }
}
