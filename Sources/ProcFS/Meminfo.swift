public import Bytes

/// `/proc/meminfo`, by name; what the kernel does not show is `nil`. Its "kB" are KiB.
public struct Meminfo: Equatable, Sendable {
  /// Usable memory. `MemTotal`.
  public var memTotalKiB: UInt64?
  /// Memory that nothing uses. `MemFree`.
  public var memFreeKiB: UInt64?
  /// What new programs could have without swapping. `MemAvailable`, since Linux 3.14.
  public var memAvailableKiB: UInt64?
  /// Block device buffers. `Buffers`.
  public var buffersKiB: UInt64?
  /// Page cache, shared memory included. `Cached`.
  public var cachedKiB: UInt64?
  /// Shared memory and tmpfs; already in `cachedKiB`. `Shmem`, since Linux 2.6.32.
  public var shmemKiB: UInt64?
  /// Slab that can be reclaimed. `SReclaimable`, since Linux 2.6.19.
  public var slabReclaimableKiB: UInt64?
  /// Swap space. `SwapTotal`.
  public var swapTotalKiB: UInt64?
  /// Unused swap space. `SwapFree`.
  public var swapFreeKiB: UInt64?

  public init() {}

  public init(parsing text: Span<UInt8>) throws(TextError) {
    var cursor = ASCIICursor(text)
    while !cursor.isAtEnd {
      let key = cursor.word()
      if key.equals("MemTotal:") {
        memTotalKiB = try cursor.unsigned()
      } else if key.equals("MemFree:") {
        memFreeKiB = try cursor.unsigned()
      } else if key.equals("MemAvailable:") {
        memAvailableKiB = try cursor.unsigned()
      } else if key.equals("Buffers:") {
        buffersKiB = try cursor.unsigned()
      } else if key.equals("Cached:") {
        cachedKiB = try cursor.unsigned()
      } else if key.equals("Shmem:") {
        shmemKiB = try cursor.unsigned()
      } else if key.equals("SReclaimable:") {
        slabReclaimableKiB = try cursor.unsigned()
      } else if key.equals("SwapTotal:") {
        swapTotalKiB = try cursor.unsigned()
      } else if key.equals("SwapFree:") {
        swapFreeKiB = try cursor.unsigned()
      }
      cursor.skipLine()
    }
  }
}
