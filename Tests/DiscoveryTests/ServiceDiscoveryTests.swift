import Config
import Linux
import Synchronization
import Testing

@testable import Discovery

/// When DNS is asked, and what stays when it does not answer; on a simulated clock.
@Suite struct ServiceDiscoveryTests {
  final class Bench {
    let loop = SimulatedLoop()
    let log = LogLines()
    let runner = FakeRunner()
    let dns = FakeDNS()
    let start: Instant
    private(set) var changes: [ServiceDiscovery.Answer] = []
    /// What takes the place of chance.
    var random: (UInt64) -> UInt64 = { _ in 0 }
    private var made: ServiceDiscovery?
    var discovery: ServiceDiscovery { made! }
    static let name = "_sflow._udp.x"

    init() {
      start = loop.now
      made = ServiceDiscovery(
        loop: loop, background: runner, source: dns.source, features: [],
        random: { [unowned self] in random($0) },
        logger: log.logger
      ) { [unowned self] in changes.append(discovery.answer) }
    }

    /// One server, `lifetime` seconds long, and strings.
    func serve(_ host: String, _ lifetime: UInt32 = 60, _ strings: String...) {
      dns.say(Self.name, Wire.service(1, 0, 6343, host).living(lifetime))
      if !strings.isEmpty {
        dns.say(Self.name, Wire.Entry(type: 16, lifetime: lifetime, data: Wire.strings(strings)))
      }
    }

    /// When DNS was asked, in seconds.
    func questions(during duration: Duration) -> [Int64] {
      var times: [Int64] = []
      runner.onRun = { [loop, start] in times.append((loop.now - start).nanoseconds / 1_000_000_000) }
      loop.run(for: duration)
      return times
    }

    func begin() { discovery.apply(.init(domain: ".x")) }
  }

  let bench = Bench()

