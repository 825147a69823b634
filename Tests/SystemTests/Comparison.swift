import Bytes
import Foundation
import Linux
import SFlow

/// Holds each field of each sample against the kernel's numbers around it.
///
/// A sample was taken before it arrived, and after the datagram before it was sent or at most a second ago (it waits
/// half a second). Between the last reading before that and the first after it lies what the agent must have read.
///
/// Without a check: none. Checked loosely: `proc_run` (other programs start and end in between; up to 64 more than
/// the readings saw), `proc_total` (64 either way), `mem_free`, `mem_shared`, `mem_buffers`, `mem_cached` (256 MiB
/// either way: builds allocate that between two readings), `disk_free` (256 MiB), `part_max_used` (0.2 %),
/// `cpu_speed` (a quarter), `tcpCurrEstab` (16; the namespace has none).
struct Comparison {
  private let run: InteropRun
  private(set) var faults: [String] = []
  private(set) var unchecked: Set<String> = []
  /// Names of the fields that were compared, and how many values.
  private(set) var fields: Set<String> = []
  private(set) var compared = 0
  /// Fields that differ between samples.
  private(set) var moved: Set<String> = []
  private var last: [String: String] = [:]

  init(_ run: InteropRun) { self.run = run }

  mutating func compareAll() {
    var previous: Instant?
    for arrival in run.arrivals {
      let earliest = min(
        previous.map { $0 + .milliseconds(-200) } ?? arrival.time, arrival.time + .milliseconds(-1200))
      let first = run.truths.lastIndex { $0.end <= earliest } ?? 0
      let end = run.truths.firstIndex { $0.start >= arrival.time } ?? run.truths.count - 1
      for sample in arrival.datagram.hostSamples { compare(sample, first, end) }
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
      } else if let adapters = record as? HostAdapters {
        let mac = adapters.adapters.first.flatMap { $0.addresses.first }.map { "\($0)" }
        note(
          "adapters",
          adapters.adapters.count == 1 && adapters.adapters[0].index == run.adapter.index
            && mac == run.adapter.mac, "\(adapters)")
      } else {
        for field in record.fields { compare(field, first, end, sample.sequence) }
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
    note("uuid", "\(description.uuid)" == run.uuid, "\(description.uuid)")
    // Numbers of the specification.
    note("os_name", description.osName.rawValue == 2, "\(description.osName)")
    note(
      "machine_type", description.machineType.rawValue == ["x86_64": 3, "aarch64": 10][machine],
      "\(description.machineType)")
  }

  private mutating func note(_ name: String, _ isRight: Bool, _ value: String) {
    fields.insert(name)
    compared += 1
    if !isRight { faults.append("\(name): \(value)") }
    if let old = last[name], old != value { moved.insert(name) }
    last[name] = value
  }

  // MARK: - Numbers

  private enum Rule {
    /// Grows; so many bits on the wire.
    case counter(bits: Int)
    /// Grows, but the kernel's may step back a little; ours then stays.
    case ratchet
    /// Between the least and the greatest reading, give or take.
    case gauge(Double)
    /// Like a gauge; the tolerance is a part of the value.
    case share(Double)
  }

  private static let loose = 256 * 1_048_576.0
  private static let rules: [String: Rule] = [
    "load_one": .gauge(0.006), "load_five": .gauge(0.006), "load_fifteen": .gauge(0.006),
    "proc_run": .gauge(64),
    "proc_total": .gauge(64), "cpu_num": .gauge(0), "cpu_speed": .share(0.25), "uptime": .gauge(0),
    "cpu_idle": .ratchet, "cpu_wio": .ratchet,
    "mem_total": .gauge(0), "mem_free": .gauge(loose), "mem_shared": .gauge(loose),
    "mem_buffers": .gauge(loose),
    "mem_cached": .gauge(loose), "swap_total": .gauge(0), "swap_free": .gauge(loose),
    "disk_total": .gauge(0), "disk_free": .gauge(loose), "part_max_used": .gauge(20),
    "bytes_read": .counter(bits: 64), "bytes_written": .counter(bits: 64), "bytes_in": .counter(bits: 64),
    "bytes_out": .counter(bits: 64),
    "ipForwarding": .gauge(0), "ipDefaultTTL": .gauge(0), "ipReasmTimeout": .gauge(0),
    "tcpRtoAlgorithm": .gauge(0), "tcpRtoMin": .gauge(0), "tcpRtoMax": .gauge(0), "tcpMaxConn": .gauge(0),
    "tcpCurrEstab": .gauge(16),
  ]
  // All others are counters of 32 bits.

  private mutating func compare(_ field: Field, _ first: Int, _ end: Int, _ sequence: UInt32) {
    // A share is shown with its unit: hundredths of a percent.
    let text = field.value.hasSuffix(" %") ? String(field.value.dropLast(2)) : field.value
    guard let value = Double(text).map({ field.value.hasSuffix(" %") ? $0 * 100 : $0 }) else {
      unchecked.insert(field.name)
      return
    }
    let window = run.truths[first...end]
    let readings = window.compactMap { $0.loads[field.name] ?? $0.numbers[field.name].map { Double($0) } }
    guard let least = readings.min(), let greatest = readings.max(), readings.count == window.count else {
      // A column that this kernel lacks.
      if value == Double(UInt32.max) { note(field.name, true, text) } else { unchecked.insert(field.name) }
      return
    }
    let isRight: Bool
    switch Self.rules[field.name] ?? .counter(bits: 32) {
    case .gauge(let tolerance): isRight = value >= least - tolerance && value <= greatest + tolerance
    case .share(let share): isRight = value >= least * (1 - share) && value <= greatest * (1 + share)
    case .counter(bits: 64):
      isRight = value >= least && value <= greatest
    case .counter:
      isRight = Self.lies(UInt64(text), between: UInt64(least), and: UInt64(greatest))
    case .ratchet:
      let highest = run.truths[...end].compactMap { $0.numbers[field.name] }.max() ?? 0
      isRight = Self.lies(UInt64(text), between: UInt64(least), and: highest)
    }
    note(field.name, isRight, text)
    if !isRight { faults[faults.count - 1] += " in sample \(sequence), kernel \(least)...\(greatest)" }
  }

  /// Modulo 2³².
  private static func lies(_ value: UInt64?, between least: UInt64, and greatest: UInt64) -> Bool {
    guard let value else { return false }
    let (from, to) = (UInt32(truncatingIfNeeded: least), UInt32(truncatingIfNeeded: greatest))
    return UInt32(truncatingIfNeeded: value) &- from <= to &- from
  }
}
