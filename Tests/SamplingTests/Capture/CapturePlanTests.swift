import Config
import Testing

@testable import Sampling

@Suite struct CapturePlanTests {
  static func settings(_ pcap: String, _ rest: String = "") -> Settings {
    let text = "sflow { collector { ip=192.0.2.1 } \(rest)\n\(pcap) }"
    let outcome = Configuration.parse(
      Array(text.utf8), file: "test", options: ParseOptions(features: [.pcap]))
    if outcome.settings == nil { Issue.record("\(outcome.diagnostics)") }
    return outcome.settings ?? Settings()
  }

  /// "eth0 1:10000", "veth1 - veth: name it with dev"
  static func plan(_ settings: Settings, _ devices: [CaptureDevice]) -> [String] {
    CapturePlan(settings, devices).decisions.map { decision in
      switch decision.outcome {
      case .tapped(let tapping): "\(decision.name) \(tapping)"
      case .down: "\(decision.name) down"
      case .left(let reason): "\(decision.name) - \(reason)"
      }
    }
  }

  static func device(
    _ index: UInt32, _ name: String, kind: String? = nil, master: UInt32? = nil, gigabits: UInt64? = nil,
    isUp: Bool = true
  ) -> CaptureDevice {
    CaptureDevice(
      index: index, name: name, isUp: isUp, kind: kind, master: master,
      speed: gigabits.map { $0 * 1_000_000_000 })
  }

  static let host = [
    device(2, "eth0", gigabits: 10), device(3, "eth1", gigabits: 1),
    device(4, "veth7", kind: "veth", gigabits: 10),
    device(5, "eth0.9", kind: "vlan", gigabits: 10), device(6, "vif1.0", kind: "vif"),
    device(7, "br0", kind: "bridge"), device(8, "wg0"), device(9, "eth2", gigabits: 10, isUp: false),
  ]

  @Test func `without a block nothing is tapped`() {
    #expect(Self.plan(Settings(), Self.host) == [])
    #expect(Self.plan(Self.settings("pcap { dynamic=on }"), Self.host) == [])
  }

