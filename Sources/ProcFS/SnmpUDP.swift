import Bytes

extension Snmp {
  /// User datagram protocol over IPv4 (RFC 1213).
  ///
  /// Line `Udp:` of `/proc/net/snmp`, counted in this network namespace since it came to be.
  public struct UDP: Equatable, Sendable {
    /// Datagrams delivered. `InDatagrams`.
    public var inDatagrams: UInt64?
    /// Datagrams received for a port that nobody listens on. `NoPorts`.
    public var noPorts: UInt64?
    /// Datagrams received and not delivered for other reasons. `InErrors`.
    public var inErrors: UInt64?
    /// Datagrams sent. `OutDatagrams`.
    public var outDatagrams: UInt64?
    /// Datagrams dropped for a full receive buffer. Since Linux 2.6.22. `RcvbufErrors`.
    public var receiveBufferErrors: UInt64?
    /// Datagrams not sent for a full send buffer. Since Linux 2.6.22. `SndbufErrors`.
    public var sendBufferErrors: UInt64?
    /// Datagrams received with a wrong checksum. Since Linux 3.10. `InCsumErrors`.
    public var inChecksumErrors: UInt64?

    public init() {}
  }
}

extension Snmp.UDP: SnmpGroup {
  mutating func set(_ name: Span<UInt8>, to value: UInt64) {
    if name.equals("InDatagrams") {
      inDatagrams = value
    } else if name.equals("NoPorts") {
      noPorts = value
    } else if name.equals("InErrors") {
      inErrors = value
    } else if name.equals("OutDatagrams") {
      outDatagrams = value
    } else if name.equals("RcvbufErrors") {
      receiveBufferErrors = value
    } else if name.equals("SndbufErrors") {
      sendBufferErrors = value
    } else if name.equals("InCsumErrors") {
      inChecksumErrors = value
    }
  }
}
