public import Bytes

/// The ICMP group of MIB-II. `/proc/net/snmp`, row `Icmp`, by column name: its columns are more and in
/// another order than these fields. There is no field for timestamp replies received.
///
///     mib2_icmp_group, 0:2008, 100 octets
///       0  unsigned int   icmpInMsgs
///       4  unsigned int   icmpInErrors
///       8  unsigned int   icmpInDestUnreachs
///      12  unsigned int   icmpInTimeExcds
///      16  unsigned int   icmpInParamProbs
///      20  unsigned int   icmpInSrcQuenchs
///      24  unsigned int   icmpInRedirects
///      28  unsigned int   icmpInEchos
///      32  unsigned int   icmpInEchoReps
///      36  unsigned int   icmpInTimestamps
///      40  unsigned int   icmpInAddrMasks
///      44  unsigned int   icmpInAddrMaskReps
///      48  unsigned int   icmpOutMsgs
///      52  unsigned int   icmpOutErrors
///      56  unsigned int   icmpOutDestUnreachs
///      60  unsigned int   icmpOutTimeExcds
///      64  unsigned int   icmpOutParamProbs
///      68  unsigned int   icmpOutSrcQuenchs
///      72  unsigned int   icmpOutRedirects
///      76  unsigned int   icmpOutEchos
///      80  unsigned int   icmpOutEchoReps
///      84  unsigned int   icmpOutTimestamps
///      88  unsigned int   icmpOutTimestampReps
///      92  unsigned int   icmpOutAddrMasks
///      96  unsigned int   icmpOutAddrMaskReps
public struct HostICMPGroup: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2008) }
  public static var name: String { "mib2_icmp_group" }

  /// Messages received. `InMsgs`.
  public var inMessages: UInt32 = .max
  /// Received with errors. `InErrors`.
  public var inErrors: UInt32 = .max
  /// Destination unreachable, received. `InDestUnreachs`.
  public var inDestinationUnreachables: UInt32 = .max
  /// Time exceeded, received. `InTimeExcds`.
  public var inTimeExceeded: UInt32 = .max
  /// Parameter problem, received. `InParmProbs`.
  public var inParameterProblems: UInt32 = .max
  /// Source quench, received. `InSrcQuenchs`.
  public var inSourceQuenches: UInt32 = .max
  /// Redirect, received. `InRedirects`.
  public var inRedirects: UInt32 = .max
  /// Echo request, received. `InEchos`.
  public var inEchos: UInt32 = .max
  /// Echo reply, received. `InEchoReps`.
  public var inEchoReplies: UInt32 = .max
  /// Timestamp request, received. `InTimestamps`.
  public var inTimestamps: UInt32 = .max
  /// Address mask request, received. `InAddrMasks`.
  public var inAddressMasks: UInt32 = .max
  /// Address mask reply, received. `InAddrMaskReps`.
  public var inAddressMaskReplies: UInt32 = .max
  /// Messages sent. `OutMsgs`.
  public var outMessages: UInt32 = .max
  /// Not sent for errors. `OutErrors`.
  public var outErrors: UInt32 = .max
  /// Destination unreachable, sent. `OutDestUnreachs`.
  public var outDestinationUnreachables: UInt32 = .max
  /// Time exceeded, sent. `OutTimeExcds`.
  public var outTimeExceeded: UInt32 = .max
  /// Parameter problem, sent. `OutParmProbs`.
  public var outParameterProblems: UInt32 = .max
  /// Source quench, sent. `OutSrcQuenchs`.
  public var outSourceQuenches: UInt32 = .max
  /// Redirect, sent. `OutRedirects`.
  public var outRedirects: UInt32 = .max
  /// Echo request, sent. `OutEchos`.
  public var outEchos: UInt32 = .max
  /// Echo reply, sent. `OutEchoReps`.
  public var outEchoReplies: UInt32 = .max
  /// Timestamp request, sent. `OutTimestamps`.
  public var outTimestamps: UInt32 = .max
  /// Timestamp reply, sent. `OutTimestampReps`.
  public var outTimestampReplies: UInt32 = .max
  /// Address mask request, sent. `OutAddrMasks`.
  public var outAddressMasks: UInt32 = .max
  /// Address mask reply, sent. `OutAddrMaskReps`.
  public var outAddressMaskReplies: UInt32 = .max

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(inMessages)
    writer.u32(inErrors)
    writer.u32(inDestinationUnreachables)
    writer.u32(inTimeExceeded)
    writer.u32(inParameterProblems)
    writer.u32(inSourceQuenches)
    writer.u32(inRedirects)
    writer.u32(inEchos)
    writer.u32(inEchoReplies)
    writer.u32(inTimestamps)
    writer.u32(inAddressMasks)
    writer.u32(inAddressMaskReplies)
    writer.u32(outMessages)
    writer.u32(outErrors)
    writer.u32(outDestinationUnreachables)
    writer.u32(outTimeExceeded)
    writer.u32(outParameterProblems)
    writer.u32(outSourceQuenches)
    writer.u32(outRedirects)
    writer.u32(outEchos)
    writer.u32(outEchoReplies)
    writer.u32(outTimestamps)
    writer.u32(outTimestampReplies)
    writer.u32(outAddressMasks)
    writer.u32(outAddressMaskReplies)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    inMessages = try reader.u32()
    inErrors = try reader.u32()
    inDestinationUnreachables = try reader.u32()
    inTimeExceeded = try reader.u32()
    inParameterProblems = try reader.u32()
    inSourceQuenches = try reader.u32()
    inRedirects = try reader.u32()
    inEchos = try reader.u32()
    inEchoReplies = try reader.u32()
    inTimestamps = try reader.u32()
    inAddressMasks = try reader.u32()
    inAddressMaskReplies = try reader.u32()
    outMessages = try reader.u32()
    outErrors = try reader.u32()
    outDestinationUnreachables = try reader.u32()
    outTimeExceeded = try reader.u32()
    outParameterProblems = try reader.u32()
    outSourceQuenches = try reader.u32()
    outRedirects = try reader.u32()
    outEchos = try reader.u32()
    outEchoReplies = try reader.u32()
    outTimestamps = try reader.u32()
    outTimestampReplies = try reader.u32()
    outAddressMasks = try reader.u32()
    outAddressMaskReplies = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("icmpInMsgs", inMessages),
      Field("icmpInErrors", inErrors),
      Field("icmpInDestUnreachs", inDestinationUnreachables),
      Field("icmpInTimeExcds", inTimeExceeded),
      Field("icmpInParamProbs", inParameterProblems),
      Field("icmpInSrcQuenchs", inSourceQuenches),
      Field("icmpInRedirects", inRedirects),
      Field("icmpInEchos", inEchos),
      Field("icmpInEchoReps", inEchoReplies),
      Field("icmpInTimestamps", inTimestamps),
      Field("icmpInAddrMasks", inAddressMasks),
      Field("icmpInAddrMaskReps", inAddressMaskReplies),
      Field("icmpOutMsgs", outMessages),
      Field("icmpOutErrors", outErrors),
      Field("icmpOutDestUnreachs", outDestinationUnreachables),
      Field("icmpOutTimeExcds", outTimeExceeded),
      Field("icmpOutParamProbs", outParameterProblems),
      Field("icmpOutSrcQuenchs", outSourceQuenches),
      Field("icmpOutRedirects", outRedirects),
      Field("icmpOutEchos", outEchos),
      Field("icmpOutEchoReps", outEchoReplies),
      Field("icmpOutTimestamps", outTimestamps),
      Field("icmpOutTimestampReps", outTimestampReplies),
      Field("icmpOutAddrMasks", outAddressMasks),
      Field("icmpOutAddrMaskReps", outAddressMaskReplies),
    ]
  }
}
