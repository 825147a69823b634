import Bytes
import Testing

@testable import SFlow

/// From the layout tables of the specification, not from the encoder. Every field has a value of its own, so that
/// none can change places.
struct InterfaceCounterGoldenTests {
  @Test func `if_counters has the layout of 0:1`() throws {
    var value = InterfaceCounters()
    value.index = 0x0102_0301
    value.type = .ethernetCSMACD
    value.speed = 0x0102_0304_0506_0703
    value.direction = .fullDuplex
    value.status = [.adminUp, .operUp]
    value.inOctets = 0x0102_0304_0506_0706
    value.inUnicastPackets = 0x0102_0307
    value.inMulticastPackets = 0x0102_0308
    value.inBroadcastPackets = 0x0102_0309
    value.inDiscards = 0x0102_030A
    value.inErrors = 0x0102_030B
    value.inUnknownProtocols = 0x0102_030C
    value.outOctets = 0x0102_0304_0506_070D
    value.outUnicastPackets = 0x0102_030E
    value.outMulticastPackets = 0x0102_030F
    value.outBroadcastPackets = 0x0102_0310
    value.outDiscards = 0x0102_0311
    value.outErrors = 0x0102_0312
    value.promiscuous = 0x0102_0313
    try expect(
      value,
      """
      00000001           tag 0:1
      00000058           88 octets follow
      01020301           ifIndex
      00000006           ifType
      01020304 05060703  ifSpeed
      00000001           ifDirection
      00000003           ifStatus
      01020304 05060706  ifInOctets
      01020307           ifInUcastPkts
      01020308           ifInMulticastPkts
      01020309           ifInBroadcastPkts
      0102030a           ifInDiscards
      0102030b           ifInErrors
      0102030c           ifInUnknownProtos
      01020304 0506070d  ifOutOctets
      0102030e           ifOutUcastPkts
      0102030f           ifOutMulticastPkts
      01020310           ifOutBroadcastPkts
      01020311           ifOutDiscards
      01020312           ifOutErrors
      01020313           ifPromiscuousMode
      """)
  }

  @Test func `ethernet_counters has the layout of 0:2`() throws {
    var value = EthernetCounters()
    value.alignmentErrors = 0x0102_0301
    value.fcsErrors = 0x0102_0302
    value.singleCollisionFrames = 0x0102_0303
    value.multipleCollisionFrames = 0x0102_0304
    value.sqeTestErrors = 0x0102_0305
    value.deferredTransmissions = 0x0102_0306
    value.lateCollisions = 0x0102_0307
    value.excessiveCollisions = 0x0102_0308
    value.internalMACTransmitErrors = 0x0102_0309
    value.carrierSenseErrors = 0x0102_030A
    value.frameTooLongs = 0x0102_030B
    value.internalMACReceiveErrors = 0x0102_030C
    value.symbolErrors = 0x0102_030D
    try expect(
      value,
      """
      00000002  tag 0:2
      00000034  52 octets follow
      01020301  dot3StatsAlignmentErrors
      01020302  dot3StatsFCSErrors
      01020303  dot3StatsSingleCollisionFrames
      01020304  dot3StatsMultipleCollisionFrames
      01020305  dot3StatsSQETestErrors
      01020306  dot3StatsDeferredTransmissions
      01020307  dot3StatsLateCollisions
      01020308  dot3StatsExcessiveCollisions
      01020309  dot3StatsInternalMacTransmitErrors
      0102030a  dot3StatsCarrierSenseErrors
      0102030b  dot3StatsFrameTooLongs
      0102030c  dot3StatsInternalMacReceiveErrors
      0102030d  dot3StatsSymbolErrors
      """)
  }

  @Test func `vlan_counters has the layout of 0:5`() throws {
    var value = VLANCounters()
    value.vlanID = 0x0102_0301
    value.octets = 0x0102_0304_0506_0702
    value.unicastPackets = 0x0102_0303
    value.multicastPackets = 0x0102_0304
    value.broadcastPackets = 0x0102_0305
    value.discards = 0x0102_0306
    try expect(
      value,
      """
      00000005           tag 0:5
      0000001c           28 octets follow
      01020301           vlan_id
      01020304 05060702  octets
      01020303           ucastPkts
      01020304           multicastPkts
      01020305           broadcastPkts
      01020306           discards
      """)
  }

  @Test func `port_name has the layout of 0:1005`() throws {
    var value = PortName()
    value.name = "abcde"
    try expect(
      value,
      """
      000003ed                    tag 0:1005
      0000000c                    12 octets follow
      00000005 61626364 65000000  name
      """)
  }

  @Test func `lag_port_stats has the layout of 0:7`() throws {
    var value = LAGPortStats()
    value.actorSystemID = MACAddress(2, 0, 0, 0, 0, 1)
    value.partnerOperSystemID = MACAddress(2, 0, 0, 0, 0, 2)
    value.attachedAggregatorID = 0x0102_0303
    value.state = LACPPortState(actorAdmin: 0x3D, actorOper: 0x3C, partnerAdmin: 0x07, partnerOper: 0x3F)
    value.lacpdusReceived = 0x0102_0305
    value.markerPDUsReceived = 0x0102_0306
    value.markerResponsePDUsReceived = 0x0102_0307
    value.unknownReceived = 0x0102_0308
    value.illegalReceived = 0x0102_0309
    value.lacpdusSent = 0x0102_030A
    value.markerPDUsSent = 0x0102_030B
    value.markerResponsePDUsSent = 0x0102_030C
    try expect(
      value,
      """
      00000007           tag 0:7
      00000038           56 octets follow
      02000000 00010000  actorSystemID
      02000000 00020000  partnerOperSystemID
      01020303           attachedAggID
      3d3c073f           portState
      01020305           LACPDUsRx
      01020306           MarkerPDUsRx
      01020307           MarkerResponsePDUsRx
      01020308           UnknownRx
      01020309           IllegalRx
      0102030a           LACPDUsTx
      0102030b           MarkerPDUsTx
      0102030c           MarkerResponsePDUsTx
      """)
  }

  @Test func `pfc_counters has the layout of 0:11`() throws {
    var value = PFCCounters()
    value.requests = 0x0102_0301
    value.indications = 0x0102_0302
    value.pauseMicroseconds = 0x0102_0303
    value.stormsDetected = 0x0102_0304
    value.stormsRestored = 0x0102_0305
    try expect(
      value,
      """
      0000000b  tag 0:11
      00000014  20 octets follow
      01020301  requests
      01020302  indications
      01020303  pause_duration
      01020304  storm_detected
      01020305  storm_restored
      """)
  }

  @Test func `processor has the layout of 0:1001`() throws {
    var value = Processor()
    value.fiveSeconds = Percentage(hundredths: 9000)
    value.oneMinute = Percentage(hundredths: 9001)
    value.fiveMinutes = Percentage(hundredths: 9002)
    value.totalMemoryBytes = 0x0102_0304_0506_0704
    value.freeMemoryBytes = 0x0102_0304_0506_0705
    try expect(
      value,
      """
      000003e9           tag 0:1001
      0000001c           28 octets follow
      00002328           5s_cpu
      00002329           1m_cpu
      0000232a           5m_cpu
      01020304 05060704  total_memory
      01020304 05060705  free_memory
      """)
  }
}
