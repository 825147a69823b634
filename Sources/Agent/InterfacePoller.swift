internal import Config
internal import HostCounters
internal import Linux
internal import Logging
internal import Netlink
internal import SFlow

/// The counter samples of interfaces, data sources 0:ifIndex. One question to the kernel a poll for all of them.
final class InterfacePoller: Module {
  var name: String { "interfaces" }
  private let exporter: Exporter
  let interfaces: any HostInterfaces
  private let sampled: SampledInterfaces
  private let logger: Logger
  private let modes = LinkModes()
  private let optics: OpticalModules
  private var schedule: PollSchedule?
  /// Seconds between polls as the configuration says, and as they are; 0 is never.
  private(set) var interval: UInt32 = 0
  private(set) var running: UInt32 = 0
  private var choice = Settings.InterfaceChoice.sampled
  /// What was polled, by ifIndex.
  private var subjects: [UInt32: Subject] = [:]
  /// Number of the last sample of each interface that was polled.
  var sequences: [UInt32: UInt32] { subjects.mapValues(\.sequence) }
  private(set) var failures = 0
  private var isBondFailing = false
  /// Interfaces that belong to a bond, and which, as of `generation` of the table.
  private var bondMembers: [(member: UInt32, bond: UInt32)] = []
  private var generation: UInt64?

  /// An interface, and what is sent of it at every poll: kept until it changes, for the table is large.
  ///
  /// A class because its numbers go on while it lies in a dictionary.
  private final class Subject {
    let interface: HostCounters.Interface
    var counters: InterfaceCounters
    /// Number of its last sample. A new interface with an old index begins at 1.
    var sequence: UInt32

    init(_ interface: HostCounters.Interface, sequence: UInt32 = 0) {
      self.interface = interface
      self.sequence = sequence
      counters = InterfaceCounters(interface)
    }
  }

  init(_ context: ModuleContext) {
    optics = OpticalModules(
      loop: context.loop, background: context.background, reader: context.transceivers)
    exporter = context.exporter
    interfaces = context.interfaces
    sampled = context.sampledInterfaces
    logger = context.logger
    schedule = PollSchedule(loop: context.loop) { [unowned self] in poll() }
    sampled.onChange = { [unowned self] in reschedule() }
  }

  func apply(_ settings: Settings) {
    choice = settings.interfaceCounters
    interval = settings.polling
    reschedule()
  }

  /// Polls only while there is something to poll.
  private func reschedule() {
    let wanted = choice == .sampled && sampled.indexes.isEmpty ? 0 : interval
    guard wanted != running else { return }
    running = wanted
    guard wanted > 0 else {
      schedule?.stop()
      return
    }
    let phase = Duration.milliseconds(Host.random(below: UInt64(wanted) * 1000) + 1)
    schedule?.start(every: .seconds(wanted), phase: phase)
  }

  func apply(_ changes: InterfaceChanges) {
    modes.apply(changes)
    optics.apply(changes)
    for index in changes.removed.keys { subjects[index] = nil }
    for index in changes.linkChanged.union(changes.renamed) {
      guard let old = subjects[index], let interface = interfaces.table[index] else { continue }
      subjects[index] = Subject(interface, sequence: old.sequence)
    }
  }

  func isPolled(_ interface: HostCounters.Interface) -> Bool {
    switch choice {
    case .all where !interface.isLoopback: return true
    case .physical where interface.isPhysical: return true
    default: return sampled.indexes.contains(interface.index)
    }
  }

  /// `nil` if the interface is not polled, or not in the table yet: then its event is on the way.
  private func subject(_ index: UInt32) -> Subject? {
    if let subject = subjects[index] { return isPolled(subject.interface) ? subject : nil }
    guard let interface = interfaces.table[index], isPolled(interface) else { return nil }
    let subject = Subject(interface)
    subjects[index] = subject
    return subject
  }

  private func poll() {
    // Before the counters: the kernel answers one question at a time.
    let memberships = memberships()
    do throws(FileError) {
      try interfaces.readStatistics { index, statistics in
        guard let subject = subject(index) else { return }
        subject.counters.set(modes[subject.interface])
        subject.counters.set(statistics)
        exporter.appendCounterSample(of: DataSource(.interface, index), sequence: &subject.sequence) {
          sample in
          sample.append(subject.counters)
          // Ahead of what Wireshark and pmacct do not know: tshark loses its way behind that.
          if let membership = memberships[index] { sample.append(membership) }
          sample.append(PortName(name: subject.interface.name))
          if let module = optics[subject.interface] { sample.append(module) }
        }
      }
      if failures > 0 { logger.notice("interface counters: recovered after \(failures) polls") }
      failures = 0
    } catch {
      if failures == 0 { logger.warning("interface counters: \(error) (will retry)") }
      failures += 1
    }
    // As the host's sample: that which is left over is not worth a wake-up.
    exporter.flush()
  }

  /// What bonds say of those of their members that are polled, by ifIndex.
  private func memberships() -> [UInt32: LAGPortStats] {
    updateBondMembers()
    var memberships: [UInt32: LAGPortStats] = [:]
    do throws(FileError) {
      for (index, bond) in bondMembers {
        guard let member = interfaces.table[index], isPolled(member) else { continue }
        memberships[index] = try interfaces.readMembership(of: index, in: bond)
      }
      if isBondFailing { logger.notice("lag_port_stats: recovered") }
      isBondFailing = false
    } catch {
      if !isBondFailing { logger.warning("lag_port_stats: \(error) (will retry)") }
      isBondFailing = true
    }
    return memberships
  }

  /// Few hosts have any, and with thousands of interfaces the looking takes longer than the asking.
  private func updateBondMembers() {
    let table = interfaces.table
    guard table.generation != generation else { return }
    generation = table.generation
    bondMembers = table.all.compactMap { member in
      guard let master = member.master, table[master]?.kind == "bond" else { return nil }
      return (member.index, master)
    }
  }

  var status: [String] {
    if running > 0 {
      return ["counters of \(subjects.count) (\(choice.rawValue)) every \(running) s"]
        + optics.failures.sorted { $0.key < $1.key }.map { "no optics of interface \($0.key): \($0.value)" }
    }
    if interval == 0 { return ["no counters: polling is 0"] }
    return ["no counters: none is sampled, and interfaceCounters is \(choice.rawValue)"]
  }
}
