import Bytes

extension Snmp {
  /// Internet control message protocol, version 4 (RFC 1213).
  ///
  /// Line `Icmp:` of `/proc/net/snmp`, counted in this network namespace since it came to be.
  public struct ICMP: Equatable, Sendable {
    /// Messages received. `InMsgs`.
    public var inMessages: UInt64?
    /// Messages received with errors. `InErrors`.
    public var inErrors: UInt64?
    /// Destination unreachable received. `InDestUnreachs`.
    public var inDestinationUnreachables: UInt64?
    /// Time exceeded received. `InTimeExcds`.
    public var inTimeExceededs: UInt64?
    /// Parameter problem received. `InParmProbs`.
    public var inParameterProblems: UInt64?
    /// Source quench received. `InSrcQuenchs`.
    public var inSourceQuenches: UInt64?
    /// Redirect received. `InRedirects`.
    public var inRedirects: UInt64?
    /// Echo request received. `InEchos`.
    public var inEchos: UInt64?
    /// Echo reply received. `InEchoReps`.
    public var inEchoReplies: UInt64?
    /// Timestamp request received. `InTimestamps`.
    public var inTimestamps: UInt64?
    /// Timestamp reply received. Not on the wire: sFlow forgot it. `InTimestampReps`.
    public var inTimestampReplies: UInt64?
    /// Address mask request received. `InAddrMasks`.
    public var inAddressMasks: UInt64?
    /// Address mask reply received. `InAddrMaskReps`.
    public var inAddressMaskReplies: UInt64?
    /// Messages sent. `OutMsgs`.
    public var outMessages: UInt64?
    /// Messages not sent for a problem within ICMP. `OutErrors`.
    public var outErrors: UInt64?
    /// Destination unreachable sent. `OutDestUnreachs`.
    public var outDestinationUnreachables: UInt64?
    /// Time exceeded sent. `OutTimeExcds`.
    public var outTimeExceededs: UInt64?
    /// Parameter problem sent. `OutParmProbs`.
    public var outParameterProblems: UInt64?
    /// Source quench sent. `OutSrcQuenchs`.
    public var outSourceQuenches: UInt64?
    /// Redirect sent. `OutRedirects`.
    public var outRedirects: UInt64?
    /// Echo request sent. `OutEchos`.
    public var outEchos: UInt64?
    /// Echo reply sent. `OutEchoReps`.
    public var outEchoReplies: UInt64?
    /// Timestamp request sent. `OutTimestamps`.
    public var outTimestamps: UInt64?
    /// Timestamp reply sent. `OutTimestampReps`.
    public var outTimestampReplies: UInt64?
    /// Address mask request sent. `OutAddrMasks`.
    public var outAddressMasks: UInt64?
    /// Address mask reply sent. `OutAddrMaskReps`.
    public var outAddressMaskReplies: UInt64?

    public init() {}
  }
}

extension Snmp.ICMP: SnmpGroup {
  mutating func set(_ name: Span<UInt8>, to value: UInt64) {
    if name.equals("InMsgs") {
      inMessages = value
    } else if name.equals("InErrors") {
      inErrors = value
    } else if name.equals("InDestUnreachs") {
      inDestinationUnreachables = value
    } else if name.equals("InTimeExcds") {
      inTimeExceededs = value
    } else if name.equals("InParmProbs") {
      inParameterProblems = value
    } else if name.equals("InSrcQuenchs") {
      inSourceQuenches = value
    } else if name.equals("InRedirects") {
      inRedirects = value
    } else if name.equals("InEchos") {
      inEchos = value
    } else if name.equals("InEchoReps") {
      inEchoReplies = value
    } else if name.equals("InTimestamps") {
      inTimestamps = value
    } else if name.equals("InTimestampReps") {
      inTimestampReplies = value
    } else if name.equals("InAddrMasks") {
      inAddressMasks = value
    } else if name.equals("InAddrMaskReps") {
      inAddressMaskReplies = value
    } else if name.equals("OutMsgs") {
      outMessages = value
    } else if name.equals("OutErrors") {
      outErrors = value
    } else if name.equals("OutDestUnreachs") {
      outDestinationUnreachables = value
    } else if name.equals("OutTimeExcds") {
      outTimeExceededs = value
    } else if name.equals("OutParmProbs") {
      outParameterProblems = value
    } else if name.equals("OutSrcQuenchs") {
      outSourceQuenches = value
    } else if name.equals("OutRedirects") {
      outRedirects = value
    } else if name.equals("OutEchos") {
      outEchos = value
    } else if name.equals("OutEchoReps") {
      outEchoReplies = value
    } else if name.equals("OutTimestamps") {
      outTimestamps = value
    } else if name.equals("OutTimestampReps") {
      outTimestampReplies = value
    } else if name.equals("OutAddrMasks") {
      outAddressMasks = value
    } else if name.equals("OutAddrMaskReps") {
      outAddressMaskReplies = value
    }
  }
}
