internal import Config
internal import HostCounters
internal import Linux
internal import SFlow

/// The counter samples of the host itself, data source 2:1.
final class HostPoller: Module {
  var name: String { "host" }
  private let exporter: Exporter
  private let records: HostRecords
  private let loop: any EventLoop
  private var schedule: PollSchedule?
  private var interval: UInt32 = 0
  private var sequence: UInt32 = 0
  /// A measurement is under way: the poll waits for it.
  private var isPreparing = false

  init(_ context: ModuleContext) {
    exporter = context.exporter
    records = context.hostRecords
    loop = context.loop
    schedule = PollSchedule(loop: context.loop) { [unowned self] in poll() }
  }

  func apply(_ settings: Settings) {
    guard settings.polling != interval else { return }
    let isFirst = interval == 0
    interval = settings.polling
    guard interval > 0 else {
      schedule?.stop()
      return
    }
    // A collector sees a new host at once. From then on hosts that started together are polled at different times.
    if isFirst { poll() }
    let phase = Duration.milliseconds(Host.random(below: UInt64(interval) * 1000) + 1)
    schedule?.start(every: .seconds(interval), phase: phase)
  }

  func apply(_ changes: InterfaceChanges) {}

  private func poll() {
    guard !isPreparing else { return }
    isPreparing = true
    records.prepare { [weak self] in
      guard let self else { return }
      isPreparing = false
      exporter.appendCounterSample(of: .host, sequence: &sequence) { records.append(to: &$0) }
      // The first sample says that the host is there.
      if sequence == 1 { exporter.flush() }
    }
  }

  var status: [String] {
    ["polling every \(interval) s, \(sequence) samples"]
      + records.failing.map { "source \($0.name) failed \($0.polls) times in a row" }
  }
}
