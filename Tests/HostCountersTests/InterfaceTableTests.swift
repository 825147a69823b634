import Bytes
import Foundation
import Netlink
import Testing

@testable import HostCounters

@Suite struct InterfaceTableTests {
  private func deletion(_ text: String) throws -> LinkMessage {
    var gone = try link(text)
    gone.isDeletion = true
    return gone
  }

  private func changes(_ change: (inout InterfaceChanges) -> Void) -> InterfaceChanges {
    var changes = InterfaceChanges()
    change(&changes)
    return changes
  }

  /// lo and eth0 with an address each, which everybody has heard of.
  private func settled() throws -> InterfaceTable {
    var table = try table("1 lo lo up\n2 eth0 up alias:uplink")
    table.apply(try address(1, "127.0.0.1/8"))
    table.apply(try address(2, "10.0.0.2/24"))
    _ = table.takeChanges()
    return table
  }

  @Test func `finds interfaces by ifIndex, name and alias`() throws {
    var table = try settled()
    #expect(table.count == 2)
    #expect(table.all.map(\.name) == ["lo", "eth0"])
    #expect(table[2]?.name == "eth0")
    #expect(table.interface(named: "eth0")?.index == 2)
    #expect(table.interface(alias: "uplink")?.index == 2)
    #expect(table[3] == nil)
    #expect(table.interface(named: "uplink") == nil)
    #expect(table.interface(alias: "eth0") == nil)
    table.apply(try link("9 eth9 alias:uplink"))
    table.apply(try link("1 lo lo up alias:uplink"))
    #expect(table.interface(alias: "uplink")?.index == 1)
  }

  @Test func `what is new is added, once`() throws {
    var table = try table("2 eth0")
    table.apply(try address(2, "10.0.0.2/24"))
    table.apply(try link("2 eth0 up"))
    table.apply(try link("2 wan up"))
    #expect(table.takeChanges() == changes { $0.added = [2] })
    #expect(table.takeChanges().isEmpty)
  }

  @Test func `the same again is no change`() throws {
    var table = try settled()
    table.apply(try link("2 eth0 up alias:uplink"))
    table.apply(try address(2, "10.0.0.2/24"))
    #expect(table.takeChanges().isEmpty)
  }

  @Test(arguments: [
    "2 eth0 alias:uplink", "2 eth0 up", "2 eth0 up alias:uplink in:7", "2 eth0 up alias:uplink over:7",
    "2 eth0 up alias:uplink mac:02:00:00:00:99:99",
  ]) func `another state is a change of the link`(text: String) throws {
    var table = try settled()
    table.apply(try link(text))
    #expect(table.takeChanges() == changes { $0.linkChanged = [2] })
    #expect(table[2]?.addresses.count == 1)
  }

  @Test func `a rename is nothing but a rename`() throws {
    var table = try settled()
    table.apply(try link("2 wan up alias:uplink"))
    #expect(table.takeChanges() == changes { $0.renamed = [2] })
    #expect(table.interface(named: "eth0") == nil)
    #expect(table.interface(named: "wan")?.index == 2)
    #expect(table[2]?.addresses.count == 1)
  }

  @Test func `two interfaces may swap their names`() throws {
    var table = try table("2 eth0\n3 eth1")
    table.apply(try link("2 eth1"))
    table.apply(try link("3 eth0"))
    #expect(table.interface(named: "eth1")?.index == 2)
    #expect(table.interface(named: "eth0")?.index == 3)
  }

  @Test func `addresses come, change and go in order`() throws {
    var table = try settled()
    table.apply(try address(2, "10.0.0.3/24", flags: [.permanent, .secondary], label: "eth0:1"))
    table.apply(try address(2, "2001:db8::2/64", flags: .tentative))
    #expect(table.takeChanges() == changes { $0.readdressed = [2] })
    #expect(table[2]?.addresses.map(\.address.description) == ["10.0.0.2", "10.0.0.3", "2001:db8::2"])
    #expect(table[2]?.addresses.map(\.isAlias) == [false, true, false])

    table.apply(try address(2, "2001:db8::2/64", flags: .permanent))
    #expect(table.takeChanges() == changes { $0.readdressed = [2] })
    #expect(table[2]?.addresses[2].flags == .permanent)

    table.apply(try address(2, "10.0.0.2/24", isDeletion: true))
    #expect(table.takeChanges() == changes { $0.readdressed = [2] })
    #expect(table[2]?.addresses.map(\.address.description) == ["10.0.0.3", "2001:db8::2"])

    table.apply(try address(2, "10.0.0.2/24", isDeletion: true))
    table.apply(try address(9, "10.0.0.9/24"))
    #expect(table.takeChanges().isEmpty)
  }

