import Bytes
import Config
import Foundation
import Linux
import Logging
import SFlow
import Testing

@testable import Sampling

/// Tests that make network namespaces, one after the other.
@Suite(
  .serialized, .timeLimit(.minutes(2)), .enabled(if: CaptureNamespace.isPossible, "needs root and ip(8)"))
struct CaptureInNamespaces {}

/// Ends of a cable: their ifIndexes.
enum End {
  static let a: UInt32 = 10
  static let b: UInt32 = 11
}

/// A new network namespace, removed with its owner. Nothing in it says anything by itself.
final class CaptureNamespace {
  static let isPossible =
    Capabilities.effective.contains([.sysAdmin, .netAdmin, .netRaw])
    && ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip"].contains { FileRoot("/").exists($0) }

  let name: String

  init(_ suffix: String) throws {
    name = "hsfs-\(getpid())-\(suffix)"
    try #require(try Self.command("ip netns add \(name)") == 0)
    // Without IPv6 nothing announces itself.
    let quiet =
      "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6; echo 1 > /proc/sys/net/ipv6/conf/lo/disable_ipv6"
    try #require(try Self.command("ip netns exec \(name) sh -c '\(quiet)'") == 0)
  }

  /// With two ends of a cable, "a" and "b", up.
  static func cable(_ suffix: String) throws -> CaptureNamespace {
    let namespace = try CaptureNamespace(suffix)
    try namespace.addCable(a: End.a, b: End.b)
    return namespace
  }

  deinit { _ = try? Self.command("ip netns delete \(name)") }

  func addCable(a: UInt32, b: UInt32) throws {
    try ip(
      "link add name a index \(a) mtu 9000 address 02:00:00:00:00:0a type veth "
        + "peer name b index \(b) mtu 9000 address 02:00:00:00:00:0b")
    for end in ["a", "b"] { try ip("link set dev \(end) up") }
    for end in ["a", "b"] { try awaitUp(end) }
  }

  /// Until packets can leave by an interface: the kernel starts its queue a while after there is a carrier
  /// (net/core/link_watch.c), and drops them before that.
  func awaitUp(_ end: String) throws {
    while try Self.command("ip -n \(name) link show dev \(end) | grep -q 'state UP'") != 0 {}
  }

  func ip(_ words: String) throws { try #require(try Self.command("ip -n \(name) \(words)") == 0) }

  /// Runs ip(8) with many lines at once.
  func batch(_ lines: [String]) throws {
    let text = lines.joined(separator: "\n")
    try #require(try Self.command("ip -n \(name) -batch - <<END\n\(text)\nEND\n") == 0)
  }

  func run<R>(_ body: () throws -> R) throws -> R {
    try NetworkNamespace.run(inNamespaceAt: "/run/netns/" + name) { Result { try body() } }.get()
  }

  @discardableResult static func command(_ text: String) throws -> CInt {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", text]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}

/// Sends frames as they are on one interface.
final class FrameSender {
  private let descriptor: CInt
  private var address = [UInt8](repeating: 0, count: 20)

  /// Must run in the network namespace of the interface.
  init(_ interface: UInt32) throws {
    // AF_PACKET, and SOCK_RAW.
    descriptor = socket(17, 3, 0)
    try #require(descriptor >= 0)
    // struct sockaddr_ll: family and index.
    withUnsafeBytes(of: UInt16(17)) { address.replaceSubrange(0..<2, with: $0) }
    withUnsafeBytes(of: interface) { address.replaceSubrange(4..<8, with: $0) }
  }

  deinit { close(descriptor) }

  func send(_ frame: [UInt8], times: Int = 1) throws {
    for _ in 0..<times {
      let sent = address.withUnsafeBytes { address in
        sendto(
          descriptor, frame, frame.count, 0, address.baseAddress?.assumingMemoryBound(to: sockaddr.self), 20)
      }
      try #require(sent == frame.count)
    }
  }
}

/// Keeps the samples as they would be sent.
final class SampleRecorder: FlowSampleSink {
  private(set) var samples: [FlowSample] = []
  /// Without keeping them.
  private(set) var count = 0
  var keeps = true
  private var packer: DatagramPacker?

  init() {
    packer = DatagramPacker(agentAddress: .v4(.init(0x7F00_0001)), subAgentID: 1, maximumPayload: 1400) {
      [unowned self] datagram in
      guard keeps, let decoded = try? Datagram(decoding: datagram) else { return }
      for case .flowExpanded(let sample) in decoded.samples { samples.append(sample) }
    }
  }

  func appendFlowSample(_ head: FlowSampleHead, _ body: (inout FlowSampleWriter) -> Void) -> Bool {
    count += 1
    return packer?.appendFlowSample(
      source: head.source, sequence: head.sequence, rate: head.rate, pool: head.pool, drops: head.drops,
      input: head.input, output: head.output, body) ?? false
  }

  /// All samples up to now.
  func flush() -> [FlowSample] {
    packer?.flush(uptime: 0)
    defer { samples = [] }
    return samples
  }
}

/// A capture with what it needs, on a loop that really runs.
final class CaptureRig {
  let loop: EpollLoop
  let recorder = SampleRecorder()
  let log = CaptureLog()
  let capture: Capture

  init() throws {
    loop = try EpollLoop()
    let log = log
    let logger = Logger(label: "capture") { _ in log }
    capture = Capture(sink: recorder, loop: loop, logger: logger)
  }

  /// Runs until `isOver`, asked every 2 ms.
  func run(until isOver: () -> Bool) throws {
    let loop = loop
    let pause = Deadline { loop.stop() }
    while !isOver() {
      loop.arm(pause, after: .milliseconds(2))
      try loop.run()
    }
  }

  func update(_ devices: [CaptureDevice]) throws {
    capture.update(devices)
    try run { capture.isSettled }
  }

  func apply(_ settings: Settings) throws {
    capture.apply(settings)
    try run { capture.isSettled }
  }

  /// The next `count` samples.
  func take(_ count: Int) throws -> [FlowSample] {
    let end = recorder.count + count
    try run { recorder.count >= end }
    return recorder.flush()
  }
}

/// The lines of a log.
final class CaptureLog: LogHandler, @unchecked Sendable {
  // Only the loop's thread logs.
  private(set) var lines: [String] = []
  var metadata = Logger.Metadata()
  var logLevel = Logger.Level.info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { lines.append("\(event.level): \(event.message)") }
}

/// A frame from "a" to "b" with `count` octets of `type` behind its header.
func frame(_ type: UInt16, count: Int = 50, to: [UInt8] = [2, 0, 0, 0, 0, 0x0b]) -> [UInt8] {
  to + [2, 0, 0, 0, 0, 0x0a, UInt8(type >> 8), UInt8(type & 0xFF)]
    + (0..<count).map { UInt8(truncatingIfNeeded: $0) }
}
