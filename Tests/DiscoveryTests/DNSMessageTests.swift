import Bytes
import Testing

@testable import Discovery

@Suite struct DNSMessageTests {
  static let name = "_sflow._udp.example.com"

  static func parse(_ bytes: [UInt8]) throws(WireError) -> DNSMessage { try DNSMessage(parsing: bytes.span) }

  /// By hand from RFC 1035 and RFC 2782: an answer with two SRV records, the second one's target a pointer into the first.
  static let recorded: [UInt8] =
    [0x12, 0x34, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0]  // id, flags, counts
    + [6, 0x5F, 0x73, 0x66, 0x6C, 0x6F, 0x77, 4, 0x5F, 0x75, 0x64, 0x70, 1, 0x78, 0]  // _sflow._udp.x
    + [0, 33, 0, 1]  // SRV IN
    + [0xC0, 12, 0, 33, 0, 1, 0, 0, 0x0E, 0x10, 0, 11]  // the same name, SRV, IN, 3600 s, 11 octets
    + [0, 10, 0, 5, 0x18, 0xC7, 1, 0x61, 1, 0x78, 0]  // 10 5 6343 a.x
    + [0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 10]
    + [0, 20, 0, 0, 0x18, 0xC8, 1, 0x62, 0xC0, 24]  // 20 0 6344 b.x

  @Test func `services are decoded, names by pointer included`() throws {
    let found = try Self.parse(Self.recorded).records(of: "_SFLOW._udp.x")
    #expect(
      found.records.map(\.content) == [
        .service(.init(priority: 10, weight: 5, port: 6343, target: "a.x")),
        .service(.init(priority: 20, weight: 0, port: 6344, target: "b.x")),
      ])
    #expect(found.lifetime == 60)
  }

  @Test func `texts of many strings are decoded, and those of other names and classes left out`() throws {
    let message = try Self.parse(
      Wire.message(
        Self.name,
        [
          Wire.text("a=1", "", "b=2"), Wire.text("c=3").of("other.example.com"), Wire.text("d=4").inClass(3),
          Wire.text(),
        ]))
    let found = message.records(of: Self.name)
    #expect(found.records.map(\.content) == [.text(["a=1", "", "b=2"].map { Array($0.utf8) }), .text([])])
  }

  @Test func `aliases are followed in any order, and circles end`() throws {
    let message = try Self.parse(
      Wire.message(
        Self.name,
        [
          Wire.service(0, 0, 1, "s").of("c.d"), Wire.alias("c.d").of("a.b").living(7), Wire.alias("A.B"),
        ]))
    let found = message.records(of: Self.name)
    #expect(found.records.count == 1)
    #expect(found.lifetime == 7)
    let circle = try Self.parse(Wire.message("a", [Wire.alias("b"), Wire.alias("a").of("b")]))
    #expect(circle.records(of: "a").records.isEmpty)
  }

  @Test func `a lifetime with the highest bit set, or of 0, is none`() throws {
    for lifetime: UInt32 in [0, 0x8000_0000, .max] {
      let message = try Self.parse(Wire.message("a", [Wire.text("x=1").living(lifetime)]))
      #expect(message.records(of: "a").lifetime == nil)
    }
  }

  @Test func `octets of names that are no letters are written in numbers`() throws {
    let bytes = Wire.message(
      "a", [.init(type: 33, data: [0, 0, 0, 0, 0, 1, 3, 0x20, 0xFF, 0x2E, 1, 0x62, 0])])
    guard case .service(let service)? = try Self.parse(bytes).answers.first?.content else {
      Issue.record("no service")
      return
    }
    #expect(service.target == #"\032\255\046.b"#)
  }

  @Test(
    arguments: [
      // A pointer to itself, forward, in a circle with another.
      [0xC0, 12], [0xC0, 14], [0xC0, 200], [1, 0x61, 0xC0, 12], [0xFF, 0xFF],
      // Labels that end nowhere, and of unknown kinds.
      [5, 0x61], [0x40, 0], [0x80, 0], [63],
    ] as [[UInt8]])
  func `a name that does not end is an error`(name: [UInt8]) {
    let bytes: [UInt8] = [0, 1, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0] + name
    #expect(throws: WireError.self) { try DNSMessage.name(in: bytes.span, at: 12) }
  }

  @Test func `a name of more than 255 octets is an error`() {
    let label = [UInt8](repeating: 0x61, count: 63)
    let three: [UInt8] = Array(repeatElement([63] + label, count: 3).joined())
    let long = three + [63] + label + [0]
    #expect(throws: WireError.self) { try DNSMessage.name(in: long.span, at: 0) }
    let good = three + [61] + label.prefix(61) + [0]
    #expect(throws: Never.self) { try DNSMessage.name(in: good.span, at: 0) }
  }

  @Test func `every message that is cut off is an error`() {
    for length in 0..<Self.recorded.count {
      #expect(throws: WireError.self) { try Self.parse(Array(Self.recorded.prefix(length))) }
    }
  }

  @Test(arguments: [
    Wire.Entry(type: 33, data: [0, 0, 0]), .init(type: 33, data: [0, 0, 0, 0, 0, 1, 1]),
    .init(type: 33, data: [0, 0, 0, 0, 0, 1, 0, 0]), .init(type: 16, data: [200, 1]),
    .init(type: 5, data: []),
  ])
  func `a record that is not as long as it says is an error`(record: Wire.Entry) {
    #expect(throws: WireError.self) { try Self.parse(Wire.message("a", [record])) }
  }

  /// Nothing is asked of the result: it must come back, and touch nothing that it was not given.
  @Test func `a hundred thousand damaged answers harm nobody`() {
    var random = SystemRandomNumberGenerator()
    let whole = [
      Self.recorded,
      Wire.message(
        Self.name,
        [Wire.alias("a.b"), Wire.service(1, 2, 3, "a.b.c").of("a.b"), Wire.text("polling=20", "x").of("a.b")]),
    ]
    var (good, bad) = (0, 0)
    for round in 0..<100_000 {
      var bytes = whole[round & 1]
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] = UInt8.random(in: 0...255, using: &random)
      }
      if round % 5 == 0 { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
      do {
        _ = try DNSMessage(parsing: bytes.span).records(of: Self.name)
        good += 1
      } catch {
        bad += 1
      }
    }
    #expect(good > 1000 && bad > 1000)
  }
}
