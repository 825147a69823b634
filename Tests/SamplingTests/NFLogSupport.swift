import Bytes
import Config
import Foundation
import Linux
import Logging
import SFlow
import Sampling
import Synchronization
import SystemPackage
import Testing

/// Tests with real packets, one after the other: each floods the machine a little.
@Suite(
  .serialized, .timeLimit(.minutes(2)),
  .enabled(if: LogNamespace.isPossible, "needs root, ip(8), nft(8) and iptables-nft(8)"))
struct NFLogTests {}

/// Runs a program and waits for it; returns its status.
private func run(_ words: [String]) throws -> CInt {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = words
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = FileHandle.nullDevice
  try process.run()
  process.waitUntilExit()
  return process.terminationStatus
}

/// A new network namespace, removed with its owner.
final class LogNamespace {
  static let isPossible =
    Capabilities.effective.contains(.sysAdmin) && Capabilities.effective.contains(.netAdmin)
    && ["ip", "nft", "iptables-nft"].allSatisfy { tool in
      ["/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/"].contains { FileRoot("/").exists($0 + tool) }
    }

  private static let made = Atomic<Int>(0)
  let name: String
  var path: String { "/run/netns/" + name }

  init() throws {
    let number = Self.made.add(1, ordering: .relaxed).newValue
    name = "hsfl-\(getpid())-\(number)"
    try #require(try run(["ip", "netns", "add", name]) == 0)
  }

  deinit { _ = try? run(["ip", "netns", "delete", name]) }

  /// Runs lines of the shell here.
  func shell(_ script: String) throws {
    try #require(try run(["ip", "netns", "exec", name, "sh", "-ec", script]) == 0)
  }

  /// Adds a base chain with `rules` to a table of its own.
  func log(_ family: String, _ hook: String, _ rules: String, priority: Int = 0) throws {
    try shell(
      """
      nft 'table \(family) t-\(hook) { chain c { type filter hook \(hook) priority \(priority); \(rules); }; }'
      """)
  }

  /// ifIndex of a device here.
  func index(of device: String) throws -> UInt32 {
    let index = try NetworkNamespace.run(inNamespaceAt: path) { () throws(Errno) in if_nametoindex(device) }
    try #require(index != 0)
    return index
  }
}

/// Three namespaces in a row. The middle one forwards between `m0` and `m1`; whatever it sends to 10.9.0.0/24
/// or fd00:9::/64 disappears in `sink0`.
final class LogRow {
  let left = try! LogNamespace()  // Tests that need it are disabled where it cannot be made.
  let middle = try! LogNamespace()
  let right = try! LogNamespace()
  let loop: EpollLoop
  let sink = LoggedSampleRecorder()
  let log = SourceLog()

  /// - Parameter isBridge: the middle one bridges rather than routes.
  init(isBridge: Bool = false) throws {
    loop = try EpollLoop()
    try middle.shell(
      """
      ip link add m0 mtu 9000 address 02:00:00:00:01:02 type veth \
        peer name a0 mtu 9000 address 02:00:00:00:01:01 netns \(left.name)
      ip link add m1 mtu 9000 address 02:00:00:00:02:02 type veth \
        peer name b0 mtu 9000 address 02:00:00:00:02:01 netns \(right.name)
      ip link set lo up
      ip link set m0 up; ip link set m1 up
      """)
    // No announcements of its own.
    try left.shell("echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; ip link set a0 up")
    try right.shell("echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; ip link set b0 up")
    try middle.shell(isBridge ? Self.bridging : Self.routing)
    let areUp =
      "for d in a0 m0 m1 sink0; do p=/sys/class/net/$d/operstate; [ ! -e $p ] || until grep -q up $p; do :; done; done"
    try middle.shell(areUp)
    try left.shell(areUp)
  }

  private static let bridging = """
    ip link add br0 type bridge forward_delay 0
    ip link set m0 master br0; ip link set m1 master br0; ip link set br0 up
    until grep -q 3 /sys/class/net/m0/brport/state; do :; done
    until grep -q 3 /sys/class/net/m1/brport/state; do :; done
    """
  private static let routing = """
    echo 1 >/proc/sys/net/ipv4/ip_forward
    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
    ip address add 10.1.0.2/24 dev m0; ip address add fd00:1::2/64 dev m0 nodad
    ip address add 10.2.0.2/24 dev m1; ip address add fd00:2::2/64 dev m1 nodad
    ip neighbour add 10.2.0.1 lladdr 02:00:00:00:02:01 dev m1
    ip neighbour add fd00:2::1 lladdr 02:00:00:00:02:01 dev m1
    ip link add sink0 mtu 9000 arp off type veth peer name sink1 mtu 9000
    ip link set sink0 up; ip link set sink1 up
    ip address add 10.9.0.1/24 dev sink0; ip address add fd00:9::1/64 dev sink0 nodad
    """

