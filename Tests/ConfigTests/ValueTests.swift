import Bytes
import Config
import Testing

@Suite struct ValueTests {
  @Test(arguments: [
    ("0", 0), ("300", 300), ("0x1F", 31), ("0X1f", 31), ("007", 7), ("1k", 1000), ("2K", 2000),
    ("3M", 3_000_000),
    ("10m", 10_000_000), ("0x10K", 16000),
  ])
  func `integers are read like in C, with units`(text: String, value: UInt32) throws {
    #expect(report(around("sampling = \(text)")).isEmpty)
    #expect(try settings("sampling = \(text)").sampling == value)
  }

  @Test(arguments: [
    ("5abc", 5, "\"5abc\" is read as 5"),
    ("010", 8, "\"010\" is octal and read as 8; leave out the leading 0 for a decimal number"),
    ("08", 0, "\"08\" is read as 0"), ("5xK", 5000, "\"5xK\" is read as 5000"),
    ("0x", 0, "\"0x\" is read as 0"),
    ("400.5", 400, "\"400.5\" is read as 400"), ("1e3", 1, "\"1e3\" is read as 1"),
    ("5T", 5, "\"5T\" is read as 5"),
  ])
  func `integers the C agent reads in its own way are accepted with a warning`(
    text: String, value: UInt32, warning: String
  ) throws {
    #expect(report(around("sampling = \(text)")) == ["1:20: warning: \(warning)"])
    #expect(try settings("sampling = \(text)").sampling == value)
  }

  @Test(arguments: [
    "10000001", "4294967296", "4294967297", "18446744073709551617", "20G", "99999999999999999999K",
  ])
  func `what wrapped around in the C agent is out of range`(text: String) {
    #expect(
      report(around("sampling = \(text)")) == [
        "1:20: error: \"\(text)\" is out of range for \"sampling\"; allowed: an integer from 0 to 10000000 (1 in so many packets, 0 = off)"
      ])
  }

  @Test(arguments: ["-1", "+5", "abc", "x10", "\"\"", "K"])
  func `an integer begins with a digit`(text: String) {
    #expect(parse(around("sampling = \(text)")).settings == nil)
  }

  @Test(arguments: [
    ("0.0025", 0.0025), ("1", 1.0), ("0", 0.0), ("1e-3", 0.001), ("1.", 1.0), ("5E-1", 0.5), ("0.5e", 0.5),
    ("0.5x", 0.5),
  ])
  func `numbers may have fractions`(text: String, value: Double) throws {
    #expect(try settings("nflog { group = 1 probability = \(text) }").nflog?.probability == value)
  }

  @Test(arguments: ["1.01", "2", "1e999", ".5", "-0.5", "x"])
  func `probabilities end at 1 and begin with a digit`(text: String) {
    #expect(parse(around("nflog { group = 1 probability = \(text) }")).settings == nil)
  }

  @Test(arguments: [
    ("1G", 1_000_000_000, 1_000_000_000), ("1G-", 1_000_000_000, UInt64.max), ("1-", 1, .max),
    ("100m-10G", 100_000_000, 10_000_000_000), ("1T-1P", 1_000_000_000_000, 1_000_000_000_000_000),
    ("0-99999999999999999999P", 0, .max), ("1Gx", 1_000_000_000, 1_000_000_000),
  ])
  func `speeds are ranges`(text: String, lowest: UInt64, highest: UInt64) throws {
    #expect(try settings("pcap { speed = \(text) }").pcap.first?.speed == SpeedRange(lowest, highest))
  }

  @Test(arguments: ["fast", "-1G", "G", "1G-x"])
  func `what is not a speed is refused`(text: String) {
    #expect(parse(around("pcap { speed = \(text) }")).settings == nil)
  }

  @Test(arguments: [
    ("10.0.0.1", HostAddress.literal(.v4(IPv4Address(10, 0, 0, 1)))),
    ("::1", .literal(.v6(IPv6Address(high: 0, low: 1)))),
    ("collector.example.com", .name("collector.example.com")),
    ("localhost", .name("localhost")), ("a_b.c-d.", .name("a_b.c-d.")),
    ("fe80::1%eth0", .name("fe80::1%eth0")),
    ("10.1", .literal(.v4(IPv4Address(10, 0, 0, 1)))), ("010.0.0.1", .literal(.v4(IPv4Address(8, 0, 0, 1)))),
    ("0x7f000001", .literal(.v4(IPv4Address(127, 0, 0, 1)))),
    ("no.such.host.invalid", .name("no.such.host.invalid")),
    ("3com", .name("3com")),
  ])
  func `hosts are addresses or names, and names are left to the resolver`(text: String, host: HostAddress)
    throws
  {
    #expect(parse("sflow{collector{ip=\(text)}}").settings?.collectors == [.init(host)])
    #expect(try settings("agentIP = \(text)").agentIP == host)
  }

  @Test(arguments: [
    "10.0.0.256", "1.2.3.4.5", "a..b", "a b", ".", "[::1]", "http://x", "10.0.0.1:6343", "1::2::3", "::1%",
  ])
  func `what is neither an address nor a name is refused`(text: String) {
    #expect(parse("sflow{collector{ip=\"\(text)\"}}").settings == nil)
  }

  @Test(arguments: [
    ("10.0.0.0/8", "10.0.0.0/8"), ("!10.0.0.0/8", "!10.0.0.0/8"), ("10.0.0.0/255.255.0.0", "10.0.0.0/16"),
    ("0.0.0.0/0", "0.0.0.0/0"), ("1.2.3.4/255.255.255.255", "1.2.3.4/32"), ("0.0.0.0/0.0.0.0", "0.0.0.0/0"),
    ("fd00::/8", "fd00::/8"), ("fd00::/ff00::", "fd00::/8"), ("::1/128", "::1/128"),
    ("2001:db8::/ffff:ffff:ffff:ffff:8000::", "2001:db8::/65"),
  ])
  func `prefixes have bits or a mask`(text: String, prefix: String) throws {
    #expect(try settings("agent.cidr = \(text)").agentPrefixes.map(\.description) == [prefix])
  }

  @Test(arguments: [
    "10.0.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/", "/8", "10.0.0.0/255.0.255.0", "::/255.0.0.0", "x/8",
    "1.1.1.1/8/8",
  ])
  func `what is not a prefix is refused`(text: String) {
    #expect(parse(around("agent.cidr = \(text)")).settings == nil)
  }

  @Test(arguments: [
    "00112233-4455-6677-8899-aabbccddeeff", "00112233445566778899AABBCCDDEEFF",
    "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00",
  ])
  func `a UUID may have separators`(text: String) throws {
    #expect(try settings("uuid = \(text)").uuid?.description == "00112233-4455-6677-8899-aabbccddeeff")
  }

  @Test(arguments: ["00112233", "zz112233-4455-6677-8899-aabbccddeeff", "\"\""])
  func `what is not a UUID is refused`(text: String) {
    #expect(parse(around("uuid = \(text)")).settings == nil)
  }

  @Test(arguments: [("on", true), ("ON", true), ("oFf", false), ("off", false)])
  func `flags have no case`(text: String, flag: Bool) throws {
    #expect(try settings("pcap { promisc = \(text) }").pcap.first?.promiscuous == flag)
  }
}
