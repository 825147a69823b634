public import Bytes

/// The generic counters of an interface. A counter that the host cannot supply is all ones, always or never
/// during a session.
///
///     if_counters, 0:1, 88 octets
///       0  unsigned int   ifIndex
///       4  unsigned int   ifType
///       8  unsigned hyper ifSpeed
///      16  unsigned int   ifDirection
///      20  unsigned int   ifStatus
///      24  unsigned hyper ifInOctets
///      32  unsigned int   ifInUcastPkts
///      36  unsigned int   ifInMulticastPkts
///      40  unsigned int   ifInBroadcastPkts
///      44  unsigned int   ifInDiscards
///      48  unsigned int   ifInErrors
///      52  unsigned int   ifInUnknownProtos
///      56  unsigned hyper ifOutOctets
///      64  unsigned int   ifOutUcastPkts
///      68  unsigned int   ifOutMulticastPkts
///      72  unsigned int   ifOutBroadcastPkts
///      76  unsigned int   ifOutDiscards
///      80  unsigned int   ifOutErrors
///      84  unsigned int   ifPromiscuousMode
public struct InterfaceCounters: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1) }
  public static var name: String { "if_counters" }

  /// The interface, as the kernel numbers it. `RTM_NEWLINK` `ifi_index`.
  public var index: UInt32 = 0
  /// IANAifType. `RTM_NEWLINK` `ifi_type`, translated.
  public var type: InterfaceType = .ethernetCSMACD
  /// Line rate, bits per second; 0 unknown. ethtool link settings, Mb/s × 10⁶.
  public var speed: UInt64 = 0
  /// Duplex. ethtool link settings.
  public var direction: InterfaceDirection = .unknown
  /// Administrative and operational state. `IFF_UP`, `IFLA_OPERSTATE`.
  public var status: InterfaceStatus = []
  /// Bytes received. `rx_bytes`.
  public var inOctets: UInt64 = .max
  /// Unicast packets received; all packets where multicast is not counted apart. `rx_packets - multicast`.
  public var inUnicastPackets: UInt32 = .max
  /// Multicast packets received. `multicast`.
  public var inMulticastPackets: UInt32 = .max
  /// Broadcast packets received. ethtool statistics; most drivers have none.
  public var inBroadcastPackets: UInt32 = .max
  /// Packets received and dropped although nothing was wrong with them. `rx_dropped`.
  public var inDiscards: UInt32 = .max
  /// Packets received with errors. `rx_errors`.
  public var inErrors: UInt32 = .max
  /// Packets of a protocol nobody takes. `rx_nohandler` or not available.
  public var inUnknownProtocols: UInt32 = .max
  /// Bytes sent. `tx_bytes`.
  public var outOctets: UInt64 = .max
  /// Unicast packets sent; all packets where multicast is not counted apart. `tx_packets`.
  public var outUnicastPackets: UInt32 = .max
  /// Multicast packets sent. ethtool statistics.
  public var outMulticastPackets: UInt32 = .max
  /// Broadcast packets sent. ethtool statistics.
  public var outBroadcastPackets: UInt32 = .max
  /// Packets dropped instead of sent. `tx_dropped`.
  public var outDiscards: UInt32 = .max
  /// Packets that could not be sent for errors. `tx_errors`.
  public var outErrors: UInt32 = .max
  /// 1 if the interface takes every packet, else 0. `IFF_PROMISC`. (The MIB object would be 1 and 2; agents
  /// and collectors use 0 and 1.)
  public var promiscuous: UInt32 = 0

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(index)
    writer.u32(type.rawValue)
    writer.u64(speed)
    writer.u32(direction.rawValue)
    writer.u32(status.rawValue)
    writer.u64(inOctets)
    writer.u32(inUnicastPackets)
    writer.u32(inMulticastPackets)
    writer.u32(inBroadcastPackets)
    writer.u32(inDiscards)
    writer.u32(inErrors)
    writer.u32(inUnknownProtocols)
    writer.u64(outOctets)
    writer.u32(outUnicastPackets)
    writer.u32(outMulticastPackets)
    writer.u32(outBroadcastPackets)
    writer.u32(outDiscards)
    writer.u32(outErrors)
    writer.u32(promiscuous)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    index = try reader.u32()
    type = InterfaceType(rawValue: try reader.u32())
    speed = try reader.u64()
    direction = InterfaceDirection(rawValue: try reader.u32())
    status = InterfaceStatus(rawValue: try reader.u32())
    inOctets = try reader.u64()
    inUnicastPackets = try reader.u32()
    inMulticastPackets = try reader.u32()
    inBroadcastPackets = try reader.u32()
    inDiscards = try reader.u32()
    inErrors = try reader.u32()
    inUnknownProtocols = try reader.u32()
    outOctets = try reader.u64()
    outUnicastPackets = try reader.u32()
    outMulticastPackets = try reader.u32()
    outBroadcastPackets = try reader.u32()
    outDiscards = try reader.u32()
    outErrors = try reader.u32()
    promiscuous = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("ifIndex", index),
      Field("ifType", type),
      Field("ifSpeed", speed, "bit/s"),
      Field("ifDirection", direction),
      Field("ifStatus", status),
      Field("ifInOctets", inOctets, "B"),
      Field("ifInUcastPkts", inUnicastPackets),
      Field("ifInMulticastPkts", inMulticastPackets),
      Field("ifInBroadcastPkts", inBroadcastPackets),
      Field("ifInDiscards", inDiscards),
      Field("ifInErrors", inErrors),
      Field("ifInUnknownProtos", inUnknownProtocols),
      Field("ifOutOctets", outOctets, "B"),
      Field("ifOutUcastPkts", outUnicastPackets),
      Field("ifOutMulticastPkts", outMulticastPackets),
      Field("ifOutBroadcastPkts", outBroadcastPackets),
      Field("ifOutDiscards", outDiscards),
      Field("ifOutErrors", outErrors),
      Field("ifPromiscuousMode", promiscuous),
    ]
  }
}

