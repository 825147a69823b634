import Bytes
import Foundation
import HostCounters
import Linux
import Logging
import InMemoryLogging
import Netlink
import SFlow
import Synchronization
import SystemPackage
import Testing

/// The records of a counter sample that `body` filled, packed into a datagram and decoded again as a collector
/// does; `nil` if there was no sample.
func records(
  payload: Int = 1400, _ body: (inout CounterSampleWriter) throws(FileError) -> Void
) throws -> [Record]? {
  let datagrams = Mutex<[[UInt8]]>([])
  var packer = DatagramPacker(
    agentAddress: .v4(IPv4Address(192, 0, 2, 1)), subAgentID: 100_000, maximumPayload: payload
  ) { octets in
    datagrams.withLock { $0.append((0..<octets.count).map { octets[$0] }) }
  }
  let isThere = try packer.appendCounterSample(source: .host, sequence: 7, body)
  packer.flush()
  let all = datagrams.withLock { $0 }
  guard isThere else {
    #expect(all.isEmpty)
    return nil
  }
  let octets = try #require(all.first)
  #expect(all.count == 1)
  #expect(octets.count <= payload)
  let datagram = try Datagram(decoding: octets.span)
  #expect(datagram.nonZeroPadding.isEmpty)
  guard case .countersExpanded(let sample) = try #require(datagram.samples.first) else {
    throw Unexpected()
  }
  #expect(sample.source == .host)
  return sample.records
}

struct Unexpected: Error {}

/// What a source sends, one record a line, in words: "host_cpu load_one=0.31 …".
func lines(_ source: any HostRecordSource) throws -> [String] {
  let sent = try records { (sample) throws(FileError) in try source.append(to: &sample) }
  return try #require(sent).map(\.description)
}

/// A record in words that were broken into lines.
func words(_ text: String) -> String { text.split { $0.isWhitespace }.joined(separator: " ") }

/// A tree of the parsers' tests: see `Tests/ProcFSTests/Fixtures/README.md`.
func fixture(_ name: String) -> FileRoot { FileRoot(fixturePath(name)) }

func fixturePath(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../ProcFSTests/Fixtures/\(name)")
    .standardizedFileURL.path
}

/// A tree of files that goes with its owner.
final class TemporaryTree {
  let path = NSTemporaryDirectory() + "hsflowd-tests-\(Foundation.UUID().uuidString)"
  var root: FileRoot { FileRoot(path) }

  /// - Parameter fixture: copied into the tree.
  init(copying fixture: String? = nil) throws {
    if let fixture {
      try FileManager.default.copyItem(atPath: fixturePath(fixture), toPath: path)
    } else {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  subscript(file: String) -> Data? { try? Data(contentsOf: URL(filePath: path + file)) }

  /// Rewrites a file in place, as the kernel would change it under a reader who has it open.
  func write(_ data: Data?, to file: String) throws {
    let url = URL(filePath: path + file)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try #require(data).write(to: url)
  }

  func write(_ text: String, to file: String) throws { try write(Data(text.utf8), to: file) }

  func remove(_ file: String) throws { try FileManager.default.removeItem(atPath: path + file) }
}

/// Does the work at once.
final class DirectWork: BackgroundRunner {
  func run<R: Sendable>(
    _ name: String, within limit: Duration, _ work: @escaping @Sendable () -> R, then: @escaping (R?) -> Void
  ) {
    then(work())
  }
}

/// Interfaces and counters as a test sets them.
final class FakeInterfaces: HostInterfaces {
  var table = InterfaceTable()
  var onChange: (InterfaceChanges) -> Void = { _ in }
  var statistics: [(index: UInt32, counters: LinkStatistics64)] = []
  /// After how many interfaces reading fails.
  var failsAfter: Int?

  init(_ links: String = "") throws { table = try HostCountersTests.table(links) }

  func start() {}

  func readStatistics(_ body: (UInt32, LinkStatistics64) -> Void) throws(FileError) {
    for (index, counters) in statistics.prefix(failsAfter ?? .max) { body(index, counters) }
    if failsAfter != nil { throw .unreadable(path: "the interface counters", .timedOut) }
  }

  func readMembership(of member: UInt32, in bond: UInt32) -> LAGPortStats? { nil }
}

/// A logger, and what was written to it: "warning source cpu: …".
struct TestLog {
  private let handler = InMemoryLogHandler()
  var logger: Logger { Logger(label: "test") { [handler] _ in handler } }
  var lines: [String] { handler.entries.map { "\($0.level) \($0.message)" } }
  func clear() { handler.clear() }
}

extension FileSystemSpaces {
  /// Those of `spaces`, by mount point; what is not listed has failed.
  convenience init(_ root: FileRoot, _ spaces: [String: FileSystemSpace] = [:]) {
    let prefix = root.path("")
    self.init(root, background: DirectWork()) { spaces[String($0.dropFirst(prefix.utf8.count))] }
  }
}

extension FileSystemSpace {
  /// In GiB.
  init(_ total: UInt64, free: UInt64, available: UInt64) {
    self.init(total: total << 30, free: free << 30, available: available << 30)
  }
}