  /// A source in the middle, running.
  func source(
    sampling: UInt32 = 1, probability: Double? = nil, headerBytes: Int = 128, receiveBuffer: CInt = 8 << 20
  ) throws -> NFLogSource {
    let source = NFLogSource(
      .log(sampling: sampling, probability: probability, headerBytes: headerBytes), loop: loop, sink: sink,
      logger: log.logger, receiveBuffer: receiveBuffer)
    try inMiddle { source.start() }
    return source
  }

  func inMiddle(_ body: () throws(Errno) -> Void) throws {
    try NetworkNamespace.run(inNamespaceAt: middle.path, body)
  }

  /// Runs the loop in the middle, where what is tried again listens.
  func runInMiddle(until isOver: () -> Bool) throws {
    try NetworkNamespace.run(inNamespaceAt: middle.path) { Result { try loop.run(until: isOver) } }.get()
  }

  /// Until nobody has the group: a child that another test starts has every descriptor until its exec, closed ones too.
  func awaitFree() throws {
    try middle.shell("while grep -q '^ *5 ' /proc/net/netfilter/nfnetlink_log; do :; done")
  }

  /// Runs the loop until the group has logged `count` packets since it was made, lost ones included.
  func run(_ source: NFLogSource, until count: UInt64) throws {
    try loop.run(until: { source.packets.pool >= count })
  }

  /// Runs the loop until there are `count` samples.
  func run(untilSamples count: Int) throws { try loop.run(until: { sink.samples.count >= count }) }
}

extension NFLogSource.Settings {
  /// Group 5.
  static func log(sampling: UInt32 = 1, probability: Double? = nil, headerBytes: Int = 128) -> Self {
    Self(
      group: 5, rate: Settings.PacketLog(group: 5, probability: probability).rate(sampling: sampling),
      headerBytes: headerBytes)
  }
}

extension EpollLoop {
  /// Runs until `isOver`, which is asked every 2 ms.
  func run(until isOver: () -> Bool) throws {
    let pause = Deadline { [unowned self] in stop() }
    while !isOver() {
      arm(pause, after: .milliseconds(2))
      try run()
    }
  }
}

/// Packs samples as the exporter does, and reads what was packed.
final class LoggedSampleRecorder: FlowSampleSink {
  private final class Received { var samples: [FlowSample] = [] }
  private let received: Received
  private var packer: DatagramPacker
  /// All so far, in order.
  var samples: [FlowSample] { received.samples }

  init() {
    let received = Received()
    self.received = received
    packer = DatagramPacker(agentAddress: .v4(IPv4Address(192, 0, 2, 1)), subAgentID: 0) { octets in
      do {
        for sample in try Datagram(decoding: octets).samples {
          if case .flowExpanded(let flow) = sample { received.samples.append(flow) }
        }
      } catch {
        Issue.record(error)
      }
    }
  }

  func appendFlowSample(_ head: FlowSampleHead, _ body: (inout FlowSampleWriter) -> Void) -> Bool {
    let isTaken = packer.appendFlowSample(
      source: head.source, sequence: head.sequence, rate: head.rate, pool: head.pool, drops: head.drops,
      input: head.input, output: head.output, body)
    packer.flush()
    return isTaken
  }
}

extension FlowSample {
  /// The packet in it.
  var packet: Sampled? {
    records.lazy.compactMap { $0.value(as: SampledHeader.self) }.first.map {
      Sampled($0.headerProtocol, $0.frameLength, $0.stripped, $0.header)
    }
  }
}

/// The lines that were logged.
final class SourceLog: Sendable {
  private let entries = Mutex<[String]>([])
  var lines: [String] { entries.withLock { $0 } }
  var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

  private struct Handler: LogHandler {
    let log: SourceLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }
    func log(event: LogEvent) { log.entries.withLock { $0.append("\(event.level): \(event.message)") } }
  }
}
