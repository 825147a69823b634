import Bytes
import Config
import Testing

@Suite struct SemanticTests {
  @Test func `the least configuration has the defaults`() throws {
    var expected = Settings()
    expected.collectors = [.init(.literal(.v4(IPv4Address(10, 0, 0, 1))))]
    let outcome = parse("sflow{collector{ip=10.0.0.1}}")
    #expect(outcome.settings == expected)
    #expect(outcome.diagnostics.isEmpty)
    #expect(expected.sampling == 400)
    #expect(expected.polling == 30)
    #expect(expected.collectors.first?.port == 6343)
  }

  @Test func `a collector has all that firewalls and routing need`() throws {
    let text = """
      sflow {
        collector { ip = c.example.com udpport = 6344 dev = eth0 namespace = blue }
        collector { ip = 10.0.0.2 source = 10.0.0.9 sourcePort = 7000 }
        collector { ip = ::1 source-port = 7001 }
      }
      """
    #expect(report(text).isEmpty)
    let collectors = try #require(parse(text).settings?.collectors)
    #expect(
      collectors == [
        .init(.name("c.example.com"), port: 6344, device: "eth0", namespace: "blue"),
        .init(
          .literal(.v4(IPv4Address(10, 0, 0, 2))), source: .v4(IPv4Address(10, 0, 0, 9)), sourcePort: 7000),
        .init(.literal(.v6(IPv6Address(high: 0, low: 1))), sourcePort: 7001),
      ])
    #expect(
      collectors.map(\.description) == [
        "c.example.com port 6344 dev eth0 namespace blue", "10.0.0.2 source 10.0.0.9 sourcePort 7000",
        "::1 sourcePort 7001",
      ])
  }

  @Test func `blocks append, go on or start over`() throws {
    let settings = try settings(
      """
      pcap { dev = a } pcap { dev.pattern = ^b speed = 1G- } epcap { dev = c promisc = on }
      nflog { group = 5 } nflog { probability = 0.5 }
      psample { group = 7 } psample { egress = on }
      opx { port { dev = e1 } udpport = 5 } os10 { port { dev = e2 } }
      """)
    #expect(settings.pcap.map(\.device) == ["a", nil])
    #expect(settings.pcap.last?.devicePattern == "^b")
    #expect(settings.epcap.first?.promiscuous == true)
    #expect(settings.nflog == .init(group: 5, probability: 0.5))
    #expect(settings.psample?.group == 1)
    #expect(settings.psample?.egress == true)
    #expect(settings.opx?.devices == ["e1", "e2"])
    #expect(settings.opx?.port == 5)
  }

  @Test func `regular expressions may contain what ends a word`() throws {
    let settings = try settings(#"pcap { dev.pattern = "^(eth|e n){1,2}[#=;]\.\\d" }"#)
    #expect(settings.pcap.first?.devicePattern == #"^(eth|e n){1,2}[#=;]\.\d"#)
  }

  @Test func `settings of the past stand for their blocks`() throws {
    let settings = try settings(
      """
      ulogGroup = 1 ulogProbability = 0.01 nflogGroup = 300 nflogProbability = 0.5
      jsonPort = 36343 jsonFIFO = /tmp/fifo DNSSD = on DNSSD_domain = .example.com
      """)
    #expect(settings.ulog == .init(group: 1, probability: 0.01))
    #expect(settings.nflog == .init(group: 300, probability: 0.5))
    #expect(settings.json?.port == 36343)
    #expect(settings.json?.fifo == "/tmp/fifo")
    #expect(settings.dnsSD?.domain == ".example.com")
  }

  @Test func `DNSSD off after the block turns it off`() throws {
    #expect(try settings("dns-sd { } DNSSD = off").dnsSD == nil)
    #expect(try settings("DNSSD = off dns-sd { domain = .x }").dnsSD == .init(domain: ".x"))
  }

  @Test(arguments: ["dns-sd { }", "DNSSD = on", "eapi { }", "sonic { }"])
  func `collectors may come from elsewhere`(text: String) {
    #expect(parse("sflow { \(text) }").settings?.collectors == [])
  }

  @Test func `applications keep the order of their first mention`() throws {
    let settings = try settings("sampling.a = 1 polling.b = 2 polling.a = 3 sampling.10G = 4")
    #expect(
      settings.applications == [
        .init(name: "a", sampling: 1, polling: 3), .init(name: "b", polling: 2),
        .init(name: "10G", sampling: 4),
      ])
  }

  @Test func `agent cidrs keep the order of the file`() throws {
    let settings = try settings("agent.cidr = 10.0.0.0/8 agent.cidr = !fd00::/8 agent.cidr = 10.0.0.0/8")
    #expect(settings.agentPrefixes.map(\.description) == ["10.0.0.0/8", "!fd00::/8", "10.0.0.0/8"])
  }

  @Test func `DNS-SD takes the place of the file's collectors and rates`() throws {
    let file = try settings(
      "sampling = 5 polling = 6 headerBytes = 64 sampling.http = 7 agent = eth0 subAgentId = 9 dns-sd { }")
    var found = DiscoveredSettings()
    found.collectors = [.init(.name("c"), port: 7000)]
    found.polling = 10
    found.agentIP = .name("a")
    found.dropLimit = 50
    let result = file.applying(found)
    #expect(result.sampling == 400)
    #expect(result.polling == 10)
    #expect(result.headerBytes == 128)
    #expect(result.applications == [])
    #expect(result.collectors == found.collectors)
    #expect(result.agentIP == .name("a"))
    #expect(result.agent == "eth0")
    #expect(result.subAgentID == 9)
    #expect(result.dropmon?.limit == 50)
    found.dropLimit = 0
    found.headerBytes = 1000
    #expect(result.applying(found).dropmon == nil)
    #expect(result.applying(found).headerBytes == 256)
  }
}

