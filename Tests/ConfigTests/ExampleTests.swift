import Bytes
import Config
import Foundation
import Testing

/// Whole configurations of real life.
@Suite struct ExampleTests {
  /// As published in January 2011 for cloud servers, with an address filled in.
  static let cloud = """
    sflow {
      DNSSD = off
      polling = 30
      sampling = 400

      collector {
        ip = 10.178.1.1
      }

      ulogGroup = 1
      ulogProbability = 0.01
    }
    """

  /// As published in January 2011 for a virtualization host, with an address filled in.
  static let virtualization = """
    sflow {
      DNSSD = off
      polling = 20
      sampling = 400
      collector {
        ip = 10.0.0.162
        udpport = 6343
      }
      ulogGroup = 5
      ulogProbability = 0.0025
    }
    """

  @Test func `configurations of 2011 load and sample`() throws {
    let cloud = parse(Self.cloud)
    #expect(cloud.settings?.ulog == .init(group: 1, probability: 0.01))
    #expect(cloud.settings?.dnsSD == nil)
    #expect(cloud.settings?.polling == 30)
    #expect(cloud.settings?.collectors.map(\.description) == ["10.178.1.1"])
    #expect(
      cloud.diagnostics.map { "\($0.position) \($0.severity): \($0.message)" } == [
        #"2:3 warning: "DNSSD" is a setting of the past"#,
        #"10:3 warning: "ulogGroup" is a setting of the past"#,
        #"11:3 warning: "ulogProbability" is a setting of the past"#,
        "11:3 note: probability 0.01 counts as 1 in 100, and sampling is 1 in 400",
      ])

