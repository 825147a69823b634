public import Bytes

/// How a switch treated the packet. Unknown is all ones: 0 is a legal value.
///
///     extended_switch, 0:1001, 16 octets
///       0  unsigned int   src_vlan
///       4  unsigned int   src_priority
///       8  unsigned int   dst_vlan
///      12  unsigned int   dst_priority
public struct ExtendedSwitch: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1001) }
  public static var name: String { "extended_switch" }

  /// VLAN it came in on.
  public var sourceVLAN: UInt32 = .max
  /// 802.1p priority it came in with.
  public var sourcePriority: UInt32 = .max
  /// VLAN it leaves on.
  public var destinationVLAN: UInt32 = .max
  /// 802.1p priority it leaves with.
  public var destinationPriority: UInt32 = .max

  public init(
    sourceVLAN: UInt32 = .max, sourcePriority: UInt32 = .max, destinationVLAN: UInt32 = .max,
    destinationPriority: UInt32 = .max
  ) {
    self.sourceVLAN = sourceVLAN
    self.sourcePriority = sourcePriority
    self.destinationVLAN = destinationVLAN
    self.destinationPriority = destinationPriority
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(sourceVLAN)
    writer.u32(sourcePriority)
    writer.u32(destinationVLAN)
    writer.u32(destinationPriority)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    sourceVLAN = try reader.u32()
    sourcePriority = try reader.u32()
    destinationVLAN = try reader.u32()
    destinationPriority = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("src_vlan", sourceVLAN),
      Field("src_priority", sourcePriority),
      Field("dst_vlan", destinationVLAN),
      Field("dst_priority", destinationPriority),
    ]
  }
}

/// How a router treated the packet.
///
///     extended_router, 0:1002
///       0  address        nexthop
///       +  unsigned int   src_mask_len
///       +  unsigned int   dst_mask_len
public struct ExtendedRouter: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1002) }
  public static var name: String { "extended_router" }

  /// The immediate next router.
  public var nextHop: IPAddress? = nil
  /// Prefix bits of the route to the source.
  public var sourcePrefix: UInt32 = 0
  /// Prefix bits of the route to the destination.
  public var destinationPrefix: UInt32 = 0

  public init(nextHop: IPAddress? = nil, sourcePrefix: UInt32 = 0, destinationPrefix: UInt32 = 0) {
    self.nextHop = nextHop
    self.sourcePrefix = sourcePrefix
    self.destinationPrefix = destinationPrefix
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.address(nextHop)
    writer.u32(sourcePrefix)
    writer.u32(destinationPrefix)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    nextHop = try reader.address()
    sourcePrefix = try reader.u32()
    destinationPrefix = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("nexthop", nextHop),
      Field("src_mask_len", sourcePrefix),
      Field("dst_mask_len", destinationPrefix),
    ]
  }
}

/// What BGP knows about the packet.
///
///     extended_gateway, 0:1003
///       0  address        nexthop
///       +  unsigned int   as
///       +  unsigned int   src_as
///       +  unsigned int   src_peer_as
///       +  as_path_type<> dst_as_path
///       +  unsigned int<> communities
///       +  unsigned int   localpref
public struct ExtendedGateway: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1003) }
  public static var name: String { "extended_gateway" }

  /// Border router for the destination.
  public var nextHop: IPAddress? = nil
  /// Autonomous system of this router.
  public var system: UInt32 = 0
  /// Autonomous system that originates the route to the source.
  public var sourceAS: UInt32 = 0
  /// Neighbour towards the source.
  public var sourcePeerAS: UInt32 = 0
  /// Path to the destination.
  public var destinationPath: [ASPathSegment] = []
  /// Communities, AS in the high 16 bits.
  public var communities: [UInt32] = []
  /// Local preference.
  public var localPreference: UInt32 = 0

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.address(nextHop)
    writer.u32(system)
    writer.u32(sourceAS)
    writer.u32(sourcePeerAS)
    writer.list(destinationPath)
    writer.list(communities)
    writer.u32(localPreference)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    nextHop = try reader.address()
    system = try reader.u32()
    sourceAS = try reader.u32()
    sourcePeerAS = try reader.u32()
    destinationPath = try reader.list()
    communities = try reader.list()
    localPreference = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("nexthop", nextHop),
      Field("as", system),
      Field("src_as", sourceAS),
      Field("src_peer_as", sourcePeerAS),
      Field("dst_as_path", destinationPath),
      Field("communities", communities),
      Field("localpref", localPreference),
    ]
  }
}