/// The Ethernet counters of an interface (EtherLike-MIB). Unavailable: all ones.
///
///     ethernet_counters, 0:2, 52 octets
///       0  unsigned int   dot3StatsAlignmentErrors
///       4  unsigned int   dot3StatsFCSErrors
///       8  unsigned int   dot3StatsSingleCollisionFrames
///      12  unsigned int   dot3StatsMultipleCollisionFrames
///      16  unsigned int   dot3StatsSQETestErrors
///      20  unsigned int   dot3StatsDeferredTransmissions
///      24  unsigned int   dot3StatsLateCollisions
///      28  unsigned int   dot3StatsExcessiveCollisions
///      32  unsigned int   dot3StatsInternalMacTransmitErrors
///      36  unsigned int   dot3StatsCarrierSenseErrors
///      40  unsigned int   dot3StatsFrameTooLongs
///      44  unsigned int   dot3StatsInternalMacReceiveErrors
///      48  unsigned int   dot3StatsSymbolErrors
public struct EthernetCounters: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2) }
  public static var name: String { "ethernet_counters" }

  /// Frames that are not a whole number of octets and fail the FCS. `rx_frame_errors`.
  public var alignmentErrors: UInt32 = .max
  /// Frames of a whole number of octets that fail the FCS. `rx_crc_errors`.
  public var fcsErrors: UInt32 = .max
  /// Frames sent after one collision. ethtool.
  public var singleCollisionFrames: UInt32 = .max
  /// Frames sent after several collisions. ethtool.
  public var multipleCollisionFrames: UInt32 = .max
  /// Failed signal quality tests.
  public var sqeTestErrors: UInt32 = .max
  /// Frames whose first attempt waited for a busy medium. ethtool.
  public var deferredTransmissions: UInt32 = .max
  /// Collisions later than a slot time. `tx_window_errors`.
  public var lateCollisions: UInt32 = .max
  /// Frames given up after too many collisions. `tx_aborted_errors`.
  public var excessiveCollisions: UInt32 = .max
  /// Frames not sent because of an error inside the MAC layer. `tx_fifo_errors`.
  public var internalMACTransmitErrors: UInt32 = .max
  /// Attempts during which the carrier was lost. `tx_carrier_errors`.
  public var carrierSenseErrors: UInt32 = .max
  /// Frames longer than allowed. `rx_length_errors`.
  public var frameTooLongs: UInt32 = .max
  /// Frames lost to an error inside the MAC layer. `rx_fifo_errors`.
  public var internalMACReceiveErrors: UInt32 = .max
  /// Invalid symbols on the medium. ethtool.
  public var symbolErrors: UInt32 = .max

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(alignmentErrors)
    writer.u32(fcsErrors)
    writer.u32(singleCollisionFrames)
    writer.u32(multipleCollisionFrames)
    writer.u32(sqeTestErrors)
    writer.u32(deferredTransmissions)
    writer.u32(lateCollisions)
    writer.u32(excessiveCollisions)
    writer.u32(internalMACTransmitErrors)
    writer.u32(carrierSenseErrors)
    writer.u32(frameTooLongs)
    writer.u32(internalMACReceiveErrors)
    writer.u32(symbolErrors)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    alignmentErrors = try reader.u32()
    fcsErrors = try reader.u32()
    singleCollisionFrames = try reader.u32()
    multipleCollisionFrames = try reader.u32()
    sqeTestErrors = try reader.u32()
    deferredTransmissions = try reader.u32()
    lateCollisions = try reader.u32()
    excessiveCollisions = try reader.u32()
    internalMACTransmitErrors = try reader.u32()
    carrierSenseErrors = try reader.u32()
    frameTooLongs = try reader.u32()
    internalMACReceiveErrors = try reader.u32()
    symbolErrors = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("dot3StatsAlignmentErrors", alignmentErrors),
      Field("dot3StatsFCSErrors", fcsErrors),
      Field("dot3StatsSingleCollisionFrames", singleCollisionFrames),
      Field("dot3StatsMultipleCollisionFrames", multipleCollisionFrames),
      Field("dot3StatsSQETestErrors", sqeTestErrors),
      Field("dot3StatsDeferredTransmissions", deferredTransmissions),
      Field("dot3StatsLateCollisions", lateCollisions),
      Field("dot3StatsExcessiveCollisions", excessiveCollisions),
      Field("dot3StatsInternalMacTransmitErrors", internalMACTransmitErrors),
      Field("dot3StatsCarrierSenseErrors", carrierSenseErrors),
      Field("dot3StatsFrameTooLongs", frameTooLongs),
      Field("dot3StatsInternalMacReceiveErrors", internalMACReceiveErrors),
      Field("dot3StatsSymbolErrors", symbolErrors),
    ]
  }
}

