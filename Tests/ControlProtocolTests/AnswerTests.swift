import Testing

@testable import ControlProtocol

@Suite struct AnswerTests {
  static let items = [
    Item(.agent, "hsflowd", values: [.init("version", .text("1")), .init("uptime_seconds", .number(.max))]),
    Item(
      .source, "a\tb\nc\\d\r", .failed, seconds: 12, reason: "why\\t", remedy: "modprobe ü",
      values: [.init("is_on", .truth(true)), .init("x", .text(""))]),
    Item(.collector, "", .off),
  ]

  @Test func `items come back as they were sent`() throws {
    #expect(try Answer(decoding: Answer.items(Self.items).encode()) == .items(Self.items))
    #expect(try Answer(decoding: Answer.items([]).encode()) == .items([]))
    #expect(try Answer(decoding: Answer.error("busy\n").encode()) == .error("busy\n"))
  }

  @Test func `no beginning of an answer is an answer`() {
    let whole = Answer.items(Self.items).encode()
    for count in 0..<(whole.count - 1) {
      #expect(throws: AnswerError.self) { try Answer(decoding: Array(whole[..<count])) }
    }
  }

  @Test func `anything else is an error and no crash`() {
    var random = SystemRandomNumberGenerator()
    let whole = Answer.items(Self.items).encode()
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] =
          [0, 9, 10, 13, 0x5C, 0x31, 0xFF].randomElement(using: &random) ?? 0
      }
      _ = try? Answer(decoding: bytes)
    }
    #expect(throws: AnswerError(line: 1, what: "this is no hsflowd, or one of another version")) {
      try Answer(decoding: Array("SSH-2.0\r\n".utf8))
    }
  }

  @Test func `a request is one short line`() {
    #expect(Conversation.request(in: []) == .incomplete)
    #expect(Conversation.request(in: Array("rep".utf8)) == .incomplete)
    #expect(Conversation.request(in: Array("report\n".utf8)) == .whole(.report))
    #expect(Conversation.request(in: Array("report\r\n".utf8)) == .refused("this request is not known"))
    #expect(
      Conversation.request(in: Array(repeating: 0x41, count: 64)) == .refused("the request is too long"))
    #expect(Conversation.request(in: [0xFF, 0, 0x0A]) == .refused("this request is not known"))
  }
}
