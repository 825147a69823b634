public import Bytes

/// What the host, virtual machine or service is.
///
///     host_descr, 0:2000
///       0  string<64>     hostname
///       +  opaque[16]     uuid
///       +  unsigned int   machine_type
///       +  unsigned int   os_name
///       +  string<32>     os_release
public struct HostDescription: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2000) }
  public static var name: String { "host_descr" }

  /// Name; empty if unknown. `uname` nodename. The specification allows 64 octets, but a collector keeps 63.
  public var hostname: String = ""
  /// UUID, 16 octets without a length word (the published text says otherwise; everyone writes them so). All
  /// zero if unknown. DMI `product_uuid`, machine-id or configuration.
  public var uuid: UUID = UUID()
  /// Processor family. The architecture the agent was built for.
  public var machineType: MachineType = .unknown
  /// Operating system.
  public var osName: OSName = .unknown
  /// Release of the kernel; empty if unknown. `uname` release.
  public var osRelease: String = ""

  public init(
    hostname: String = "", uuid: UUID = UUID(), machineType: MachineType = .unknown,
    osName: OSName = .unknown, osRelease: String = ""
  ) {
    self.hostname = hostname
    self.uuid = uuid
    self.machineType = machineType
    self.osName = osName
    self.osRelease = osRelease
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.string(hostname, limit: 63)
    writer.u64(uuid.high)
    writer.u64(uuid.low)
    writer.u32(machineType.rawValue)
    writer.u32(osName.rawValue)
    writer.string(osRelease, limit: 32)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    hostname = try reader.string()
    uuid = UUID(high: try reader.u64(), low: try reader.u64())
    machineType = MachineType(rawValue: try reader.u32())
    osName = OSName(rawValue: try reader.u32())
    osRelease = try reader.string()
  }

  public var fields: [Field] {
    [
      Field("hostname", hostname),
      Field("uuid", uuid),
      Field("machine_type", machineType),
      Field("os_name", osName),
      Field("os_release", osRelease),
    ]
  }
}

/// The network adapters of the host, so that a switch's ports can be matched to it. An empty list is legal.
///
///     host_adapters, 0:2001
///       0  host_adapter<> adapters
public struct HostAdapters: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2001) }
  public static var name: String { "host_adapters" }

  /// The adapters.
  public var adapters: [Adapter] = []

  public init(adapters: [Adapter] = []) {
    self.adapters = adapters
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.list(adapters)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    adapters = try reader.list()
  }

  public var fields: [Field] {
    [
      Field("adapters", adapters)
    ]
  }
}

/// The data source that contains this one. Never sent by a physical host.
///
///     host_parent, 0:2002, 8 octets
///       0  unsigned int   container_type
///       4  unsigned int   container_index
public struct HostParent: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2002) }
  public static var name: String { "host_parent" }

  /// The parent: 2:1 for the host itself.
  public var container: DataSource = DataSource(.physicalEntity, 1)

  public init(container: DataSource = DataSource(.physicalEntity, 1)) {
    self.container = container
  }

  public func encodeBody(into writer: inout XDRWriter) {
    container.encode(into: &writer)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    container = try DataSource(decoding: &reader)
  }

  public var fields: [Field] {
    [
      Field("container", container)
    ]
  }
}

/// Load and memory of a device, as switches report them.
///
///     processor, 0:1001, 28 octets
///       0  percentage     5s_cpu
///       4  percentage     1m_cpu
///       8  percentage     5m_cpu
///      12  unsigned hyper total_memory
///      20  unsigned hyper free_memory
public struct Processor: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1001) }
  public static var name: String { "processor" }

  /// Busy over 5 seconds.
  public var fiveSeconds: Percentage = .unknown
  /// Busy over 1 minute.
  public var oneMinute: Percentage = .unknown
  /// Busy over 5 minutes.
  public var fiveMinutes: Percentage = .unknown
  /// Memory, bytes. `MemTotal` of `/proc/meminfo`.
  public var totalMemoryBytes: UInt64 = 0
  /// Free memory, bytes. `MemFree` of `/proc/meminfo`.
  public var freeMemoryBytes: UInt64 = 0

  public init(
    fiveSeconds: Percentage = .unknown, oneMinute: Percentage = .unknown,
    fiveMinutes: Percentage = .unknown, totalMemoryBytes: UInt64 = 0, freeMemoryBytes: UInt64 = 0
  ) {
    self.fiveSeconds = fiveSeconds
    self.oneMinute = oneMinute
    self.fiveMinutes = fiveMinutes
    self.totalMemoryBytes = totalMemoryBytes
    self.freeMemoryBytes = freeMemoryBytes
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.i32(fiveSeconds.hundredths)
    writer.i32(oneMinute.hundredths)
    writer.i32(fiveMinutes.hundredths)
    writer.u64(totalMemoryBytes)
    writer.u64(freeMemoryBytes)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    fiveSeconds = Percentage(hundredths: try reader.i32())
    oneMinute = Percentage(hundredths: try reader.i32())
    fiveMinutes = Percentage(hundredths: try reader.i32())
    totalMemoryBytes = try reader.u64()
    freeMemoryBytes = try reader.u64()
  }

  public var fields: [Field] {
    [
      Field("5s_cpu", fiveSeconds),
      Field("1m_cpu", oneMinute),
      Field("5m_cpu", fiveMinutes),
      Field("total_memory", totalMemoryBytes, "B"),
      Field("free_memory", freeMemoryBytes, "B"),
    ]
  }
}
