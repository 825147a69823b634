import Config
import Linux
import Synchronization
import Testing

@testable import Discovery

/// What is made of what DNS says.
@Suite struct FindingsTests {
  let dns = FakeDNS()
  static let name = "_sflow._udp.example.com"

  func settings(_ strings: String...) -> (DiscoveredSettings, [String]) {
    var settings = DiscoveredSettings()
    let remarks = settings.take(strings.map { Array($0.utf8) }, features: [])
    return (settings, remarks)
  }

  // MARK: - Servers

  @Test func `all servers of the best priority are used, in an order of their own`() {
    dns.say(
      Self.name, Wire.service(10, 1, 6344, "b.x"), Wire.service(20, 9, 6343, "c.x"),
      Wire.service(10, 9, 6343, "a.x"),
      Wire.service(10, 3, 6343, "a.x"))
    let outcome = dns.look(".example.com")
    #expect(outcome.collectors == ["a.x", "b.x port 6344"])
    #expect(outcome.findings?.lifetime == 60)
    #expect(outcome.findings?.isStandIn == false)
  }

  @Test func `those of the next stand in while none of the best has an address`() {
    dns.say(
      Self.name, Wire.service(1, 0, 1, "a"), Wire.service(1, 0, 1, "b"), Wire.service(2, 0, 1, "c"),
      Wire.service(3, 0, 1, "d"))
    let unknown = ResolverError(description: "Name or service not known")
    dns.contents.withLock { $0.hosts = ["a": unknown] }
    #expect(dns.look(".example.com").collectors == ["a port 1", "b port 1"])
    dns.contents.withLock { $0.hosts = ["a": unknown, "b": unknown] }
    #expect(dns.look(".example.com").collectors == ["c port 1"])
    #expect(dns.look(".example.com").findings?.isStandIn == true)
    dns.contents.withLock { $0.hosts = ["a": unknown, "b": unknown, "c": unknown, "d": unknown] }
    #expect(dns.look(".example.com").collectors == ["a port 1", "b port 1"])
    // A name server that is ill for a moment takes nobody out of use.
    dns.contents.withLock {
      $0.hosts = ["a": unknown, "b": ResolverError(description: "Temporary failure", isTemporary: true)]
    }
    let inUse = [Settings.Collector(.name("b"), port: 1)]
    #expect(dns.look(".example.com", inUse: inUse).collectors == ["a port 1", "b port 1"])
    #expect(dns.look(".example.com").collectors == ["c port 1"])
  }

