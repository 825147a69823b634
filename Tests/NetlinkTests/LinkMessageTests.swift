import Bytes
import Netlink
import Testing

@Suite struct LinkMessageTests {
  /// Recorded: a virtio network device.
  @Test func `hardware has no kind and a device behind it`() throws {
    let link = try #require(try links(fixture("link-eth0")).first)
    var expected = LinkMessage(
      index: 4, flags: [.up, .broadcast, .running, .multicast, .lowerUp])
    expected.name = "eth0"
    expected.mac = MACAddress(0x02, 0xfc, 0, 0, 0, 1)
    expected.hardwareAddressLength = 6
    expected.permanentMAC = expected.mac
    expected.mtu = 1400
    expected.operState = .up
    expected.hasCarrier = true
    expected.promiscuity = 0
    expected.parentDevice = "virtio2"
    expected.parentBus = "virtio"
    expected.statistics = link.statistics
    #expect(link == expected)
    #expect(link.statistics?.rxPackets == 921)
    #expect(link.statistics?.txPackets == 486)
    #expect(link.statistics?.rxBytes == 39_660_966)
    #expect(link.statistics?.txBytes == 42_543)
  }

  /// One line per link: index name type flags mac mtu state master lower@namespace kind/memberKind alias.
  private func summary(_ link: LinkMessage) -> String {
    func text(_ value: (some Any)?) -> String { value.map { "\($0)" } ?? "-" }
    return "\(link.isDeletion ? "!" : "")\(link.index) \(text(link.name)) \(link.hardwareType.rawValue) "
      + "\(String(link.flags.rawValue, radix: 16)) \(text(link.mac)) \(text(link.mtu)) "
      + "\(text(link.operState)) \(text(link.master)) \(text(link.lowerIndex))@\(text(link.linkNamespace)) "
      + "\(text(link.kind))/\(text(link.memberKind)) \(text(link.alias))"
  }

