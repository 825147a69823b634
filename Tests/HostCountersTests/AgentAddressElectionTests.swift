import Bytes
import Netlink
import Testing

@testable import HostCounters

@Suite struct AgentAddressElectionTests {
  private func interface(_ text: Substring) throws -> Interface {
    let words = text.split(separator: " ")
    var interface = Interface(index: try #require(words.first.flatMap { UInt32($0) }), name: String(words[1]))
    for word in words.dropFirst(2) {
      switch word {
      case "up": interface.flags.insert(.up)
      case "lo": interface.flags.insert(.loopback)
      case "vlan": interface.kind = "vlan"
      case _ where word.hasPrefix("alias:"): interface.alias = String(word.dropFirst(6))
      default:
        let isMade = word.hasSuffix("~")
        var literal = isMade ? word.dropLast() : word
        let isAlias = literal.contains(".") && literal.hasSuffix(":1")
        if isAlias { literal = literal.dropLast(2) }
        interface.addresses.append(
          Interface.Address(
            try #require(IPAddress(literal)), prefixLength: 24, flags: isMade ? [] : .permanent,
            isAlias: isAlias))
      }
    }
    return interface
  }

  private func interfaces(_ text: String) throws -> [Interface] {
    try text.split(separator: "|").map(interface)
  }

  private func settings(_ text: String) throws -> AgentAddressElection.Settings {
    var settings = AgentAddressElection.Settings()
    for word in text.split(separator: " ") {
      let parts = word.split(separator: "=")
      switch parts[0] {
      case "ip":
        let address = try #require(IPAddress(parts[1]))
        settings.address = address
      case "agent": settings.device = String(parts[1])
      default:
        let isNegated = parts[1].hasPrefix("!")
        let prefix = parts[1].dropFirst(isNegated ? 1 : 0).split(separator: "/")
        let address = try #require(IPAddress(prefix[0]))
        let bits = try #require(Int(prefix[1]))
        let cidr = try #require(CIDR(address, bits: bits))
        settings.cidrs.append(AgentCIDR(cidr, isNegated: isNegated))
      }
    }
    return settings
  }

  private func elect(_ layout: AddressLayout) throws -> AgentAddressElection.Outcome {
    AgentAddressElection.elect(
      interfaces: try interfaces(layout.interfaces), settings: try settings(layout.settings))
  }

  @Test(arguments: AddressLayout.all) func `elects the address of the C agent`(layout: AddressLayout) throws {
    let outcome = try elect(layout)
    let winner = outcome.winner
    #expect(
      "\(outcome.address?.description ?? "-") \(winner?.device ?? "-") \(winner?.total ?? 0)" == layout.winner
    )
    #expect(winner == nil || winner?.address == outcome.address)
  }

  @Test(arguments: AddressLayout.all) func `does not depend on the order of interfaces`(layout: AddressLayout)
    throws
  {
    let reversed = AgentAddressElection.elect(
      interfaces: try interfaces(layout.interfaces).reversed(), settings: try settings(layout.settings))
    #expect(try reversed == elect(layout))
  }

  @Test func `there are at least sixty layouts, each with a name`() {
    #expect(AddressLayout.all.count >= 60)
    #expect(Set(AddressLayout.all.map(\.name)).count == AddressLayout.all.count)
  }

  @Test func `explains every candidate, the best first`() throws {
    let outcome = try elect(
      AddressLayout(
        "", "1 lo lo up 127.0.0.1 | 2 eth0 up 192.0.2.1 fe80::1~ | 3 eth1 up 10.0.0.1 | 4 eth2 up 224.0.0.5",
        "agent=eth1 cidr=192.0.0.0/8 cidr=!127.0.0.0/8", wins: ""))
    #expect(
      outcome.candidates.map { "\($0.address) \($0.device) \($0.index) \($0.total): \($0.reason)" } == [
        "192.0.2.1 eth0 2 38: IPv4 global 12, agent.cidr 192.0.0.0/8 +26",
        "10.0.0.1 eth1 3 24: IPv4 private 11, agent device +13",
        "fe80::1 eth0 2 6: IPv6 link-local 6, SLAAC",
        "127.0.0.1 lo 1 0: IPv4 loopback 4, agent.cidr !127.0.0.0/8 excludes it",
        "224.0.0.5 eth2 4 0: multicast 0",
      ])
    #expect(outcome.winner == outcome.candidates.first)
    #expect(!outcome.isDeviceMissing)
  }

  @Test func `says that the agent device is missing`() throws {
    #expect(try elect(AddressLayout("", "2 eth0 up 10.0.0.1", "agent=eth7", wins: "")).isDeviceMissing)
    #expect(try !elect(AddressLayout("", "2 eth0 up 10.0.0.1", wins: "")).isDeviceMissing)
  }

  @Test func `classes score from 0 to 12`() {
    #expect(AgentAddressClass.allCases.map(\.rawValue) == Array(0...12))
    #expect(AgentAddressClass.allCases.map(\.score) == [0, 1, 0] + Array(3...12))
  }
}
