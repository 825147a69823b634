public import Bytes

/// Memory, swap and paging of the host.
///
///     host_memory, 0:2004, 72 octets
///       0  unsigned hyper mem_total
///       8  unsigned hyper mem_free
///      16  unsigned hyper mem_shared
///      24  unsigned hyper mem_buffers
///      32  unsigned hyper mem_cached
///      40  unsigned hyper swap_total
///      48  unsigned hyper swap_free
///      56  unsigned int   page_in
///      60  unsigned int   page_out
///      64  unsigned int   swap_in
///      68  unsigned int   swap_out
public struct HostMemory: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2004) }
  public static var name: String { "host_memory" }

  /// Memory, bytes. `/proc/meminfo` `MemTotal` × 1024.
  public var totalBytes: UInt64 = 0
  /// Unused memory, bytes. `MemFree` × 1024.
  public var freeBytes: UInt64 = 0
  /// Shared memory, bytes. `Shmem` × 1024; the C agent sends 0.
  public var sharedBytes: UInt64 = 0
  /// Buffers of block devices, bytes. `Buffers` × 1024.
  public var buffersBytes: UInt64 = 0
  /// Page cache, bytes. `(Cached + SReclaimable)` × 1024.
  public var cachedBytes: UInt64 = 0
  /// Swap space, bytes. `SwapTotal` × 1024.
  public var swapTotalBytes: UInt64 = 0
  /// Unused swap space, bytes. `SwapFree` × 1024.
  public var swapFreeBytes: UInt64 = 0
  /// Pages read from disk since boot, modulo 2³². `/proc/vmstat` `pgpgin`, which counts KiB, / size of a page.
  public var pageIn: UInt32 = .max
  /// Pages written to disk since boot, modulo 2³². `/proc/vmstat` `pgpgout`, which counts KiB, / size of a page.
  public var pageOut: UInt32 = .max
  /// Pages swapped in since boot, modulo 2³². `/proc/vmstat` `pswpin`.
  public var swapIn: UInt32 = .max
  /// Pages swapped out since boot, modulo 2³². `/proc/vmstat` `pswpout`.
  public var swapOut: UInt32 = .max

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u64(totalBytes)
    writer.u64(freeBytes)
    writer.u64(sharedBytes)
    writer.u64(buffersBytes)
    writer.u64(cachedBytes)
    writer.u64(swapTotalBytes)
    writer.u64(swapFreeBytes)
    writer.u32(pageIn)
    writer.u32(pageOut)
    writer.u32(swapIn)
    writer.u32(swapOut)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    totalBytes = try reader.u64()
    freeBytes = try reader.u64()
    sharedBytes = try reader.u64()
    buffersBytes = try reader.u64()
    cachedBytes = try reader.u64()
    swapTotalBytes = try reader.u64()
    swapFreeBytes = try reader.u64()
    pageIn = try reader.u32()
    pageOut = try reader.u32()
    swapIn = try reader.u32()
    swapOut = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("mem_total", totalBytes, "B"),
      Field("mem_free", freeBytes, "B"),
      Field("mem_shared", sharedBytes, "B"),
      Field("mem_buffers", buffersBytes, "B"),
      Field("mem_cached", cachedBytes, "B"),
      Field("swap_total", swapTotalBytes, "B"),
      Field("swap_free", swapFreeBytes, "B"),
      Field("page_in", pageIn),
      Field("page_out", pageOut),
      Field("swap_in", swapIn),
      Field("swap_out", swapOut),
    ]
  }
}

