public import Bytes

/// The outer Ethernet header with which the packet leaves into a tunnel.
///
///     extended_L2_tunnel_egress, 0:1021, 24 octets
///       0  like sampled_ethernet
public struct ExtendedL2TunnelEgress: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1021) }
  public static var name: String { "extended_L2_tunnel_egress" }

  /// The outer header.
  public var outer: SampledEthernet = SampledEthernet()

  public init(outer: SampledEthernet = SampledEthernet()) {
    self.outer = outer
  }

  public func encodeBody(into writer: inout XDRWriter) {
    outer.encodeBody(into: &writer)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    outer = try SampledEthernet(decodingBody: &reader)
  }

  public var fields: [Field] { outer.fields }
}

/// The outer Ethernet header with which the packet came out of a tunnel.
///
///     extended_L2_tunnel_ingress, 0:1022, 24 octets
///       0  like sampled_ethernet
public struct ExtendedL2TunnelIngress: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1022) }
  public static var name: String { "extended_L2_tunnel_ingress" }

  /// The outer header.
  public var outer: SampledEthernet = SampledEthernet()

  public init(outer: SampledEthernet = SampledEthernet()) {
    self.outer = outer
  }

  public func encodeBody(into writer: inout XDRWriter) {
    outer.encodeBody(into: &writer)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    outer = try SampledEthernet(decodingBody: &reader)
  }

  public var fields: [Field] { outer.fields }
}

/// The outer IPv4 header with which the packet leaves into a tunnel.
///
///     extended_ipv4_tunnel_egress, 0:1023, 32 octets
///       0  like sampled_ipv4
public struct ExtendedIPv4TunnelEgress: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1023) }
  public static var name: String { "extended_ipv4_tunnel_egress" }

  /// The outer header.
  public var outer: SampledIPv4 = SampledIPv4()

  public init(outer: SampledIPv4 = SampledIPv4()) {
    self.outer = outer
  }

  public func encodeBody(into writer: inout XDRWriter) {
    outer.encodeBody(into: &writer)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    outer = try SampledIPv4(decodingBody: &reader)
  }

  public var fields: [Field] { outer.fields }
}

/// The outer IPv4 header with which the packet came out of a tunnel.
///
///     extended_ipv4_tunnel_ingress, 0:1024, 32 octets
///       0  like sampled_ipv4
public struct ExtendedIPv4TunnelIngress: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1024) }
  public static var name: String { "extended_ipv4_tunnel_ingress" }

  /// The outer header.
  public var outer: SampledIPv4 = SampledIPv4()

  public init(outer: SampledIPv4 = SampledIPv4()) {
    self.outer = outer
  }

  public func encodeBody(into writer: inout XDRWriter) {
    outer.encodeBody(into: &writer)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    outer = try SampledIPv4(decodingBody: &reader)
  }

  public var fields: [Field] { outer.fields }
}

/// The outer IPv6 header with which the packet leaves into a tunnel.
///
///     extended_ipv6_tunnel_egress, 0:1025, 56 octets
///       0  like sampled_ipv6
public struct ExtendedIPv6TunnelEgress: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1025) }
  public static var name: String { "extended_ipv6_tunnel_egress" }

  /// The outer header.
  public var outer: SampledIPv6 = SampledIPv6()

  public init(outer: SampledIPv6 = SampledIPv6()) {
    self.outer = outer
  }

  public func encodeBody(into writer: inout XDRWriter) {
    outer.encodeBody(into: &writer)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    outer = try SampledIPv6(decodingBody: &reader)
  }

  public var fields: [Field] { outer.fields }
}

/// The outer IPv6 header with which the packet came out of a tunnel.
///
///     extended_ipv6_tunnel_ingress, 0:1026, 56 octets
///       0  like sampled_ipv6
public struct ExtendedIPv6TunnelIngress: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1026) }
  public static var name: String { "extended_ipv6_tunnel_ingress" }

  /// The outer header.
  public var outer: SampledIPv6 = SampledIPv6()

  public init(outer: SampledIPv6 = SampledIPv6()) {
    self.outer = outer
  }

  public func encodeBody(into writer: inout XDRWriter) {
    outer.encodeBody(into: &writer)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    outer = try SampledIPv6(decodingBody: &reader)
  }

  public var fields: [Field] { outer.fields }
}

/// Where the header begins that is left after decapsulation on egress.
///
///     extended_decapsulate_egress, 0:1027, 4 octets
///       0  unsigned int   inner_header_offset
public struct ExtendedDecapsulateEgress: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1027) }
  public static var name: String { "extended_decapsulate_egress" }

  /// Octets into the sampled header.
  public var innerHeaderOffset: UInt32 = 0

  public init(innerHeaderOffset: UInt32 = 0) {
    self.innerHeaderOffset = innerHeaderOffset
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(innerHeaderOffset)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    innerHeaderOffset = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("inner_header_offset", innerHeaderOffset, "B")
    ]
  }
}

/// Where the header begins that is left after decapsulation on ingress.
///
///     extended_decapsulate_ingress, 0:1028, 4 octets
///       0  unsigned int   inner_header_offset
public struct ExtendedDecapsulateIngress: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1028) }
  public static var name: String { "extended_decapsulate_ingress" }

  /// Octets into the sampled header.
  public var innerHeaderOffset: UInt32 = 0

  public init(innerHeaderOffset: UInt32 = 0) {
    self.innerHeaderOffset = innerHeaderOffset
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(innerHeaderOffset)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    innerHeaderOffset = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("inner_header_offset", innerHeaderOffset, "B")
    ]
  }
}

/// The virtual network that the packet leaves into.
///
///     extended_vni_egress, 0:1029, 4 octets
///       0  unsigned int   vni
public struct ExtendedVNIEgress: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1029) }
  public static var name: String { "extended_vni_egress" }

  /// Virtual network identifier.
  public var vni: UInt32 = 0

  public init(vni: UInt32 = 0) {
    self.vni = vni
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(vni)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    vni = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("vni", vni)
    ]
  }
}

/// The virtual network that the packet came from.
///
///     extended_vni_ingress, 0:1030, 4 octets
///       0  unsigned int   vni
public struct ExtendedVNIIngress: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1030) }
  public static var name: String { "extended_vni_ingress" }

  /// Virtual network identifier.
  public var vni: UInt32 = 0

  public init(vni: UInt32 = 0) {
    self.vni = vni
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(vni)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    vni = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("vni", vni)
    ]
  }
}
