import Testing

/// A host, its settings and the agent address that follows from the rules.
struct AddressLayout: Sendable, CustomTestStringConvertible {
  var name: String
  /// Interfaces, divided by `|`: ifIndex, name, any of `up`, `lo`, `vlan` and `alias:TEXT`, then addresses.
  /// `~` behind an address means made by SLAAC, `:1` behind an IPv4 address means of an alias interface.
  var interfaces: String
  /// `ip=ADDRESS`, `agent=NAME`, `cidr=[!]PREFIX` in the order of the file.
  var settings: String
  /// Address, device and total of the winner; `-` where there is none.
  var winner: String
  var testDescription: String { name }

  init(_ name: String, _ interfaces: String, _ settings: String = "", wins winner: String) {
    self.name = name
    self.interfaces = interfaces
    self.settings = settings
    self.winner = winner
  }
}

extension AddressLayout {
  static let all = classes + ties + states + prefixes + pegged + explicit

  /// Two neighbours of the order of classes each time.
  static let classes = [
    AddressLayout("no interfaces", "", wins: "- - 0"),
    AddressLayout("no addresses", "1 lo lo up | 2 eth0 up", wins: "- - 0"),
    AddressLayout("loopback alone", "1 lo lo up 127.0.0.1 ::1", wins: "127.0.0.1 lo 4"),
    AddressLayout("IPv6 loopback alone", "1 lo lo up ::1", wins: "::1 lo 3"),
    AddressLayout("class E beats nothing", "2 eth0 up 240.0.0.1", wins: "240.0.0.1 eth0 1"),
    AddressLayout(
      "IPv6 loopback beats class E", "1 lo lo up ::1 | 2 eth0 up 240.0.0.1", wins: "::1 lo 3"),
    AddressLayout(
      "global IPv6 on the loopback is loopback", "1 lo lo up 2001:db8::1 127.0.0.1", wins: "127.0.0.1 lo 4"),
    AddressLayout(
      "global IPv4 on the loopback is loopback", "1 lo lo up 192.0.2.1 | 2 eth0 up 169.254.1.1",
      wins: "169.254.1.1 eth0 5"),
    AddressLayout(
      "::1 on another device is loopback too", "1 lo lo up 127.0.0.1 | 2 dum0 up ::1", wins: "127.0.0.1 lo 4"),
    AddressLayout(
      "127.0.0.1 on another device is global", "1 lo lo up 127.0.0.1 | 2 dum0 up 127.0.0.2",
      wins: "127.0.0.2 dum0 12"),
    AddressLayout(
      "link-local beats self-assigned", "2 eth0 up 169.254.1.1 fe80::1", wins: "fe80::1 eth0 6"),
    AddressLayout(
      "IPv6 on a VLAN beats link-local", "2 eth0 up fe80::1 | 3 eth0.7 vlan up 2001:db8::1",
      wins: "2001:db8::1 eth0.7 7"),
    AddressLayout(
      "IPv4 beats IPv6 on a VLAN", "3 eth0.7 vlan up 10.0.0.1 2001:db8::1", wins: "10.0.0.1 eth0.7 8"),
    AddressLayout(
      "global IPv4 on a VLAN is no better than private",
      "3 eth0.7 vlan up 10.0.0.1 | 4 eth0.8 vlan up 192.0.2.1",
      wins: "10.0.0.1 eth0.7 8"),
    AddressLayout(
      "self-assigned on a VLAN is self-assigned", "2 eth0 up fe80::1 | 3 eth0.7 vlan up 169.254.1.1",
      wins: "fe80::1 eth0 6"),
    AddressLayout(
      "link-local on a VLAN is link-local", "2 eth0.7 vlan up fe80::1 2001:db8::1",
      wins: "2001:db8::1 eth0.7 7"),
    AddressLayout(
      "unique local beats IPv4 on a VLAN", "2 eth0 up fd00::1 | 3 eth0.7 vlan up 192.0.2.1",
      wins: "fd00::1 eth0 9"),
    AddressLayout(
      "unique local on a VLAN is unique local", "2 eth0.7 vlan up fd00::1 10.0.0.1", wins: "fd00::1 eth0.7 9"),
    AddressLayout(
      "fc00::/8 is unique local too", "2 eth0 up fc00::1 2001:db8::1", wins: "2001:db8::1 eth0 10"),
    AddressLayout("private beats global IPv6", "2 eth0 up 10.0.0.1 2001:db8::1", wins: "10.0.0.1 eth0 11"),
    AddressLayout(
      "global IPv4 beats private", "2 eth0 up 10.0.0.1 | 3 eth1 up 192.0.2.1", wins: "192.0.2.1 eth1 12"),
    AddressLayout(
      "172.16.0.0/12 is private up to 172.31", "2 eth0 up 172.31.255.255 | 3 eth1 up 172.32.0.0",
      wins: "172.32.0.0 eth1 12"),
    AddressLayout(
      "172.15 is global", "2 eth0 up 172.16.0.1 | 3 eth1 up 172.15.0.1", wins: "172.15.0.1 eth1 12"),
    AddressLayout(
      "192.168.0.0/16 is private", "2 eth0 up 192.168.0.1 | 3 eth1 up 192.169.0.1",
      wins: "192.169.0.1 eth1 12"),
    AddressLayout(
      "carrier-grade NAT is global", "2 eth0 up 10.0.0.1 | 3 eth1 up 100.64.0.1", wins: "100.64.0.1 eth1 12"),
    AddressLayout(
      "multicast is never preferred", "1 lo lo up ::1 | 2 eth0 up 224.0.0.5 ff02::1", wins: "::1 lo 3"),
    AddressLayout("multicast rather than nothing", "2 eth0 up 224.0.0.5", wins: "224.0.0.5 eth0 0"),
    AddressLayout(
      "ordinary server", "1 lo lo up 127.0.0.1 ::1 | 2 eth0 up 10.0.0.1 fe80::1 2001:db8::1~",
      wins: "10.0.0.1 eth0 11"),
    AddressLayout(
      "server with IPv6 alone", "1 lo lo up 127.0.0.1 ::1 | 2 eth0 up fe80::1 2001:db8::1",
      wins: "2001:db8::1 eth0 10"),
    AddressLayout(
      "a bridge is a device as any other", "2 eth0 up | 3 docker0 up 172.17.0.1 | 4 br0 up 192.0.2.1",
      wins: "192.0.2.1 br0 12"),
  ]

