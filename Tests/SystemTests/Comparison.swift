import Bytes
import Foundation
import Linux
import SFlow

/// Holds each field of each sample against the kernel's numbers around it.
///
/// A sample was taken before it arrived, and after the datagram before it was sent or at most a second ago (it waits
/// half a second). Between the last reading before that and the first after it lies what the agent must have read.
///
/// How each field is compared, and how loosely, is in `TruthTable`.
struct Comparison {
  private let arrivals: [InteropRun.Arrival]
  private let truths: [Truth]
  private let uuid: String
  /// MAC addresses by ifIndex.
  private let adapters: [UInt32: String]
  private(set) var faults: [String] = []
  private(set) var unchecked: Set<String> = []
  /// Names of the fields that were compared, and how many values.
  private(set) var fields: Set<String> = []
  private(set) var compared = 0
  /// Fields that differ between samples.
  private(set) var moved: Set<String> = []
  private var last: [String: String] = [:]
  /// How long before its arrival a sample was taken, at the most.
  var patience = Duration.milliseconds(1200)
  /// Values of a gauge that lay between the readings although they need not, and all of it.
  private(set) var close: [String: (between: Int, all: Int)] = [:]

  init(_ run: InteropRun) {
    self.init(
      run.arrivals, run.truths, uuid: run.uuid, adapters: [run.adapter.index: run.adapter.mac])
  }

  init(_ arrivals: [InteropRun.Arrival], _ truths: [Truth], uuid: String, adapters: [UInt32: String]) {
    (self.arrivals, self.truths, self.uuid, self.adapters) = (arrivals, truths, uuid, adapters)
  }

  mutating func compareAll() {
    var previous: Instant?
    for arrival in arrivals {
      let earliest = min(
        previous.map { $0 + .milliseconds(-200) } ?? arrival.time, arrival.time + (.zero - patience))
      let first = truths.lastIndex { $0.end <= earliest } ?? 0
      let end = truths.firstIndex { $0.start >= arrival.time } ?? truths.count - 1
      for sample in arrival.datagram.hostSamples { compare(sample, first, end) }
      for case .countersExpanded(let sample) in arrival.datagram.samples
      where sample.source.type == .interface {
        compareInterface(sample, first, end)
      }
      previous = arrival.time
    }
  }

  private mutating func compare(_ sample: CounterSample, _ first: Int, _ end: Int) {
    for record in sample.records {
      guard case .known(let record) = record else {
        faults.append("sample \(sample.sequence): \(record.format) cannot be decoded")
        continue
      }
      if let description = record as? HostDescription {
        compareTexts(description)
      } else if let list = record as? HostAdapters {
        let found = Dictionary(
          list.adapters.map { ($0.index, $0.addresses.map { "\($0)" }.joined(separator: " ")) }
        ) { $0 + $1 }
        note("adapters", found == adapters, "\(list)")
      } else {
        for field in record.fields {
          compare(field.name, Self.number(field), as: field.name, first, end, sample.sequence)
        }
      }
    }
  }

  private mutating func compareTexts(_ description: HostDescription) {
    let name = contents("/proc/sys/kernel/hostname").trimmingCharacters(in: .newlines)
    let release = contents("/proc/sys/kernel/osrelease").trimmingCharacters(in: .newlines)
    var names = utsname()
    uname(&names)
    let machine = withUnsafeBytes(of: names.machine) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    note("hostname", description.hostname == name, description.hostname)
    note("os_release", description.osRelease == release, description.osRelease)
    note("uuid", "\(description.uuid)" == uuid, "\(description.uuid)")
    // Numbers of the specification.
    note("os_name", description.osName.rawValue == 2, "\(description.osName)")
    note(
      "machine_type", description.machineType.rawValue == ["x86_64": 3, "aarch64": 10][machine],
      "\(description.machineType)")
  }

  /// - Parameter key: what the value is of, where several have such a field.
  private mutating func note(_ name: String, _ isRight: Bool, _ value: String, of key: String? = nil) {
    fields.insert(name)
    compared += 1
    if !isRight { faults.append("\(key ?? name): \(value)") }
    if let old = last[key ?? name], old != value { moved.insert(name) }
    last[key ?? name] = value
  }

  // MARK: - Numbers

  /// An interface, told from others by its name.
  private mutating func compareInterface(_ sample: CounterSample, _ first: Int, _ end: Int) {
    guard let link = sample.record(InterfaceCounters.self), let name = sample.record(PortName.self)?.name
    else {
      faults.append("interface \(sample.source): \(sample.records)")
      return
    }
    guard truths[first...end].allSatisfy({ $0.numbers["\(name)/ifIndex"] != nil }) else { return }
    note(
      "name", truths[end].numbers["\(name)/ifIndex"] == UInt64(sample.source.index), name,
      of: "\(name)/name")
    // Not in words.
    let enumerations = [
      "ifType": link.type.rawValue, "ifDirection": link.direction.rawValue, "ifStatus": link.status.rawValue,
    ]
    for field in link.fields {
      let value = enumerations[field.name].map { "\($0)" } ?? field.value
      compare(field.name, value, as: "\(name)/\(field.name)", first, end, sample.sequence)
    }
  }

  /// A share is shown with its unit: it is compared in hundredths of a percent.
  private static func number(_ field: Field) -> String {
    guard field.value.hasSuffix(" %"), let share = Double(field.value.dropLast(2)) else { return field.value }
    return "\((share * 100).rounded())"
  }

  private mutating func compare(
    _ name: String, _ text: String, as key: String, _ first: Int, _ end: Int, _ sequence: UInt32
  ) {
    guard let value = Double(text) else {
      unchecked.insert(name)
      return
    }
    let window = truths[first...end]
    let readings = window.compactMap { $0.loads[key] ?? $0.numbers[key].map { Double($0) } }
    guard let least = readings.min(), let greatest = readings.max(), readings.count == window.count else {
      // A column that this kernel lacks.
      if value == Double(UInt32.max) { note(name, true, text, of: key) } else { unchecked.insert(name) }
      return
    }
    let isRight: Bool
    switch TruthTable.rule(of: name) {
    case .unknown: isRight = value == Double(UInt32.max)
    case .gauge(let tolerance): isRight = value >= least - tolerance && value <= greatest + tolerance
    case .share(let share): isRight = value >= least * (1 - share) && value <= greatest * (1 + share)
    case .counter(bits: 64):
      isRight = value >= least && value <= greatest
    case .counter:
      isRight = Self.lies(UInt64(text), between: UInt64(least), and: UInt64(greatest))
    case .ratchet:
      let highest = truths[...end].compactMap { $0.numbers[key] }.max() ?? 0
      isRight = Self.lies(UInt64(text), between: UInt64(least), and: highest)
    }
    if case .gauge = TruthTable.rule(of: name) {
      close[name, default: (0, 0)].all += 1
      if value >= least && value <= greatest { close[name]?.between += 1 }
    }
    note(name, isRight, text, of: key)
    if !isRight { faults[faults.count - 1] += " in sample \(sequence), kernel \(least)...\(greatest)" }
  }

  /// Modulo 2³².
  private static func lies(_ value: UInt64?, between least: UInt64, and greatest: UInt64) -> Bool {
    guard let value else { return false }
    let (from, to) = (UInt32(truncatingIfNeeded: least), UInt32(truncatingIfNeeded: greatest))
    return UInt32(truncatingIfNeeded: value) &- from <= to &- from
  }
}