  @Test func `what is deleted is gone`() throws {
    var table = try settled()
    let last = table[2]
    table.apply(try link("2 wan up"))
    table.apply(try address(2, "10.0.0.9/24"))
    table.apply(try deletion("2 wan up"))
    let changes = table.takeChanges()
    #expect(changes.removed.keys.sorted() == [2])
    #expect(changes.removed[2]?.name == "wan")
    #expect(changes.renamed.isEmpty && changes.readdressed.isEmpty && changes.linkChanged.isEmpty)
    #expect(last?.name == "eth0")
    #expect(table[2] == nil)
    #expect(table.interface(named: "wan") == nil)
    table.apply(try deletion("2 wan up"))
    #expect(table.takeChanges().isEmpty)
  }

  @Test func `what came and went unseen is not mentioned`() throws {
    var table = try settled()
    table.apply(try link("3 veth0 veth"))
    table.apply(try deletion("3 veth0 veth"))
    #expect(table.takeChanges().isEmpty)
  }

  @Test func `a number used again is another interface`() throws {
    var table = try settled()
    table.apply(try deletion("2 eth0 up"))
    table.apply(try link("2 eth0 up"))
    let changes = table.takeChanges()
    #expect(changes.added == [2])
    #expect(changes.removed.keys.sorted() == [2])
    #expect(table[2]?.addresses.isEmpty == true)
  }

  @Test(arguments: [
    ("2 eth0 up veth", true),
    ("2 tap7 up mac:02:00:00:00:99:99", true),
    ("2 wan up", false),
    ("2 eth0 up mac:02:00:00:00:99:99", false),
  ]) func `a number used again is noticed without the deletion`(text: String, isAnother: Bool) throws {
    var table = try settled()
    table.apply(try link(text))
    #expect(table.takeChanges().added == (isAnother ? [2] : []))
    #expect(table[2]?.addresses.isEmpty == isAnother)
  }

  @Test func `another permanent address is another interface`() throws {
    var table = InterfaceTable()
    var eth0 = try link("2 eth0")
    eth0.permanentMAC = MACAddress(1)
    table.apply(eth0)
    _ = table.takeChanges()
    eth0.permanentMAC = MACAddress(2)
    table.apply(eth0)
    #expect(table.takeChanges().added == [2])
  }

  @Test func `a bridge port that leaves its bridge stays`() throws {
    var table = try settled()
    var port = try deletion("2 eth0 up")
    port.family = 7
    table.apply(port)
    #expect(table.count == 2)
    #expect(table.takeChanges().isEmpty)
  }

  @Test func `a wireless event changes nothing`() throws {
    var table = try settled()
    var event = LinkMessage(index: 2, flags: .up)
    event.name = "eth0"
    event.isWirelessEvent = true
    table.apply(event)
    #expect(table.takeChanges().isEmpty)
  }

  @Test func `messages without a name or number are ignored`() throws {
    var table = InterfaceTable()
    table.apply(LinkMessage(index: 4))
    table.apply(try link("0 none"))
    #expect(table.count == 0)
  }

  @Test func `a dump removes what it does not show`() throws {
    var table = try settled()
    table.apply(try link("3 eth1 up"))
    table.apply(try address(3, "10.0.1.3/24"))
    table.apply(try address(2, "10.0.0.9/24"))
    _ = table.takeChanges()

    table.beginResync()
    table.apply(try link("1 lo lo up"))
    table.apply(try link("2 eth0 up alias:uplink"))
    table.apply(try address(1, "127.0.0.1/8"))
    table.apply(try address(2, "10.0.0.9/24"))
    #expect(table.takeChanges().isEmpty)
    table.endResync()
    let changes = table.takeChanges()
    #expect(changes.removed.keys.sorted() == [3])
    #expect(changes.readdressed == [2])
    #expect(changes.added.isEmpty)
    #expect(table[2]?.addresses.map(\.address.description) == ["10.0.0.9"])
  }

  @Test func `a dump restores the kernel's order of addresses`() throws {
    var table = try settled()
    table.apply(try address(2, "10.0.0.1/24"))
    table.beginResync()
    for line in ["1 lo lo up", "2 eth0 up alias:uplink"] { table.apply(try link(line)) }
    for (index, text) in [(UInt32(1), "127.0.0.1/8"), (2, "10.0.0.1/24"), (2, "10.0.0.2/24")] {
      table.apply(try address(index, text))
    }
    table.endResync()
    #expect(table[2]?.addresses.map(\.address.description) == ["10.0.0.1", "10.0.0.2"])
  }

