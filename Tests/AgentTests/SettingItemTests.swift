import ControlProtocol
import Linux
import Testing

@testable import Agent

/// Where each setting in force comes from, and what it won over.
@Suite struct SettingItemTests {
  private func setting(_ bench: AgentBench, _ name: String) -> [String?]? {
    bench.agent.items().first { $0.kind == .setting && $0.name == name && $0.condition != .off }.map {
      [$0.text("value"), $0.text("origin"), $0.text("over")]
    }
  }

  @Test func `a setting has the place it was written at, those before it, and the default`() throws {
    let bench = try AgentBench(
      "polling = 5\npolling = 6\n polling = 7\nnflog { group = 3 }\ncollector { ip = 192.0.2.1 }")
    #expect(
      setting(bench, "polling") == ["7", "test.conf:4:2", "test.conf:3:1 = 6, test.conf:2:1 = 5, default 30"])
    #expect(setting(bench, "nflog.group") == ["3", "test.conf:5:9", nil])
    #expect(setting(bench, "collector.ip") == ["192.0.2.1", "test.conf:6:13", nil])
    #expect(setting(bench, "headerBytes") == ["128", "default", nil])
  }

  @Test func `a setting of DNS-SD names the record and the place in the file that it won over`() throws {
    let bench = try AgentBench("dns-sd { domain = .example.com }\nsampling = 77") {
      $0.names.serve([(1, 6343, "192.0.2.1")], ["sampling=100", "headerbytes=64"])
    }
    bench.loop.run(for: .seconds(31))
    let record = "DNS-SD, TXT of _sflow._udp.example.com"
    #expect(
      setting(bench, "sampling") == [
        "100", "\(record): \"sampling=100\"", "test.conf:3:1 = 77, default 400",
      ])
    #expect(setting(bench, "headerBytes") == ["64", "\(record): \"headerbytes=64\"", "default 128"])
    #expect(setting(bench, "polling") == ["30", "default", nil])
    #expect(setting(bench, "collector") == ["192.0.2.1", "DNS-SD, _sflow._udp.example.com", nil])
  }

  @Test func `what the file says of a setting that DNS-SD supplies is told, and not in force`() throws {
    let bench = try AgentBench("dns-sd { domain = .example.com }\nsampling = 77") {
      $0.names.serve([(1, 6343, "192.0.2.1")], ["polling=5"])
    }
    bench.loop.run(for: .seconds(31))
    #expect(setting(bench, "sampling") == ["400", "default", nil])
    let idle = try #require(bench.agent.items().first { $0.name == "sampling" && $0.condition == .off })
    #expect(idle.text("value") == "77")
    #expect(idle.text("origin") == "test.conf:3:1")
    #expect(idle.reason == "not in force: dns-sd { } supplies it")
  }
}
