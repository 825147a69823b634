import Config
import Glibc
import Testing

/// Whatever the bytes, reading ends soon and nothing traps.
@Suite struct HostileTests {
  /// SplitMix64: the same mutations on each run.
  struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  /// Processor time that `work` takes: what else the machine does is not in it.
  static func time(_ work: () throws -> Void) rethrows -> Duration {
    func now() -> Duration {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
    let start = now()
    try work()
    return now() - start
  }

  static func time(_ text: [UInt8]) -> Duration {
    time {
      let outcome = Configuration.parse(text, file: file, options: everything)
      #expect(outcome.diagnostics.count <= 130)
    }
  }

  @Test(arguments: [
    "{", "}", "x", "x ", "\"", "\"a\" ", "\\", "=", "#", "\n", "\r", "sflow", "sflow {", "sflow { ",
    "polling = 5 ",
    "kvm {", "collector {", "collector { ip = ::1 } ", "sampling.x = 1 ", "nflog { } ", "\u{301}", "5",
  ])
  func `a megabyte of anything is read in bounded time`(unit: String) {
    let count = 1_000_000 / unit.utf8.count
    let text = Array(String(repeating: unit, count: count).utf8)
    // In a debug build on a slow machine; a quadratic reader would take minutes.
    #expect(Self.time(text) < .seconds(20))
    #expect(Self.time(Array("sflow { ".utf8) + text) < .seconds(20))
    #expect(Self.time(Array("sflow { agent = ".utf8) + text) < .seconds(20))
  }

  @Test func `a megabyte of different applications is read in bounded time`() {
    let text = "sflow {" + (0..<60000).map { "sampling.a\($0)=1 " }.joined()
    #expect(Self.time(Array(text.utf8)) < .seconds(20))
  }

  @Test func `settings that are written again and again are read in bounded time`() {
    let applications = (0..<20000).map { "sampling.a\($0)=1 " }.joined()
    #expect(Self.time(Array("sflow {\(applications)\(applications)}".utf8)) < .seconds(20))
    let blocks = String(repeating: "psample { group = 2 } ", count: 20000)
    #expect(Self.time(Array("sflow {\(applications)\(blocks)}".utf8)) < .seconds(20))
  }

  @Test func `other collectors in place of very many are told in bounded time`() throws {
    func settings(_ port: Int) throws -> Settings {
      let collectors = (0..<20000).map { "collector{ip=10.0.\($0 >> 8).\($0 & 255) udpport=\(port)}" }
      return try #require(parse("sflow {" + collectors.joined() + "}").settings)
    }
    let (before, after) = (try settings(1), try settings(2))
    var lines: [String] = []
    #expect(Self.time { lines = after.differences(from: before) } < .seconds(20))
    #expect(lines.count == 40000)
    #expect(after.differences(from: after).isEmpty)
  }

  @Test func `a file that is too large is refused`() {
    let outcome = Configuration.parse(Array(repeating: 0x20, count: 5_000_000), file: file)
    #expect(
      outcome.diagnostics.map(\.description) == [
        "hsflowd.conf:1:1: error: the file is larger than 4194304 octets"
      ])
  }

  @Test func `a hundred thousand mutations never trap`() {
    let seeds = [ExampleTests.everyKey, ExampleTests.cloud, ExampleTests.virtualization].map {
      Array($0.utf8)
    }
    let pieces = [
      "{", "}", "\"", "#", "=", "\n", "\r", "\0", "\u{FEFF}", "sflow", "0x", "99999999999999999999", "%", "/",
      "!", "-", ".", "é",
    ]
    .map { Array($0.utf8) }
    var generator = Generator(state: 1)
    for round in 0..<10_000 {
      // The beginning of a seed, so that 20 errors don't end every round in the same place.
      let seed = seeds[round % seeds.count]
      var text = Array(seed.prefix(Int.random(in: 0...min(seed.count, 600), using: &generator)))
      for _ in 0..<Int.random(in: 1...19, using: &generator) {
        let at = Int.random(in: 0...text.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: text.insert(contentsOf: pieces.randomElement(using: &generator) ?? [], at: at)
        case 1: text.removeSubrange(at..<min(text.count, at + Int.random(in: 0...8, using: &generator)))
        case 2: if at < text.count { text[at] = UInt8.random(in: 0...255, using: &generator) }
        default: text.insert(contentsOf: text[..<at].suffix(20), at: at)
        }
      }
      let outcome = Configuration.parse(text, file: file, options: everything)
      let hasError = outcome.diagnostics.contains { $0.severity == .error }
      if hasError == (outcome.settings != nil) {
        Issue.record("\(round): \(String(decoding: text, as: UTF8.self))")
      }
      for diagnostic in outcome.diagnostics where diagnostic.description.utf8.contains(where: { $0 < 0x20 }) {
        Issue.record("\(round): \(diagnostic)")
      }
    }
  }

  @Test func `random bytes never trap`() {
    var generator = Generator(state: 2)
    for _ in 0..<5000 {
      let noise = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      _ = Configuration.parse(Array("sflow { ".utf8) + noise, file: file, options: everything)
      _ = Configuration.parse(noise, file: file)
    }
  }
}