  @Test func `events during a dump count`() throws {
    var table = try settled()
    table.beginResync()
    table.apply(try link("1 lo lo up"))
    table.apply(try link("2 eth0 up alias:uplink"))
    table.apply(try link("5 veth5 veth"))
    table.apply(try deletion("2 eth0 up"))
    table.apply(try address(1, "127.0.0.1/8"))
    table.apply(try address(5, "10.5.0.1/24"))
    table.endResync()
    #expect(table.all.map(\.index) == [1, 5])
    #expect(table[5]?.addresses.count == 1)
  }

  @Test func `an interrupted dump begins again`() throws {
    var table = try settled()
    table.beginResync()
    table.apply(try link("1 lo lo up"))
    table.beginResync()
    table.apply(try link("2 eth0 up alias:uplink"))
    table.apply(try address(2, "10.0.0.2/24"))
    table.endResync()
    #expect(table.all.map(\.index) == [2])
    table.endResync()
    #expect(table.all.map(\.index) == [2])
  }

  @Test func `reads messages of the kernel`() throws {
    // RTM_NEWLINK: index 2, IFLA_IFNAME "e"; RTM_NEWADDR: 10.0.0.2/24; RTM_NEWSTATS, ignored.
    let octets: [UInt8] = [
      0x28, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      0, 0, 1, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 6, 0, 3, 0, 0x65, 0, 0, 0,
      0x20, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      2, 24, 0x80, 0, 2, 0, 0, 0, 8, 0, 2, 0, 10, 0, 0, 2,
      0x1c, 0, 0, 0, 92, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0,
    ]
    var table = InterfaceTable()
    var messages = Messages(octets.span)
    while let message = try messages.next() { try table.apply(message) }
    #expect(table.all.map(\.name) == ["e"])
    #expect(table[2]?.isUp == true)
    #expect(table[2]?.addresses == [Interface.Address(.v4(IPv4Address(10, 0, 0, 2)), prefixLength: 24)])
  }

  /// Dumps and events of the kernel; `Tests/NetlinkTests/Fixtures/README.md` says what happened.
  @Test func `follows a recorded namespace`() throws {
    var table = InterfaceTable()
    try apply(["links", "addresses"], to: &table)
    #expect(table.takeChanges().added == [1, 2, 3, 4, 10, 11, 12, 13, 14])
    #expect(table.all.map(\.addresses.count) == [2, 5, 3, 0, 1, 2, 0, 1, 0])
    #expect(table.interface(alias: "guest port 1")?.name == "tap0")
    #expect(table[2]?.localLower == nil)
    #expect(table[13]?.localLower == 11)
    #expect(table.hostTotalInterfaces() == [2])
    #expect(table.hostAdaptors().map(\.name) == ["eth0", "br0"])
    let agent = AgentAddressElection.elect(interfaces: table.all, settings: .init())
    #expect(agent.winner?.reason == "IPv4 global 12")
    #expect(agent.winner?.device == "mv0")

    try apply(["events"], to: &table)
    let changes = table.takeChanges()
    #expect(changes.removed.mapValues(\.name) == [4: "tap0", 13: "mv0", 14: "vx0"])
    #expect(changes.added == [13])
    #expect(changes.renamed == [11])
    #expect(changes.readdressed == [11, 12])
    #expect(changes.linkChanged == [10, 11, 12])
    #expect(table.all.map(\.name) == ["lo", "eth0", "tun0", "veth0", "up1", "br0", "again"])
    #expect(table[11]?.alias == "second name")
    #expect(table[13]?.kind == "bridge")
    #expect(AgentAddressElection.elect(interfaces: table.all, settings: .init()).winner?.device == "eth0")
  }

  private func apply(_ fixtures: [String], to table: inout InterfaceTable) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    for name in fixtures {
      let octets = [UInt8](
        try Data(contentsOf: folder.appending(path: "../NetlinkTests/Fixtures/\(name).bin")))
      var messages = Messages(octets.span)
      while let message = try messages.next() { try table.apply(message) }
    }
  }

  @Test func `survives ten thousand deletions under new and old numbers`() throws {
    var table = try settled()
    var random: UInt32 = 1
    for _ in 0..<10_000 {
      random = random &* 1_664_525 &+ 1_013_904_223
      let text = "\(10 + random >> 28) veth\(random >> 16 & 7) veth"
      table.apply(random >> 12 & 1 == 0 ? try link(text) : try deletion(text))
    }
    #expect(table.count <= 2 + 16)
    for interface in table.all {
      let named = table.interface(named: interface.name)
      #expect(named == nil || named?.name == interface.name)
    }
  }
}