/// Traffic of a VLAN. Unavailable: all ones.
///
///     vlan_counters, 0:5, 28 octets
///       0  unsigned int   vlan_id
///       4  unsigned hyper octets
///      12  unsigned int   ucastPkts
///      16  unsigned int   multicastPkts
///      20  unsigned int   broadcastPkts
///      24  unsigned int   discards
public struct VLANCounters: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 5) }
  public static var name: String { "vlan_counters" }

  /// The VLAN.
  public var vlanID: UInt32 = 0
  /// Bytes.
  public var octets: UInt64 = .max
  /// Unicast packets.
  public var unicastPackets: UInt32 = .max
  /// Multicast packets.
  public var multicastPackets: UInt32 = .max
  /// Broadcast packets.
  public var broadcastPackets: UInt32 = .max
  /// Packets dropped.
  public var discards: UInt32 = .max

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(vlanID)
    writer.u64(octets)
    writer.u32(unicastPackets)
    writer.u32(multicastPackets)
    writer.u32(broadcastPackets)
    writer.u32(discards)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    vlanID = try reader.u32()
    octets = try reader.u64()
    unicastPackets = try reader.u32()
    multicastPackets = try reader.u32()
    broadcastPackets = try reader.u32()
    discards = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("vlan_id", vlanID),
      Field("octets", octets, "B"),
      Field("ucastPkts", unicastPackets),
      Field("multicastPkts", multicastPackets),
      Field("broadcastPkts", broadcastPackets),
      Field("discards", discards),
    ]
  }
}

/// The name of an interface.
///
///     port_name, 0:1005
///       0  string<255>    name
public struct PortName: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1005) }
  public static var name: String { "port_name" }

  /// Interface name, at most 15 octets from the kernel (`IFLA_IFNAME`); sent up to 255.
  public var name: String = ""

  public init(name: String = "") {
    self.name = name
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.string(name, limit: 255)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    name = try reader.string()
  }

  public var fields: [Field] {
    [
      Field("name", name)
    ]
  }
}
