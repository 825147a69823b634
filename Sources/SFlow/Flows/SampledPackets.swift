public import Bytes

/// The Ethernet header of a packet whose octets are not at hand.
///
///     sampled_ethernet, 0:2, 24 octets
///       0  unsigned int   length
///       4  mac            src_mac
///      12  mac            dst_mac
///      20  unsigned int   type
public struct SampledEthernet: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2) }
  public static var name: String { "sampled_ethernet" }

  /// Bytes on the network, FCS included.
  public var length: UInt32 = 0
  /// Source.
  public var sourceMAC: MACAddress = MACAddress(0)
  /// Destination.
  public var destinationMAC: MACAddress = MACAddress(0)
  /// EtherType.
  public var etherType: UInt32 = 0

  public init(
    length: UInt32 = 0, sourceMAC: MACAddress = MACAddress(0), destinationMAC: MACAddress = MACAddress(0),
    etherType: UInt32 = 0
  ) {
    self.length = length
    self.sourceMAC = sourceMAC
    self.destinationMAC = destinationMAC
    self.etherType = etherType
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(length)
    writer.mac(sourceMAC)
    writer.mac(destinationMAC)
    writer.u32(etherType)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    length = try reader.u32()
    sourceMAC = try reader.mac()
    destinationMAC = try reader.mac()
    etherType = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("length", length, "B"),
      Field("src_mac", sourceMAC),
      Field("dst_mac", destinationMAC),
      Field("type", etherType),
    ]
  }
}

/// The IPv4 header of a packet whose octets are not at hand.
///
///     sampled_ipv4, 0:3, 32 octets
///       0  unsigned int   length
///       4  unsigned int   protocol
///       8  ip_v4          src_ip
///      12  ip_v4          dst_ip
///      16  unsigned int   src_port
///      20  unsigned int   dst_port
///      24  unsigned int   tcp_flags
///      28  unsigned int   tos
public struct SampledIPv4: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 3) }
  public static var name: String { "sampled_ipv4" }

  /// Bytes of the IP packet.
  public var length: UInt32 = 0
  /// IP protocol: 6 TCP, 17 UDP.
  public var ipProtocol: UInt32 = 0
  /// Source.
  public var source: IPv4Address = IPv4Address(0)
  /// Destination.
  public var destination: IPv4Address = IPv4Address(0)
  /// Source port or its like.
  public var sourcePort: UInt32 = 0
  /// Destination port or its like.
  public var destinationPort: UInt32 = 0
  /// TCP flags in the low 8 bits.
  public var tcpFlags: UInt32 = 0
  /// Type of service octet.
  public var tos: UInt32 = 0

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(length)
    writer.u32(ipProtocol)
    writer.ipv4(source)
    writer.ipv4(destination)
    writer.u32(sourcePort)
    writer.u32(destinationPort)
    writer.u32(tcpFlags)
    writer.u32(tos)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    length = try reader.u32()
    ipProtocol = try reader.u32()
    source = try reader.ipv4()
    destination = try reader.ipv4()
    sourcePort = try reader.u32()
    destinationPort = try reader.u32()
    tcpFlags = try reader.u32()
    tos = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("length", length, "B"),
      Field("protocol", ipProtocol),
      Field("src_ip", source),
      Field("dst_ip", destination),
      Field("src_port", sourcePort),
      Field("dst_port", destinationPort),
      Field("tcp_flags", tcpFlags),
      Field("tos", tos),
    ]
  }
}

/// The IPv6 header of a packet whose octets are not at hand.
///
///     sampled_ipv6, 0:4, 56 octets
///       0  unsigned int   length
///       4  unsigned int   protocol
///       8  ip_v6          src_ip
///      24  ip_v6          dst_ip
///      40  unsigned int   src_port
///      44  unsigned int   dst_port
///      48  unsigned int   tcp_flags
///      52  unsigned int   priority
public struct SampledIPv6: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 4) }
  public static var name: String { "sampled_ipv6" }

  /// Bytes of the IP packet.
  public var length: UInt32 = 0
  /// Next header: 6 TCP, 17 UDP.
  public var nextHeader: UInt32 = 0
  /// Source.
  public var source: IPv6Address = IPv6Address(high: 0, low: 0)
  /// Destination.
  public var destination: IPv6Address = IPv6Address(high: 0, low: 0)
  /// Source port or its like.
  public var sourcePort: UInt32 = 0
  /// Destination port or its like.
  public var destinationPort: UInt32 = 0
  /// TCP flags in the low 8 bits.
  public var tcpFlags: UInt32 = 0
  /// Traffic class.
  public var priority: UInt32 = 0

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(length)
    writer.u32(nextHeader)
    writer.ipv6(source)
    writer.ipv6(destination)
    writer.u32(sourcePort)
    writer.u32(destinationPort)
    writer.u32(tcpFlags)
    writer.u32(priority)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    length = try reader.u32()
    nextHeader = try reader.u32()
    source = try reader.ipv6()
    destination = try reader.ipv6()
    sourcePort = try reader.u32()
    destinationPort = try reader.u32()
    tcpFlags = try reader.u32()
    priority = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("length", length, "B"),
      Field("protocol", nextHeader),
      Field("src_ip", source),
      Field("dst_ip", destination),
      Field("src_port", sourcePort),
      Field("dst_port", destinationPort),
      Field("tcp_flags", tcpFlags),
      Field("priority", priority),
    ]
  }
}
