internal import Config
internal import HostCounters
internal import Linux
internal import SFlow

/// The counter samples of the host itself, data source 2:1.
final class HostPoller: Module {
  var name: String { "host" }
  private let exporter: Exporter
  let records: HostRecords
  private let loop: any EventLoop
  private var schedule: PollSchedule?
  private(set) var interval: UInt32 = 0
  private(set) var sequence: UInt32 = 0
  /// A measurement is under way.
  private var isMeasuring = false
  /// A sample waits for it, but not for longer than this deadline: the worker may be held up by another job.
  private var isWaiting = false
  private var patience: Deadline?
  private static let longestWait = Duration.seconds(2)

  init(_ context: ModuleContext) {
    exporter = context.exporter
    records = context.hostRecords
    loop = context.loop
    schedule = PollSchedule(loop: context.loop) { [unowned self] in poll() }
    patience = Deadline { [unowned self] in sample() }
  }

  deinit { if let patience { loop.disarm(patience) } }

  func apply(_ settings: Settings) {
    guard settings.polling != interval else { return }
    let isFirst = interval == 0
    interval = settings.polling
    guard interval > 0 else {
      schedule?.stop()
      isWaiting = false
      if let patience { loop.disarm(patience) }
      return
    }
    // A collector sees a new host at once. From then on hosts that started together are polled at different times.
    if isFirst { poll() }
    let phase = Duration.milliseconds(Host.random(below: UInt64(interval) * 1000) + 1)
    schedule?.start(every: .seconds(interval), phase: phase)
  }

  func apply(_ changes: InterfaceChanges) {}

  private func poll() {
    // The one before has not come back: what it measured last time will do.
    if isMeasuring { return sample() }
    (isMeasuring, isWaiting) = (true, true)
    if let patience { loop.arm(patience, after: Self.longestWait) }
    records.prepare { [weak self] in
      guard let self else { return }
      isMeasuring = false
      if isWaiting { sample() }
    }
  }

  private func sample() {
    isWaiting = false
    if let patience { loop.disarm(patience) }
    exporter.appendCounterSample(of: .host, sequence: &sequence) { records.append(to: &$0) }
    // Waiting for company would be one more wake-up for every poll, and company seldom comes.
    exporter.flush()
  }

  var status: [String] {
    ["\(interval == 0 ? "not polling" : "polling every \(interval) s"), \(sequence) samples"]
      + records.failing.map { "source \($0.name) failed \($0.polls) times in a row" }
  }
}