  static let ties = [
    AddressLayout(
      "the lower ifIndex", "5 eth1 up 10.0.0.1 | 4 eth0 up 10.0.0.2", wins: "10.0.0.2 eth0 11"),
    AddressLayout(
      "the lower ifIndex, not the lower address", "2 eth0 up 192.168.9.9 | 3 eth1 up 10.0.0.1",
      wins: "192.168.9.9 eth0 11"),
    AddressLayout(
      "the first of an interface", "2 eth0 up 10.0.0.9 10.0.0.1", wins: "10.0.0.9 eth0 11"),
    AddressLayout(
      "primary before alias", "2 eth0 up 10.0.0.9 10.0.0.1:1", wins: "10.0.0.9 eth0 11"),
    AddressLayout(
      "set by hand before SLAAC", "2 eth0 up 2001:db8::2~ 2001:db8::1", wins: "2001:db8::1 eth0 10"),
    AddressLayout(
      "set by hand before SLAAC on a lower ifIndex", "2 eth0 up 2001:db8::2~ | 3 eth1 up 2001:db8::1",
      wins: "2001:db8::1 eth1 10"),
    AddressLayout(
      "the first of SLAAC", "2 eth0 up 2001:db8::2~ 2001:db8::1~", wins: "2001:db8::2 eth0 10"),
    AddressLayout(
      "SLAAC does not weigh more than the class", "2 eth0 up fd00::1 2001:db8::2~",
      wins: "2001:db8::2 eth0 10"),
    AddressLayout(
      "IPv4 from DHCP is not SLAAC", "2 eth0 up 10.0.0.1~ | 3 eth1 up 10.0.0.2", wins: "10.0.0.1 eth0 11"),
    AddressLayout(
      "the same address on two devices", "3 eth1 up 10.0.0.1 | 2 eth0 up 10.0.0.1", wins: "10.0.0.1 eth0 11"),
    AddressLayout(
      "the same address on loopback and device has the better score",
      "1 lo lo up 192.0.2.1 | 2 eth0 up 192.0.2.1", wins: "192.0.2.1 eth0 12"),
    AddressLayout(
      "macvlan beside its device", "2 eth0 up 192.0.2.1 | 7 macvlan0 up 192.0.2.2", wins: "192.0.2.1 eth0 12"),
  ]

