import Config
import Testing

/// Configurations that load, and what is said about them, word for word.
@Suite struct WarningTests {
  static let doubtful: [(text: String, report: [String])] = [
    (
      "sflow { dns-sd { domain = example.com } }",
      [
        #"1:18: warning: the domain does not begin with a dot; it is appended to _sflow._udp as it stands: write ".example.com""#
      ]
    ),
    (
      "sflow { polling = 10\n polling = 20\ncollector { ip = 10.0.0.1 } }",
      [#"2:2: warning: "polling" was already set at 1:9; this value takes its place"#]
    ),
    (
      "sflow { packetSamplingRate = 10 counterPollingInterval = 5\ncollector { ip = 10.0.0.1 } }",
      [
        #"1:9: warning: "packetSamplingRate" is a spelling of the past; write "sampling""#,
        #"1:33: warning: "counterPollingInterval" is a spelling of the past; write "polling""#,
      ]
    ),
    (
      "sflow { sampling = 10 packetSamplingRate = 20\ncollector { ip = 10.0.0.1 } }",
      [
        #"1:23: warning: "packetSamplingRate" is a spelling of the past; write "sampling""#,
        #"1:23: warning: "packetSamplingRate" was already set at 1:9; this value takes its place"#,
      ]
    ),
    (
      "sflow { DNSSD = off\ncollector { ip = 10.0.0.1 } }",
      [#"1:9: warning: "DNSSD" is a setting of the past; write dns-sd { } for on, nothing for off"#]
    ),
    (
      "sflow { DNSSD = on sampling = 5 polling = 2 headerBytes=99 sampling.http = 4\ncollector { ip = 10.0.0.1 } }",
      [
        #"1:9: warning: "DNSSD" is a setting of the past; write dns-sd { } for on, nothing for off"#,
        #"1:20: warning: "sampling" is ignored; dns-sd { } supplies it"#,
        #"1:33: warning: "polling" is ignored; dns-sd { } supplies it"#,
        #"1:45: warning: "headerBytes" is ignored; dns-sd { } supplies it"#,
        #"1:60: warning: "sampling.http" is ignored; dns-sd { } supplies it"#,
        "2:1: warning: collector { } is ignored; dns-sd { } supplies the collectors",
      ]
    ),
    (
      "sflow { DNSSD_domain = .x\ncollector { ip = 10.0.0.1 } }",
      [
        #"1:9: warning: "DNSSD_domain" is a setting of the past; write dns-sd { domain }"#,
        "1:9: warning: the domain is not used; dns-sd { } is not turned on",
      ]
    ),
    (
      "sflow { ulogGroup = 1 ulogProbability = 0.01\ncollector { ip = 10.0.0.1 } }",
      [
        #"1:9: warning: "ulogGroup" is a setting of the past; write ulog { group }"#,
        #"1:23: warning: "ulogProbability" is a setting of the past; write ulog { probability }"#,
        "1:23: note: probability 0.01 counts as 1 in 100, and sampling is 1 in 400; 1 in 4 of these packets is taken, 1 in 400 of all",
      ]
    ),
    (
      "sflow { nflogGroup = 100000\ncollector { ip = 10.0.0.1 } }",
      [
        #"1:9: warning: "nflogGroup" is a setting of the past; write nflog { group }"#,
        "1:9: warning: nflog { } has no usable group: no packet arrives; groups are 1 to 65535",
      ]
    ),
    (
      "sflow { nflog { group = 1 } nflog { probability = 0.5 }\ncollector { ip = 10.0.0.1 } }",
      [
        "1:29: warning: nflog { } was already written at 1:9; the two are read as one",
        "1:37: note: probability 0.5 counts as 1 in 2, and sampling is 1 in 400; 1 in 200 of these packets is taken, 1 in 400 of all",
      ]
    ),
    (
      "sflow { psample { group = 1 } psample { group = 2 }\ncollector { ip = 10.0.0.1 } }",
      ["1:31: warning: psample { } was already written at 1:9; this one begins at the defaults again"]
    ),
    (
      "sflow { loopback = on modules = /x forgetVMs = 60 samplingDirection = both\ncollector { ip = 10.0.0.1 } }",
      [
        #"1:9: warning: "loopback" has no effect; it never had one"#,
        #"1:23: warning: "modules" has no effect; every feature is part of the program"#,
        #"1:51: warning: "samplingDirection" has no effect; the source of the packets decides"#,
      ]
    ),
    (
      "sflow { sampling = 5 pcap { dev = eth0 }\ncollector { ip = 10.0.0.1 } }",
      [
        #"1:9: note: "sampling" is not the rate of pcap { } where the speed of the link is known; sampling.bps_ratio = 0 makes it so"#
      ]
    ),
    (
      "sflow { sampling.10g = 5\ncollector { ip = 10.0.0.1 } }",
      [#"1:9: warning: "sampling.10g" fits no link; speeds have capital letters: "sampling.10G""#]
    ),
    (
      "sflow { agentIP = 1.2.3.4 agent = eth0 agent.cidr = 10.0.0.0/8\ncollector { ip = 10.0.0.1 } }",
      [
        #"1:27: note: "agent" does not choose the address; "agentIP" is set"#,
        #"1:40: note: "agent.cidr" does not choose the address; "agentIP" is set"#,
      ]
    ),
    (
      "sflow { collector { ip = 1.1.1.1",
      [#"1:33: warning: "}" is missing at the end; collector { } opened at 1:19"#]
    ),
    (
      "sflow { collector { ip = 1.1.1.1 }",
      [#"1:35: warning: "}" is missing at the end; sflow { } opened at 1:7"#]
    ),
    (
      "sflow { collector { ip = 10.0.0.1 }\ncollector { ip = 10.0.0.1 } }",
      ["2:1: warning: collector 10.0.0.1 is written twice; it gets every datagram twice"]
    ),
    (
      "sflow { json { fifo = /missing }\ncollector { ip = 10.0.0.1 } }",
      [#"1:23: warning: "/missing" does not exist"#]
    ),
    (
      "sflow { nflog { probability = 0.5 }\ncollector { ip = 10.0.0.1 } }",
      [
        "1:9: warning: nflog { } has no usable group: no packet arrives; groups are 1 to 65535",
        "1:17: note: probability 0.5 counts as 1 in 2, and sampling is 1 in 400; 1 in 200 of these packets is taken, 1 in 400 of all",
      ]
    ),
    (
      "sflow { nflog { group = 5 probability = 0.001 }\ncollector { ip = 10.0.0.1 } }",
      [
        "1:27: note: probability 0.001 counts as 1 in 1000, and sampling is 1 in 400; every one of these packets is taken, 1 in 1000 of all"
      ]
    ),
    (
      "sflow { agentIP = 10.1\ncollector { ip = 10.0.0.1 } }", [#"1:19: warning: "10.1" is read as 10.0.0.1"#]
    ),
    (
      "sflow { jsonPort = 36343\ncollector { ip = 10.0.0.1 } }",
      [#"1:9: warning: "jsonPort" is a setting of the past; write json { udpport }"#]
    ),
    (
      "sflow { pcap { speed = 10G-1G }\ncollector { ip = 10.0.0.1 } }",
      [#"1:24: warning: "10G-1G" is an empty range"#]
    ),
    (
      "sflow { xen.dsk = on\ncollector { ip = 10.0.0.1 } }",
      [#"1:9: warning: "xen.dsk" has no effect; it belongs in xen { dsk }"#]
    ),
    (
      "sflow { dropmon { group = 1 hw_function = x }\ncollector { ip = 10.0.0.1 } }",
      [
        #"1:19: warning: "group" has no effect; the kernel has one group"#,
        #"1:29: warning: "hw_function" has no effect; it never had one"#,
      ]
    ),
    (
      "sflow { collector { ip = ::1 ip = ::2 }\ncollector { ip = 10.0.0.1 } }",
      [#"1:30: warning: "ip" was already set at 1:21; this value takes its place"#]
    ),
  ]

  @Test(arguments: doubtful)
  func `what may not be meant is told and accepted`(text: String, expected: [String]) {
    #expect(report(text) == expected)
    #expect(parse(text).settings != nil)
  }

  /// The build with host counters only.
  static let lacking: [(text: String, report: [String])] = [
    (
      "sflow { json { udpport = 5 loopback = 5 }\ncollector { ip = 10.0.0.1 } }",
      [
        "1:9: warning: json { }: not in this version of hsflowd; it is ignored",
        #"1:28: error: unexpected "loopback" in json { }; "loopback" belongs directly in sflow { }: is a "}" missing before it?"#,
      ]
    ),
    (
      "sflow { ulogGroup = 1 DNSSD = off nflog { group=010 }\ncollector { ip = 10.0.0.1 } }",
      [
        #"1:9: warning: "ulogGroup": not in this version of hsflowd; it is ignored"#,
        "1:35: warning: nflog { }: not in this version of hsflowd; it is ignored",
      ]
    ),
    (
      "sflow { dns-sd { } }",
      [
        "1:1: warning: no collectors are defined: nothing is sent; write collector { ip = ADDRESS }",
        "1:9: warning: dns-sd { }: not in this version of hsflowd; it is ignored",
      ]
    ),
    (
      "sflow { DNSSD = on\ncollector { ip = 10.0.0.1 } }",
      [#"1:9: warning: "DNSSD": not in this version of hsflowd; it is ignored"#]
    ),
  ]

  @Test(arguments: lacking)
  func `features that the build lacks are told`(text: String, expected: [String]) {
    #expect(report(text, ParseOptions()) == expected)
  }

  @Test func `features that the build lacks leave no settings`() throws {
    let text = around(
      "nflog { group = 1 } ulogGroup = 2 DNSSD = on jsonPort = 5000 pcap { dev = x } dbus { }")
    let settings = try #require(parse(text, ParseOptions()).settings)
    #expect(settings == (try ConfigTests.settings("")))
    let some = try #require(parse(text, ParseOptions(features: [.nflog])).settings)
    #expect(some.nflog == .init(group: 1))
    #expect(some.ulog == nil)
  }
}
