import Bytes
import Netlink
import Testing

/// Requests and answers as Linux 6.18 took and gave them; see `Fixtures/README.md`.
@Suite struct RouteLookupTests {
  @Test func `asks for the route to an address of either family`() {
    #expect(
      RouteLookup.request(to: .v4(IPv4Address(10, 1, 2, 9)), sequence: 7)
        == hex(
          """
          24000000 1a00 0100 07000000 00000000   RTM_GETROUTE, NLM_F_REQUEST
          02 20 00 00 00 00 00 00 00000000       rtmsg: AF_INET, 32 bits
          0800 0100 0a010209                     RTA_DST
          """))
    #expect(
      RouteLookup.request(to: .v6(IPv6Address(high: 0x2001_0db8 << 32, low: 9)), sequence: 7)
        == hex(
          """
          30000000 1a00 0100 07000000 00000000   RTM_GETROUTE, NLM_F_REQUEST
          0a 80 00 00 00 00 00 00 00000000       rtmsg: AF_INET6, 128 bits
          1400 0100 20010db8 00000000 00000000 00000009
          """))
  }

  @Test func `an answer tells interface and gateway, if there is one`() throws {
    let octets = try fixture("routes")
    var messages = Messages(octets.span)
    var gateways: [String] = []
    while let message = try messages.next() {
      let route = try #require(try RouteLookup(parsing: message))
      #expect(route.output == 7)
      gateways.append(route.gateway.map { "\($0)" } ?? "on the link")
    }
    #expect(gateways == ["on the link", "10.1.2.1", "on the link", "2001:db8::2"])
  }
}
