import Bytes

extension Snmp {
  /// Internet protocol, version 4 (RFC 1213).
  ///
  /// Line `Ip:` of `/proc/net/snmp`, counted in this network namespace since it came to be.
  public struct IP: Equatable, Sendable {
    /// 1 if the host forwards packets, 2 if not. `Forwarding`.
    public var forwarding: UInt64?
    /// Time to live of packets sent. `DefaultTTL`.
    public var defaultTTL: UInt64?
    /// Packets received. `InReceives`.
    public var inReceives: UInt64?
    /// Received packets dropped for their header. `InHdrErrors`.
    public var inHeaderErrors: UInt64?
    /// Received packets dropped for their destination. `InAddrErrors`.
    public var inAddressErrors: UInt64?
    /// Packets forwarded. `ForwDatagrams`.
    public var forwardedDatagrams: UInt64?
    /// Received packets of a protocol that the host does not speak. `InUnknownProtos`.
    public var inUnknownProtocols: UInt64?
    /// Received packets dropped for lack of memory and such. `InDiscards`.
    public var inDiscards: UInt64?
    /// Packets delivered to a protocol. `InDelivers`.
    public var inDelivers: UInt64?
    /// Packets that protocols asked to send. `OutRequests`.
    public var outRequests: UInt64?
    /// Packets to send dropped for lack of memory and such. `OutDiscards`.
    public var outDiscards: UInt64?
    /// Packets to send dropped for lack of a route. `OutNoRoutes`.
    public var outNoRoutes: UInt64?
    /// Reassemblies that took too long. (The MIB means the limit in seconds; Linux counts.) `ReasmTimeout`.
    public var reassemblyTimeouts: UInt64?
    /// Fragments received. `ReasmReqds`.
    public var reassemblyRequired: UInt64?
    /// Packets reassembled. `ReasmOKs`.
    public var reassemblyOKs: UInt64?
    /// Reassemblies that failed. `ReasmFails`.
    public var reassemblyFails: UInt64?
    /// Packets fragmented. `FragOKs`.
    public var fragmentOKs: UInt64?
    /// Packets that needed fragmenting but must not be. `FragFails`.
    public var fragmentFails: UInt64?
    /// Fragments made. `FragCreates`.
    public var fragmentCreates: UInt64?

    public init() {}
  }
}

extension Snmp.IP: SnmpGroup {
  mutating func set(_ name: Span<UInt8>, to value: UInt64) {
    if name.equals("Forwarding") {
      forwarding = value
    } else if name.equals("DefaultTTL") {
      defaultTTL = value
    } else if name.equals("InReceives") {
      inReceives = value
    } else if name.equals("InHdrErrors") {
      inHeaderErrors = value
    } else if name.equals("InAddrErrors") {
      inAddressErrors = value
    } else if name.equals("ForwDatagrams") {
      forwardedDatagrams = value
    } else if name.equals("InUnknownProtos") {
      inUnknownProtocols = value
    } else if name.equals("InDiscards") {
      inDiscards = value
    } else if name.equals("InDelivers") {
      inDelivers = value
    } else if name.equals("OutRequests") {
      outRequests = value
    } else if name.equals("OutDiscards") {
      outDiscards = value
    } else if name.equals("OutNoRoutes") {
      outNoRoutes = value
    } else if name.equals("ReasmTimeout") {
      reassemblyTimeouts = value
    } else if name.equals("ReasmReqds") {
      reassemblyRequired = value
    } else if name.equals("ReasmOKs") {
      reassemblyOKs = value
    } else if name.equals("ReasmFails") {
      reassemblyFails = value
    } else if name.equals("FragOKs") {
      fragmentOKs = value
    } else if name.equals("FragFails") {
      fragmentFails = value
    } else if name.equals("FragCreates") {
      fragmentCreates = value
    }
  }
}