/// Disk space and disk traffic of the host.
///
///     host_disk_io, 0:2005, 52 octets
///       0  unsigned hyper disk_total
///       8  unsigned hyper disk_free
///      16  percentage     part_max_used
///      20  unsigned int   reads
///      24  unsigned hyper bytes_read
///      32  unsigned int   read_time
///      36  unsigned int   writes
///      40  unsigned hyper bytes_written
///      48  unsigned int   write_time
public struct HostDiskIO: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2005) }
  public static var name: String { "host_disk_io" }

  /// Capacity of the mounted local file systems, bytes. `statvfs` blocks × size.
  public var totalBytes: UInt64 = 0
  /// Free there for users, bytes. `statvfs` bavail × size.
  public var freeBytes: UInt64 = 0
  /// Used share of the fullest partition.
  public var fullestPartition: Percentage = .unknown
  /// Reads completed since boot, modulo 2³². `/proc/diskstats` field 1.
  public var reads: UInt32 = .max
  /// Bytes read since boot. `/proc/diskstats` field 3, sectors × 512.
  public var readBytes: UInt64 = .max
  /// Milliseconds spent reading, modulo 2³². `/proc/diskstats` field 4.
  public var readMS: UInt32 = .max
  /// Writes completed since boot, modulo 2³². `/proc/diskstats` field 5.
  public var writes: UInt32 = .max
  /// Bytes written since boot. `/proc/diskstats` field 7, sectors × 512.
  public var writtenBytes: UInt64 = .max
  /// Milliseconds spent writing, modulo 2³². `/proc/diskstats` field 8.
  public var writeMS: UInt32 = .max

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u64(totalBytes)
    writer.u64(freeBytes)
    writer.i32(fullestPartition.hundredths)
    writer.u32(reads)
    writer.u64(readBytes)
    writer.u32(readMS)
    writer.u32(writes)
    writer.u64(writtenBytes)
    writer.u32(writeMS)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    totalBytes = try reader.u64()
    freeBytes = try reader.u64()
    fullestPartition = Percentage(hundredths: try reader.i32())
    reads = try reader.u32()
    readBytes = try reader.u64()
    readMS = try reader.u32()
    writes = try reader.u32()
    writtenBytes = try reader.u64()
    writeMS = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("disk_total", totalBytes, "B"),
      Field("disk_free", freeBytes, "B"),
      Field("part_max_used", fullestPartition),
      Field("reads", reads),
      Field("bytes_read", readBytes, "B"),
      Field("read_time", readMS, "ms"),
      Field("writes", writes),
      Field("bytes_written", writtenBytes, "B"),
      Field("write_time", writeMS, "ms"),
    ]
  }
}

/// Network traffic of the host, summed over the interfaces that carry it.
///
///     host_net_io, 0:2006, 40 octets
///       0  unsigned hyper bytes_in
///       8  unsigned int   pkts_in
///      12  unsigned int   errs_in
///      16  unsigned int   drops_in
///      20  unsigned hyper bytes_out
///      28  unsigned int   packets_out
///      32  unsigned int   errs_out
///      36  unsigned int   drops_out
public struct HostNetworkIO: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2006) }
  public static var name: String { "host_net_io" }

  /// Bytes received. `rx_bytes`.
  public var inBytes: UInt64 = .max
  /// Packets received, modulo 2³². `rx_packets`.
  public var inPackets: UInt32 = .max
  /// Receive errors, modulo 2³². `rx_errors`.
  public var inErrors: UInt32 = .max
  /// Packets dropped on receive, modulo 2³². `rx_dropped` + `rx_missed_errors`.
  public var inDrops: UInt32 = .max
  /// Bytes sent. `tx_bytes`.
  public var outBytes: UInt64 = .max
  /// Packets sent, modulo 2³². `tx_packets`.
  public var outPackets: UInt32 = .max
  /// Send errors, modulo 2³². `tx_errors`.
  public var outErrors: UInt32 = .max
  /// Packets dropped on send, modulo 2³². `tx_dropped`.
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
      Field("bytes_in", inBytes, "B"),
      Field("pkts_in", inPackets),
      Field("errs_in", inErrors),
      Field("drops_in", inDrops),
      Field("bytes_out", outBytes, "B"),
      Field("packets_out", outPackets),
      Field("errs_out", outErrors),
      Field("drops_out", outDrops),
    ]
  }
}
