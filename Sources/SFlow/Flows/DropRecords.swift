public import Bytes

/// The queue at the egress port. `PSAMPLE_ATTR_OUT_TC`.
///
///     extended_egress_queue, 0:1036, 4 octets
///       0  unsigned int   queue
public struct ExtendedEgressQueue: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1036) }
  public static var name: String { "extended_egress_queue" }

  /// Number of the queue; the port is the output of the sample.
  public var queue: UInt32 = 0

  public init(queue: UInt32 = 0) {
    self.queue = queue
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(queue)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    queue = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("queue", queue)
    ]
  }
}

/// The access list that decided about the packet.
///
///     extended_acl, 0:1037
///       0  unsigned int   number
///       4  string<>       name
///       +  unsigned int   direction
public struct ExtendedACL: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1037) }
  public static var name: String { "extended_acl" }

  /// Number of the list.
  public var number: UInt32 = 0
  /// Name of the list.
  public var name: String = ""
  /// Where it is applied.
  public var direction: ACLDirection = .unknown

  public init(number: UInt32 = 0, name: String = "", direction: ACLDirection = .unknown) {
    self.number = number
    self.name = name
    self.direction = direction
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(number)
    writer.string(name)
    writer.u32(direction.rawValue)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    number = try reader.u32()
    name = try reader.string()
    direction = ACLDirection(rawValue: try reader.u32())
  }

  public var fields: [Field] {
    [
      Field("number", number),
      Field("name", name),
      Field("direction", direction),
    ]
  }
}

/// The function that discarded the packet.
///
///     extended_function, 0:1038
///       0  string<64>     symbol
public struct ExtendedFunction: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1038) }
  public static var name: String { "extended_function" }

  /// Kernel symbol. `NET_DM_ATTR_SYMBOL`.
  public var symbol: String = ""

  public init(symbol: String = "") {
    self.symbol = symbol
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.string(symbol, limit: 64)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    symbol = try reader.string()
  }

  public var fields: [Field] {
    [
      Field("symbol", symbol)
    ]
  }
}

/// Time that the packet spent in the device.
///
///     extended_transit, 0:1039, 4 octets
///       0  unsigned int   delay
public struct ExtendedTransit: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1039) }
  public static var name: String { "extended_transit" }

  /// Nanoseconds; all ones means that or more. `PSAMPLE_ATTR_LATENCY`.
  public var delayNanoseconds: UInt32 = 0

  public init(delayNanoseconds: UInt32 = 0) {
    self.delayNanoseconds = delayNanoseconds
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(delayNanoseconds)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    delayNanoseconds = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("delay", delayNanoseconds, "ns")
    ]
  }
}

/// How full the egress queue was. The sample also carries an `ExtendedEgressQueue`.
///
///     extended_queue, 0:1040, 4 octets
///       0  unsigned int   depth
public struct ExtendedQueue: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1040) }
  public static var name: String { "extended_queue" }

  /// Bytes queued before this packet. `PSAMPLE_ATTR_OUT_TC_OCC`.
  public var depthBytes: UInt32 = 0

  public init(depthBytes: UInt32 = 0) {
    self.depthBytes = depthBytes
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(depthBytes)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    depthBytes = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("depth", depthBytes, "B")
    ]
  }
}

/// The devlink trap that caught the packet.
///
///     extended_hw_trap, 0:1041
///       0  string<64>     group
///       +  string<64>     trap
public struct ExtendedHardwareTrap: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1041) }
  public static var name: String { "extended_hw_trap" }

  /// Trap group. `NET_DM_ATTR_HW_TRAP_GROUP_NAME`.
  public var group: String = ""
  /// Trap. `NET_DM_ATTR_HW_TRAP_NAME`.
  public var trap: String = ""

  public init(group: String = "", trap: String = "") {
    self.group = group
    self.trap = trap
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.string(group, limit: 64)
    writer.string(trap, limit: 64)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    group = try reader.string()
    trap = try reader.string()
  }

  public var fields: [Field] {
    [
      Field("group", group),
      Field("trap", trap),
    ]
  }
}

/// The kernel's own word for why it dropped the packet.
///
///     extended_linux_drop_reason, 0:1042
///       0  string<64>     reason
public struct ExtendedLinuxDropReason: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1042) }
  public static var name: String { "extended_linux_drop_reason" }

  /// Name of the `SKB_DROP_REASON_`. `NET_DM_ATTR_REASON`.
  public var reason: String = ""

  public init(reason: String = "") {
    self.reason = reason
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.string(reason, limit: 64)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    reason = try reader.string()
  }

  public var fields: [Field] {
    [
      Field("reason", reason)
    ]
  }
}

/// When the packet was seen.
///
///     extended_timestamp, 0:1043, 8 octets
///       0  unsigned hyper nanoseconds
public struct ExtendedTimestamp: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1043) }
  public static var name: String { "extended_timestamp" }

  /// Since 1970-01-01 UTC, by the best clock at hand. `NFULA_TIMESTAMP`, pcap or psample time.
  public var nanoseconds: UInt64 = 0

  public init(nanoseconds: UInt64 = 0) {
    self.nanoseconds = nanoseconds
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u64(nanoseconds)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    nanoseconds = try reader.u64()
  }

  public var fields: [Field] {
    [
      Field("nanoseconds", nanoseconds, "ns")
    ]
  }
}
