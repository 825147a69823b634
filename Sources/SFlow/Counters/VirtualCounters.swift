public import Bytes

/// The host as a home of virtual machines.
///
///     virt_node, 0:2100, 28 octets
///       0  unsigned int   mhz
///       4  unsigned int   cpus
///       8  unsigned hyper memory
///      16  unsigned hyper memory_free
///      24  unsigned int   num_domains
public struct VirtualNode: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2100) }
  public static var name: String { "virt_node" }

  /// Expected clock of the CPUs, MHz. As in `HostCPU`.
  public var megahertz: UInt32 = 0
  /// Active CPUs. As in `HostCPU`.
  public var cpus: UInt32 = 0
  /// Memory, bytes. As in `HostMemory`.
  public var memoryBytes: UInt64 = 0
  /// Free memory, bytes. As in `HostMemory`.
  public var memoryFreeBytes: UInt64 = 0
  /// Running virtual machines, containers or services.
  public var activeDomains: UInt32 = 0

  public init(
    megahertz: UInt32 = 0, cpus: UInt32 = 0, memoryBytes: UInt64 = 0, memoryFreeBytes: UInt64 = 0,
    activeDomains: UInt32 = 0
  ) {
    self.megahertz = megahertz
    self.cpus = cpus
    self.memoryBytes = memoryBytes
    self.memoryFreeBytes = memoryFreeBytes
    self.activeDomains = activeDomains
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(megahertz)
    writer.u32(cpus)
    writer.u64(memoryBytes)
    writer.u64(memoryFreeBytes)
    writer.u32(activeDomains)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    megahertz = try reader.u32()
    cpus = try reader.u32()
    memoryBytes = try reader.u64()
    memoryFreeBytes = try reader.u64()
    activeDomains = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("mhz", megahertz, "MHz"),
      Field("cpus", cpus),
      Field("memory", memoryBytes, "B"),
      Field("memory_free", memoryFreeBytes, "B"),
      Field("num_domains", activeDomains),
    ]
  }
}

/// Processor time of a virtual machine, container or service.
///
///     virt_cpu, 0:2101, 12 octets
///       0  unsigned int   state
///       4  unsigned int   cpuTime
///       8  unsigned int   nrVirtCpu
public struct VirtualCPU: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2101) }
  public static var name: String { "virt_cpu" }

  /// What it is doing. `virDomainState`.
  public var state: DomainState = .noState
  /// Processor time used, milliseconds, modulo 2³². libvirt `cpu.time` / 10⁶, cgroup `usage_usec` / 1000.
  public var cpuMS: UInt32 = .max
  /// Virtual CPUs. libvirt `vcpu.current`.
  public var virtualCPUs: UInt32 = 0

  public init(state: DomainState = .noState, cpuMS: UInt32 = .max, virtualCPUs: UInt32 = 0) {
    self.state = state
    self.cpuMS = cpuMS
    self.virtualCPUs = virtualCPUs
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(state.rawValue)
    writer.u32(cpuMS)
    writer.u32(virtualCPUs)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    state = DomainState(rawValue: try reader.u32())
    cpuMS = try reader.u32()
    virtualCPUs = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("state", state),
      Field("cpuTime", cpuMS, "ms"),
      Field("nrVirtCpu", virtualCPUs),
    ]
  }
}

/// Memory of a virtual machine, container or service.
///
///     virt_memory, 0:2102, 16 octets
///       0  unsigned hyper memory
///       8  unsigned hyper maxMemory
public struct VirtualMemory: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2102) }
  public static var name: String { "virt_memory" }

  /// Memory used, bytes. libvirt `balloon.current`, cgroup `memory.current`.
  public var usedBytes: UInt64 = 0
  /// Memory allowed, bytes. libvirt `balloon.maximum`, cgroup `memory.max`.
  public var maximumBytes: UInt64 = 0

  public init(usedBytes: UInt64 = 0, maximumBytes: UInt64 = 0) {
    self.usedBytes = usedBytes
    self.maximumBytes = maximumBytes
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u64(usedBytes)
    writer.u64(maximumBytes)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    usedBytes = try reader.u64()
    maximumBytes = try reader.u64()
  }

  public var fields: [Field] {
    [
      Field("memory", usedBytes, "B"),
      Field("maxMemory", maximumBytes, "B"),
    ]
  }
}