    let virtualization = parse(Self.virtualization)
    #expect(virtualization.settings?.ulog == .init(group: 5, probability: 0.0025))
    #expect(virtualization.settings?.polling == 20)
    #expect(virtualization.settings?.collectors.map(\.description) == ["10.0.0.162"])
    #expect(virtualization.diagnostics.count == 3)
    #expect(parse(Self.virtualization, ParseOptions()).settings != nil)
  }

  /// Every object and key that the C agent documents, once, in the manner of its packaged file.
  static let everyKey = #"""
    sflow {
      # ====== Agent IP selection ======
      # agent = eth0
      agentIP = 10.0.0.7
      agent.cidr = 10.0.0.0/8   # prefer
      agent.cidr = !fe80::/10
      subAgentId = 100000; uuid = 564d7e1c-4f0a-11e0-9f5a-000c29b7c3a1
      # ====== Sampling/Polling/Collectors ======
      sampling = 400
      sampling.http = 50
      sampling.10G = 10000
      sampling.bps_ratio = 0
      polling = 30
      polling.http = 20
      headerBytes = 128
      datagramBytes = 1400
      refreshAdaptors = 180 checkAdaptors = 10 refreshVMs = 60
      collector { ip=127.0.0.1 udpport=6343 }
      collector { ip = fd00::1 UDPPort = 6344 dev=eth0 namespace=mgmt }
      # ====== Local configuration ======
      json { UDPport = 36343 FIFO = /tmp/hsflowd_json_fifo }
      kvm { refreshVMs = 60 forgetVMs = 180 uri = "qemu:///system" }
      xen { update.dominfo = off dsk = on switchport = "^eth" vbd = /sys refreshVMs = 60 }
      docker { hostname = off markTraffic = on }
      containerd { hostname = off markTraffic = off }
      k8s { markTraffic = off eof = off setIfAlias = on setIfName = on unixsock = /run/x.sock }
      ulog { group = 1 probability = 0.0025 }
      nflog { group = 5 probability = 0.0025 }
      psample { group = 1 ingress = on egress = on }
      pcap { dev = eth0 promisc = off vport = on sampling = 100 dynamic = off }
      pcap { dev.pattern = ^swp speed = 1G- sampling = 100 }
      epcap { dev = eth1 }
      dropmon { start = on force = on sw = on hw = on rn = on sw_passive = off hw_passive = off
                hw_unknown = off limit = 100 max = 100000 max_trip = 2 hide = "^(a|b)$" }
      tcp { tunnel = on udp = off dump = off }
      systemd { refreshVMs = 60 dropPriv = off markTraffic = on }
      nlroute { limit = 50 link = on addr = on setIfAlias = on }
      dent { switchport = ^swp[0-9s]+$ sw = off }
      cumulus { switchport = ^swp }
      os10 { udpport = 20001 switchport = ^e port { dev = e101-001-0 } port { dev = e101-002-0 } }
      vpp { ifOffset = 1000000000 osIndex = on }
      dbus { }
      ovs { }
      nvml { }
    }
    """#

  @Test func `a file with every key loads, and notes tell how settings act together`() throws {
    let outcome = parse(Self.everyKey)
    #expect(
      outcome.diagnostics.map { "\($0.severity): \($0.message)" } == [
        "note: \"agent.cidr\" does not choose the address",
        "warning: \"refreshAdaptors\" has no effect", "warning: \"checkAdaptors\" has no effect",
        "warning: \"update.dominfo\" has no effect", "warning: \"switchport\" has no effect",
        "warning: \"vbd\" has no effect",
      ])
    let settings = try #require(outcome.settings)
    #expect(settings.collectors.count == 2)
    #expect(settings.kvm?.uri == "qemu:///system")
    #expect(settings.kvm?.forgetVMs == 180)
    #expect(settings.dropmon?.hide == "^(a|b)$")
    #expect(settings.dent?.switchport == "^swp[0-9s]+$")
    #expect(settings.opx?.devices == ["e101-001-0", "e101-002-0"])
    #expect(settings.applications.map(\.name) == ["http", "10G", "bps_ratio"])
    #expect(settings.psample?.egress == true)
    #expect(settings.pcap.count == 2)
  }

  @Test func `the settings of a C agent with DNS-SD load`() throws {
    let settings = try #require(parse("sflow { dns-sd { domain = .mycompany.com } }").settings)
    #expect(settings.dnsSD?.domain == ".mycompany.com")
  }
}

/// `etc/hsflowd.conf`, which packages install.
@Suite struct PackagedFileTests {
  static func text() throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try String(contentsOf: root.appending(path: "etc/hsflowd.conf"), encoding: .utf8)
  }

  @Test func `the packaged file says nothing doubtful and has the defaults`() throws {
    let outcome = parse(try Self.text(), ParseOptions())
    #expect(outcome.diagnostics.map(\.description) == [])
    var expected = Settings()
    expected.collectors = [.init(.literal(.v4(IPv4Address(127, 0, 0, 1))))]
    #expect(outcome.settings == expected)
  }

  /// The lines that show a setting: "#" without a blank after it.
  @Test func `each setting shown in the packaged file may be used`() throws {
    let lines = try Self.text().split(separator: "\n", omittingEmptySubsequences: false)
    var shown = 0
    for (i, line) in lines.enumerated() {
      let bare = line.drop { $0 == " " }
      guard bare.hasPrefix("#"), !bare.hasPrefix("# "), bare != "#" else { continue }
      shown += 1
      var changed = lines
      changed[i] = bare.dropFirst()
      let outcome = parse(changed.joined(separator: "\n"))
      #expect(outcome.settings != nil, "\(line)")
      #expect(
        !outcome.diagnostics.contains { $0.severity == .warning } || bare.hasPrefix("#dns-sd"), "\(line)")
    }
    #expect(shown > 20)
  }

  @Test func `defaults shown in the packaged file are those of the table`() throws {
    for line in try Self.text().split(separator: "\n") {
      let words = line.split { " #=".contains($0) }
      guard line.drop(while: { $0 == " " }).hasPrefix("#"), words.count == 2,
        let key = Grammar.sflow.keys.first(where: { $0.name == words[0] }), let text = key.defaultText
      else { continue }
      #expect(words[1] == text, "\(line)")
    }
  }
}