  /// Recorded; `Fixtures/README.md` lists the commands that made the links.
  @Test(arguments: ["links", "links-statistics"]) func `reads a dump of many kinds`(name: String) throws {
    let octets = try fixture(name)
    #expect(
      try links(octets).map(summary) == [
        "1 lo 772 10049 00:00:00:00:00:00 65536 unknown - -@- -/- -",
        "2 eth0 1 1103 02:00:00:00:00:02 1500 down - 2@0 veth/- -",
        "3 tun0 65534 110d1 - 1500 unknown - -@- tun/- -",
        "4 tap0 1 1002 02:00:00:00:00:15 1500 down - -@- tun/- guest port 1",
        "10 veth0 1 11043 02:00:00:00:00:10 1500 up 12 11@- veth/bridge -",
        "11 veth1 1 11043 02:00:00:00:00:11 1400 up - 10@- veth/- uplink",
        "12 br0 1 11003 02:00:00:00:00:12 1500 down - -@- bridge/- -",
        "13 mv0 1 1002 02:00:00:00:00:13 1400 down - 11@- macvlan/- -",
        "14 vx0 1 1002 02:00:00:00:00:14 1450 down - -@- vxlan/- -",
      ])
    #expect(try headers(octets).last?.type == .done)
    #expect(try acknowledgements(octets) == [Acknowledgement(code: 0)])
    #expect(try links(octets).map(\.promiscuity) == [0, 1, 0, 0, 1, 0, 0, 0, 0])
  }

  /// Recorded while links were changed, moved and deleted.
  @Test func `reads events`() throws {
    let all = try links(fixture("events"))
    #expect(all.count == 17)
    let own = all.filter { $0.family == LinkMessage.anyFamily }
    #expect(
      own.map(summary) == [
        "11 veth1 1 1002 02:00:00:00:00:11 1400 down - 10@- veth/- uplink",
        "10 veth0 1 1003 02:00:00:00:00:10 1500 lowerLayerDown 12 11@- veth/bridge -",
        "11 up1 1 1002 02:00:00:00:00:11 1400 down - 10@- veth/- uplink",
        "12 br0 1 1003 02:00:00:00:00:12 1500 down - -@- bridge/- -",
        "4 tap0 1 1002 02:00:00:00:00:15 1500 down 12 -@- tun/bridge guest port 1",
        "4 tap0 1 1002 02:00:00:00:00:15 1500 down 12 -@- tun/bridge guest port 1",
        "4 tap0 1 1002 02:00:00:00:00:15 1500 down 12 -@- tun/bridge guest port 1",
        "4 tap0 1 1002 02:00:00:00:00:15 1500 down - -@- tun/- guest port 1",
        "!13 mv0 1 1002 02:00:00:00:00:13 1400 down - 11@- macvlan/- -",
        "11 up1 1 1002 02:00:00:00:00:11 1400 down - 10@- veth/- second name",
        "!14 vx0 1 1002 02:00:00:00:00:14 1450 down - -@- vxlan/- -",
        "!4 tap0 1 1002 02:00:00:00:00:15 1500 down - -@- tun/- guest port 1",
        "13 again 1 1002 ea:47:8a:af:02:d0 1500 down - -@- bridge/- -",
      ])
    // A port that leaves its bridge is "deleted" in the family AF_BRIDGE.
    let port = all.filter { $0.family == 7 }
    #expect(port.map(\.index) == [10, 4, 4, 4])
    #expect(port.map(\.isDeletion) == [false, false, false, true])
  }

  @Test func `reads a VLAN`() throws {
    let octets = message(
      .newLink,
      hex(
        """
        00 00 0100 05000000 43100100 ffffffff   AF_UNSPEC, ARPHRD_ETHER, index 5
        0d00 0300 65746830 2e333000 00000000    IFLA_IFNAME "eth0.30"
        0800 0500 02000000                      IFLA_LINK = 2
        3000 1280                               IFLA_LINKINFO, nested
        0900 0100 766c616e00 000000             IFLA_INFO_KIND "vlan"
        2000 0280                               IFLA_INFO_DATA, nested
        0600 0500 88a8 0000                     IFLA_VLAN_PROTOCOL, network order
        0600 0100 1e00 0000                     IFLA_VLAN_ID = 30
        0c00 0200 01000000 ffffffff             IFLA_VLAN_FLAGS
        """))
    let link = try #require(try links(octets).first)
    #expect(link.vlan == VLANTag(id: 30, etherType: 0x88A8))
    #expect(link.kind == "vlan")
    #expect(link.lowerIndex == 2)
    #expect(link.name == "eth0.30")
    #expect(link.changedFlags == LinkFlags(rawValue: .max))
  }

  @Test func `the data of another kind is not a VLAN`() throws {
    let octets = message(
      .newLink,
      hex(
        """
        00 00 0100 05000000 00000000 00000000
        1c00 1280                               IFLA_LINKINFO
        0a00 0100 62726964 6700 0000            IFLA_INFO_KIND "bridg"
        0c00 0280 0600 0100 1e00 0000           IFLA_INFO_DATA
        """))
    let link = try #require(try links(octets).first)
    #expect(link.kind == "bridg")
    #expect(link.vlan == nil)
  }

  @Test func `of an InfiniBand address only the length is kept`() throws {
    let octets = message(
      .newLink,
      hex(
        """
        00 00 2000 03000000 00000000 00000000   ARPHRD_INFINIBAND
        1800 0100 80000208 fe800000 00000000 f4521403 007bcb01   IFLA_ADDRESS
        """))
    let link = try #require(try links(octets).first)
    #expect(link.hardwareType == .infiniband)
    #expect(link.mac == nil)
    #expect(link.hardwareAddressLength == 20)
  }

  @Test func `a wireless event is marked`() throws {
    let octets = message(
      .newLink,
      hex(
        """
        00 00 0100 03000000 00000000 00000000
        0a00 0300 776c616e 3000 0000            IFLA_IFNAME "wlan0"
        0800 0b00 00000000                      IFLA_WIRELESS
        """))
    let link = try #require(try links(octets).first)
    #expect(link.isWirelessEvent)
    #expect(link.name == "wlan0")
    #expect(link.mtu == nil)
  }

  @Test func `an operational state from the future is unknown`() throws {
    let octets = message(.newLink, hex("00 00 0100 03000000 00000000 00000000 0500 1000 63 000000"))
    #expect(try links(octets).first?.operState == .unknown)
  }

  @Test(arguments: ["0400 0400", "0600 0400 0000", "0400 1000", "0700 0a00 000000", "0800 1280 0300 0100"])
  func `a short attribute is an error`(text: String) {
    let octets = message(.newLink, hex("00 00 0100 03000000 00000000 00000000") + hex(text))
    #expect(throws: WireError.self) { try links(octets) }
  }

  @Test func `other messages are not links`() throws {
    #expect(try links(fixture("addresses")).isEmpty)
    #expect(try links(fixture("statistics")).isEmpty)
  }
}