/// Disks of a virtual machine, container or service.
///
///     virt_disk_io, 0:2103, 52 octets
///       0  unsigned hyper capacity
///       8  unsigned hyper allocation
///      16  unsigned hyper available
///      24  unsigned int   rd_req
///      28  unsigned hyper rd_bytes
///      36  unsigned int   wr_req
///      40  unsigned hyper wr_bytes
///      48  unsigned int   errs
public struct VirtualDiskIO: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2103) }
  public static var name: String { "virt_disk_io" }

  /// Logical size, bytes. libvirt `block.N.capacity`.
  public var capacityBytes: UInt64 = 0
  /// Allocated, bytes. libvirt `block.N.allocation`.
  public var allocationBytes: UInt64 = 0
  /// Size on the backing store, bytes (the errata's `physical`; the published text says remaining free
  /// bytes). libvirt `block.N.physical`.
  public var availableBytes: UInt64 = 0
  /// Reads, modulo 2³². libvirt `block.N.rd.reqs`.
  public var readRequests: UInt32 = .max
  /// Bytes read. libvirt `block.N.rd.bytes`.
  public var readBytes: UInt64 = .max
  /// Writes, modulo 2³². libvirt `block.N.wr.reqs`.
  public var writeRequests: UInt32 = .max
  /// Bytes written. libvirt `block.N.wr.bytes`.
  public var writtenBytes: UInt64 = .max
  /// Read and write errors. libvirt `block.N.errors`.
  public var errors: UInt32 = .max

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u64(capacityBytes)
    writer.u64(allocationBytes)
    writer.u64(availableBytes)
    writer.u32(readRequests)
    writer.u64(readBytes)
    writer.u32(writeRequests)
    writer.u64(writtenBytes)
    writer.u32(errors)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    capacityBytes = try reader.u64()
    allocationBytes = try reader.u64()
    availableBytes = try reader.u64()
    readRequests = try reader.u32()
    readBytes = try reader.u64()
    writeRequests = try reader.u32()
    writtenBytes = try reader.u64()
    errors = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("capacity", capacityBytes, "B"),
      Field("allocation", allocationBytes, "B"),
      Field("available", availableBytes, "B"),
      Field("rd_req", readRequests),
      Field("rd_bytes", readBytes, "B"),
      Field("wr_req", writeRequests),
      Field("wr_bytes", writtenBytes, "B"),
      Field("errs", errors),
    ]
  }
}

