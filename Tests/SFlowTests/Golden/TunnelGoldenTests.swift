import Bytes
import Testing

@testable import SFlow

/// From the layout tables of the specification, not from the encoder. Every field has a value of its own, so that
/// none can change places.
struct TunnelGoldenTests {
  @Test func `extended_L2_tunnel_egress has the layout of 0:1021`() throws {
    var value = ExtendedL2TunnelEgress()
    value.outer.length = 0x0102_0301
    value.outer.sourceMAC = MACAddress(2, 0, 0, 0, 0, 2)
    value.outer.destinationMAC = MACAddress(2, 0, 0, 0, 0, 3)
    value.outer.etherType = 0x0102_0304
    try expect(
      value,
      """
      000003fd           tag 0:1021
      00000018           24 octets follow
      01020301           length
      02000000 00020000  src_mac
      02000000 00030000  dst_mac
      01020304           type
      """)
  }

  @Test func `extended_L2_tunnel_ingress has the layout of 0:1022`() throws {
    var value = ExtendedL2TunnelIngress()
    value.outer.length = 0x0102_0301
    value.outer.sourceMAC = MACAddress(2, 0, 0, 0, 0, 2)
    value.outer.destinationMAC = MACAddress(2, 0, 0, 0, 0, 3)
    value.outer.etherType = 0x0102_0304
    try expect(
      value,
      """
      000003fe           tag 0:1022
      00000018           24 octets follow
      01020301           length
      02000000 00020000  src_mac
      02000000 00030000  dst_mac
      01020304           type
      """)
  }

  @Test func `extended_ipv4_tunnel_egress has the layout of 0:1023`() throws {
    var value = ExtendedIPv4TunnelEgress()
    value.outer.length = 0x0102_0301
    value.outer.ipProtocol = 0x0102_0302
    value.outer.source = IPv4Address(10, 1, 2, 3)
    value.outer.destination = IPv4Address(10, 1, 2, 4)
    value.outer.sourcePort = 0x0102_0305
    value.outer.destinationPort = 0x0102_0306
    value.outer.tcpFlags = 0x0102_0307
    value.outer.tos = 0x0102_0308
    try expect(
      value,
      """
      000003ff  tag 0:1023
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

  @Test func `extended_ipv4_tunnel_ingress has the layout of 0:1024`() throws {
    var value = ExtendedIPv4TunnelIngress()
    value.outer.length = 0x0102_0301
    value.outer.ipProtocol = 0x0102_0302
    value.outer.source = IPv4Address(10, 1, 2, 3)
    value.outer.destination = IPv4Address(10, 1, 2, 4)
    value.outer.sourcePort = 0x0102_0305
    value.outer.destinationPort = 0x0102_0306
    value.outer.tcpFlags = 0x0102_0307
    value.outer.tos = 0x0102_0308
    try expect(
      value,
      """
      00000400  tag 0:1024
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

  @Test func `extended_ipv6_tunnel_egress has the layout of 0:1025`() throws {
    var value = ExtendedIPv6TunnelEgress()
    value.outer.length = 0x0102_0301
    value.outer.nextHeader = 0x0102_0302
    value.outer.source = IPv6Address(high: 0x2001_0DB8_0000_0000, low: 3)
    value.outer.destination = IPv6Address(high: 0x2001_0DB8_0000_0000, low: 4)
    value.outer.sourcePort = 0x0102_0305
    value.outer.destinationPort = 0x0102_0306
    value.outer.tcpFlags = 0x0102_0307
    value.outer.priority = 0x0102_0308
    try expect(
      value,
      """
      00000401                             tag 0:1025
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

  @Test func `extended_ipv6_tunnel_ingress has the layout of 0:1026`() throws {
    var value = ExtendedIPv6TunnelIngress()
    value.outer.length = 0x0102_0301
    value.outer.nextHeader = 0x0102_0302
    value.outer.source = IPv6Address(high: 0x2001_0DB8_0000_0000, low: 3)
    value.outer.destination = IPv6Address(high: 0x2001_0DB8_0000_0000, low: 4)
    value.outer.sourcePort = 0x0102_0305
    value.outer.destinationPort = 0x0102_0306
    value.outer.tcpFlags = 0x0102_0307
    value.outer.priority = 0x0102_0308
    try expect(
      value,
      """
      00000402                             tag 0:1026
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

  @Test func `extended_decapsulate_egress has the layout of 0:1027`() throws {
    var value = ExtendedDecapsulateEgress()
    value.innerHeaderOffset = 0x0102_0301
    try expect(
      value,
      """
      00000403  tag 0:1027
      00000004  4 octets follow
      01020301  inner_header_offset
      """)
  }

  @Test func `extended_decapsulate_ingress has the layout of 0:1028`() throws {
    var value = ExtendedDecapsulateIngress()
    value.innerHeaderOffset = 0x0102_0301
    try expect(
      value,
      """
      00000404  tag 0:1028
      00000004  4 octets follow
      01020301  inner_header_offset
      """)
  }

  @Test func `extended_vni_egress has the layout of 0:1029`() throws {
    var value = ExtendedVNIEgress()
    value.vni = 0x0102_0301
    try expect(
      value,
      """
      00000405  tag 0:1029
      00000004  4 octets follow
      01020301  vni
      """)
  }

  @Test func `extended_vni_ingress has the layout of 0:1030`() throws {
    var value = ExtendedVNIIngress()
    value.vni = 0x0102_0301
    try expect(
      value,
      """
      00000406  tag 0:1030
      00000004  4 octets follow
      01020301  vni
      """)
  }
}
