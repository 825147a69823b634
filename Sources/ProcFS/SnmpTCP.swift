import Bytes

extension Snmp {
  /// Transmission control protocol, IPv4 and IPv6 together (RFC 1213).
  ///
  /// Line `Tcp:` of `/proc/net/snmp`, counted in this network namespace since it came to be.
  public struct TCP: Equatable, Sendable {
    /// How the retransmission timeout is found: 4 is Van Jacobson's (Linux says 1, "other"). `RtoAlgorithm`.
    public var rtoAlgorithm: UInt64?
    /// Least retransmission timeout. `RtoMin`.
    public var rtoMinimumMilliseconds: UInt64?
    /// Greatest retransmission timeout. `RtoMax`.
    public var rtoMaximumMilliseconds: UInt64?
    /// -1: there is no limit. `MaxConn`.
    public var maximumConnections: UInt64?
    /// Connections opened by this host. `ActiveOpens`.
    public var activeOpens: UInt64?
    /// Connections opened by others. `PassiveOpens`.
    public var passiveOpens: UInt64?
    /// Connections that did not come about. `AttemptFails`.
    public var attemptFails: UInt64?
    /// Established connections that were reset. `EstabResets`.
    public var establishedResets: UInt64?
    /// Connections established now. `CurrEstab`.
    public var currentEstablished: UInt64?
    /// Segments received. `InSegs`.
    public var inSegments: UInt64?
    /// Segments sent, without retransmitted ones. `OutSegs`.
    public var outSegments: UInt64?
    /// Segments retransmitted. `RetransSegs`.
    public var retransmittedSegments: UInt64?
    /// Segments received with errors. `InErrs`.
    public var inErrors: UInt64?
    /// Segments sent with RST. `OutRsts`.
    public var outResets: UInt64?
    /// Segments received with a wrong checksum. Since Linux 3.10. `InCsumErrors`.
    public var inChecksumErrors: UInt64?

    public init() {}
  }
}

extension Snmp.TCP: SnmpGroup {
  mutating func set(_ name: Span<UInt8>, to value: UInt64) {
    if name.equals("RtoAlgorithm") {
      rtoAlgorithm = value
    } else if name.equals("RtoMin") {
      rtoMinimumMilliseconds = value
    } else if name.equals("RtoMax") {
      rtoMaximumMilliseconds = value
    } else if name.equals("MaxConn") {
      maximumConnections = value
    } else if name.equals("ActiveOpens") {
      activeOpens = value
    } else if name.equals("PassiveOpens") {
      passiveOpens = value
    } else if name.equals("AttemptFails") {
      attemptFails = value
    } else if name.equals("EstabResets") {
      establishedResets = value
    } else if name.equals("CurrEstab") {
      currentEstablished = value
    } else if name.equals("InSegs") {
      inSegments = value
    } else if name.equals("OutSegs") {
      outSegments = value
    } else if name.equals("RetransSegs") {
      retransmittedSegments = value
    } else if name.equals("InErrs") {
      inErrors = value
    } else if name.equals("OutRsts") {
      outResets = value
    } else if name.equals("InCsumErrors") {
      inChecksumErrors = value
    }
  }
}
