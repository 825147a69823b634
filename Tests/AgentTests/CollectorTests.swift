import Bytes
import Config
import Linux
import SystemPackage
import Testing

@testable import Agent

/// A collector between a fake network and a simulated clock.
final class CollectorBench {
  let loop = SimulatedLoop()
  let log = LogLines()
  let network: FakeNetwork
  let start: Instant
  private(set) var addressChanges = 0
  private var made: Collector?

  init() {
    network = FakeNetwork(loop)
    start = loop.now
  }

  var collector: Collector {
    if let made { return made }
    return make(.init(.literal(ip("192.0.2.1"))))
  }

  @discardableResult func make(_ settings: Settings.Collector) -> Collector {
    let collector = Collector(settings, loop: loop, network: network, logger: log.logger) { [unowned self] in
      addressChanges += 1
    }
    made = collector
    return collector
  }

  /// A collector with a name, and what the resolver says of it.
  @discardableResult func make(_ name: String, _ answers: FakeNetwork.Answer...) -> Collector {
    network.answers[name] = answers
    return make(.init(.name(name)))
  }

  /// Sends a datagram every `interval` until `duration` is over.
  func send(every interval: Duration = .seconds(20), for duration: Duration = .zero) {
    let end = loop.now + duration
    repeat {
      send(1)
      if loop.now < end { loop.run(for: interval) }
    } while loop.now < end
  }

  /// Sends datagrams of 4 octets together, numbered by their first octet.
  func send(_ count: Int) {
    var batch = DatagramBatch()
    for i in 0..<count {
      let payload: [UInt8] = [UInt8(i), 2, 3, 4]
      batch.append(payload.span)
    }
    collector.send(batch)
  }

  /// When the resolver was asked, in seconds.
  var questions: [Int64] { network.questions.map { ($0.time - start).nanoseconds / 1_000_000_000 } }
  /// When sockets were opened, in seconds.
  var openings: [Int64] { network.opened.map { ($0.time - start).nanoseconds / 1_000_000_000 } }
}

let first = SocketAddress(ip("198.51.100.1"), port: 6343)
let second = SocketAddress(ip("198.51.100.2"), port: 6343)

@Suite struct CollectorTests {
  let bench = CollectorBench()
  var loop: SimulatedLoop { bench.loop }
  var log: LogLines { bench.log }

  @Test func `an address is opened at once, once, and needs no deadline`() {
    let collector = bench.collector
    #expect(collector.state == .sending)
    #expect(collector.address == SocketAddress(ip("192.0.2.1"), port: 6343))
    bench.send(for: .seconds(3600))
    #expect(collector.datagrams == 180)
    #expect(collector.bytes == 720)
    #expect(collector.errors.isEmpty)
    #expect(bench.network.senders[0].sent.count == 180)
    #expect(loop.wakeUps == 0)
    #expect(log.all == ["notice: collector 192.0.2.1: sending to 192.0.2.1:6343"])
    #expect(collector.status == "sending, 180 datagrams, 720 B")
  }

  // MARK: - A receiver that refuses

  @Test func `a refusal is counted, the datagram sent again in place, and the socket kept`() {
    let sender = { bench.network.senders[0] }
    bench.send()
    sender().script = [.connectionRefused]
    bench.send()
    #expect(bench.collector.state == .failing(.connectionRefused))
    #expect(bench.collector.errors == [Errno.connectionRefused.rawValue: 1])
    #expect(bench.collector.datagrams == 2)
    #expect(sender().sent.count == 2)
    #expect(sender().attempts == 3)
    #expect(loop.nextDeadline == nil)
  }

