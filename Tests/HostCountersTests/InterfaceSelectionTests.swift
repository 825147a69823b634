import Bytes
import Netlink
import Testing

@testable import HostCounters

/// A host, which of its interfaces add up to its traffic and which are its adaptors.
struct HostLayout: Sendable, CustomTestStringConvertible {
  var name: String
  /// One interface a line, as `link(_:)` reads them.
  var links: String
  /// ifIndexes of `hostTotalInterfaces`.
  var totals: [UInt32]
  /// ifIndexes of `hostAdaptors`.
  var adaptors: [UInt32]
  var testDescription: String { name }

  init(_ name: String, _ links: String, totals: [UInt32], adaptors: [UInt32]) {
    self.name = name
    self.links = links
    self.totals = totals
    self.adaptors = adaptors
  }

  static let all = [
    HostLayout("nothing", "", totals: [], adaptors: []),
    HostLayout("loopback alone", "1 lo lo up", totals: [], adaptors: []),
    HostLayout(
      "plain server", "1 lo lo up\n2 eth0 up parent:pci/0000:01:00.0\n3 eth1 up", totals: [2, 3],
      adaptors: [2, 3]),
    HostLayout("one port down", "1 lo lo up\n2 eth0 up\n3 eth1", totals: [2, 3], adaptors: [2]),
    HostLayout(
      "bond", "1 lo lo up\n2 eth0 up in:4\n3 eth1 up in:4\n4 bond0 bond up", totals: [2, 3],
      adaptors: [2, 3, 4]),
    HostLayout(
      "team", "1 lo lo up\n2 eth0 up in:4\n3 eth1 up in:4\n4 team0 team up", totals: [2, 3],
      adaptors: [2, 3, 4]),
    HostLayout(
      "KVM host: bond, VLAN, bridge, taps",
      """
      1 lo lo up
      2 eth0 up in:4
      3 eth1 up in:4
      4 bond0 bond up
      5 bond0.30 vlan up over:4 in:6
      6 br30 bridge up
      7 vnet0 tun up in:6
      8 vnet1 tun up in:6
      """, totals: [2, 3], adaptors: [2, 3, 4, 5, 6, 7, 8]),
    HostLayout(
      "Docker host",
      "1 lo lo up\n2 eth0 up\n3 docker0 bridge up\n5 veth1a veth up over:4@elsewhere in:3",
      totals: [2], adaptors: [2, 3]),
    HostLayout(
      "Docker host whose container's number is that of its uplink",
      "1 lo lo up\n2 eth0 up\n5 veth1a veth up over:2@elsewhere", totals: [2], adaptors: [2]),
    HostLayout(
      "container", "1 lo lo up\n4 eth0 veth up over:5@elsewhere", totals: [4], adaptors: [4]),
    HostLayout(
      "container whose peer has the same number", "1 lo lo up\n4 eth0 veth up over:4@elsewhere",
      totals: [4], adaptors: [4]),
    HostLayout(
      "Docker inside a container",
      "1 lo lo up\n2 eth0 veth up over:9@elsewhere\n3 docker0 bridge up\n5 veth1 veth up over:4@elsewhere in:3",
      totals: [2], adaptors: [2, 3]),
    HostLayout(
      "container with an uplink in a bridge and a virtual machine",
      "2 eth0 veth up over:9@elsewhere in:3\n3 br0 bridge up\n4 tap0 tun up in:3",
      totals: [2], adaptors: [2, 3, 4]),
    HostLayout(
      "namespace with a bond of veths",
      "2 a veth up over:9@elsewhere in:4\n3 b veth up over:8@elsewhere in:4\n4 bond0 bond up",
      totals: [2, 3], adaptors: [2, 3, 4]),
    HostLayout(
      "veth pair that leads nowhere", "1 lo lo up\n2 a veth up over:3\n3 b veth up over:2",
      totals: [], adaptors: []),
    HostLayout(
      "veth pair beside the way out",
      "2 eth0 veth up over:7@elsewhere\n3 cni0 veth up over:4\n4 cni1 veth up over:3",
      totals: [2], adaptors: [2]),
    HostLayout(
      "server with WireGuard and OpenVPN",
      "1 lo lo up\n2 eth0 up\n3 wg0 wireguard up nomac type:65534\n4 tun0 tun up nomac type:65534",
      totals: [2], adaptors: [2]),
    HostLayout(
      "container with WireGuard",
      "2 eth0 veth up over:7@elsewhere\n3 wg0 wireguard up nomac type:65534", totals: [2], adaptors: [2]),
    HostLayout(
      "rootless container with a tap alone", "1 lo lo up\n2 tap0 tun up", totals: [2], adaptors: [2]),
    HostLayout(
      "rootless container with a tap and a bridge of its own",
      "2 tap0 tun up\n3 cni bridge up\n4 v0 veth up over:5 in:3\n5 v1 veth up over:4", totals: [2],
      adaptors: [2, 3]),
    HostLayout(
      "namespace with a macvlan", "1 lo lo up\n3 mv0 macvlan up over:2@elsewhere", totals: [3], adaptors: [3]),
    HostLayout(
      "namespace with an ipvlan and a VLAN of the host",
      "3 ipvl0 ipvlan up over:2@elsewhere\n4 eth0.7 vlan up over:2@elsewhere", totals: [3, 4],
      adaptors: [3, 4]),
    HostLayout(
      "namespace with a VLAN over its veth",
      "2 eth0 veth up over:9@elsewhere\n3 eth0.7 vlan up over:2", totals: [2], adaptors: [2, 3]),
    HostLayout(
      "container given a device", "1 lo lo up\n2 eth0 veth up over:9@elsewhere\n3 ens1 up", totals: [3],
      adaptors: [3]),
    HostLayout(
      "host with a macvlan of its own", "2 eth0 up\n3 mv0 macvlan up over:2", totals: [2], adaptors: [2, 3]),
    HostLayout(
      "wireless, with a monitor", "1 lo lo up\n2 wlan0 up\n3 mon0 up type:803", totals: [2], adaptors: [2, 3]),
    HostLayout(
      "SR-IOV: a physical and two virtual functions",
      "2 ens1f0 up parent:pci/0000:3b:00.0\n3 ens1f0v0 up parent:pci/0000:3b:02.0\n4 ens1f0v1 parent:pci/0000:3b:02.1",
      totals: [2, 3, 4], adaptors: [2, 3]),
    HostLayout(
      "Hyper-V with accelerated networking", "2 eth0 up\n3 enP1s1 up in:2", totals: [2], adaptors: [2, 3]),
    HostLayout(
      "virtio with a failover function", "2 eth0 up\n3 eth0nsby up in:2\n4 ens4 up in:2", totals: [2],
      adaptors: [2, 3, 4]),
    HostLayout("Xen guest", "1 lo lo up\n2 enX0 up parent:xen/vif-0", totals: [2], adaptors: [2]),
    HostLayout(
      "Xen dom0",
      "2 eth0 up in:3\n3 xenbr0 bridge up\n4 vif1.0 up in:3 mac:fe:ff:ff:ff:ff:ff parent:xen-backend/vif-1-0",
      totals: [2], adaptors: [2, 3, 4]),
    HostLayout(
      "Xen dom0 with an old kernel",
      "2 eth0 up in:3\n3 xenbr0 bridge up\n4 vif1.0 up in:3 mac:fe:ff:ff:ff:ff:ff", totals: [2],
      adaptors: [2, 3, 4]),
    HostLayout(
      "InfiniBand with a child",
      "2 eth0 up\n3 ib0 ipoib up nomac type:32\n4 ib0.8001 ipoib up nomac type:32 over:3", totals: [2, 3],
      adaptors: [2]),
    HostLayout(
      "mobile modem", "2 wwan0 wwan up parent:wwan/wwan0 nomac type:65534\n3 qmimux0 rmnet up over:2 nomac",
      totals: [2], adaptors: []),
    HostLayout(
      "DSA switch", "2 eth0 up\n3 lan1 up over:2\n4 lan2 dsa up over:2 parent:mdio/4", totals: [2],
      adaptors: [2, 3, 4]),
    HostLayout(
      "Open vSwitch",
      "2 eth0 up in:3\n3 ovs-system openvswitch\n4 br0 openvswitch up\n5 vnet0 tun up in:3", totals: [2],
      adaptors: [2, 4, 5]),
    HostLayout(
      "PPPoE router", "2 eth0 up\n3 ppp0 ppp up nomac type:512", totals: [2], adaptors: [2]),
    HostLayout(
      "tunnel moved in from elsewhere",
      "1 lo lo up\n2 sit0 sit type:776 nomac\n3 gre1 gre up over:2@elsewhere nomac",
      totals: [3], adaptors: []),
  ]
}

@Suite struct InterfaceSelectionTests {
  @Test(arguments: HostLayout.all) func `counts every packet once`(layout: HostLayout) throws {
    #expect(try table(layout.links).hostTotalInterfaces() == layout.totals)
  }

  @Test(arguments: HostLayout.all) func `lists the adaptors`(layout: HostLayout) throws {
    #expect(try table(layout.links).hostAdaptors().map(\.index) == layout.adaptors)
  }

  @Test func `lists 32 adaptors at most, the lowest numbers first`() throws {
    let lines = (2...60).reversed().map { "\($0) eth\($0) up" }.joined(separator: "\n")
    #expect(try table(lines).hostAdaptors().map(\.index) == Array(2...33))
  }

  @Test func `an adaptor has a MAC address that is not zero`() throws {
    let table = try table("2 a up\n3 b up nomac\n4 c up mac:00:00:00:00:00:00")
    #expect(table.hostAdaptors().map(\.index) == [2])
  }
}
