import Netlink
import Testing

/// The expected octets were accepted by a 6.18 kernel under strict checking; see `Fixtures/README.md`.
@Suite struct RouteRequestTests {
  @Test func `asks for all links without statistics`() {
    #expect(
      RouteRequest.links(sequence: 7)
        == hex(
          """
          28000000 1200 0103 07000000 00000000   RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP
          00 00 0000 00000000 00000000 00000000  ifinfomsg
          0800 1d00 08000000                     IFLA_EXT_MASK = RTEXT_FILTER_SKIP_STATS
          """))
  }

  @Test func `asks for all addresses of all families`() {
    #expect(
      RouteRequest.addresses(sequence: 7)
        == hex(
          """
          18000000 1600 0103 07000000 00000000   RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP
          00 00 00 00 00000000                   ifaddrmsg
          """))
  }

  @Test func `asks for the counters of all links`() {
    #expect(
      RouteRequest.statistics(sequence: 7)
        == hex(
          """
          1c000000 5e00 0103 07000000 00000000   RTM_GETSTATS, NLM_F_REQUEST | NLM_F_DUMP
          00 000000 00000000 01000000            if_stats_msg, filter IFLA_STATS_LINK_64
          """))
  }

  @Test func `asks for the counters of one link`() {
    #expect(
      RouteRequest.statistics(index: 1, sequence: 7)
        == hex(
          """
          1c000000 5e00 0100 07000000 00000000   RTM_GETSTATS, NLM_F_REQUEST
          00 000000 01000000 01000000            if_stats_msg, ifindex 1
          """))
  }

  @Test func `asks for one link, and for what its bond counts for it`() {
    #expect(
      RouteRequest.link(index: 3, sequence: 7)
        == hex(
          """
          28000000 1200 0500 07000000 00000000   RTM_GETLINK, NLM_F_REQUEST | NLM_F_ACK
          00 00 0000 03000000 00000000 00000000  ifinfomsg, ifindex 3
          0800 1d00 08000000                     IFLA_EXT_MASK = RTEXT_FILTER_SKIP_STATS
          """))
    #expect(
      RouteRequest.memberStatistics(index: 3, sequence: 7)
        == hex(
          """
          1c000000 5e00 0500 07000000 00000000   RTM_GETSTATS, NLM_F_REQUEST | NLM_F_ACK
          00 000000 03000000 04000000            if_stats_msg, filter IFLA_STATS_LINK_XSTATS_SLAVE
          """))
  }
}