  @Test func `the first question comes after 1 to 30 s, the next when the shortest lifetime is over`() {
    bench.serve("a", 3600, "polling=5")
    bench.dns.say(Bench.name, Wire.text("polling=5").living(45))
    bench.begin()
    #expect(
      bench.log.all == ["notice: DNS-SD: asking for _sflow._udp.x in 1 s; nothing is sent before the answer"])
    #expect(bench.questions(during: .seconds(100)) == [1, 46, 91])
    #expect(bench.changes.count == 1)
    let late = Bench()
    late.random = { $0 - 1 }
    late.serve("a", 100)
    late.begin()
    // And a tenth more of chance.
    #expect(late.questions(during: .seconds(160)) == [30, 139])
  }

  @Test func `a lifetime counts as at least 10 s and at most a day, and none as 300 s`() {
    bench.serve("a", 3)
    bench.begin()
    #expect(bench.questions(during: .seconds(25)) == [1, 11, 21])
    bench.serve("a", .max >> 1)
    #expect(bench.questions(during: .seconds(86_400 + 100)) == [31, 86_431])
    bench.serve("a", 0)
    _ = bench.questions(during: .seconds(86_400))
    let times = bench.questions(during: .seconds(1000))
    #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 300 } && times.count == 3)
  }

  @Test func `nothing is known until an answer comes, and failures are asked again after 10, 20 … 300 s`() {
    bench.dns[Bench.name, 33] = .refused("SERVFAIL")
    bench.begin()
    #expect(bench.questions(during: .seconds(1000)) == [1, 11, 31, 71, 151, 311, 611, 911])
    #expect(bench.discovery.answer == .none)
    #expect(bench.changes.isEmpty)
    #expect(
      bench.log.all.dropFirst() == [
        "warning: DNS-SD: cannot ask for _sflow._udp.x: SERVFAIL (nothing is sent until it can; will retry)"
      ])
    bench.serve("a")
    bench.loop.run(for: .seconds(300))
    #expect(bench.log.all.last == "notice: DNS-SD: DNS answers for _sflow._udp.x after 8 failures")
    #expect(bench.changes.count == 1)
  }

  @Test func `an error keeps what is in force, an empty answer stops it, a new one takes its place`() {
    bench.serve("a", 60, "polling=5")
    bench.begin()
    bench.loop.run(for: .seconds(2))
    guard case .settings(let first) = bench.discovery.answer else {
      Issue.record("no settings")
      return
    }
    #expect(first.polling == 5)
    for failure: NameService.Answer in [.refused("SERVFAIL"), .unreachable("no name server"), .message([0])] {
      bench.dns[Bench.name, 33] = failure
      bench.loop.run(for: .seconds(400))
      #expect(bench.discovery.answer == .settings(first))
    }
    #expect(bench.log.lines(with: "the settings in force stay").count == 3)
    bench.dns[Bench.name, 33] = .nothing
    bench.loop.run(for: .seconds(400))
    #expect(bench.discovery.answer == .stop)
    #expect(bench.log.all.last == "warning: DNS-SD: DNS has no server for _sflow._udp.x: nothing is sent")
    #expect(bench.questions(during: .seconds(1000)).count == 3)
    #expect(bench.log.lines(with: "DNS has no server").count == 1)
    bench.serve("b")
    bench.loop.run(for: .seconds(400))
    #expect(bench.changes.count == 3)
  }

  @Test func `the same answer again changes and says nothing`() {
    bench.serve("a", 60, "polling=5", "bogus")
    bench.begin()
    bench.loop.run(for: .seconds(86_400))
    #expect(bench.changes.count == 1)
    #expect(bench.log.all.count == 2)
    #expect(bench.log.all.last == #"warning: DNS-SD: "bogus" is ignored: there is no "=" in it"#)
    #expect(bench.discovery.status.count == 2)
  }

  @Test func `a day of changing lifetimes and servers ends in the right state after each`() {
    bench.serve("h0", 20)
    bench.begin()
    bench.loop.run(for: .seconds(2))
    for i in 1...500 {
      let lifetime = UInt32(10 + i * 37 % 300)
      bench.serve("h\(i)", lifetime, "polling=\(i % 300)")
      // As long as the answer before may be kept.
      bench.loop.run(for: .seconds(10 + (i - 1) * 37 % 300 + 20))
      guard case .settings(let found) = bench.discovery.answer else {
        Issue.record("no settings")
        return
      }
      #expect(found.collectors == [.init(.name("h\(i)"))])
      #expect(found.polling == UInt32(i % 300))
    }
    #expect(bench.changes.count == 501)
  }

  @Test func `a worker that does not come back is a failure, and its late answer is none`() {
    bench.serve("a")
    bench.runner.isLate = true
    bench.begin()
    bench.loop.run(for: .seconds(2))
    #expect(bench.log.lines(with: "the resolver does not come back").count == 1)
    bench.runner.isLate = false
    bench.runner.isHeldUp = true
    bench.loop.run(for: .seconds(3600))
    #expect(
      bench.discovery.status == [
        "no answer for _sflow._udp.x yet, failing 1 times: the resolver does not come back, asking now"
      ])
    // Meanwhile the file has another domain.
    bench.discovery.apply(.init(domain: ".y"))
    bench.runner.letGo()
    #expect(bench.discovery.answer == .none)
    #expect(bench.changes.isEmpty)
  }

  @Test func `who is in a hurry is answered at once, also while a question is under way`() {
    bench.serve("a", 3600)
    bench.begin()
    bench.discovery.hurry()
    #expect(bench.changes.count == 1)
    bench.runner.isHeldUp = true
    bench.discovery.hurry()
    bench.serve("b", 3600)
    bench.discovery.hurry()
    bench.runner.letGo()
    #expect(bench.changes.count == 2)
    #expect(bench.questions(during: .seconds(3500)).isEmpty)
  }

  @Test func `servers that stand in are left within a minute of the return of the best`() {
    bench.dns.say(Bench.name, Wire.service(1, 0, 6343, "a").living(3600), Wire.service(2, 0, 6343, "b"))
    bench.dns.contents.withLock { $0.hosts["a"] = ResolverError(description: "unknown") }
    bench.begin()
    bench.loop.run(for: .seconds(2))
    #expect(bench.log.all.last?.contains("those of the next stand in") == true)
    bench.dns.contents.withLock { $0.hosts = [:] }
    bench.loop.run(for: .seconds(61))
    #expect(bench.log.all.last?.contains("servers of the best priority have addresses again") == true)
    #expect(bench.changes.count == 2)
  }

  @Test func `turned off it asks nothing, has no answer and no status`() {
    bench.serve("a")
    bench.begin()
    bench.loop.run(for: .seconds(2))
    bench.discovery.apply(nil)
    #expect(bench.discovery.answer == .none)
    #expect(bench.discovery.status.isEmpty)
    bench.discovery.hurry()
    #expect(bench.questions(during: .seconds(86_400)).isEmpty)
  }

  @Test func `three hundred bad strings are twenty lines and one more`() {
    bench.dns.say(Bench.name, Wire.service(1, 0, 6343, "a"))
    bench.dns.say(Bench.name, Wire.Entry(type: 16, data: Wire.strings((0..<300).map { "no sign \($0)" })))
    bench.begin()
    bench.loop.run(for: .seconds(100))
    #expect(bench.log.lines(with: "is ignored").count == 20)
    #expect(bench.log.lines(with: "280 more records").count == 1)
  }
}