  static let states = [
    AddressLayout("a down interface counts", "2 eth0 10.0.0.1", wins: "10.0.0.1 eth0 11"),
    AddressLayout(
      "a down interface wins by its class", "2 eth0 up 10.0.0.1 | 3 eth1 192.0.2.1", wins: "192.0.2.1 eth1 12"
    ),
    AddressLayout(
      "of a down interface only the first IPv4 counts", "2 eth0 up 10.0.0.1 | 3 eth1 10.0.0.2 192.0.2.1",
      wins: "10.0.0.1 eth0 11"),
    AddressLayout(
      "of an up interface every IPv4 counts", "2 eth0 up 10.0.0.1 | 3 eth1 up 10.0.0.2 192.0.2.1",
      wins: "192.0.2.1 eth1 12"),
    AddressLayout(
      "of a down interface alias addresses do not count", "2 eth0 192.0.2.1:1 10.0.0.1",
      wins: "10.0.0.1 eth0 11"),
    AddressLayout("a down interface with an alias alone has none", "2 eth0 192.0.2.1:1", wins: "- - 0"),
    AddressLayout(
      "IPv6 of a down interface counts", "2 eth0 2001:db8::1 2001:db8::2", wins: "2001:db8::1 eth0 10"),
    AddressLayout(
      "the loopback down is loopback", "1 lo lo 127.0.0.1 | 2 eth0 up fe80::1", wins: "fe80::1 eth0 6"),
  ]

  static let prefixes = [
    AddressLayout(
      "one prefix", "2 eth0 up 192.0.2.1 10.0.0.1", "cidr=10.0.0.0/8", wins: "10.0.0.1 eth0 24"),
    AddressLayout(
      "disjoint prefixes: the first of the file", "2 eth0 up 192.168.0.1 10.0.0.1 192.0.2.1",
      "cidr=10.0.0.0/8 cidr=192.168.0.0/16", wins: "10.0.0.1 eth0 37"),
    AddressLayout(
      "overlapping prefixes: the last of the file decides", "2 eth0 up 10.1.0.1 10.2.0.1",
      "cidr=10.1.0.0/16 cidr=10.0.0.0/8", wins: "10.1.0.1 eth0 24"),
    AddressLayout(
      "the narrower last", "2 eth0 up 10.1.0.1 10.2.0.1", "cidr=10.0.0.0/8 cidr=10.1.0.0/16",
      wins: "10.2.0.1 eth0 37"),
    AddressLayout(
      "excluded", "2 eth0 up 192.0.2.1 10.0.0.1", "cidr=!192.0.2.0/24", wins: "10.0.0.1 eth0 11"),
    AddressLayout(
      "excluded, but alone", "2 eth0 up 192.0.2.1", "cidr=!192.0.2.0/24", wins: "192.0.2.1 eth0 0"),
    AddressLayout(
      "excluded is worse than loopback", "1 lo lo up ::1 | 2 eth0 up 192.0.2.1", "cidr=!0.0.0.0/0",
      wins: "::1 lo 3"),
    AddressLayout(
      "an exception written after", "2 eth0 up 10.1.0.1 10.2.0.1 192.0.2.1",
      "cidr=10.0.0.0/8 cidr=!10.1.0.0/16",
      wins: "10.2.0.1 eth0 37"),
    AddressLayout(
      "an exception written before has no effect", "2 eth0 up 10.1.0.1 10.2.0.1",
      "cidr=!10.1.0.0/16 cidr=10.0.0.0/8", wins: "10.1.0.1 eth0 24"),
    AddressLayout(
      "a lower class in the better prefix", "2 eth0 up 192.0.2.1 fe80::1", "cidr=fe80::/10 cidr=192.0.0.0/8",
      wins: "fe80::1 eth0 32"),
    AddressLayout(
      "a loopback in a prefix", "1 lo lo up 127.0.0.1 | 2 eth0 up 192.0.2.1", "cidr=127.0.0.0/8",
      wins: "127.0.0.1 lo 17"),
    AddressLayout(
      "within one prefix by class", "2 eth0 up fd00::1 2001:db8::1", "cidr=::/0", wins: "2001:db8::1 eth0 23"),
    AddressLayout(
      "a prefix of the other family", "2 eth0 up 10.0.0.1 2001:db8::1", "cidr=::/0",
      wins: "2001:db8::1 eth0 23"),
    AddressLayout(
      "multicast in a prefix stays excluded", "2 eth0 up 224.0.0.5 240.0.0.1", "cidr=224.0.0.0/4",
      wins: "240.0.0.1 eth0 1"),
    AddressLayout(
      "a prefix that fits nothing", "2 eth0 up 10.0.0.1", "cidr=172.16.0.0/12", wins: "10.0.0.1 eth0 11"),
    AddressLayout(
      "a prefix before set by hand", "2 eth0 up 2001:db8:1::1 2001:db8:2::2~", "cidr=2001:db8:2::/48",
      wins: "2001:db8:2::2 eth0 23"),
    AddressLayout(
      "all excluded: by hand, then ifIndex",
      "2 eth0 up 2001:db8::1~ | 3 eth1 up 10.0.0.1 | 4 eth2 up 192.0.2.1",
      "cidr=!0.0.0.0/0 cidr=!::/0", wins: "10.0.0.1 eth1 0"),
    AddressLayout(
      "a single address", "2 eth0 up 10.0.0.1 10.0.0.2", "cidr=10.0.0.2/32", wins: "10.0.0.2 eth0 24"),
  ]

