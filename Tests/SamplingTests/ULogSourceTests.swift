import Config
import Foundation
import Logging
import SFlow
import Sampling
import SystemPackage
import Testing

@testable import Linux

/// No kernel at hand has ULOG: the messages of one (linux/netfilter_ipv4/ipt_ULOG.h, Linux 3.16) come over a pair of
/// connected sockets.
@Suite struct ULogSourceTests {
  /// A source of group 3 and the kernel's end of its socket.
  private final class ULog {
    let loop: EpollLoop
    let sink = LoggedSampleRecorder()
    let log = SourceLog()
    /// What opening meets.
    var error: Errno?
    private(set) var opened = 0
    private var kernel: CInt = -1
    private(set) var source: ULogSource?

    init(sampling: UInt32 = 1, probability: Double? = nil, messageSize: Int = 4096) throws {
      loop = try EpollLoop()
      source = ULogSource(
        Self.settings(sampling: sampling, probability: probability), loop: loop, sink: sink,
        logger: log.logger,
        interfaceIndex: { ["eth0": 2, "eth1": 3][$0] },
        opener: { [unowned self] () throws(Errno) in
          opened += 1
          if let error { throw error }
          var ends: [CInt] = [-1, -1]
          #expect(socketpair(AF_UNIX, CInt(SOCK_SEQPACKET.rawValue), 0, &ends) == 0)
          close(kernel)
          kernel = ends[0]
          return NetfilterSocket(owning: ends[1], messageSize: messageSize)
        })
      source?.start()
    }

    deinit { close(kernel) }

    static func settings(sampling: UInt32, probability: Double? = nil) -> NFLogSource.Settings {
      NFLogSource.Settings(
        group: 3, rate: Settings.PacketLog(group: 3, probability: probability).rate(sampling: sampling),
        headerBytes: 128)
    }

    func send(_ message: [UInt8]) {
      #expect(Foundation.send(kernel, message, message.count, 0) == message.count)
    }

    /// Runs until so many packets were counted.
    func run(until packets: UInt64) throws {
      try loop.run(until: { source?.packets.seen ?? 0 >= packets })
    }
  }

  private static let ip = hex("4500001c 00010000 40110000 0a000001 0a000002 00350035 00080000")
  private static let ethernet = hex("020000000010 0200000000b2 0800")

