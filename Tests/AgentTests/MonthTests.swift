import Bytes
import Config
import Foundation
import HostCounters
import Linux
import Netlink
import ProcFS
import SFlow
import Synchronization
import SystemPackage
import Testing

@testable import Agent

/// Thirty days (three, unless HSFLOWD_LONG_TESTS is 1) of an agent to which all happens that happens to one. In
/// processes of their own, for the sake of memory.
@Suite struct MonthTests {
  @Test
  func `a month of reloads, interfaces and collectors that come and go loses nothing and keeps nothing`()
    async
  {
    await #expect(processExitsWith: .success) {
      let month = try Month(Month.file(0))
      for day in 1...Month.days {
        for hour in 0..<24 {
          try month.change(hour)
          month.loop.run(for: .seconds(3600))
        }
        try month.close(day)
      }
      // One at once, and one for each point of the grid; those of the last half second are still to be sent.
      let polls = Month.days * 1440
      #expect((polls...polls + 1).contains(month.account.hostSamples))
      #expect((polls - 1...polls).contains(month.account.of(2)))
      #expect(month.account.offGrid == 0)
      // It slept in between: two deadlines a poll, and some for what happened.
      #expect(month.loop.wakeUps < polls * 5)
      try month.finish()
    }
  }

  @Test
  func `a month of servers that DNS changes, takes away and is silent about loses nothing and keeps nothing`()
    async
  {
    await #expect(processExitsWith: .success) {
      let month = try Month("dns-sd { domain = .example.com }  interfaceCounters = all")
      month.serve([(1, 6343, "192.0.2.1")])
      for day in 1...Month.days {
        for hour in 0..<24 {
          month.changeDNS(hour)
          month.loop.run(for: .seconds(3600))
        }
        try month.close(day)
      }
      // Two hours of every day there was no server. At each end of these an answer is as old as its TTL, a minute or,
      // empty, five.
      let polls = Month.days * 1440
      #expect(month.account.hostSamples > polls * 22 / 24 - 6 * Month.days)
      #expect(month.account.hostSamples < polls * 22 / 24 + 2 * Month.days)
      try month.finish()
    }
  }
}

/// An agent on a simulated clock, and all that happens to it.
private final class Month {
  static let days = ProcessInfo.processInfo.environment["HSFLOWD_LONG_TESTS"] == "1" ? 30 : 3
  let loop = SimulatedLoop()
  private let log = LogLines()
  private let folder = TemporaryFolder()
  private let interfaces = FakeInterfaces()
  private let names = FakeNames()
  private let network: MonthNetwork
  private let agent: Agent
  var account: MonthAccount { network.account }
  private var round: UInt64 = 0
  private var anonymousKiB: [UInt64] = []

  init(_ lines: String) throws {
    network = MonthNetwork(loop)
    interfaces.add(2, "eth0", "192.0.2.10")
    var options = Agent.Options()
    options.configurationPath = folder["hsflowd.conf"]
    options.autoFilePath = folder["hsflowd.auto"]
    options.root = fixture("debian12-virtio-6.1")
    agent = Agent(
      try settings(lines), options: options, loop: loop, background: FakeRunner(), network: network,
      interfaces: interfaces, transceivers: { _ in .failure(.notSupportedOnSocket) }, names: FakeRunner(),
      nameSource: names.source, logger: log.logger)
    let table = interfaces
    interfaces.statistics = { [unowned self] in
      round += 1
      var link = LinkStatistics64()
      link.rxBytes = round &* 1_000_003
      return Dictionary(uniqueKeysWithValues: table.table.all.map { ($0.index, link) })
    }
    agent.prepare()
    agent.start()
  }

  /// Configurations that differ in much, but not in how often is polled.
  static func file(_ number: Int) -> String {
    // Refused.
    if number == 3 { return "polling = soon" }
    return """
      polling = 60  interfaceCounters = all  sampling = \(number == 1 ? 100 : 400)
      datagramBytes = \(number == 2 ? 900 : 1400)
      collector { ip = 192.0.2.1 }  collector { ip = 192.0.2.2 }
      \(number == 1 ? "collector { ip = late.example.com }" : "")
      """
  }

  func change(_ hour: Int) throws {
    if hour % 4 == 1 {
      try folder.write("sflow {\n\(Self.file(hour / 4 % 4))\n}\n", to: "hsflowd.conf")
      agent.reload()
    }
    // One that is gone for hours, and one that has another address now and then.
    network.trouble = hour % 6 < 2 ? .connectionRefused : hour % 6 == 3 ? .networkUnreachable : nil
    network.lateAddress = hour % 8 == 2 ? nil : IPAddress.v4(IPv4Address(198, 51, 100, UInt8(hour)))
    // Ten at a time, with the indexes of those before.
    for index in UInt32(10)..<20 {
      if hour % 2 == 0 {
        interfaces.add(index, "veth\(index)")
      } else {
        network.account.forget(index)
        interfaces.remove(index)
      }
    }
  }