/// Network traffic of a virtual machine or container, in the guest's direction: what the host's tap device
/// sends, the guest receives.
///
///     virt_net_io, 0:2104, 40 octets
///       0  unsigned hyper rx_bytes
///       8  unsigned int   rx_packets
///      12  unsigned int   rx_errs
///      16  unsigned int   rx_drop
///      20  unsigned hyper tx_bytes
///      28  unsigned int   tx_packets
///      32  unsigned int   tx_errs
///      36  unsigned int   tx_drop
public struct VirtualNetworkIO: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2104) }
  public static var name: String { "virt_net_io" }

  /// Bytes received by the guest.
  public var inBytes: UInt64 = .max
  /// Packets received by the guest, modulo 2³².
  public var inPackets: UInt32 = .max
  /// Receive errors.
  public var inErrors: UInt32 = .max
  /// Packets dropped on the way to the guest.
  public var inDrops: UInt32 = .max
  /// Bytes sent by the guest.
  public var outBytes: UInt64 = .max
  /// Packets sent by the guest, modulo 2³².
  public var outPackets: UInt32 = .max
  /// Send errors.
  public var outErrors: UInt32 = .max
  /// Packets of the guest that were dropped.
  public var outDrops: UInt32 = .max

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u64(inBytes)
    writer.u32(inPackets)
    writer.u32(inErrors)
    writer.u32(inDrops)
    writer.u64(outBytes)
    writer.u32(outPackets)
    writer.u32(outErrors)
    writer.u32(outDrops)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    inBytes = try reader.u64()
    inPackets = try reader.u32()
    inErrors = try reader.u32()
    inDrops = try reader.u32()
    outBytes = try reader.u64()
    outPackets = try reader.u32()
    outErrors = try reader.u32()
    outDrops = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("rx_bytes", inBytes, "B"),
      Field("rx_packets", inPackets),
      Field("rx_errs", inErrors),
      Field("rx_drop", inDrops),
      Field("tx_bytes", outBytes, "B"),
      Field("tx_packets", outPackets),
      Field("tx_errs", outErrors),
      Field("tx_drop", outDrops),
    ]
  }
}

/// The NVIDIA GPUs of the host together. NVML. Time and energy are running totals that the agent integrates.
///
///     nvidia_gpu, 5703:1, 48 octets
///       0  unsigned int   device_count
///       4  unsigned int   processes
///       8  unsigned int   gpu_time
///      12  unsigned int   mem_time
///      16  unsigned hyper mem_total
///      24  unsigned hyper mem_free
///      32  unsigned int   ecc_errors
///      36  unsigned int   energy
///      40  unsigned int   temperature
///      44  unsigned int   fan_speed
public struct NVIDIAGPU: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(5703, 1) }
  public static var name: String { "nvidia_gpu" }

  /// GPUs.
  public var devices: UInt32 = 0
  /// Compute processes.
  public var processes: UInt32 = 0
  /// Milliseconds that the GPUs were busy, summed.
  public var gpuMS: UInt32 = .max
  /// Milliseconds that their memory was busy, summed.
  public var memoryMS: UInt32 = .max
  /// Memory, bytes, summed.
  public var memoryTotalBytes: UInt64 = 0
  /// Free memory, bytes, summed.
  public var memoryFreeBytes: UInt64 = 0
  /// Volatile ECC errors, summed.
  public var eccErrors: UInt32 = .max
  /// Energy used, millijoules, summed.
  public var energyMilliJoules: UInt32 = .max
  /// Highest temperature, degrees Celsius.
  public var temperatureCelsius: UInt32 = 0
  /// Highest fan speed, percent.
  public var fanPercent: UInt32 = 0

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(devices)
    writer.u32(processes)
    writer.u32(gpuMS)
    writer.u32(memoryMS)
    writer.u64(memoryTotalBytes)
    writer.u64(memoryFreeBytes)
    writer.u32(eccErrors)
    writer.u32(energyMilliJoules)
    writer.u32(temperatureCelsius)
    writer.u32(fanPercent)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    devices = try reader.u32()
    processes = try reader.u32()
    gpuMS = try reader.u32()
    memoryMS = try reader.u32()
    memoryTotalBytes = try reader.u64()
    memoryFreeBytes = try reader.u64()
    eccErrors = try reader.u32()
    energyMilliJoules = try reader.u32()
    temperatureCelsius = try reader.u32()
    fanPercent = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("device_count", devices),
      Field("processes", processes),
      Field("gpu_time", gpuMS, "ms"),
      Field("mem_time", memoryMS, "ms"),
      Field("mem_total", memoryTotalBytes, "B"),
      Field("mem_free", memoryFreeBytes, "B"),
      Field("ecc_errors", eccErrors),
      Field("energy", energyMilliJoules, "mJ"),
      Field("temperature", temperatureCelsius, "°C"),
      Field("fan_speed", fanPercent, "%"),
    ]
  }
}
