import Bytes
import Config
import HostCounters
import Logging
import Netlink
import SFlow
import Synchronization
import SystemPackage

@testable import Agent
@testable import Linux

/// A log that a test can read: "warning: collector …", one entry a line.
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
    func log(event: LogEvent) {
      lines.entries.withLock { $0.append("\(event.level): \(event.message)") }
    }
  }
}

/// Records what is sent, and fails as a test says.
final class FakeSender: DatagramSender {
  let loop: SimulatedLoop
  private(set) var sent: [(time: Instant, bytes: [UInt8])] = []
  private(set) var attempts = 0
  /// How many datagrams each call for several of them took.
  private(set) var batches: [Int] = []
  /// What each next attempt meets: `nil` is success. When they are used up `standing` counts.
  var script: [Errno?] = []
  var standing: Errno?
  var isAstray = false

  init(_ loop: SimulatedLoop) { self.loop = loop }

  func send(_ payload: Span<UInt8>) throws(Errno) {
    attempts += 1
    let error = script.isEmpty ? standing : script.removeFirst()
    if let error { throw error }
    sent.append((loop.now, payload.indices.map { payload[$0] }))
  }

  /// As sendmmsg(2): one that fails ends it, and is told of only if it is the first.
  func send(_ batch: borrowing DatagramBatch) throws(Errno) -> Int {
    var taken = 0
    for i in 0..<batch.count {
      do throws(Errno) { try send(batch[i]) } catch {
        if i == 0 { throw error }
        break
      }
      taken += 1
    }
    batches.append(taken)
    return taken
  }
}

/// A network that opens what it is not told to refuse, and a resolver that says what it is told.
final class FakeNetwork: CollectorNetwork {
  enum Answer {
    case addresses([SocketAddress])
    case fails(String)
    /// Took too long.
    case late
    /// Has not answered yet: `answerNow` does.
    case pending
  }

  let loop: SimulatedLoop
  private(set) var senders: [FakeSender] = []
  private(set) var opened: [(time: Instant, address: SocketAddress)] = []
  /// Why addresses or namespaces cannot be opened.
  var refusals: [IPAddress: Errno] = [:]
  /// By name; the last answer stays.
  var answers: [String: [Answer]] = [:]
  private(set) var questions: [(time: Instant, name: String)] = []
  private var waiting: [(name: String, then: (Result<[SocketAddress], ResolverError>?) -> Void)] = []

  init(_ loop: SimulatedLoop) { self.loop = loop }

  func open(_ address: SocketAddress, _ settings: Settings.Collector) throws(Errno) -> any DatagramSender {
    opened.append((loop.now, address))
    if let error = refusals[address.address] { throw error }
    let sender = FakeSender(loop)
    senders.append(sender)
    return sender
  }

  func resolve(
    _ name: String, port: UInt16, then: @escaping (Result<[SocketAddress], ResolverError>?) -> Void
  ) {
    questions.append((loop.now, name))
    var answer = Answer.fails("Name or service not known")
    if let script = answers[name], let first = script.first {
      answer = first
      if script.count > 1 { answers[name] = Array(script.dropFirst()) }
    }
    give(answer, name, then)
  }

  private func give(
    _ answer: Answer, _ name: String, _ then: @escaping (Result<[SocketAddress], ResolverError>?) -> Void
  ) {
    switch answer {
    case .addresses(let addresses): then(.success(addresses))
    case .fails(let reason): then(.failure(ResolverError(description: reason)))
    case .late: then(nil)
    case .pending: waiting.append((name, then))
    }
  }

  /// Answers what is asked for and has no answer yet.
  func answerNow(_ name: String, _ answer: Answer) {
    let asked = waiting.filter { $0.name == name }
    waiting.removeAll { $0.name == name }
    for question in asked { give(answer, name, question.then) }
  }
}

/// Does at once what it is asked to do, unless it is held up.
final class FakeRunner: BackgroundRunner {
  var isHeldUp = false
  private var held: [() -> Void] = []
  private(set) var jobs = 0

  func run<R: Sendable>(
    _ name: String, within limit: Duration, _ work: @escaping @Sendable () -> R,
    then: @escaping (R?) -> Void
  ) {
    jobs += 1
    if isHeldUp { held.append { then(work()) } } else { then(work()) }
  }

  func letGo() {
    isHeldUp = false
    let jobs = held
    held = []
    for job in jobs { job() }
  }
}

/// Interfaces as a test makes them.
final class FakeInterfaces: HostInterfaces {
  var table = InterfaceTable()
  var onChange: (InterfaceChanges) -> Void = { _ in }
  /// Counters by ifIndex.
  var statistics: () -> [UInt32: LinkStatistics64] = { [:] }
  /// Why they cannot be read.
  var failure: FileError?
  /// What bonds say of members, and why they cannot be asked.
  var membership: (UInt32, UInt32) throws(FileError) -> LAGPortStats? = { _, _ in nil }

  /// Until the agent starts them nobody is told of changes.
  private var isStarted = false

  func start() {
    isStarted = true
    announce()
  }

  func readStatistics(_ body: (UInt32, LinkStatistics64) -> Void) throws(FileError) {
    if let failure { throw failure }
    for (index, link) in statistics().sorted(by: { $0.key < $1.key }) { body(index, link) }
  }

  func readMembership(of member: UInt32, in bond: UInt32) throws(FileError) -> LAGPortStats? {
    try membership(member, bond)
  }

  /// Adds an interface that is up, with addresses.
  func add(_ index: UInt32, _ name: String, _ addresses: String...) {
    var link = LinkMessage(index: index)
    link.name = name
    link.mac = MACAddress(0x0200_0000_0000 + UInt64(index))
    link.flags = [.up, .lowerUp]
    table.apply(link)
    for text in addresses { apply(text, to: index, isDeletion: false) }
    announce()
  }

  func remove(_ index: UInt32) {
    var link = LinkMessage(index: index)
    link.isDeletion = true
    table.apply(link)
    announce()
  }

  func give(_ index: UInt32, _ address: String) {
    apply(address, to: index, isDeletion: false)
    announce()
  }

  func take(_ index: UInt32, _ address: String) {
    apply(address, to: index, isDeletion: true)
    announce()
  }

  private func apply(_ text: String, to index: UInt32, isDeletion: Bool) {
    guard let address = IPAddress(text) else { return }
    table.apply(
      AddressMessage(
        index: index, address: address, prefixLength: 24, flags: .permanent, label: nil,
        isDeletion: isDeletion))
  }

  private func announce() {
    guard isStarted else { return }
    let changes = table.takeChanges()
    if !changes.isEmpty { onChange(changes) }
  }
}
