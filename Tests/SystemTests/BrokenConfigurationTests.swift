import Foundation
import Linux
import Testing

extension SystemTests {
  /// Configurations that cannot be used, given to the program as it would be started.
  @Suite struct BrokenConfigurationTests {
    private static let collector = "collector { ip = 10.99.0.2 }"

    /// Each with the place and the beginning of what must be said.
    static let broken: [(text: String, says: String)] = [
      ("", "1:1: the file says nothing"),
      ("# only a comment\n", "2:1: the file says nothing"),
      ("\u{0}\u{1}\u{2}", "1:1: "),
      (collector, #"1:1: "collector" where the file must begin with "sflow""#),
      ("sfow { \(collector) }", #"1:1: "sfow" where the file must begin with "sflow"; did you mean"#),
      ("sflow", #"1:1: "sflow" without braces"#),
      ("sflow = on", #"1:1: "sflow" without braces"#),
      ("{ }", #"1:1: "{" where"#),
      ("}", #"1:1: "}" where"#),
      ("sflow { }", "1:1: no collectors are defined"),
      ("sflow {", "1:1: no collectors are defined"),
      ("sflow { collector { } }", #"1:9: collector { } has no "ip""#),
      ("sflow { collector { udpport = 6343 } }", #"1:9: collector { } has no "ip""#),
      ("sflow { poling = 20 \(collector) }", #"1:9: unexpected "poling" in sflow { }; did you mean"#),
      ("sflow { udpport = 1 \(collector) }", #"1:9: unexpected "udpport" in sflow { }"#),
      ("sflow { collector { ip = 1.1.1.1 polling = 20 } }", #"1:34: unexpected "polling""#),
      ("sflow {\n collector { ip = 1.1.1.1\n polling = 20\n}", #"3:2: unexpected "polling""#),
      ("sflow { collector { ip = 1.1.1.1 udpport = } }", #"1:34: "udpport" has no value"#),
      (
        "sflow { collector { ip = 1.1.1.1 udpport = 0 } }", #"1:44: "0" is out of range for "udpport""#
      ),
      ("sflow { collector { ip = 1.1.1.1 udpport = 65536 } }", #"1:44: "65536" is out of range"#),
      ("sflow { collector { ip = \n udpport = 6343 } }", #"1:21: "ip" has no value"#),
      ("sflow { collector { ip = 1.2.3.4.5 } }", #"1:26: "1.2.3.4.5" is not a value for "ip""#),
      ("sflow { polling =\n sampling = 1\n \(collector) }", #"1:9: "polling" has no value"#),
      ("sflow { polling = 301 \(collector) }", #"1:19: "301" is out of range for "polling""#),
      ("sflow { polling = -1 \(collector) }", #"1:19: "-1" is "#),
      ("sflow { polling = ten \(collector) }", #"1:19: "ten" is not a value for "polling""#),
      ("sflow { polling = 30 s \(collector) }", #"1:22: unexpected "s" in sflow { }"#),
      ("sflow { polling { 30 } \(collector) }", #"1:9: "polling" has no value"#),
      ("sflow { sampling = 10000001 \(collector) }", #"1:20: "10000001" is out of range"#),
      ("sflow { headerBytes = 257 \(collector) }", #"1:23: "257" is out of range"#),
      ("sflow { datagramBytes = 199 \(collector) }", #"1:25: "199" is out of range"#),
      ("sflow { subAgentId = 200000 \(collector) }", #"1:22: "200000" is out of range"#),
      ("sflow { DNSSD = yes \(collector) }", #"1:17: "yes" is not a value for "DNSSD""#),
      ("sflow { agentIP = 10.0.0.256 \(collector) }", #"1:19: "10.0.0.256" is not a value"#),
      ("sflow { agent.cidr = 10.0.0.0 \(collector) }", #"1:22: "10.0.0.0" is not a value"#),
      ("sflow { agent.cidr = 10.0.0.0/33 \(collector) }", #"1:22: "10.0.0.0/33" is "#),
      ("sflow { uuid = 1234 \(collector) }", #"1:16: "1234" is not a value for "uuid""#),
      ("sflow { nflog { group = 0 } \(collector) }", #"1:25: "0" is out of range for "group""#),
      ("sflow { nflog { probability = 1.5 } \(collector) }", #"1:31: "1.5" is out of range"#),
      ("sflow { nflog = on \(collector) }", #"1:9: "nflog" without braces"#),
      ("sflow { kvm \(collector) }", #"1:9: "kvm" without braces"#),
      ("sflow { nflog group = 5 } \(collector) }", #"1:9: "{" is missing after "nflog""#),
      ("sflow { kmv { } \(collector) }", #"1:9: unexpected "kmv" in sflow { }; did you mean"#),
      ("sflow { whatever { a = b { c } d } \(collector) }", #"1:9: unexpected "whatever""#),
      ("sflow { \(collector) } }", #"1:40: "}" after the end of sflow { }"#),
      ("sflow { \(collector) } sflow { }", #"1:40: "sflow" after the end of sflow { }"#),
      (#"sflow { collector { ip = "1.1.1.1 } }"#, #"1:26: "1.1.1.1 } }" has no closing quote"#),
      (#"sflow { pcap { dev.pattern = "[" } }"#, #"1:30: "[" is not a regular expression"#),
      ("sflow { pcap { speed = fast } \(collector) }", #"1:24: "fast" is not a value for "speed""#),
      ("sflow { dbus { on } \(collector) }", #"1:16: unexpected "on" in dbus { }"#),
      ("\r\nsflow {\r\n\r\n  poling = 1\r\n}\r\n", #"4:3: unexpected "poling""#),
      (String(repeating: "sflow { ", count: 2000), "1:9: "),
      (String(repeating: "{", count: 100_000), #"1:1: "{""#),
      ("sflow { agent = \(String(repeating: "x", count: 100_000)) }", "error: "),
      (String(repeating: "\u{7f}ELF", count: 20_000), "1:1: "),
    ]

    @Test func `each ends the start with status 1 and says where and what`() throws {
      let folder = try Folder()
      let path = folder["hsflowd.conf"]
      for (text, says) in Self.broken {
        try folder.write(text, to: "hsflowd.conf")
        let (status, output, _) = try Program.run([Release.hsflowd, "-d", "-f", path, "-o", folder["auto"]])
        #expect(status == 1, "\(text.prefix(80))")
        #expect(
          output.contains(says.first?.isNumber == true ? "\(path):\(says)" : says),
          "\(text.prefix(80)): \(output.prefix(300))")
        #expect(output.contains("failed to read config file \(path)"))
        #expect(!FileManager.default.fileExists(atPath: folder["auto"]))
      }
      report("broken configurations", "\(Self.broken.count) refused")
    }

    @Test func `a file that cannot be read is as bad`() throws {
      let folder = try Folder()
      try folder.write(everySecond, to: "conf")
      chmod(folder["conf"], 0o600)
      let asNobody = tool("setpriv").map { [$0, "--reuid", "65534", "--clear-groups"] }
      let cases: [(path: String, says: String, by: [String]?)] = [
        (folder["none"], "ENOENT (No such file or directory); give another with -f", []),
        (folder.path, "EISDIR", []),
        (folder["conf"] + "/conf", "ENOTDIR", []),
        (folder["conf"], "EACCES", asNobody),
      ]
      for (path, says, by) in cases {
        guard let by else { continue }
        let (status, output, _) = try Program.run(
          by + [Release.hsflowd, "-d", "-f", path, "-o", folder["auto"]])
        #expect(status == 1)
        #expect(output.contains("\(path): cannot read it: \(says)"), "\(output)")
      }
    }
  }
}
