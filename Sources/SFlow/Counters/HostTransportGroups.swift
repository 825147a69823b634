public import Bytes

/// The TCP group of MIB-II. `/proc/net/snmp`, row `Tcp`, by column name.
///
///     mib2_tcp_group, 0:2009, 60 octets
///       0  unsigned int   tcpRtoAlgorithm
///       4  unsigned int   tcpRtoMin
///       8  unsigned int   tcpRtoMax
///      12  unsigned int   tcpMaxConn
///      16  unsigned int   tcpActiveOpens
///      20  unsigned int   tcpPassiveOpens
///      24  unsigned int   tcpAttemptFails
///      28  unsigned int   tcpEstabResets
///      32  unsigned int   tcpCurrEstab
///      36  unsigned int   tcpInSegs
///      40  unsigned int   tcpOutSegs
///      44  unsigned int   tcpRetransSegs
///      48  unsigned int   tcpInErrs
///      52  unsigned int   tcpOutRsts
///      56  unsigned int   tcpInCsumErrs
public struct HostTCPGroup: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2009) }
  public static var name: String { "mib2_tcp_group" }

  /// How the retransmission time is found; 4 is Van Jacobson's. `RtoAlgorithm`.
  public var rtoAlgorithm: UInt32 = 0
  /// Least retransmission time, milliseconds. `RtoMin`.
  public var rtoMinimumMS: UInt32 = 0
  /// Greatest retransmission time, milliseconds. `RtoMax`.
  public var rtoMaximumMS: UInt32 = 0
  /// Most connections; all ones (the kernel's -1) if there is no limit. `MaxConn`.
  public var maximumConnections: UInt32 = .max
  /// Connections opened by the host. `ActiveOpens`.
  public var activeOpens: UInt32 = .max
  /// Connections accepted. `PassiveOpens`.
  public var passiveOpens: UInt32 = .max
  /// Connections that failed to open. `AttemptFails`.
  public var attemptFails: UInt32 = .max
  /// Open connections reset. `EstabResets`.
  public var establishedResets: UInt32 = .max
  /// Connections open now. `CurrEstab`.
  public var currentlyEstablished: UInt32 = 0
  /// Segments received. `InSegs`.
  public var inSegments: UInt32 = .max
  /// Segments sent, retransmissions aside. `OutSegs`.
  public var outSegments: UInt32 = .max
  /// Segments sent again. `RetransSegs`.
  public var retransmittedSegments: UInt32 = .max
  /// Segments received with errors. `InErrs`.
  public var inErrors: UInt32 = .max
  /// Resets sent. `OutRsts`.
  public var outResets: UInt32 = .max
  /// Segments received with a bad checksum. `InCsumErrors`.
  public var inChecksumErrors: UInt32 = .max

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(rtoAlgorithm)
    writer.u32(rtoMinimumMS)
    writer.u32(rtoMaximumMS)
    writer.u32(maximumConnections)
    writer.u32(activeOpens)
    writer.u32(passiveOpens)
    writer.u32(attemptFails)
    writer.u32(establishedResets)
    writer.u32(currentlyEstablished)
    writer.u32(inSegments)
    writer.u32(outSegments)
    writer.u32(retransmittedSegments)
    writer.u32(inErrors)
    writer.u32(outResets)
    writer.u32(inChecksumErrors)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    rtoAlgorithm = try reader.u32()
    rtoMinimumMS = try reader.u32()
    rtoMaximumMS = try reader.u32()
    maximumConnections = try reader.u32()
    activeOpens = try reader.u32()
    passiveOpens = try reader.u32()
    attemptFails = try reader.u32()
    establishedResets = try reader.u32()
    currentlyEstablished = try reader.u32()
    inSegments = try reader.u32()
    outSegments = try reader.u32()
    retransmittedSegments = try reader.u32()
    inErrors = try reader.u32()
    outResets = try reader.u32()
    inChecksumErrors = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("tcpRtoAlgorithm", rtoAlgorithm),
      Field("tcpRtoMin", rtoMinimumMS, "ms"),
      Field("tcpRtoMax", rtoMaximumMS, "ms"),
      Field("tcpMaxConn", maximumConnections),
      Field("tcpActiveOpens", activeOpens),
      Field("tcpPassiveOpens", passiveOpens),
      Field("tcpAttemptFails", attemptFails),
      Field("tcpEstabResets", establishedResets),
      Field("tcpCurrEstab", currentlyEstablished),
      Field("tcpInSegs", inSegments),
      Field("tcpOutSegs", outSegments),
      Field("tcpRetransSegs", retransmittedSegments),
      Field("tcpInErrs", inErrors),
      Field("tcpOutRsts", outResets),
      Field("tcpInCsumErrs", inChecksumErrors),
    ]
  }
}

/// The UDP group of MIB-II. `/proc/net/snmp`, row `Udp`, by column name.
///
///     mib2_udp_group, 0:2010, 28 octets
///       0  unsigned int   udpInDatagrams
///       4  unsigned int   udpNoPorts
///       8  unsigned int   udpInErrors
///      12  unsigned int   udpOutDatagrams
///      16  unsigned int   udpRcvbufErrors
///      20  unsigned int   udpSndbufErrors
///      24  unsigned int   udpInCsumErrors
public struct HostUDPGroup: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2010) }
  public static var name: String { "mib2_udp_group" }

  /// Datagrams delivered. `InDatagrams`.
  public var inDatagrams: UInt32 = .max
  /// Datagrams for a port nobody listens on. `NoPorts`.
  public var noPorts: UInt32 = .max
  /// Datagrams that could not be delivered for other reasons. `InErrors`.
  public var inErrors: UInt32 = .max
  /// Datagrams sent. `OutDatagrams`.
  public var outDatagrams: UInt32 = .max
  /// Dropped because the receive buffer was full. `RcvbufErrors`.
  public var receiveBufferErrors: UInt32 = .max
  /// Dropped because the send buffer was full. `SndbufErrors`.
  public var sendBufferErrors: UInt32 = .max
  /// Received with a bad checksum. `InCsumErrors`.
  public var inChecksumErrors: UInt32 = .max

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(inDatagrams)
    writer.u32(noPorts)
    writer.u32(inErrors)
    writer.u32(outDatagrams)
    writer.u32(receiveBufferErrors)
    writer.u32(sendBufferErrors)
    writer.u32(inChecksumErrors)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    inDatagrams = try reader.u32()
    noPorts = try reader.u32()
    inErrors = try reader.u32()
    outDatagrams = try reader.u32()
    receiveBufferErrors = try reader.u32()
    sendBufferErrors = try reader.u32()
    inChecksumErrors = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("udpInDatagrams", inDatagrams),
      Field("udpNoPorts", noPorts),
      Field("udpInErrors", inErrors),
      Field("udpOutDatagrams", outDatagrams),
      Field("udpRcvbufErrors", receiveBufferErrors),
      Field("udpSndbufErrors", sendBufferErrors),
      Field("udpInCsumErrors", inChecksumErrors),
    ]
  }
}
