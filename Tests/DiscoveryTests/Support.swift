import Config
import Linux
import Logging
import Synchronization

@testable import Discovery

/// DNS messages in the making.
enum Wire {
  static func number(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }

  static func name(_ text: String) -> [UInt8] {
    text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }

  static func strings(_ strings: [String]) -> [UInt8] {
    strings.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
  }

  static func service(_ priority: UInt16, _ weight: UInt16, _ port: UInt16, _ target: String) -> Entry {
    Entry(type: 33, data: number(priority) + number(weight) + number(port) + name(target))
  }

  static func text(_ texts: String...) -> Entry { Entry(type: 16, data: strings(texts)) }
  static func alias(_ target: String) -> Entry { Entry(type: 5, data: name(target)) }

  struct Entry {
    /// `nil` is the name that was asked for, by a pointer.
    var owner: String?
    var type: UInt16
    var lifetime: UInt32 = 60
    var recordClass: UInt16 = 1
    var data: [UInt8]

    func of(_ owner: String) -> Entry { changed { $0.owner = owner } }
    func living(_ seconds: UInt32) -> Entry { changed { $0.lifetime = seconds } }
    func inClass(_ number: UInt16) -> Entry { changed { $0.recordClass = number } }
    private func changed(_ change: (inout Entry) -> Void) -> Entry {
      var copy = self
      change(&copy)
      return copy
    }
  }

  static func message(_ name: String, _ records: [Entry]) -> [UInt8] {
    var bytes: [UInt8] = [0, 1, 0x81, 0x80, 0, 1] + number(UInt16(records.count)) + [0, 0, 0, 0]
    bytes += self.name(name) + number(records.first?.type ?? 0) + [0, 1]
    for record in records {
      bytes += record.owner.map { self.name($0) } ?? [0xC0, 12]
      bytes += number(record.type) + number(record.recordClass)
      bytes += number(UInt16(record.lifetime >> 16)) + number(UInt16(record.lifetime & 0xFFFF))
      bytes += number(UInt16(record.data.count)) + record.data
    }
    return bytes
  }
}

/// A DNS that says what a test says.
final class FakeDNS: Sendable {
  struct Contents: Sendable {
    var searchList = NameService.SearchList()
    var answers: [String: NameService.Answer] = [:]
    var hosts: [String: ResolverError] = [:]
    var questions: [String] = []
  }

  let contents = Mutex(Contents())

  var source: NameSource {
    NameSource(
      searchList: { self.contents.withLock { $0.searchList } },
      query: { name, type in
        self.contents.withLock {
          $0.questions.append("\(name) \(type)")
          return $0.answers["\(name) \(type)"] ?? .nothing
        }
      },
      resolve: { name in
        self.contents.withLock { $0.hosts[name].map { .failure($0) } ?? .success([]) }
      })
  }

  var questions: [String] { contents.withLock { $0.questions } }

  /// What is said of `name`; the type is that of the last record.
  func say(_ name: String, _ records: Wire.Entry..., as type: UInt16? = nil) {
    guard let last = records.last else { return }
    self[name, type ?? last.type] = .message(Wire.message(name, records))
  }

  subscript(name: String, type: UInt16) -> NameService.Answer? {
    get { contents.withLock { $0.answers["\(name) \(type)"] } }
    set { contents.withLock { $0.answers["\(name) \(type)"] = newValue } }
  }

  func search(_ domains: String..., dots: Int = 1) {
    contents.withLock { $0.searchList = .init(domains: domains, dots: dots) }
  }

  func look(_ domain: String = "", inUse: [Settings.Collector] = []) -> Outcome {
    Findings.look(for: domain, inUse: inUse, features: [], source)
  }
}

extension Outcome {
  var findings: Findings? { if case .found(let findings) = self { findings } else { nil } }
  var collectors: [String]? { findings?.settings.collectors.map(\.description) }
}

/// A log that a test can read.
final class LogLines: Sendable {
  private let entries = Mutex<[String]>([])
  var all: [String] { entries.withLock { $0 } }
  func lines(with text: String) -> [String] { all.filter { $0.contains(text) } }
  func clear() { entries.withLock { $0 = [] } }
  var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

  private struct Handler: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }
    func log(event: LogEvent) { lines.entries.withLock { $0.append("\(event.level): \(event.message)") } }
  }
}

/// Does at once what it is asked to do, unless it is held up or late.
final class FakeRunner: BackgroundRunner {
  var isHeldUp = false
  var isLate = false
  /// Called with each job.
  var onRun: () -> Void = {}
  private var held: [() -> Void] = []

  func run<R: Sendable>(
    _ name: String, within limit: Duration, _ work: @escaping @Sendable () -> R, then: @escaping (R?) -> Void
  ) {
    onRun()
    if isLate { return then(nil) }
    if isHeldUp { held.append { then(work()) } } else { then(work()) }
  }

  func letGo() {
    isHeldUp = false
    let jobs = held
    held = []
    for job in jobs { job() }
  }
}