  @Test func `a block without keys takes all but what repeats the packets of others`() {
    #expect(
      Self.plan(Self.settings("pcap { }", "sampling=400"), Self.host) == [
        "eth0 1 in 10000 packets (speed / 1000000, at least 100)",
        "eth1 1 in 1000 packets (speed / 1000000, at least 100)", "veth7 - veth: name it with dev",
        "eth0.9 - VLAN interface: name it with dev", "vif1.0 - vif: name it with dev",
        "br0 1 in 400 packets (sampling, as the speed is unknown)",
        "wg0 1 in 400 packets (sampling, as the speed is unknown)", "eth2 down",
      ])
  }

  @Test func `a pattern that matches nothing is told, and forgotten when something does`() {
    let settings = Self.settings("pcap { dev.pattern=^ens sampling=1 } pcap { dev=eth0 sampling=2 }")
    let eth0 = Self.device(2, "eth0")
    #expect(
      Self.plan(settings, [eth0]) == [
        "eth0 1 in 2 packets (sampling of its pcap block)", "^ens - no interface matches this pattern yet",
      ])
    #expect(
      Self.plan(settings, [eth0, Self.device(3, "ens1")]) == [
        "eth0 1 in 2 packets (sampling of its pcap block)",
        "ens1 1 in 1 packets (sampling of its pcap block)",
      ])
    // It matches, but what repeats others must be named.
    #expect(
      Self.plan(settings, [eth0, Self.device(3, "ens1", kind: "veth")]) == [
        "eth0 1 in 2 packets (sampling of its pcap block)", "ens1 - veth: name it with dev",
      ])
  }

  @Test func `a device that is named is tapped whatever it is, and waited for if it is not there`() {
    let settings = Self.settings(
      "pcap { dev=veth7 sampling=1 } pcap { dev=eth0.9 } pcap { dev=eth9 promisc=on }", "sampling.10G=77")
    #expect(
      Self.plan(settings, Self.host).filter { !$0.hasSuffix("no pcap block names it") } == [
        "veth7 1 in 1 packets (sampling of its pcap block)", "eth0.9 1 in 77 packets (sampling.10G)",
        "eth9 - no interface \"eth9\" yet",
      ])
  }

  @Test func `pattern and speed must both fit`() {
    let settings = Self.settings("pcap { dev.pattern=^eth speed=10G- }")
    #expect(
      Self.plan(settings, Self.host) == [
        "eth0 1 in 10000 packets (speed / 1000000, at least 100)", "eth1 - its speed does not fit",
        "veth7 - no pcap block names it", "eth0.9 - VLAN interface: name it with dev",
        "vif1.0 - no pcap block names it", "br0 - no pcap block names it", "wg0 - no pcap block names it",
        "eth2 down",
      ])
  }

  @Test func `the last block that fits wins`() {
    let settings = Self.settings(
      "pcap { sampling=5 } pcap { dev=eth0 sampling=6 } pcap { speed=1G sampling=7 }")
    #expect(
      Self.plan(settings, Array(Self.host[..<2])) == [
        "eth0 1 in 6 packets (sampling of its pcap block)",
        "eth1 1 in 7 packets (sampling of its pcap block)",
      ])
    #expect(
      Self.plan(Self.settings("pcap { dev=eth0 sampling=6 } pcap { sampling=5 }"), [Self.host[0]]) == [
        "eth0 1 in 5 packets (sampling of its pcap block)"
      ])
  }

  @Test func `a bond stands for its members`() {
    let devices = [
      Self.device(2, "eth0", master: 4, gigabits: 10), Self.device(3, "eth1", master: 4, gigabits: 1),
      Self.device(4, "bond0", kind: "bond", gigabits: 11), Self.device(5, "bond1", kind: "bond"),
    ]
    #expect(
      Self.plan(Self.settings("pcap { dev=bond0 } pcap { dev=bond1 }"), devices) == [
        "eth0 1 in 10000 packets (speed / 1000000, at least 100), as a member of bond0",
        "eth1 1 in 1000 packets (speed / 1000000, at least 100), as a member of bond0",
        "bond0 - bond: its members are tapped instead", "bond1 - bond: it has no members yet",
      ])
    #expect(
      Self.plan(Self.settings("pcap { }"), Array(devices[..<3])) == [
        "eth0 1 in 10000 packets (speed / 1000000, at least 100)",
        "eth1 1 in 1000 packets (speed / 1000000, at least 100)",
        "bond0 - bond: its members are tapped instead",
      ])
  }

  @Test func `a rate of zero is no tap`() {
    #expect(
      Self.plan(Self.settings("pcap { dev=eth0 sampling=0 } pcap { dev=wg0 }", "sampling=0"), Self.host)
        .filter { $0.contains("rate") } == [
          "eth0 - its sampling rate is 0 (sampling of its pcap block)",
          "wg0 - its sampling rate is 0 (sampling, as the speed is unknown)",
        ])
  }

  @Test func `counters of the ports of a tapped bridge are wanted unless vport is off`() {
    let devices = [
      Self.device(2, "eth0", master: 4), Self.device(3, "vnet0", master: 4),
      Self.device(4, "br0", kind: "bridge"),
      Self.device(5, "eth1"),
    ]
    func ports(_ pcap: String) -> Set<UInt32> { CapturePlan(Self.settings(pcap), devices).bridgePorts }
    #expect(ports("pcap { dev=br0 }") == [2, 3])
    #expect(ports("pcap { dev=br0 vport=on }") == [2, 3])
    #expect(ports("pcap { dev=br0 vport=off }") == [])
    #expect(ports("pcap { dev=eth0 }") == [])
    let plan = CapturePlan(Self.settings("pcap { }"), devices)
    let bridged = plan.decisions.compactMap { decision in
      if case .tapped(let tapping) = decision.outcome { tapping.isBridged } else { nil }
    }
    #expect(bridged == [true, true, true, false])
  }
}