  /// A message for `struct ulog_packet_msg` of a kernel with this machine's `long`.
  private static func message(
    in inName: String = "eth0", out outName: String = "", hook: UInt8 = 1, isLast: Bool = false,
    _ payload: [UInt8] = ip
  ) -> [UInt8] {
    func word(_ value: Int, _ size: Int) -> [UInt8] {
      (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    func name(_ text: String) -> [UInt8] {
      Array(text.utf8) + [UInt8](repeating: 0, count: 16 - text.utf8.count)
    }
    let header = inName.isEmpty ? [] : ethernet
    var body = word(0, 8) + word(1, 8) + word(2, 8) + word(Int(hook), 4)
    body += name(inName) + name(outName) + word(0, 4) + word(payload.count, 8)
    body += [UInt8](repeating: 0, count: 32)
    body += [UInt8(header.count)] + header + [UInt8](repeating: 0, count: 80 - header.count) + payload
    // To the end of the padded structure, then to a multiple of four.
    body += [UInt8](repeating: 0, count: 7 + -payload.count & 3)
    return word(16 + body.count, 4) + word(isLast ? 3 : 111, 2) + word(2, 2) + word(0, 8) + body
  }

  @Test func `a packet becomes a sample of the interface that it names`() throws {
    let ulog = try ULog()
    ulog.send(Self.message())
    ulog.send(Self.message(in: "", out: "eth1", hook: 3))
    try ulog.run(until: 2)
    let samples = ulog.sink.samples
    #expect(samples.map(\.source) == [DataSource(.interface, 2), DataSource(.interface, 3)])
    #expect(samples.map(\.sequence) == [1, 1])
    #expect(samples.map(\.input) == [Interface(index: 2), .internal])
    #expect(samples.map(\.output) == [.internal, Interface(index: 3)])
    #expect(samples.map(\.drops) == [0, 0])
    #expect(samples.first?.packet == Sampled(.ethernet, 46, 4, Self.ethernet + Self.ip))
    #expect(samples.last?.packet == Sampled(.ipv4, 46, 18, Self.ip))
    #expect(ulog.log.lines == ["notice: source ulog group 3: running"])
  }

  @Test func `all packets of one message are taken, the last too`() throws {
    let ulog = try ULog()
    let several = Self.message() + Self.message() + Self.message(isLast: true)
    ulog.send(several)
    ulog.send(Self.message())
    try ulog.run(until: 4)
    #expect(ulog.sink.samples.map(\.sequence) == [1, 2, 3, 4])
    #expect(ulog.source?.status.first == "ulog group 3: running, 1 in 1, 4 packets, 0 overruns, 0 unknown")
    #expect(ulog.source?.status.dropFirst() == ["source 0:2: 4 samples, 0 drops"])
  }

  @Test func `of many packets one in so many is sampled, and the pool has them all`() throws {
    let ulog = try ULog(sampling: 40, probability: 0.1)
    // As many as the pair of sockets holds, again and again.
    for turn in 1...UInt64(40) {
      for _ in 0..<100 { ulog.send(Self.message()) }
      try ulog.run(until: turn * 100)
    }
    let samples = ulog.sink.samples
    // 1 in 4 of what the rule picks.
    #expect((800...1200).contains(samples.count))
    #expect(samples.last?.rate == 40)
    #expect(samples.last?.pool == UInt32(samples.count) * 40)
  }

  @Test func `a message too long for its slot is a loss that the next sample tells of`() throws {
    let ulog = try ULog(messageSize: 1024)
    ulog.send(Self.message(Self.ip + [UInt8](repeating: 0, count: 1000)))
    ulog.send(Self.message())
    try ulog.run(until: 1)
    try ulog.loop.run(until: { ulog.source?.packets.overruns == 1 })
    ulog.send(Self.message())
    try ulog.run(until: 2)
    #expect(ulog.sink.samples.last?.drops == 1)
    #expect(ulog.source?.packets.lost == 1)
  }

  @Test func `what is malformed, not IP or of an unknown interface is counted and no more`() throws {
    let ulog = try ULog()
    var cut = Self.message()
    cut[16 + 64] = 200
    for message in [cut, Self.message(in: "gone0"), Self.message(in: "", out: "eth1", [0x10, 0, 0, 0])] {
      ulog.send(message)
    }
    // A length beyond the message: nothing of it can be read.
    ulog.send([0xFF, 0, 0, 0] + [UInt8](repeating: 0, count: 20))
    ulog.send(Self.message())
    try ulog.run(until: 4)
    #expect(ulog.source?.unknown == 3)
    #expect(ulog.sink.samples.count == 1)
  }

  @Test(arguments: [
    (
      Errno.notPermitted,
      "cannot listen to ULOG group 3: EPERM (Operation not permitted); the agent needs CAP_NET_ADMIN"
    ),
    (
      Errno.protocolNotSupported,
      "cannot listen to ULOG group 3: EPROTONOSUPPORT (Protocol not supported); "
        + "this kernel has no ULOG: modprobe ipt_ULOG"
    ),
  ])
  func `a failure says what to do, is tried again and said once`(error: Errno, text: String) {
    let (loop, log) = (SimulatedLoop(), SourceLog())
    var attempts = 0
    let source = ULogSource(
      ULog.settings(sampling: 1), loop: loop, sink: LoggedSampleRecorder(), logger: log.logger,
      interfaceIndex: { _ in nil },
      opener: { () throws(Errno) in
        attempts += 1
        throw error
      })
    source.start()
    loop.run(for: .seconds(200))
    #expect(attempts == 9)
    #expect(log.lines == ["warning: source ulog group 3: \(text) (will retry)"])
    #expect(source.status.first?.hasPrefix("ulog group 3: not running: \(text)") == true)
  }

  /// True of every kernel since 3.17.
  @Test func `this kernel has no ULOG, and the socket of it says so`() {
    if ULogSource.isKnownToKernel { return }
    #expect(throws: Errno.protocolNotSupported) {
      _ = try NetfilterSocket(.uLog(groups: 1), receiveBuffer: 4096, messageSize: 4096)
    }
    #expect(NetfilterSocket.Family.netfilter.isKnown)
  }
}
