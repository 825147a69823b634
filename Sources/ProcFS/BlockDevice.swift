public import Bytes

/// What is known about a block device, and whether its traffic counts as that of the host.
///
/// Every octet is to be counted once, where the host meets a disk: not again in its partitions, nor in what
/// is stacked upon it. The kernel says in `/sys/block` what is what; major numbers don't (device-mapper and
/// virtio disks get theirs at run time, 252, 253 or 254 in turn).
public struct BlockDevice: Equatable, Sendable {
  /// "sda", "cciss!c0d0": a '!' stands for a slash, as in `/sys/block`. Name of its directory.
  public var name: String
  /// File `dev` in that directory.
  public var number: DeviceNumber
  /// Whether directory `slaves` has entries: the devices below this one, which are counted instead.
  public var hasSlaves: Bool
  /// File `hidden` holds 1: one of several paths to an NVMe disk, counted at its head.
  public var isHidden: Bool
  /// There is a file `partition` in its directory. `/sys/block` itself lists whole devices only.
  public var isPartition: Bool

  public init(
    name: String, number: DeviceNumber, hasSlaves: Bool = false, isHidden: Bool = false,
    isPartition: Bool = false
  ) {
    self.name = name
    self.number = number
    self.hasSlaves = hasSlaves
    self.isHidden = isHidden
    self.isPartition = isPartition
  }

  /// What a device is, as far as counting goes.
  public enum Use: Equatable, Sendable {
    /// A disk of its own, be it virtual or on the network (nbd, rbd). The only use that is counted.
    case disk
    /// Part of a device that is counted, or not, as a whole.
    case partition
    /// Made of other devices (LVM, multipath, md, bcache), or by ZFS or DRBD, which show no slaves.
    case stacked
    /// A path to a disk with several.
    case hidden
    /// A file on a filesystem.
    case loop
    /// Memory: ram, zram.
    case memory
    /// A CD or DVD drive.
    case optical
    /// A floppy drive.
    case floppy
  }

  public var use: Use {
    if isPartition { return .partition }
    if isHidden { return .hidden }
    if hasSlaves { return .stacked }
    switch name.prefix(while: { !$0.isNumber }) {
    case "loop": return .loop
    case "ram", "zram": return .memory
    case "sr", "scd": return .optical
    case "fd": return .floppy
    case "zd", "drbd": return .stacked
    default: return .disk
    }
  }

  public var isCounted: Bool { use == .disk }
}

extension BlockDevice {
  /// The devices of `/proc/diskstats` with facts guessed from their names, for hosts without `/sys/block`.
  ///
  /// A device is a partition if its disk is listed too: sda1 beside sda, nvme0n1p1 beside nvme0n1. A xvda1
  /// without xvda is a disk, as Xen guests have them. dm, md and bcache devices are taken to have slaves.
  public static func guessed(parsing diskstats: Span<UInt8>) throws(TextError) -> [BlockDevice] {
    var devices: [BlockDevice] = []
    var names: Set<String> = []
    var rows = Diskstats(parsing: diskstats)
    while let row = try rows.next() {
      let name = String(String(row.name).map { $0 == "/" ? "!" : $0 })
      let stacked = row.name.hasPrefix("dm-") || row.name.hasPrefix("md") || row.name.hasPrefix("bcache")
      names.insert(name)
      devices.append(
        BlockDevice(name: name, number: row.number, hasSlaves: stacked, isPartition: row.isShortPartitionRow))
    }
    for i in devices.indices {
      if let disk = diskName(ofPartition: devices[i].name), names.contains(disk) {
        devices[i].isPartition = true
      }
    }
    return devices
  }

  /// The name of the disk if `name` were that of a partition: a disk whose name ends in a digit puts a `p`
  /// before the number.
  private static func diskName(ofPartition name: String) -> String? {
    var disk = name[...]
    while let last = disk.last, last.isNumber { disk.removeLast() }
    guard disk.count < name.count else { return nil }
    if disk.last == "p", let before = disk.dropLast().last, before.isNumber { disk.removeLast() }
    return String(disk)
  }
}