/// The users behind the packet.
///
///     extended_user, 0:1004
///       0  unsigned int   src_charset
///       4  opaque<>       src_user
///       +  unsigned int   dst_charset
///       +  opaque<>       dst_user
public struct ExtendedUser: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1004) }
  public static var name: String { "extended_user" }

  /// IANA MIBenum of `sourceUser`; 106 UTF-8, 0 unknown.
  public var sourceCharset: UInt32 = 0
  /// User at the source.
  public var sourceUser: [UInt8] = []
  /// IANA MIBenum of `destinationUser`.
  public var destinationCharset: UInt32 = 0
  /// User at the destination.
  public var destinationUser: [UInt8] = []

  public init(
    sourceCharset: UInt32 = 0, sourceUser: [UInt8] = [], destinationCharset: UInt32 = 0,
    destinationUser: [UInt8] = []
  ) {
    self.sourceCharset = sourceCharset
    self.sourceUser = sourceUser
    self.destinationCharset = destinationCharset
    self.destinationUser = destinationUser
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(sourceCharset)
    writer.opaque(sourceUser.span)
    writer.u32(destinationCharset)
    writer.opaque(destinationUser.span)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    sourceCharset = try reader.u32()
    sourceUser = try reader.opaque()
    destinationCharset = try reader.u32()
    destinationUser = try reader.opaque()
  }

  public var fields: [Field] {
    [
      Field("src_charset", sourceCharset),
      Field("src_user", sourceUser),
      Field("dst_charset", destinationCharset),
      Field("dst_user", destinationUser),
    ]
  }
}

/// The HTTP request that the packet belongs to.
///
///     extended_url, 0:1005
///       0  unsigned int   direction
///       4  string<>       url
///       +  string<>       host
public struct ExtendedURL: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1005) }
  public static var name: String { "extended_url" }

  /// Which end is the server.
  public var direction: URLDirection = .sourceIsServer
  /// The request line.
  public var url: String = ""
  /// The `Host` header.
  public var host: String = ""

  public init(direction: URLDirection = .sourceIsServer, url: String = "", host: String = "") {
    self.direction = direction
    self.url = url
    self.host = host
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(direction.rawValue)
    writer.string(url)
    writer.string(host)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    direction = URLDirection(rawValue: try reader.u32())
    url = try reader.string()
    host = try reader.string()
  }

  public var fields: [Field] {
    [
      Field("direction", direction),
      Field("url", url),
      Field("host", host),
    ]
  }
}

/// Addresses after translation; a side that is not translated repeats the header's.
///
///     extended_nat, 0:1007
///       0  address        src_address
///       +  address        dst_address
public struct ExtendedNAT: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1007) }
  public static var name: String { "extended_nat" }

  /// Translated source.
  public var source: IPAddress? = nil
  /// Translated destination.
  public var destination: IPAddress? = nil

  public init(source: IPAddress? = nil, destination: IPAddress? = nil) {
    self.source = source
    self.destination = destination
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.address(source)
    writer.address(destination)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    source = try reader.address()
    destination = try reader.address()
  }

  public var fields: [Field] {
    [
      Field("src_address", source),
      Field("dst_address", destination),
    ]
  }
}

/// The VLAN tags that were stripped from a packet with nested tags.
///
///     extended_vlantunnel, 0:1012
///       0  unsigned int<> stack
public struct ExtendedVLANTunnel: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1012) }
  public static var name: String { "extended_vlantunnel" }

  /// TPID in the high 16 bits and TCI in the low, outermost first.
  public var tags: [UInt32] = []

  public init(tags: [UInt32] = []) {
    self.tags = tags
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.list(tags)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    tags = try reader.list()
  }

  public var fields: [Field] {
    [
      Field("stack", tags)
    ]
  }
}