  /// ICMP speaks of the datagram before; at each polling interval, or once a second of a hundred.
  @Test(arguments: [(20.0, 1), (0.01, 100)], [Errno.connectionRefused, .noRouteToHost])
  func `a day of refusals is one line in the log, and its end another`(
    rhythm: (interval: Double, refusedOnceIn: Int), error: Errno
  ) {
    let duration = rhythm.interval < 1 ? Duration.seconds(60) : .seconds(86_400)
    _ = bench.collector
    let sender = bench.network.senders[0]
    let end = loop.now + duration
    while loop.now < end {
      sender.script = [error, nil] + Array(repeating: nil, count: rhythm.refusedOnceIn - 1)
      for _ in 0..<rhythm.refusedOnceIn {
        bench.send()
        loop.run(for: .nanoseconds(Int64(rhythm.interval * 1e9)))
      }
    }
    #expect(log.lines(with: "will keep trying").count == 1)
    #expect(log.lines(with: "sending again").isEmpty)
    #expect(bench.network.opened.count == 1)
    bench.send(every: .seconds(1), for: .seconds(20))
    #expect(bench.collector.state == .sending)
    #expect(log.all.count == 3)
    #expect(log.lines(with: "notice: collector 192.0.2.1: sending again after").count == 1)
  }

  @Test func `it has recovered only when nothing was heard for 10 s`() {
    _ = bench.collector
    bench.network.senders[0].script = [.connectionRefused]
    bench.send()
    loop.run(for: .milliseconds(9999))
    bench.send()
    #expect(bench.collector.state == .failing(.connectionRefused))
    loop.run(for: .milliseconds(1))
    bench.send()
    #expect(bench.collector.state == .sending)
  }

  @Test func `a name whose host refuses is looked up again without losing what ICMP says`() {
    bench.make("collector.example", .addresses([first]))
    let sender = bench.network.senders[0]
    for _ in 0..<180 {
      sender.script = [.connectionRefused]
      bench.send()
      loop.run(for: .seconds(20))
    }
    #expect(bench.network.opened.count == 1)
    #expect(bench.questions == (0...60).map { $0 * 60 })
    #expect(log.lines(with: "will keep trying").count == 1)
    #expect(log.lines(with: "sending again").isEmpty)
  }

  // MARK: - A network that fails