  @Test func `a server that cannot be one is reported and left out`() {
    dns.say(
      Self.name, Wire.service(1, 0, 0, "a"), Wire.service(1, 0, 1, "b c"), Wire.service(1, 0, 2, "good.x"))
    let findings = dns.look(".example.com").findings
    #expect(findings?.settings.collectors.map(\.description) == ["good.x port 2"])
    #expect(
      findings?.remarks == [
        "SRV 1 0 0 a is ignored: the port is 0", #"SRV 1 0 1 b\032c is ignored: the target is no host name"#,
      ])
    dns.say(Self.name, Wire.service(1, 0, 0, "a"))
    #expect(dns.look(".example.com") == .failed("SRV 1 0 0 a is ignored: the port is 0"))
  }

  @Test func `a target of the root says that there is no service`() {
    dns.say(Self.name, Wire.service(0, 0, 0, ""))
    #expect(dns.look(".example.com") == .nothing)
  }

  @Test func `a thousand servers become 64`() {
    dns[Self.name, 33] = .message(
      Wire.message(Self.name, (0..<1000).map { Wire.service(UInt16($0 / 100), 0, 1, "h\($0)") }))
    let unknown = ResolverError(description: "no")
    dns.contents.withLock { contents in (0..<1000).forEach { contents.hosts["h\($0)"] = unknown } }
    let findings = dns.look(".example.com").findings
    #expect(findings?.settings.collectors.count == 64)
    #expect(findings?.remarks == ["the SRV records after the first 64 servers are ignored"])
  }

  // MARK: - Names

  @Test func `a failure on the way through the search list is not the answer that there is nothing`() {
    dns.search("one.x", "two.x")
    #expect(dns.look() == .nothing)
    #expect(dns.questions == ["_sflow._udp 33", "_sflow._udp.one.x 33", "_sflow._udp.two.x 33"])
    dns["_sflow._udp.one.x", 33] = .refused("SERVFAIL")
    #expect(dns.look() == .failed("SERVFAIL"))
    dns.say("_sflow._udp.two.x", Wire.service(1, 0, 6343, "a"))
    #expect(dns.look().collectors == ["a"])
    #expect(dns.look().findings?.name == "_sflow._udp.two.x")
    // Many name servers will not tell of a name in the root zone.
    dns["_sflow._udp", 33] = .refused("REFUSED")
    dns["_sflow._udp.one.x", 33] = nil
    dns["_sflow._udp.two.x", 33] = nil
    #expect(dns.look() == .nothing)
    dns["_sflow._udp", 33] = .unreachable("nobody")
    #expect(dns.look() == .failed("nobody"))
    #expect(dns.questions.last == "_sflow._udp 33")
  }

  @Test func `without a search list the bare name counts, and dots decide what is tried first`() {
    dns["_sflow._udp", 33] = .refused("REFUSED")
    #expect(dns.look() == .failed("REFUSED"))
    dns.search("corp", dots: 3)
    #expect(dns.look(".eng") == .nothing)
    #expect(dns.questions.suffix(2) == ["_sflow._udp.eng.corp 33", "_sflow._udp.eng 33"])
    #expect(dns.look(".eng.") == .nothing)
    #expect(dns.questions.last == "_sflow._udp.eng. 33")
  }

  @Test func `texts are looked for where the servers are, and their failure leaves all as it was`() {
    dns.search("one.x", "two.x")
    dns.say("_sflow._udp.two.x", Wire.service(1, 0, 6343, "a"))
    dns.say("_sflow._udp.one.x", Wire.text("polling=1"))
    #expect(dns.look().findings?.settings.polling == nil)
    dns.say("_sflow._udp.two.x", Wire.text("polling=2").living(20))
    #expect(dns.look().findings?.settings.polling == 2)
    #expect(dns.look().findings?.lifetime == 20)
    dns["_sflow._udp.two.x", 16] = .refused("SERVFAIL")
    #expect(dns.look() == .failed("SERVFAIL"))
    dns["_sflow._udp.two.x", 16] = .message([1, 2, 3])
    #expect(dns.look() == .failed("the answer makes no sense: truncated at octet 0"))
  }

  @Test func `an alias that the name server does not follow is followed`() {
    dns.say(Self.name, Wire.alias("_sflow._udp.y"), as: 33)
    dns.say(Self.name, Wire.alias("_sflow._udp.y"), as: 16)
    #expect(dns.look(".example.com") == .nothing)
    dns.say("_sflow._udp.y", Wire.service(1, 0, 6343, "a").living(30))
    dns.say("_sflow._udp.y", Wire.text("polling=7"))
    #expect(dns.look(".example.com.").findings == nil)
    #expect(dns.look(".example.com").collectors == ["a"])
    #expect(dns.look(".example.com").findings?.settings.polling == 7)
    #expect(dns.look(".example.com").findings?.lifetime == 30)
    // In a circle there is nothing.
    dns.say("_sflow._udp.y", Wire.alias(Self.name), as: 33)
    #expect(dns.look(".example.com") == .nothing)
  }

  @Test func `the order of the records does not matter`() {
    dns.say(Self.name, Wire.service(1, 0, 6343, "a"))
    let records = [Wire.text("polling=7", "sampling.a=1"), Wire.text("polling=8", "sampling.b=2")]
    dns[Self.name, 16] = .message(Wire.message(Self.name, records))
    let one = dns.look(".example.com")
    dns[Self.name, 16] = .message(Wire.message(Self.name, records.reversed()))
    #expect(dns.look(".example.com") == one)
    #expect(one.findings?.remarks == [#""polling=8" takes the place of "polling=7""#])
  }

  // MARK: - Settings

  @Test func `the whole vocabulary is understood`() throws {
    let (found, remarks) = settings(
      "txtvers=1", "Sampling=2K", "sampling.http=100", "sampling.10G=20k", "POLLING=20", "polling.http=10",
      "headerBytes=64", "agentIP=192.0.2.1", "agent=eth1", "agent.cidr=10.0.0.0/8", "agent.cidr=!fd00::/8",
      "collector=192.0.2.9", "collector=c.example.com/6344", "collector=2001:db8::1/6343/eth0/blue",
      "collector=h//eth2")
    #expect(remarks == [])
    #expect(found.sampling == 2000)
    #expect(found.polling == 20)
    #expect(
      found.applications == [
        .init(name: "http", sampling: 100, polling: 10), .init(name: "10G", sampling: 20000),
      ])
    #expect(found.headerBytes == 64)
    #expect(found.agentIP?.description == "192.0.2.1")
    #expect(found.agent == "eth1")
    #expect(found.agentPrefixes.map(\.description) == ["10.0.0.0/8", "!fd00::/8"])
    #expect(
      found.collectors.map(\.description) == [
        "192.0.2.9", "c.example.com port 6344", "2001:db8::1 dev eth0 namespace blue", "h dev eth2",
      ])
  }

  @Test(arguments: [
    ("polling", "there is no \"=\" in it"), ("=5", "there is no such setting in DNS-SD"),
    ("polling=", "\"\" is not a value; allowed: an integer from 0 to 300 (seconds, 0 = off)"),
    ("polling=301", "\"301\" is out of range; allowed: an integer from 0 to 300 (seconds, 0 = off)"),
    ("polling=1K", "\"1K\" is out of range; allowed: an integer from 0 to 300 (seconds, 0 = off)"),
    ("polling=5abc", "\"5abc\" is not a value; allowed: an integer from 0 to 300 (seconds, 0 = off)"),
    ("polling=-1", "\"-1\" is not a value; allowed: an integer from 0 to 300 (seconds, 0 = off)"),
    (
      "sampling=99999999999999999999",
      "\"99999999999999999999\" is out of range; allowed: an integer from 0 to 10000000 (1 in so many packets, 0 = off)"
    ),
    ("sampling.=5", "no application is named after the dot"), ("agent=", "it names no device"),
    ("agentIP=a b", "\"a b\" is not a value; allowed: an IPv4 or IPv6 address or a host name"),
    ("collector=a/0", "\"0\" is not a port"), ("collector=a/65536", "\"65536\" is not a port"),
    ("collector=a/1/2/3/4", "allowed: HOST[/PORT[/DEVICE[/NAMESPACE]]]"),
    ("collector=", "\"\" is not a value; allowed: an IPv4 or IPv6 address or a host name"),
    ("datagramBytes=500", "there is no such setting in DNS-SD"),
    ("dropLimit=5", "drops are not monitored by this version of hsflowd"),
    ("bogus\u{1}=x\n", "there is no such setting in DNS-SD"),
  ])
  func `what cannot be understood is told with its text and changes nothing`(text: String, reason: String)
    throws
  {
    let (found, remarks) = settings(text)
    #expect(found == DiscoveredSettings())
    try #require(remarks.count == 1)
    #expect(remarks[0].hasSuffix(" is ignored: \(reason)"))
    #expect(!remarks[0].utf8.contains { $0 < 0x20 })
  }

  @Test func `the same again is no matter, another value is said, and an empty string is none`() {
    #expect(settings("polling=5", "polling=5", "").1 == [])
    #expect(settings("polling=5", "Polling=6").1 == [#""Polling=6" takes the place of "polling=5""#])
    #expect(settings("headerBytes=1000").1 == ["headerBytes=1000 counts as 256"])
  }

  @Test func `drops are limited where they are monitored`() {
    var found = DiscoveredSettings()
    #expect(found.take([Array("dropLimit=5".utf8)], features: [.dropmon]) == [])
    #expect(found.dropLimit == 5)
  }
}