  func serve(_ servers: [(priority: UInt16, port: UInt16, host: String)]) {
    names.serve(servers, ["polling=60", "sampling=400"])
  }

  func changeDNS(_ hour: Int) {
    let question = "_sflow._udp.example.com"
    switch hour % 12 {
    case 2: serve([(1, 6343, "192.0.2.1"), (1, 6344, "192.0.2.2")])
    case 4: serve([(1, 6344, "192.0.2.2"), (1, 6343, "192.0.2.1")])
    case 5: names[question, 33] = .unreachable("nobody")
    case 6: serve([(1, 6343, "192.0.2.1")])
    // A zone in which there is no server.
    case 8: names[question, 33] = .nothing
    case 9: serve([(1, 6343, "192.0.2.1")])
    default: break
    }
  }

  /// The end of a day: everything is as it was at that of the day before.
  func close(_ day: Int) throws {
    #expect(log.lines(with: "error: ").allSatisfy { $0.contains("conf") }, "\(log.lines(with: "error: "))")
    log.clear()
    names.contents.withLock { $0.questions = [] }
    anonymousKiB.append(try residentAnonymousKiB())
  }

  func finish() throws {
    #expect(account.wrong.isEmpty, "\(account.wrong.prefix(5))")
    #expect(account.datagrams > Self.days * 1000)
    // What is made once is made on the first day.
    let (first, last) = (try #require(anonymousKiB.first), try #require(anonymousKiB.last))
    #expect(last < first + 256, "RssAnon at the end of each day: \(anonymousKiB) KiB")
  }
}

/// What a collector makes of the stream: counts and numbers, no samples, so that it grows with nothing.
private struct MonthAccount {
  var datagrams = 0
  var hostSamples = 0
  var wrong: [String] = []
  /// Samples of the host that left more than half a second, which is how long one may wait, from where a grid of
  /// minutes from the first regular one on has its points.
  var offGrid = 0
  private var last = (number: UInt32(0), uptime: UInt32(0))
  private var sampleNumbers: [UInt32: UInt32] = [:]
  private var first: Instant?

  func of(_ index: UInt32) -> Int { Int(sampleNumbers[index] ?? 0) }
  mutating func forget(_ index: UInt32) { sampleNumbers[index] = nil }

  /// Agent by IPv4, then counter samples of the expanded kind.
  mutating func take(_ payload: Span<UInt8>, at now: Instant) {
    func word(_ place: Int) -> UInt32 { (0..<4).reduce(0) { $0 << 8 | UInt32(payload[place + $1]) } }
    datagrams += 1
    if word(16) != last.number + 1 { wrong.append("datagram \(word(16)) after \(last.number)") }
    if word(20) < last.uptime { wrong.append("uptime \(word(20)) after \(last.uptime)") }
    last = (word(16), word(20))
    var place = 28
    for _ in 0..<word(24) {
      let (isHost, index, number) = (word(place + 12) == 2, word(place + 16), word(place + 8))
      // The host is number 1 of another class.
      let key = isHost ? 0 : index
      if number != sampleNumbers[key, default: 0] + 1 {
        wrong.append("sample \(number) of \(key) after \(sampleNumbers[key] ?? 0) in datagram \(last.number)")
      }
      sampleNumbers[key] = number
      if isHost {
        hostSamples += 1
        if let first {
          let distance = (now - first).nanoseconds % 60_000_000_000
          if min(distance, 60_000_000_000 - distance) > 500_000_000 { offGrid += 1 }
        } else if number == 2 {
          first = now
        }
      }
      place += 8 + Int(word(place + 4))
    }
  }
}

/// A network with two collectors: one that is always there and is listened to, and one that has its troubles.
private final class MonthNetwork: CollectorNetwork {
  var account = MonthAccount()
  var trouble: Errno?
  var lateAddress: IPAddress?
  private let loop: SimulatedLoop

  init(_ loop: SimulatedLoop) { self.loop = loop }

  final class Sender: DatagramSender {
    let network: MonthNetwork
    let isHeard: Bool
    var isAstray: Bool { false }

    init(_ network: MonthNetwork, isHeard: Bool) { (self.network, self.isHeard) = (network, isHeard) }

    func send(_ payload: Span<UInt8>) throws(Errno) {
      if isHeard { return network.account.take(payload, at: network.loop.now) }
      if let trouble = network.trouble { throw trouble }
    }

    func send(_ batch: borrowing DatagramBatch) throws(Errno) -> Int {
      try send(batch[0])
      return 1
    }
  }

  func open(_ address: SocketAddress, _ settings: Settings.Collector) throws(Errno) -> any DatagramSender {
    Sender(self, isHeard: address.address == ip("192.0.2.1"))
  }

  func resolve(
    _ name: String, port: UInt16, then: @escaping (Result<[SocketAddress], ResolverError>?) -> Void
  ) {
    guard let lateAddress else { return then(.failure(ResolverError(description: "no such name"))) }
    then(.success([SocketAddress(lateAddress, port: port)]))
  }
}