  static let pegged = [
    AddressLayout(
      "agent device", "2 eth0 up 192.0.2.1 | 3 eth1 up 10.0.0.1", "agent=eth1", wins: "10.0.0.1 eth1 24"),
    AddressLayout(
      "agent device by alias", "2 eth0 up 192.0.2.1 | 3 eth1 alias:mgmt up 10.0.0.1", "agent=mgmt",
      wins: "10.0.0.1 eth1 24"),
    AddressLayout(
      "name before alias", "2 eth0 alias:eth1 up 192.0.2.1 | 3 eth1 up 10.0.0.1", "agent=eth1",
      wins: "10.0.0.1 eth1 24"),
    AddressLayout(
      "agent device that is missing", "2 eth0 up 192.0.2.1 | 3 eth1 up 10.0.0.1", "agent=eth7",
      wins: "192.0.2.1 eth0 12"),
    AddressLayout(
      "agent device without an address", "2 eth0 up 192.0.2.1 | 3 eth1 up", "agent=eth1",
      wins: "192.0.2.1 eth0 12"),
    AddressLayout(
      "class E on the agent device beats global IPv4", "2 eth0 up 192.0.2.1 | 3 eth1 up 240.0.0.1",
      "agent=eth1",
      wins: "240.0.0.1 eth1 14"),
    AddressLayout(
      "excluded on the agent device scores 13", "2 eth0 up 192.0.2.1 | 3 eth1 up 10.0.0.1",
      "agent=eth1 cidr=!10.0.0.0/8", wins: "10.0.0.1 eth1 13"),
    AddressLayout(
      "a prefix beats the agent device by class", "2 eth0 up 192.0.2.1 | 3 eth1 up 10.0.0.1",
      "agent=eth1 cidr=192.0.2.0/24", wins: "192.0.2.1 eth0 25"),
    AddressLayout(
      "agent device that is down", "2 eth0 up 192.0.2.1 | 3 eth1 10.0.0.1", "agent=eth1",
      wins: "10.0.0.1 eth1 24"),
    AddressLayout(
      "an address on two devices is taken of the agent device", "2 eth0 up 10.0.0.1 | 3 eth1 up 10.0.0.1",
      "agent=eth1", wins: "10.0.0.1 eth1 24"),
    AddressLayout(
      "loopback as the agent device", "1 lo lo up 127.0.0.1 | 2 eth0 up 192.0.2.1", "agent=lo",
      wins: "127.0.0.1 lo 17"),
  ]

  static let explicit = [
    AddressLayout(
      "agentIP that is local", "2 eth0 up 192.0.2.1 fe80::1", "ip=fe80::1", wins: "fe80::1 eth0 6"),
    AddressLayout("agentIP that is not local", "2 eth0 up 192.0.2.1", "ip=1.2.3.4", wins: "1.2.3.4 - 0"),
    AddressLayout("agentIP without interfaces", "", "ip=2001:db8::1", wins: "2001:db8::1 - 0"),
    AddressLayout(
      "agentIP before agent device", "2 eth0 up 192.0.2.1 | 3 eth1 up 10.0.0.1", "ip=192.0.2.1 agent=eth1",
      wins: "192.0.2.1 eth0 12"),
    AddressLayout(
      "agentIP although excluded", "2 eth0 up 192.0.2.1 10.0.0.1", "ip=192.0.2.1 cidr=!192.0.2.0/24",
      wins: "192.0.2.1 eth0 0"),
  ]
}