@Suite struct RateTests {
  @Test(
    arguments: [
      ("", 10_000_000_000, true, 10000, "speed / 1000000, at least 100"),
      ("", 50_000_000_000, true, 50000, "speed / 1000000, at least 100"),
      ("", 10_000_000, true, 100, "speed / 1000000, at least 100"),
      ("", 0, true, 400, "sampling, as the speed is unknown"),
      ("", 10_000_000_000, false, 0, "the interface is down"),
      ("sampling.2G = 7", 2_500_000_000, true, 7, "sampling.2G"),
      ("sampling.10G = 7", 10_000_000_000, true, 7, "sampling.10G"),
      ("sampling.10g = 7", 10_000_000_000, true, 10000, "speed / 1000000, at least 100"),
      ("sampling.100M = 7", 100_000_000, true, 7, "sampling.100M"),
      ("sampling.1T = 7", 1_600_000_000_000, true, 7, "sampling.1T"),
      ("sampling.999 = 7", 999, true, 7, "sampling.999"),
      ("sampling.10G = 0", 10_000_000_000, true, 0, "sampling.10G"),
      ("sampling.bps_ratio = 5M", 10_000_000_000, true, 2000, "speed / sampling.bps_ratio = 5000000"),
      ("sampling.bps_ratio = 5M", 1_000_000, true, 1, "speed / sampling.bps_ratio = 5000000"),
      ("sampling.bps_ratio = 1", UInt64.max, true, UInt32.max, "speed / sampling.bps_ratio = 1"),
      ("sampling.bps_ratio = 0", 10_000_000_000, true, 400, "sampling, as sampling.bps_ratio = 0"),
      ("sampling.bps_ratio = 0 sampling.10G = 5", 10_000_000_000, true, 5, "sampling.10G"),
      ("sampling = 9 sampling.bps_ratio = 0", 10_000_000_000, true, 9, "sampling, as sampling.bps_ratio = 0"),
    ] as [(String, UInt64, Bool, UInt32, String)])
  func `the speed of a link chooses its rate`(
    text: String, bps: UInt64, isUp: Bool, rate: UInt32, rule: String
  ) throws {
    let chosen = try settings(text).samplingRate(forSpeed: bps, isUp: isUp)
    #expect(chosen.rate == rate)
    #expect(chosen.rule.description == rule)
  }

  @Test func `applications are looked up by their longest dotted prefix`() throws {
    let settings = try settings(
      "sampling.app = 2 sampling.app.http = 3 polling.app.http.x = 4 sampling.ap = 5")
    #expect(settings.sampling(of: "app.http") == 3)
    #expect(settings.sampling(of: "app.http.y") == 3)
    #expect(settings.sampling(of: "app.httpd") == 2)
    #expect(settings.sampling(of: "app") == 2)
    #expect(settings.sampling(of: "apple") == 400)
    #expect(settings.sampling(of: "app.http.x") == 400)
    #expect(settings.polling(of: "app.http.x.y") == 4)
    #expect(settings.polling(of: "app.http") == 30)
    #expect(settings.sampling(of: "APP") == 400)
  }

  @Test(
    arguments: [
      (0.0025, 400, 400, 1, 400), (0.01, 400, 100, 4, 400), (0.01, 450, 100, 5, 500),
      (0.001, 400, 1000, 1, 1000),
      (1.0, 400, 1, 400, 400), (0.6, 400, 1, 400, 400), (0.0, 400, 0, 400, 400), (nil, 400, 0, 400, 400),
      (0.5, 0, 2, 0, 0), (1e-300, 400, UInt32.max, 1, UInt32.max), (0.00005, 400, 20000, 1, 20000),
    ] as [(Double?, UInt32, UInt32, UInt32, UInt32)])
  func `the probability of a rule and the rate work together`(
    probability: Double?, sampling: UInt32, ofRule: UInt32, subsampling: UInt32, effective: UInt32
  ) {
    let rate = Settings.PacketLog(group: 1, probability: probability).rate(sampling: sampling)
    #expect(rate.ofRule == ofRule)
    #expect(rate.subsampling == subsampling)
    #expect(rate.effective == effective)
  }
}
