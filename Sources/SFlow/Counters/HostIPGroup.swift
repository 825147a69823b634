public import Bytes

/// The IP group of MIB-II. `/proc/net/snmp`, row `Ip`, by column name.
///
///     mib2_ip_group, 0:2007, 76 octets
///       0  unsigned int   ipForwarding
///       4  unsigned int   ipDefaultTTL
///       8  unsigned int   ipInReceives
///      12  unsigned int   ipInHdrErrors
///      16  unsigned int   ipInAddrErrors
///      20  unsigned int   ipForwDatagrams
///      24  unsigned int   ipInUnknownProtos
///      28  unsigned int   ipInDiscards
///      32  unsigned int   ipInDelivers
///      36  unsigned int   ipOutRequests
///      40  unsigned int   ipOutDiscards
///      44  unsigned int   ipOutNoRoutes
///      48  unsigned int   ipReasmTimeout
///      52  unsigned int   ipReasmReqds
///      56  unsigned int   ipReasmOKs
///      60  unsigned int   ipReasmFails
///      64  unsigned int   ipFragOKs
///      68  unsigned int   ipFragFails
///      72  unsigned int   ipFragCreates
public struct HostIPGroup: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2007) }
  public static var name: String { "mib2_ip_group" }

  /// 1 the host forwards, 2 it does not. `Forwarding`.
  public var forwarding: UInt32 = 0
  /// TTL of packets that the host sends. `DefaultTTL`.
  public var defaultTTL: UInt32 = 0
  /// Packets received, bad ones included. `InReceives`.
  public var inReceives: UInt32 = .max
  /// Dropped for a bad header. `InHdrErrors`.
  public var inHeaderErrors: UInt32 = .max
  /// Dropped for a destination that is not valid here. `InAddrErrors`.
  public var inAddressErrors: UInt32 = .max
  /// Forwarded. `ForwDatagrams`.
  public var forwarded: UInt32 = .max
  /// Dropped for an unknown protocol. `InUnknownProtos`.
  public var inUnknownProtocols: UInt32 = .max
  /// Received and dropped for lack of resources. `InDiscards`.
  public var inDiscards: UInt32 = .max
  /// Delivered to a protocol. `InDelivers`.
  public var inDelivers: UInt32 = .max
  /// Packets that the host itself sends. `OutRequests`.
  public var outRequests: UInt32 = .max
  /// Dropped before sending for lack of resources. `OutDiscards`.
  public var outDiscards: UInt32 = .max
  /// Dropped for lack of a route. `OutNoRoutes`.
  public var outNoRoutes: UInt32 = .max
  /// Seconds that fragments are kept; Linux counts timeouts here. `ReasmTimeout`.
  public var reassemblyTimeout: UInt32 = 0
  /// Fragments received. `ReasmReqds`.
  public var reassemblyRequired: UInt32 = .max
  /// Packets put together from fragments. `ReasmOKs`.
  public var reassemblyOKs: UInt32 = .max
  /// Failures to put a packet together. `ReasmFails`.
  public var reassemblyFails: UInt32 = .max
  /// Packets cut into fragments. `FragOKs`.
  public var fragmentOKs: UInt32 = .max
  /// Packets that needed to be cut but must not. `FragFails`.
  public var fragmentFails: UInt32 = .max
  /// Fragments made. `FragCreates`.
  public var fragmentCreates: UInt32 = .max

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(forwarding)
    writer.u32(defaultTTL)
    writer.u32(inReceives)
    writer.u32(inHeaderErrors)
    writer.u32(inAddressErrors)
    writer.u32(forwarded)
    writer.u32(inUnknownProtocols)
    writer.u32(inDiscards)
    writer.u32(inDelivers)
    writer.u32(outRequests)
    writer.u32(outDiscards)
    writer.u32(outNoRoutes)
    writer.u32(reassemblyTimeout)
    writer.u32(reassemblyRequired)
    writer.u32(reassemblyOKs)
    writer.u32(reassemblyFails)
    writer.u32(fragmentOKs)
    writer.u32(fragmentFails)
    writer.u32(fragmentCreates)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    forwarding = try reader.u32()
    defaultTTL = try reader.u32()
    inReceives = try reader.u32()
    inHeaderErrors = try reader.u32()
    inAddressErrors = try reader.u32()
    forwarded = try reader.u32()
    inUnknownProtocols = try reader.u32()
    inDiscards = try reader.u32()
    inDelivers = try reader.u32()
    outRequests = try reader.u32()
    outDiscards = try reader.u32()
    outNoRoutes = try reader.u32()
    reassemblyTimeout = try reader.u32()
    reassemblyRequired = try reader.u32()
    reassemblyOKs = try reader.u32()
    reassemblyFails = try reader.u32()
    fragmentOKs = try reader.u32()
    fragmentFails = try reader.u32()
    fragmentCreates = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("ipForwarding", forwarding),
      Field("ipDefaultTTL", defaultTTL),
      Field("ipInReceives", inReceives),
      Field("ipInHdrErrors", inHeaderErrors),
      Field("ipInAddrErrors", inAddressErrors),
      Field("ipForwDatagrams", forwarded),
      Field("ipInUnknownProtos", inUnknownProtocols),
      Field("ipInDiscards", inDiscards),
      Field("ipInDelivers", inDelivers),
      Field("ipOutRequests", outRequests),
      Field("ipOutDiscards", outDiscards),
      Field("ipOutNoRoutes", outNoRoutes),
      Field("ipReasmTimeout", reassemblyTimeout),
      Field("ipReasmReqds", reassemblyRequired),
      Field("ipReasmOKs", reassemblyOKs),
      Field("ipReasmFails", reassemblyFails),
      Field("ipFragOKs", fragmentOKs),
      Field("ipFragFails", fragmentFails),
      Field("ipFragCreates", fragmentCreates),
    ]
  }
}
