public import Linux
internal import ProcFS
public import SFlow

/// host_memory, 0:2004: `/proc/meminfo` and the paging counters of `/proc/vmstat`.
public final class MemorySource: HostRecordSource {
  public var name: String { "memory" }
  /// What the last sample has; `nil` if it could not be read.
  private(set) var last: HostMemory?
  private let meminfo: KernelFile
  private let vmstat: KernelFile
  private let pageKiB: UInt64

  /// - Parameter pageBytes: the size of a page of memory.
  public init(_ root: FileRoot, buffer: FileBuffer, pageBytes: UInt64 = Host.pageBytes) {
    meminfo = KernelFile(root, "/proc/meminfo", buffer: buffer)
    vmstat = KernelFile(root, "/proc/vmstat", buffer: buffer)
    pageKiB = max(1, pageBytes / 1024)
  }

  @_lifetime(sample: copy sample)
  public func append(to sample: inout CounterSampleWriter) throws(FileError) {
    last = nil
    let meminfo = try meminfo.read(Meminfo.init(parsing:))
    let vmstat = try vmstat.read(Vmstat.init(parsing:))

    var memory = HostMemory()
    memory.totalBytes = bytes(kib: meminfo.memTotalKiB)
    memory.freeBytes = bytes(kib: meminfo.memFreeKiB)
    memory.sharedBytes = bytes(kib: meminfo.shmemKiB)
    memory.buffersBytes = bytes(kib: meminfo.buffersKiB)
    memory.cachedBytes = bytes(kib: meminfo.cachedKiB.map { $0 &+ (meminfo.slabReclaimableKiB ?? 0) })
    memory.swapTotalBytes = bytes(kib: meminfo.swapTotalKiB)
    memory.swapFreeBytes = bytes(kib: meminfo.swapFreeKiB)
    // The kernel counts KiB, the structure pages.
    memory.pageIn = counter32(vmstat.pagedInKiB.map { $0 / pageKiB })
    memory.pageOut = counter32(vmstat.pagedOutKiB.map { $0 / pageKiB })
    memory.swapIn = counter32(vmstat.swappedInPages)
    memory.swapOut = counter32(vmstat.swappedOutPages)
    sample.append(memory)
    last = memory
  }
}