  @Test func `without a route at start it is opened again, later and later, until there is one`() {
    bench.network.refusals[ip("192.0.2.1")] = .networkUnreachable
    let collector = bench.collector
    #expect(collector.state == .failing(.networkUnreachable))
    bench.send(for: .seconds(200))
    #expect(bench.openings == [0, 1, 3, 7, 15, 31, 63, 123, 183])
    #expect(collector.errors == [Errno.networkUnreachable.rawValue: 10])
    #expect(
      log.all == [
        "warning: collector 192.0.2.1: no route to it (ENETUNREACH); add a route: ip route get 192.0.2.1 must find one (will keep trying)"
      ])
    bench.network.refusals = [:]
    loop.run(for: .seconds(60))
    #expect(collector.state == .sending)
    #expect(log.all.last == "notice: collector 192.0.2.1: sending to 192.0.2.1:6343")
    bench.send()
    #expect(collector.datagrams == 1)
    #expect(loop.nextDeadline == nil)
  }

  @Test func `a route lost later is said once, the socket opened anew, and the return said once`() {
    _ = bench.collector
    bench.network.senders[0].standing = .networkUnreachable
    bench.send()
    #expect(bench.collector.state == .failing(.networkUnreachable))
    #expect(bench.collector.errors == [Errno.networkUnreachable.rawValue: 1])
    bench.network.refusals[ip("192.0.2.1")] = .networkUnreachable
    bench.send(for: .seconds(100))
    bench.network.refusals = [:]
    bench.send(for: .seconds(100))
    #expect(bench.collector.state == .sending)
    #expect(log.all.count == 3)
    #expect(log.lines(with: "ENETUNREACH").count == 1)
    #expect(log.lines(with: "sending again").count == 1)
    #expect(loop.nextDeadline == nil)
  }

  @Test(arguments: [Errno.wouldBlock, .noBufferSpace])
  func `a full buffer is counted and changes nothing else`(error: Errno) {
    _ = bench.collector
    bench.network.senders[0].script = [error, nil, error]
    for _ in 0..<3 { bench.send() }
    #expect(bench.collector.state == .sending)
    #expect(bench.collector.errors == [error.rawValue: 2])
    #expect(bench.collector.datagrams == 1)
    #expect(log.all.count == 1)
    #expect(loop.nextDeadline == nil)
  }

  @Test func `a refusal and then a full buffer is a refusal`() {
    _ = bench.collector
    bench.network.senders[0].script = [.connectionRefused, .wouldBlock]
    bench.send()
    #expect(bench.collector.state == .failing(.connectionRefused))
    #expect(bench.collector.errors == [Errno.connectionRefused.rawValue: 1, Errno.wouldBlock.rawValue: 1])
    #expect(loop.nextDeadline == nil)
  }

  @Test(arguments: [
    (Errno.notPermitted, "sending is not permitted"), (.messageTooLong, "EMSGSIZE"),
    (.invalidArgument, "EINVAL"),
  ])
  func `any other error is counted, said once and outlived`(error: Errno, text: String) {
    _ = bench.collector
    bench.network.senders[0].standing = error
    bench.send(every: .milliseconds(100), for: .milliseconds(500))
    #expect(bench.collector.state == .failing(error))
    #expect(bench.collector.errors == [error.rawValue: 5])
    #expect(log.all.count == 2)
    #expect(log.lines(with: text).count == 1)
    // After a second the socket is opened anew.
    loop.run(for: .seconds(1))
    bench.send(for: .seconds(40))
    #expect(bench.collector.state == .sending)
    #expect(log.lines(with: "sending again after 5 errors").count == 1)
  }

  @Test(arguments: [
    (Errno.noSuchFileOrDirectory, "its network namespace does not exist (ENOENT)"),
    (.operationNotSupportedByDevice, "its device does not exist (ENODEV)"),
    (.notPermitted, "sending is not permitted"),
  ])
  func `a device or namespace that is not there is waited for`(error: Errno, text: String) {
    bench.network.refusals[ip("192.0.2.1")] = error
    bench.make(.init(.literal(ip("192.0.2.1")), device: "eth9", namespace: "blue"))
    bench.send(for: .seconds(60))
    #expect(log.all.count == 1)
    #expect(log.lines(with: "collector 192.0.2.1 dev eth9 namespace blue: \(text)").count == 1)
    #expect(bench.collector.errors == [error.rawValue: 3])
    bench.network.refusals = [:]
    loop.run(for: .seconds(60))
    #expect(bench.collector.state == .sending)
  }

  @Test func `a namespace that is another one now is noticed within 5 s, and said once`() {
    bench.make(.init(.literal(ip("192.0.2.1")), namespace: "blue"))
    bench.send(every: .seconds(1), for: .seconds(60))
    #expect(bench.network.opened.count == 1)
    bench.network.senders[0].isAstray = true
    bench.send(every: .seconds(1), for: .seconds(60))
    #expect(bench.openings.count == 2 && (60...65).contains(bench.openings[1]))
    #expect(bench.network.senders.map(\.sent.count).reduce(0, +) == 120)
    #expect(
      log.all.dropFirst() == [
        "notice: collector 192.0.2.1 namespace blue: its network namespace was made anew; sending from the new one"
      ])
  }

  @Test func `a namespace that is gone is let go, and waited for`() {
    bench.make(.init(.literal(ip("192.0.2.1")), namespace: "blue"))
    bench.send()
    bench.network.senders[0].isAstray = true
    bench.network.refusals[ip("192.0.2.1")] = .noSuchFileOrDirectory
    loop.run(for: .seconds(5))
    bench.send(every: .seconds(1), for: .seconds(60))
    #expect(bench.collector.state == .failing(.noSuchFileOrDirectory))
    bench.network.refusals = [:]
    bench.send(every: .seconds(1), for: .seconds(60))
    #expect(bench.collector.state == .sending)
    #expect(log.all.count == 3)
    #expect(log.lines(with: "its network namespace does not exist (ENOENT)").count == 1)
    #expect(log.lines(with: "sending again").count == 1)
  }

  // MARK: - Several datagrams at once

  @Test func `what the kernel does not take of a batch is tried again, one by one`() {
    let sender = { bench.network.senders[0] }
    _ = bench.collector
    sender().script = [nil, nil, .connectionRefused]
    bench.send(5)
    #expect(sender().batches == [2])
    #expect(sender().sent.map(\.bytes.first) == [0, 1, 2, 3, 4])
    #expect(bench.collector.datagrams == 5)
    // Refused again, and now it is seen; one by one as long as that lasts.
    sender().script = [.connectionRefused]
    bench.send(3)
    #expect(bench.collector.errors == [Errno.connectionRefused.rawValue: 1])
    #expect(bench.collector.state == .failing(.connectionRefused))
    #expect(bench.collector.datagrams == 8)
    bench.send(2)
    #expect(sender().batches == [2])
    #expect(bench.collector.datagrams == 10)
  }

  @Test func `a full buffer takes what it can of a batch, and the rest is counted as lost`() {
    let sender = { bench.network.senders[0] }
    _ = bench.collector
    sender().script = [nil, .wouldBlock]
    sender().standing = .wouldBlock
    bench.send(4)
    #expect(bench.collector.datagrams == 1)
    #expect(bench.collector.errors == [Errno.wouldBlock.rawValue: 3])
    #expect(bench.collector.state == .sending)
  }

  @Test func `nothing of a batch reaches a collector without an address`() {
    bench.network.refusals[ip("192.0.2.1")] = .networkUnreachable
    _ = bench.collector
    bench.send(4)
    #expect(bench.collector.datagrams == 0)
    #expect(bench.collector.errors == [Errno.networkUnreachable.rawValue: 4])
  }

  // MARK: - Muted

  @Test func `a muted collector sends nothing, asks nothing and keeps what it has`() {
    let collector = bench.make("collector.example", .addresses([first]))
    bench.send()
    collector.mute("DNS has no server")
    #expect(collector.status == "muted: DNS has no server, 1 datagrams, 4 B")
    #expect(!collector.isSending)
    bench.send(for: .seconds(3600))
    #expect(loop.nextDeadline == nil)
    #expect(bench.questions == [0] && bench.network.senders[0].sent.count == 1)
    collector.mute(nil)
    bench.send()
    #expect(bench.questions == [0, 3600])
    #expect(bench.network.opened.count == 1 && bench.network.senders[0].sent.count == 2)
    #expect(collector.isSending && collector.errors.isEmpty)
  }

  @Test func `what fails when it is muted is tried again when it is not`() {
    bench.network.refusals[ip("192.0.2.1")] = .networkUnreachable
    let collector = bench.collector
    collector.mute("why")
    loop.run(for: .seconds(600))
    #expect(bench.openings == [0])
    bench.network.refusals = [:]
    collector.mute(nil)
    #expect(bench.openings == [0, 600])
    #expect(collector.isSending)
  }

  @Test func `every kind of error is counted by itself`() {
    _ = bench.collector
    // A refusal of the datagram before, and then no route for this one.
    bench.network.senders[0].script = [.connectionRefused, .networkUnreachable, .wouldBlock]
    bench.send()
    bench.send()
    #expect(
      bench.collector.errors == [
        Errno.connectionRefused.rawValue: 1, Errno.networkUnreachable.rawValue: 1,
        Errno.wouldBlock.rawValue: 1,
      ])
    #expect(
      bench.collector.status
        == "failing with ENETUNREACH, 0 datagrams, 0 B, 1 times EAGAIN, 1 times ENETUNREACH, 1 times ECONNREFUSED"
    )
  }

  @Test func `a collector that is gone leaves no deadline behind`() {
    bench.network.refusals[ip("192.0.2.7")] = .networkUnreachable
    bench.make(.init(.literal(ip("192.0.2.7"))))
    #expect(loop.nextDeadline != nil)
    bench.make(.init(.literal(ip("192.0.2.1"))))
    #expect(loop.nextDeadline == nil)
  }
}
