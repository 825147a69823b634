import Bytes
import Testing

@testable import SFlow

/// From the layout tables of the specification, not from the encoder. Every field has a value of its own, so that
/// none can change places.
struct OperationGoldenTests {
  @Test func `extended_tcp_info has the layout of 0:2209`() throws {
    var value = ExtendedTCPInfo()
    value.direction = .sent
    value.sendMSS = 0x0102_0302
    value.receiveMSS = 0x0102_0303
    value.unacknowledged = 0x0102_0304
    value.lost = 0x0102_0305
    value.retransmitted = 0x0102_0306
    value.pathMTU = 0x0102_0307
    value.rttMicroseconds = 0x0102_0308
    value.rttVarianceMicroseconds = 0x0102_0309
    value.congestionWindow = 0x0102_030A
    value.reordering = 0x0102_030B
    value.minimumRTTMicroseconds = 0x0102_030C
    try expect(
      value,
      """
      000008a1  tag 0:2209
      00000030  48 octets follow
      00000002  dir
      01020302  snd_mss
      01020303  rcv_mss
      01020304  unacked
      01020305  lost
      01020306  retrans
      01020307  pmtu
      01020308  rtt
      01020309  rttvar
      0102030a  snd_cwnd
      0102030b  reordering
      0102030c  min_rtt
      """)
  }

  @Test func `extended_entities has the layout of 0:2210`() throws {
    var value = ExtendedEntities()
    value.source = DataSource(.physicalEntity, 100001)
    value.destination = DataSource(.logicalEntity, 100003)
    try expect(
      value,
      """
      000008a2  tag 0:2210
      00000010  16 octets follow
      00000002  src_ds.type
      000186a1  src_ds.index
      00000003  dst_ds.type
      000186a3  dst_ds.index
      """)
  }

  @Test func `app_operation has the layout of 0:2202`() throws {
    var value = AppOperation()
    value.application = "abcde"
    value.operation = "fghijkl"
    value.attributes = "mn"
    value.statusDescription = "opqrstuv"
    value.requestBytes = 0x0102_0304_0506_0705
    value.responseBytes = 0x0102_0304_0506_0706
    value.microseconds = 0x0102_0307
    value.status = .tooLarge
    try expect(
      value,
      """
      0000089a                    tag 0:2202
      00000044                    68 octets follow
      00000005 61626364 65000000  application
      00000007 66676869 6a6b6c00  operation
      00000002 6d6e0000           attributes
      00000008 6f707172 73747576  status_descr
      01020304 05060705           req_bytes
      01020304 05060706           resp_bytes
      01020307                    uS
      00000006                    status
      """)
  }

  @Test func `app_parent_context has the layout of 0:2203`() throws {
    var value = AppParentContext()
    value.application = "abcde"
    value.operation = "fghijkl"
    value.attributes = "mn"
    try expect(
      value,
      """
      0000089b                    tag 0:2203
      00000020                    32 octets follow
      00000005 61626364 65000000  application
      00000007 66676869 6a6b6c00  operation
      00000002 6d6e0000           attributes
      """)
  }

  @Test func `app_initiator has the layout of 0:2204`() throws {
    var value = AppInitiator()
    value.actor = "abcde"
    try expect(
      value,
      """
      0000089c                    tag 0:2204
      0000000c                    12 octets follow
      00000005 61626364 65000000  actor
      """)
  }

  @Test func `app_target has the layout of 0:2205`() throws {
    var value = AppTarget()
    value.actor = "abcde"
    try expect(
      value,
      """
      0000089d                    tag 0:2205
      0000000c                    12 octets follow
      00000005 61626364 65000000  actor
      """)
  }
}
