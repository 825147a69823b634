internal import Bytes
public import Linux
internal import ProcFS
public import SFlow
internal import SystemPackage

/// host_disk_io, 0:2005: traffic of whole disks from `/proc/diskstats`, space of local file systems as the worker
/// thread last measured it.
public final class DiskSource: HostRecordSource {
  public var name: String { "disk" }
  private let root: FileRoot
  private let diskstats: KernelFile
  private let space: FileSystemSpaces
  private var traffic = CounterSum<DeviceNumber>()
  /// Which of the devices in `/proc/diskstats` are counted. `/sys/block` is asked whenever devices come or go.
  private var isCounted: [DeviceNumber: Bool] = [:]
  private let buffer: FileBuffer

  public init(_ root: FileRoot, buffer: FileBuffer, space: FileSystemSpaces) {
    self.root = root
    self.buffer = buffer
    self.space = space
    diskstats = KernelFile(root, "/proc/diskstats", buffer: buffer)
  }

  @_lifetime(sample: copy sample)
  public func append(to sample: inout CounterSampleWriter) throws(FileError) {
    try readTraffic()

    var disk = HostDiskIO()
    if let space = space.latest {
      disk.totalBytes = space.totalBytes
      disk.freeBytes = space.freeBytes
      disk.fullestPartition = space.fullest.map { Percentage(hundredths: $0) } ?? .unknown
    }
    let total = traffic.total
    disk.reads = UInt32(truncatingIfNeeded: total[0])
    disk.readBytes = total[1]
    disk.readMS = UInt32(truncatingIfNeeded: total[2])
    disk.writes = UInt32(truncatingIfNeeded: total[3])
    disk.writtenBytes = total[4]
    disk.writeMS = UInt32(truncatingIfNeeded: total[5])
    sample.append(disk)
  }

  private func readTraffic() throws(FileError) {
    traffic.beginRound()
    if try !addTraffic() {
      try classify()
      _ = try addTraffic()
    }
    traffic.endRound()
  }

  /// Returns false if the devices are not those that were classified.
  private func addTraffic() throws(FileError) -> Bool {
    try diskstats.read { (text) throws(TextError) in
      var rows = Diskstats(parsing: text)
      var count = 0
      while let row = try rows.next() {
        guard let counts = isCounted[row.number] else { return false }
        if counts { traffic.add(row.number, Self.values(row.counters)) }
        count += 1
      }
      return count == isCounted.count
    }
  }

  /// Sectors are of 512 octets whatever the disk (Documentation/admin-guide/iostats.rst).
  private static func values(_ counters: DiskCounters) -> SIMD8<UInt64> {
    [
      counters.reads, counters.sectorsRead &* 512, counters.readMilliseconds,
      counters.writes, counters.sectorsWritten &* 512, counters.writeMilliseconds, 0, 0,
    ]
  }

  /// Decides for each device of `/proc/diskstats` whether it is a disk of its own.
  private func classify() throws(FileError) {
    var guessed = try diskstats.read(BlockDevice.guessed(parsing:))
    if let names = try self.names(in: "/sys/block") {
      let whole = Set(names)
      for i in guessed.indices {
        let folder = "/sys/block/\(guessed[i].name)"
        guessed[i].isPartition = !whole.contains(guessed[i].name)
        if let slaves = try self.names(in: folder + "/slaves") { guessed[i].hasSlaves = !slaves.isEmpty }
        let hidden = KernelFile(root, folder + "/hidden", buffer: buffer)
        guessed[i].isHidden = (try? hidden.read(NumberFile.init(parsing:)).value) == 1
      }
    }
    isCounted = Dictionary(guessed.map { ($0.number, $0.isCounted) }, uniquingKeysWith: { first, _ in first })
  }

  /// The names in a folder; `nil` on a host that does not have it or does not show it. What is guessed instead counts
  /// until devices come or go, so a want that passes is no reason to guess.
  private func names(in folder: String) throws(FileError) -> [String]? {
    do throws(Errno) {
      return try root.names(in: folder)
    } catch {
      if error.isWantOfResources { throw .unreadable(path: root.path(folder), error) }
      return nil
    }
  }
}
