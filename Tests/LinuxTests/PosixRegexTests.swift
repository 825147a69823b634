import Linux
import Testing

extension LinuxTests {
  @Suite struct PosixRegexTests {
    @Test(arguments: [
      ("eth", "veth0", true), ("^eth", "veth0", false), ("^(eth|en)[0-9]+$", "eth10", true),
      ("^(eth|en)[0-9]+$", "ens3", false), ("", "anything", true), ("^b$", "a\nb\nc", true),
      ("a.b", "a\nb", false),
      ("^tap-[[:xdigit:]]{4}", "tap-00ff", true),
    ])
    func `a pattern matches anywhere, extended and line by line`(pattern: String, text: String, matches: Bool)
      throws
    {
      let regex = try PosixRegex(pattern)
      #expect(regex.matches(text) == matches)
      #expect(regex.matches(text) == matches)
      #expect(regex.pattern == pattern)
      #expect(PosixRegex.fault(in: pattern) == nil)
    }

    @Test(arguments: ["(", "[a", "a{2,1}", "*a{", "[[:none:]]"])
    func `a bad pattern is refused with a text`(pattern: String) {
      let error = #expect(throws: PosixRegex.PatternError.self) { _ = try PosixRegex(pattern) }
      #expect(error?.description.isEmpty == false)
      #expect(PosixRegex.fault(in: pattern) == error?.description)
    }
  }
}
