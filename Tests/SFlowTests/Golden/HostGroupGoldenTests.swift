import Bytes
import Testing

@testable import SFlow

/// From the layout tables of the specification, not from the encoder. Every field has a value of its own, so that
/// none can change places.
struct HostGroupGoldenTests {
  @Test func `mib2_ip_group has the layout of 0:2007`() throws {
    var value = HostIPGroup()
    value.forwarding = 0x0102_0301
    value.defaultTTL = 0x0102_0302
    value.inReceives = 0x0102_0303
    value.inHeaderErrors = 0x0102_0304
    value.inAddressErrors = 0x0102_0305
    value.forwarded = 0x0102_0306
    value.inUnknownProtocols = 0x0102_0307
    value.inDiscards = 0x0102_0308
    value.inDelivers = 0x0102_0309
    value.outRequests = 0x0102_030A
    value.outDiscards = 0x0102_030B
    value.outNoRoutes = 0x0102_030C
    value.reassemblyTimeout = 0x0102_030D
    value.reassemblyRequired = 0x0102_030E
    value.reassemblyOKs = 0x0102_030F
    value.reassemblyFails = 0x0102_0310
    value.fragmentOKs = 0x0102_0311
    value.fragmentFails = 0x0102_0312
    value.fragmentCreates = 0x0102_0313
    try expect(
      value,
      """
      000007d7  tag 0:2007
      0000004c  76 octets follow
      01020301  ipForwarding
      01020302  ipDefaultTTL
      01020303  ipInReceives
      01020304  ipInHdrErrors
      01020305  ipInAddrErrors
      01020306  ipForwDatagrams
      01020307  ipInUnknownProtos
      01020308  ipInDiscards
      01020309  ipInDelivers
      0102030a  ipOutRequests
      0102030b  ipOutDiscards
      0102030c  ipOutNoRoutes
      0102030d  ipReasmTimeout
      0102030e  ipReasmReqds
      0102030f  ipReasmOKs
      01020310  ipReasmFails
      01020311  ipFragOKs
      01020312  ipFragFails
      01020313  ipFragCreates
      """)
  }

  @Test func `mib2_icmp_group has the layout of 0:2008`() throws {
    var value = HostICMPGroup()
    value.inMessages = 0x0102_0301
    value.inErrors = 0x0102_0302
    value.inDestinationUnreachables = 0x0102_0303
    value.inTimeExceeded = 0x0102_0304
    value.inParameterProblems = 0x0102_0305
    value.inSourceQuenches = 0x0102_0306
    value.inRedirects = 0x0102_0307
    value.inEchos = 0x0102_0308
    value.inEchoReplies = 0x0102_0309
    value.inTimestamps = 0x0102_030A
    value.inAddressMasks = 0x0102_030B
    value.inAddressMaskReplies = 0x0102_030C
    value.outMessages = 0x0102_030D
    value.outErrors = 0x0102_030E
    value.outDestinationUnreachables = 0x0102_030F
    value.outTimeExceeded = 0x0102_0310
    value.outParameterProblems = 0x0102_0311
    value.outSourceQuenches = 0x0102_0312
    value.outRedirects = 0x0102_0313
    value.outEchos = 0x0102_0314
    value.outEchoReplies = 0x0102_0315
    value.outTimestamps = 0x0102_0316
    value.outTimestampReplies = 0x0102_0317
    value.outAddressMasks = 0x0102_0318
    value.outAddressMaskReplies = 0x0102_0319
    try expect(
      value,
      """
      000007d8  tag 0:2008
      00000064  100 octets follow
      01020301  icmpInMsgs
      01020302  icmpInErrors
      01020303  icmpInDestUnreachs
      01020304  icmpInTimeExcds
      01020305  icmpInParamProbs
      01020306  icmpInSrcQuenchs
      01020307  icmpInRedirects
      01020308  icmpInEchos
      01020309  icmpInEchoReps
      0102030a  icmpInTimestamps
      0102030b  icmpInAddrMasks
      0102030c  icmpInAddrMaskReps
      0102030d  icmpOutMsgs
      0102030e  icmpOutErrors
      0102030f  icmpOutDestUnreachs
      01020310  icmpOutTimeExcds
      01020311  icmpOutParamProbs
      01020312  icmpOutSrcQuenchs
      01020313  icmpOutRedirects
      01020314  icmpOutEchos
      01020315  icmpOutEchoReps
      01020316  icmpOutTimestamps
      01020317  icmpOutTimestampReps
      01020318  icmpOutAddrMasks
      01020319  icmpOutAddrMaskReps
      """)
  }

  @Test func `mib2_tcp_group has the layout of 0:2009`() throws {
    var value = HostTCPGroup()
    value.rtoAlgorithm = 0x0102_0301
    value.rtoMinimumMS = 0x0102_0302
    value.rtoMaximumMS = 0x0102_0303
    value.maximumConnections = 0x0102_0304
    value.activeOpens = 0x0102_0305
    value.passiveOpens = 0x0102_0306
    value.attemptFails = 0x0102_0307
    value.establishedResets = 0x0102_0308
    value.currentlyEstablished = 0x0102_0309
    value.inSegments = 0x0102_030A
    value.outSegments = 0x0102_030B
    value.retransmittedSegments = 0x0102_030C
    value.inErrors = 0x0102_030D
    value.outResets = 0x0102_030E
    value.inChecksumErrors = 0x0102_030F
    try expect(
      value,
      """
      000007d9  tag 0:2009
      0000003c  60 octets follow
      01020301  tcpRtoAlgorithm
      01020302  tcpRtoMin
      01020303  tcpRtoMax
      01020304  tcpMaxConn
      01020305  tcpActiveOpens
      01020306  tcpPassiveOpens
      01020307  tcpAttemptFails
      01020308  tcpEstabResets
      01020309  tcpCurrEstab
      0102030a  tcpInSegs
      0102030b  tcpOutSegs
      0102030c  tcpRetransSegs
      0102030d  tcpInErrs
      0102030e  tcpOutRsts
      0102030f  tcpInCsumErrs
      """)
  }

  @Test func `mib2_udp_group has the layout of 0:2010`() throws {
    var value = HostUDPGroup()
    value.inDatagrams = 0x0102_0301
    value.noPorts = 0x0102_0302
    value.inErrors = 0x0102_0303
    value.outDatagrams = 0x0102_0304
    value.receiveBufferErrors = 0x0102_0305
    value.sendBufferErrors = 0x0102_0306
    value.inChecksumErrors = 0x0102_0307
    try expect(
      value,
      """
      000007da  tag 0:2010
      0000001c  28 octets follow
      01020301  udpInDatagrams
      01020302  udpNoPorts
      01020303  udpInErrors
      01020304  udpOutDatagrams
      01020305  udpRcvbufErrors
      01020306  udpSndbufErrors
      01020307  udpInCsumErrors
      """)
  }
}
