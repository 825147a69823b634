import Bytes
import Testing

@testable import SFlow

/// From the layout tables of the specification, not from the encoder. Every field has a value of its own, so that
/// none can change places.
struct DropAndSocketGoldenTests {
  @Test func `extended_egress_queue has the layout of 0:1036`() throws {
    var value = ExtendedEgressQueue()
    value.queue = 0x0102_0301
    try expect(
      value,
      """
      0000040c  tag 0:1036
      00000004  4 octets follow
      01020301  queue
      """)
  }

  @Test func `extended_acl has the layout of 0:1037`() throws {
    var value = ExtendedACL()
    value.number = 0x0102_0301
    value.name = "abcde"
    value.direction = .ingress
    try expect(
      value,
      """
      0000040d                    tag 0:1037
      00000014                    20 octets follow
      01020301                    number
      00000005 61626364 65000000  name
      00000001                    direction
      """)
  }

  @Test func `extended_function has the layout of 0:1038`() throws {
    var value = ExtendedFunction()
    value.symbol = "abcde"
    try expect(
      value,
      """
      0000040e                    tag 0:1038
      0000000c                    12 octets follow
      00000005 61626364 65000000  symbol
      """)
  }

  @Test func `extended_transit has the layout of 0:1039`() throws {
    var value = ExtendedTransit()
    value.delayNanoseconds = 0x0102_0301
    try expect(
      value,
      """
      0000040f  tag 0:1039
      00000004  4 octets follow
      01020301  delay
      """)
  }

  @Test func `extended_queue has the layout of 0:1040`() throws {
    var value = ExtendedQueue()
    value.depthBytes = 0x0102_0301
    try expect(
      value,
      """
      00000410  tag 0:1040
      00000004  4 octets follow
      01020301  depth
      """)
  }

  @Test func `extended_hw_trap has the layout of 0:1041`() throws {
    var value = ExtendedHardwareTrap()
    value.group = "abcde"
    value.trap = "fghijkl"
    try expect(
      value,
      """
      00000411                    tag 0:1041
      00000018                    24 octets follow
      00000005 61626364 65000000  group
      00000007 66676869 6a6b6c00  trap
      """)
  }

  @Test func `extended_linux_drop_reason has the layout of 0:1042`() throws {
    var value = ExtendedLinuxDropReason()
    value.reason = "abcde"
    try expect(
      value,
      """
      00000412                    tag 0:1042
      0000000c                    12 octets follow
      00000005 61626364 65000000  reason
      """)
  }

  @Test func `extended_timestamp has the layout of 0:1043`() throws {
    var value = ExtendedTimestamp()
    value.nanoseconds = 0x0102_0304_0506_0701
    try expect(
      value,
      """
      00000413           tag 0:1043
      00000008           8 octets follow
      01020304 05060701  nanoseconds
      """)
  }

  @Test func `extended_socket_ipv4 has the layout of 0:2100`() throws {
    var value = ExtendedSocketIPv4()
    value.ipProtocol = 0x0102_0301
    value.local = IPv4Address(10, 1, 2, 2)
    value.remote = IPv4Address(10, 1, 2, 3)
    value.localPort = 0x0102_0304
    value.remotePort = 0x0102_0305
    try expect(
      value,
      """
      00000834  tag 0:2100
      00000014  20 octets follow
      01020301  protocol
      0a010202  local_ip
      0a010203  remote_ip
      01020304  local_port
      01020305  remote_port
      """)
  }

  @Test func `extended_socket_ipv6 has the layout of 0:2101`() throws {
    var value = ExtendedSocketIPv6()
    value.ipProtocol = 0x0102_0301
    value.local = IPv6Address(high: 0x2001_0DB8_0000_0000, low: 2)
    value.remote = IPv6Address(high: 0x2001_0DB8_0000_0000, low: 3)
    value.localPort = 0x0102_0304
    value.remotePort = 0x0102_0305
    try expect(
      value,
      """
      00000835                             tag 0:2101
      0000002c                             44 octets follow
      01020301                             protocol
      20010db8 00000000 00000000 00000002  local_ip
      20010db8 00000000 00000000 00000003  remote_ip
      01020304                             local_port
      01020305                             remote_port
      """)
  }

  @Test func `extended_proxy_socket_ipv4 has the layout of 0:2102`() throws {
    var value = ExtendedProxySocketIPv4()
    value.socket.ipProtocol = 0x0102_0301
    value.socket.local = IPv4Address(10, 1, 2, 2)
    value.socket.remote = IPv4Address(10, 1, 2, 3)
    value.socket.localPort = 0x0102_0304
    value.socket.remotePort = 0x0102_0305
    try expect(
      value,
      """
      00000836  tag 0:2102
      00000014  20 octets follow
      01020301  protocol
      0a010202  local_ip
      0a010203  remote_ip
      01020304  local_port
      01020305  remote_port
      """)
  }

  @Test func `extended_proxy_socket_ipv6 has the layout of 0:2103`() throws {
    var value = ExtendedProxySocketIPv6()
    value.socket.ipProtocol = 0x0102_0301
    value.socket.local = IPv6Address(high: 0x2001_0DB8_0000_0000, low: 2)
    value.socket.remote = IPv6Address(high: 0x2001_0DB8_0000_0000, low: 3)
    value.socket.localPort = 0x0102_0304
    value.socket.remotePort = 0x0102_0305
    try expect(
      value,
      """
      00000837                             tag 0:2103
      0000002c                             44 octets follow
      01020301                             protocol
      20010db8 00000000 00000000 00000002  local_ip
      20010db8 00000000 00000000 00000003  remote_ip
      01020304                             local_port
      01020305                             remote_port
      """)
  }
}
