import Bytes
import Testing

@testable import SFlow

/// From the layout tables of the specification, not from the encoder. Every field has a value of its own, so that
/// none can change places.
struct PacketGoldenTests {
  @Test func `sampled_ethernet has the layout of 0:2`() throws {
    var value = SampledEthernet()
    value.length = 0x0102_0301
    value.sourceMAC = MACAddress(2, 0, 0, 0, 0, 2)
    value.destinationMAC = MACAddress(2, 0, 0, 0, 0, 3)
    value.etherType = 0x0102_0304
    try expect(
      value,
      """
      00000002           tag 0:2
      00000018           24 octets follow
      01020301           length
      02000000 00020000  src_mac
      02000000 00030000  dst_mac
      01020304           type
      """)
  }

  @Test func `sampled_ipv4 has the layout of 0:3`() throws {
    var value = SampledIPv4()
    value.length = 0x0102_0301
    value.ipProtocol = 0x0102_0302
    value.source = IPv4Address(10, 1, 2, 3)
    value.destination = IPv4Address(10, 1, 2, 4)
    value.sourcePort = 0x0102_0305
    value.destinationPort = 0x0102_0306
    value.tcpFlags = 0x0102_0307
    value.tos = 0x0102_0308
    try expect(
      value,
      """
      00000003  tag 0:3
      00000020  32 octets follow
      01020301  length
      01020302  protocol
      0a010203  src_ip
      0a010204  dst_ip
      01020305  src_port
      01020306  dst_port
      01020307  tcp_flags
      01020308  tos
      """)
  }

  @Test func `sampled_ipv6 has the layout of 0:4`() throws {
    var value = SampledIPv6()
    value.length = 0x0102_0301
    value.nextHeader = 0x0102_0302
    value.source = IPv6Address(high: 0x2001_0DB8_0000_0000, low: 3)
    value.destination = IPv6Address(high: 0x2001_0DB8_0000_0000, low: 4)
    value.sourcePort = 0x0102_0305
    value.destinationPort = 0x0102_0306
    value.tcpFlags = 0x0102_0307
    value.priority = 0x0102_0308
    try expect(
      value,
      """
      00000004                             tag 0:4
      00000038                             56 octets follow
      01020301                             length
      01020302                             protocol
      20010db8 00000000 00000000 00000003  src_ip
      20010db8 00000000 00000000 00000004  dst_ip
      01020305                             src_port
      01020306                             dst_port
      01020307                             tcp_flags
      01020308                             priority
      """)
  }

  @Test func `extended_switch has the layout of 0:1001`() throws {
    var value = ExtendedSwitch()
    value.sourceVLAN = 0x0102_0301
    value.sourcePriority = 0x0102_0302
    value.destinationVLAN = 0x0102_0303
    value.destinationPriority = 0x0102_0304
    try expect(
      value,
      """
      000003e9  tag 0:1001
      00000010  16 octets follow
      01020301  src_vlan
      01020302  src_priority
      01020303  dst_vlan
      01020304  dst_priority
      """)
  }

  @Test func `extended_router has the layout of 0:1002`() throws {
    var value = ExtendedRouter()
    value.nextHop = .v4(IPv4Address(192, 0, 2, 1))
    value.sourcePrefix = 0x0102_0302
    value.destinationPrefix = 0x0102_0303
    try expect(
      value,
      """
      000003ea           tag 0:1002
      00000010           16 octets follow
      00000001 c0000201  nexthop
      01020302           src_mask_len
      01020303           dst_mask_len
      """)
  }

  @Test func `extended_user has the layout of 0:1004`() throws {
    var value = ExtendedUser()
    value.sourceCharset = 0x0102_0301
    value.sourceUser = [0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5]
    value.destinationCharset = 0x0102_0303
    value.destinationUser = [0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7]
    try expect(
      value,
      """
      000003ec                    tag 0:1004
      00000020                    32 octets follow
      01020301                    src_charset
      00000006 a0a1a2a3 a4a50000  src_user
      01020303                    dst_charset
      00000008 a0a1a2a3 a4a5a6a7  dst_user
      """)
  }

  @Test func `extended_url has the layout of 0:1005`() throws {
    var value = ExtendedURL()
    value.direction = .destinationIsServer
    value.url = "abcde"
    value.host = "fghijkl"
    try expect(
      value,
      """
      000003ed                    tag 0:1005
      0000001c                    28 octets follow
      00000002                    direction
      00000005 61626364 65000000  url
      00000007 66676869 6a6b6c00  host
      """)
  }

  @Test func `extended_nat has the layout of 0:1007`() throws {
    var value = ExtendedNAT()
    value.source = .v4(IPv4Address(192, 0, 2, 1))
    value.destination = .v6(IPv6Address(high: 0x2001_0DB8_0000_0000, low: 1))
    try expect(
      value,
      """
      000003ef                             tag 0:1007
      0000001c                             28 octets follow
      00000001 c0000201                    src_address
      00000002 20010db8 00000000 00000000  dst_address
      00000001
      """)
  }

  @Test func `extended_vlantunnel has the layout of 0:1012`() throws {
    var value = ExtendedVLANTunnel()
    value.tags = [0x8100_002A, 0x8100_0007]
    try expect(
      value,
      """
      000003f4                    tag 0:1012
      0000000c                    12 octets follow
      00000002 8100002a 81000007  stack
      """)
  }
}
