import Config
import Testing

private let everythingAllowed = """
  allowed: sampling, polling, sampling.<app>, polling.<app>, interfaceCounters, agentIP, agent, \
  agent.cidr, subAgentId, uuid, headerBytes, datagramBytes, refreshVMs, watch, forgetVMs, collector { }, \
  dns-sd { }, nflog { }, ulog { }, psample { }, pcap { }, epcap { }, dropmon { }, tcp { }, json { }, \
  telemetry { }, kvm { }, \
  xen { }, docker { }, containerd { }, k8s { }, systemd { }, nlroute { }, dbus { }, ovs { }, nvml { }, \
  dent { }, cumulus { }, opx { }, sonic { }, vpp { }, eapi { }
  """

/// Broken configurations and all that is said about them, word for word.
@Suite struct BrokenTests {
  static let broken: [(text: String, report: [String])] = [
    ("", ["1:1: error: the file says nothing; the least is sflow { collector { ip = ADDRESS } }"]),
    (
      "  # only a comment\n",
      ["2:1: error: the file says nothing; the least is sflow { collector { ip = ADDRESS } }"]
    ),
    (
      "collector { ip = 1.1.1.1 }",
      [#"1:1: error: "collector" where the file must begin with "sflow"; everything is written in sflow { }"#]
    ),
    (
      "sfow { collector { ip = 1.1.1.1 } }",
      [#"1:1: error: "sfow" where the file must begin with "sflow"; did you mean "sflow"?"#]
    ),
    ("sflow", [#"1:1: error: "sflow" without braces; everything is written in sflow { }"#]),
    ("sflow = on", [#"1:1: error: "sflow" without braces; everything is written in sflow { }"#]),
    ("{ }", [#"1:1: error: "{" where the file must begin with "sflow"; everything is written in sflow { }"#]),
    ("}", [#"1:1: error: "}" where the file must begin with "sflow"; everything is written in sflow { }"#]),
    ("sflow { }", ["1:1: error: no collectors are defined; write collector { ip = ADDRESS } or dns-sd { }"]),
    (
      "sflow {",
      [
        "1:1: error: no collectors are defined; write collector { ip = ADDRESS } or dns-sd { }",
        #"1:8: warning: "}" is missing at the end; sflow { } opened at 1:7"#,
      ]
    ),
    (
      "sflow { collector { } }",
      [#"1:9: error: collector { } has no "ip"; write ip = ADDRESS or ip = NAME in it"#]
    ),
    (
      "sflow { collector { udpport = 6343 } }",
      [#"1:9: error: collector { } has no "ip"; write ip = ADDRESS or ip = NAME in it"#]
    ),
    (
      "sflow { poling = 20 collector { ip = 1.1.1.1 } }",
      [#"1:9: error: unexpected "poling" in sflow { }; did you mean "polling"?"#]
    ),
    (
      "sflow { udpport = 6343 collector { ip = 1.1.1.1 } }",
      [#"1:9: error: unexpected "udpport" in sflow { }; "udpport" belongs in collector { }"#]
    ),
    (
      "sflow { collector { ip = 1.1.1.1 polling = 20 } }",
      [
        #"1:34: error: unexpected "polling" in collector { }; "polling" belongs directly in sflow { }: is a "}" missing before it?"#
      ]
    ),
    (
      "sflow {\n collector { ip = 1.1.1.1\n polling = 20\n}",
      [
        #"3:2: error: unexpected "polling" in collector { }; "polling" belongs directly in sflow { }: is a "}" missing before it?"#,
        #"4:2: warning: "}" is missing at the end; sflow { } opened at 1:7"#,
      ]
    ),
    (
      "sflow {\n collector { ip = 1.1.1.1\n sampling.http = 20\n}}",
      [
        #"3:2: error: unexpected "sampling.http" in collector { }; "sampling.http" belongs directly in sflow { }: is a "}" missing before it?"#
      ]
    ),
    (
      "sflow { collector { ip = 1.1.1.1 udpport = } }",
      [#"1:34: error: "udpport" has no value; allowed: an integer from 1 to 65535"#]
    ),
    (
      "sflow { collector { ip = \n udpport = 6343 } }",
      [#"1:21: error: "ip" has no value; allowed: an IPv4 or IPv6 address or a host name"#]
    ),
    (
      "sflow { polling =\n sampling = 400\n collector { ip = 1.1.1.1 } }",
      [#"1:9: error: "polling" has no value; allowed: an integer from 0 to 300 (seconds, 0 = off)"#]
    ),
    (
      "sflow { agent =\n sampling = 400\n collector { ip = 1.1.1.1 } }",
      [#"1:9: error: "agent" has no value; allowed: the name of a network device"#]
    ),
    (
      "sflow { polling = 301 collector { ip = 1.1.1.1 } }",
      [
        #"1:19: error: "301" is out of range for "polling"; allowed: an integer from 0 to 300 (seconds, 0 = off)"#
      ]
    ),
    (
      "sflow { polling = ten collector { ip = 1.1.1.1 } }",
      [
        #"1:19: error: "ten" is not a value for "polling"; allowed: an integer from 0 to 300 (seconds, 0 = off)"#
      ]
    ),
    (
      "sflow { polling = 30 s collector { ip = 1.1.1.1 } }",
      [#"1:22: error: unexpected "s" in sflow { }; "polling" takes one value"#]
    ),
    (
      "sflow { polling = 30 40 collector { ip = 1.1.1.1 } }",
      [#"1:22: error: unexpected "40" in sflow { }; "polling" takes one value"#]
    ),
    (
      "sflow { polling { 30 } collector { ip = 1.1.1.1 } }",
      [
        #"1:9: error: "polling" has no value; allowed: an integer from 0 to 300 (seconds, 0 = off)"#,
        #"1:17: error: unexpected "{" in sflow { }; only the name of a block comes before it"#,
      ]
    ),
    (
      "sflow { DNSSD = yes collector { ip = 1.1.1.1 } }",
      [#"1:17: error: "yes" is not a value for "DNSSD"; allowed: on or off"#]
    ),
    (
      "sflow { agentIP = 10.0.0.256 collector { ip = 1.1.1.1 } }",
      [
        #"1:19: error: "10.0.0.256" is not a value for "agentIP"; allowed: an IPv4 or IPv6 address or a host name"#
      ]
    ),
    (
      "sflow { agent.cidr = 10.0.0.0 collector { ip = 1.1.1.1 } }",
      [
        #"1:22: error: "10.0.0.0" is not a value for "agent.cidr"; allowed: ADDRESS/BITS or ADDRESS/MASK, with ! in front to avoid these addresses"#
      ]
    ),
    (
      "sflow { uuid = 1234 collector { ip = 1.1.1.1 } }",
      [#"1:16: error: "1234" is not a value for "uuid"; allowed: 16 octets in hexadecimal"#]
    ),
    (
      "sflow { nflog { group = 0 } collector { ip = 1.1.1.1 } }",
      [#"1:25: error: "0" is out of range for "group"; allowed: an integer from 1 to 65535"#]
    ),
    (
      "sflow { nflog { probability = 1.5 } collector { ip = 1.1.1.1 } }",
      [#"1:31: error: "1.5" is out of range for "probability"; allowed: a number from 0 to 1"#]
    ),
    (
      "sflow { nflog { probability = half } collector { ip = 1.1.1.1 } }",
      [#"1:31: error: "half" is not a value for "probability"; allowed: a number from 0 to 1"#]
    ),
    (
      "sflow { nflog = on collector { ip = 1.1.1.1 } }",
      [#"1:9: error: "nflog" without braces; write nflog { }"#]
    ),
    ("sflow { kvm collector { ip = 1.1.1.1 } }", [#"1:9: error: "kvm" without braces; write kvm { }"#]),
    (
      "sflow { nflog group = 5 } collector { ip = 1.1.1.1 } }", [#"1:9: error: "{" is missing after "nflog""#]
    ),
    (
      "sflow { kmv { } collector { ip = 1.1.1.1 } }",
      [#"1:9: error: unexpected "kmv" in sflow { }; did you mean "kvm"?"#]
    ),
    (
      "sflow { whatever { a = b { c } d } collector { ip = 1.1.1.1 } }",
      [#"1:9: error: unexpected "whatever" in sflow { }; "# + everythingAllowed]
    ),
    (
      "sflow { collector { ip = 1.1.1.1 } } }",
      [#"1:38: error: "}" after the end of sflow { }; it closes nothing"#]
    ),
    (
      "sflow { collector { ip = 1.1.1.1 } } sflow { }",
      [
        #"1:38: error: "sflow" after the end of sflow { }; sflow { } ended before it: is a "}" too many, or is this a second configuration?"#
      ]
    ),
    (
      "sflow { collector { ip = 1.1.1.1 } { } }",
      [#"1:36: error: unexpected "{" in sflow { }; only the name of a block comes before it"#]
    ),
    (
      #"sflow { collector { ip = "1.1.1.1 } }"#,
      [
        #"1:26: error: "1.1.1.1 } }" has no closing quote; it must end on the same line"#,
        #"1:38: warning: "}" is missing at the end; collector { } opened at 1:19"#,
      ]
    ),
    (
      #"sflow { pcap { dev.pattern = "[" } collector { ip = 1.1.1.1 } }"#,
      [#"1:30: error: "[" is not a regular expression for "dev.pattern"; unmatched ["#]
    ),
    (
      "sflow { pcap { speed = fast } collector { ip = 1.1.1.1 } }",
      [
        #"1:24: error: "fast" is not a value for "speed"; allowed: a speed in bit/s or a range of them: 1G, 1G- or 1G-10G"#
      ]
    ),
    (
      "sflow { dbus { on } collector { ip = 1.1.1.1 } }",
      [#"1:16: error: unexpected "on" in dbus { }; nothing is set in dbus { }"#]
    ),
    (
      "sflow { sampling. = 5 collector { ip = 1.1.1.1 } }",
      [#"1:9: error: unexpected "sampling." in sflow { }; did you mean "sampling"?"#]
    ),
    (
      "sflow { sampling.http = x collector { ip = 1.1.1.1 } }",
      [
        #"1:25: error: "x" is not a value for "sampling.http"; allowed: an integer from 0 to 10000000 (1 in so many, 0 = off)"#
      ]
    ),
    (
      "sflow { collector { ip = 1.1.1.1 source = lo } }",
      [#"1:43: error: "lo" is not a value for "source"; allowed: an IPv4 or IPv6 address"#]
    ),
    (
      "sflow { collector { ip = 1.1.1.1 source = ::1 } }",
      [#"1:9: error: "ip" and "source" are of different families"#]
    ),
    (
      "sflow { samplingDirection = up collector { ip = 1.1.1.1 } }",
      [#"1:29: error: "up" is not a value for "samplingDirection"; allowed: in or out or both"#]
    ),
    (
      "sflow { dns-sd { } sonic { } }",
      ["1:20: error: sonic { } and dns-sd { } together; both supply the collectors: keep one"]
    ),
    (
      "sflow { DNSSD = on eapi { } }",
      [
        #"1:9: warning: "DNSSD" is a setting of the past; write dns-sd { } for on, nothing for off"#,
        "1:20: error: eapi { } and dns-sd { } together; both supply the collectors: keep one",
      ]
    ),
    (
      "sflow { opx { port { device = x } } }",
      [#"1:22: error: unexpected "device" in port { }; allowed: dev"#]
    ),
    (
      "sflow { collector { ip = 1.1.1.1 port = 6343 } }",
      [#"1:34: error: unexpected "port" in collector { }; did you mean "udpport"?"#]
    ),
    ("sflow { ip = 1.1.1.1 }", [#"1:9: error: unexpected "ip" in sflow { }; "ip" belongs in collector { }"#]),
    (
      "sflow {\n poling = 1\n samplig = 2\n kvm { refreshVM = 3 }\n collector { ipp = 4 }\n}",
      [
        #"2:2: error: unexpected "poling" in sflow { }; did you mean "polling"?"#,
        #"3:2: error: unexpected "samplig" in sflow { }; did you mean "sampling"?"#,
        #"4:8: error: unexpected "refreshVM" in kvm { }; did you mean "refreshVMs"?"#,
        #"5:14: error: unexpected "ipp" in collector { }; allowed: ip, udpport, dev, namespace, source, sourcePort"#,
      ]
    ),
    (
      "sflow { packetSamplingrate = 1 colector { ip = 1.1.1.1 } }",
      [
        #"1:9: warning: "packetSamplingrate" is a spelling of the past; write "sampling""#,
        #"1:32: error: unexpected "colector" in sflow { }; did you mean "collector"?"#,
      ]
    ),
    (
      "sflow { collector { ip = 1.1.1.1 } collector }",
      [#"1:36: error: "collector" without braces; write collector { }"#]
    ),
    (
      "sflow { dropmon { limit = 0 } collector { ip = 1.1.1.1 } }",
      [
        #"1:27: error: "0" is out of range for "limit"; allowed: an integer from 1 to 10000 (drops per second)"#
      ]
    ),
    (
      "sflow { interface = eth0 collector { ip = 1.1.1.1 } }",
      [#"1:9: error: unexpected "interface" in sflow { }; "# + everythingAllowed]
    ),
    (
      "sflow { json { port = 5 } collector { ip = 1.1.1.1 } }",
      [#"1:16: error: unexpected "port" in json { }; did you mean "udpport"?"#]
    ),
    (
      "sflow { http://x collector { ip = 1.1.1.1 } }",
      [#"1:9: error: unexpected "http://x" in sflow { }; "# + everythingAllowed]
    ),
  ]

  @Test(arguments: broken)
  func `a broken configuration is refused and told where, what was found and what is allowed`(
    text: String, expected: [String]
  ) {
    #expect(report(text) == expected)
    #expect(parse(text).settings == nil)
  }

  @Test func `the description begins with the file`() {
    #expect(
      parse("sflow {\n  poling = 20\n  collector { ip = ::1 }\n}").diagnostics.map(\.description) == [
        #"hsflowd.conf:2:3: error: unexpected "poling" in sflow { }; did you mean "polling"?"#
      ])
  }

  @Test func `reading ends after 20 errors`() {
    let lines = report("sflow {\n" + String(repeating: "poling = 1\n", count: 100) + "}")
    #expect(lines.count == 21)
    #expect(lines.last == "21:1: note: too many errors: the rest is not checked")
  }

  @Test func `warnings are bounded`() {
    let outcome = parse(around(String(repeating: "polling = 1\n", count: 1000)))
    #expect(outcome.settings?.polling == 1)
    #expect(outcome.diagnostics.count == 101)
    #expect(outcome.diagnostics.last?.message == "too many warnings: the rest is left out")
  }
}
