import Bytes
import Config
import Testing

@Suite struct LexicalTests {
  @Test(arguments: ["\n", "\r", "\r\n"])
  func `lines end at LF, CR and CR LF`(end: String) {
    let text = ["sflow {", "# comment", "  polling = 5", "  poling = 5", "  collector { ip = ::1 } }"].joined(
      separator: end)
    #expect(report(text) == ["4:3: error: unexpected \"poling\" in sflow { }; did you mean \"polling\"?"])
  }

  @Test(arguments: [
    "polling=5", "polling 5", "polling = 5;", "polling\t=\t5", ";polling;5;", "POLLING=5", "Polling==5",
  ])
  func `separators are interchangeable and keys have no case`(text: String) throws {
    #expect(try settings(text).polling == 5)
  }

  @Test func `braces split words`() throws {
    let settings = try #require(
      parse("sflow{polling=5 collector{ip=127.0.0.1}collector{ip=::1}kvm{}}").settings)
    #expect(settings.collectors.map(\.description) == ["127.0.0.1", "::1"])
    #expect(settings.polling == 5)
    #expect(settings.kvm != nil)
  }

  @Test(arguments: [
    (#"agent = "a b""#, "a b"), (#"agent = "a#b{c}=d;e""#, "a#b{c}=d;e"), (#"agent = "a\"b""#, "a\"b"),
    (#"agent = "a\\b""#, "a\\b"), (#"agent = "a\.b""#, "a\\.b"), (#"agent = """#, ""), ("agent='x'", "'x'"),
    (#"agent = "x"polling = 5"#, "x"), ("agent = eth0#comment \"", "eth0"), ("agent = Eth0", "Eth0"),
    (#"agent = "x" # "comment"#, "x"), (#"agent = a"b"#, "a\"b"), (#"agent = "}""#, "}"),
  ])
  func `quoted strings hold what words cannot`(text: String, agent: String) throws {
    #expect(try settings(text).agent == agent)
  }

  @Test func `columns count characters, not bytes`() {
    #expect(
      report("sflow { agent = \"höst…\" poling = 3 collector { ip = ::1 } }") == [
        "1:25: error: unexpected \"poling\" in sflow { }; did you mean \"polling\"?"
      ])
  }

  @Test func `a byte order mark is not part of the first word`() {
    #expect(report("\u{FEFF}sflow { collector { ip = ::1 } }").isEmpty)
  }

  @Test func `bytes that are not UTF-8 and control characters are shown harmlessly`() {
    let text = Array("sflow { collector { ip = ::1 } ".utf8) + [0xFF, 0x1B, 0x5B, 0x07] + Array(" }".utf8)
    let diagnostics = Configuration.parse(text, file: file).diagnostics
    #expect(
      diagnostics.first?.description.hasPrefix(
        "hsflowd.conf:1:32: error: unexpected \"\u{FFFD}\\u{1b}[\\u{7}\" in sflow { }; allowed: ") == true)
  }

  @Test func `names of applications keep their case`() throws {
    let settings = try settings("sampling.10G = 5 Sampling.Http = 6 sampling.a.b=7")
    #expect(settings.applications.map(\.name) == ["10G", "Http", "a.b"])
  }

  @Test func `long lines and words are whole`() throws {
    let comment = String(repeating: "x", count: 3000)
    #expect(try settings("\(String(repeating: " ", count: 5000)) polling = 7 # \(comment)").polling == 7)
    let name = String(repeating: "n", count: 4000)
    #expect(try settings("agent = \(name)").agent == name)
  }
}
