public import Bytes

/// A filesystem on a disk of this host, whose space is to be counted, each once.
///
/// With `statvfs` of every mount point, used = sum of `blocks - bfree`, free = greatest `bavail`,
/// total = used + free. For all but ZFS there is one mount point. In a ZFS pool every dataset is mounted by
/// itself and has used space of its own, but the free space of the pool is shown by each. (What volumes,
/// snapshots and unmounted datasets hold is not seen.)
public struct LocalFilesystem: Equatable, Sendable {
  /// "/dev/sda1", or the name of the ZFS pool.
  public var name: String
  /// Where it is mounted; a name may be any octets but zero.
  public var mountPoints: [[UInt8]]
  /// Whether the kernel tells its space out of memory: it is of a kind that asks no device for it (`ext4_statfs`,
  /// `xfs_fs_statfs`, and `fat_statfs` from the second time on), and no network or program is asked on the way to it.
  public var answersAtOnce: Bool

  public init(name: String, mountPoints: [[UInt8]], answersAtOnce: Bool = true) {
    self.name = name
    self.mountPoints = mountPoints
    self.answersAtOnce = answersAtOnce
  }

  /// The local filesystems of `/proc/self/mountinfo`, in its order.
  ///
  /// A device mounted twice (bind mounts, btrfs subvolumes) is taken where it is listed first. A mount that
  /// another covers, on the same mount point, is passed over: its path leads to the other.
  public static func all(parsing mountinfo: Span<UInt8>) throws(TextError) -> [LocalFilesystem] {
    var mounts: [(id: UInt64, number: DeviceNumber, name: String, isZFS: Bool, knowsSpace: Bool)] = []
    var points: [UInt64: [UInt8]] = [:]
    var parents: [UInt64: UInt64] = [:]
    var slow: Set<UInt64> = []
    var rows = Mountinfo(parsing: mountinfo)
    while let row = try rows.next() {
      points[row.id] = Mountinfo.unescaped(row.mountPoint)
      parents[row.id] = row.parent
      if !row.isWalkedAtOnce { slow.insert(row.id) }
      switch row.use {
      case .disk:
        let name = String(Mountinfo.unescaped(row.source).span)
        mounts.append((row.id, row.number, name, false, row.knowsSpace && !row.hasProjectQuota))
      case .zfs: mounts.append((row.id, row.number, row.pool, true, false))
      default: break
      }
    }
    // What covers a mount has it as its parent and the same mount point. (The root of old kernels is its own
    // parent.)
    let covered = Set(parents.filter { $0 != $1 && points[$0] == points[$1] }.values)

    /// Whether the path to a mount crosses only such as are walked at once.
    func isReachedAtOnce(_ mount: UInt64) -> Bool {
      var (at, steps) = (mount, 0)
      while points[at] != nil, steps <= points.count {
        if slow.contains(at) { return false }
        guard let parent = parents[at], parent != at else { break }
        (at, steps) = (parent, steps + 1)
      }
      return true
    }

    var filesystems: [LocalFilesystem] = []
    var seen: Set<DeviceNumber> = []
    for mount in mounts where !covered.contains(mount.id) && seen.insert(mount.number).inserted {
      guard let point = points[mount.id] else { continue }
      if let i = filesystems.firstIndex(where: { $0.name == mount.name }) {
        // Another dataset of a pool, or a device under another number (`fuseblk`).
        if mount.isZFS { filesystems[i].mountPoints.append(point) }
      } else {
        filesystems.append(
          LocalFilesystem(
            name: mount.name, mountPoints: [point],
            answersAtOnce: mount.knowsSpace && isReachedAtOnce(mount.id)))
      }
    }
    return filesystems
  }
}

extension Mountinfo.Row {
  /// What a mount is, as far as space goes.
  public enum Use: Equatable, Sendable {
    /// A filesystem on a device of this host.
    case disk
    /// A dataset of a ZFS pool.
    case zfs
    /// Read-only: it cannot fill up. Squashfs, ISO 9660 and ZFS snapshots are.
    case readOnly
    /// On a device that several hosts share (GFS2, OCFS2).
    case shared
    /// Served by a program (`fuse.sshfs`, `/dev/fuse`); `fuseblk` (NTFS) is on a disk.
    case fuse
    /// In a file of another filesystem, by a loop device.
    case loop
    /// In a memory disk.
    case memory
    /// Without a device: proc, tmpfs, overlay, and what comes over the network (nfs, cifs, 9p, virtiofs).
    case noDevice
  }

  public var use: Use {
    if isReadOnly || type.equals("squashfs") || type.equals("iso9660") { return .readOnly }
    if type.equals("zfs") { return .zfs }
    // UBI volumes are named "ubi0:rootfs" or "ubi0_0".
    guard source.hasPrefix("/dev/") || source.hasPrefix("/dev2/") || source.hasPrefix("ubi") else {
      return .noDevice
    }
    if type.equals("gfs") || type.equals("gfs2") || type.equals("ocfs2") { return .shared }
    if type.equals("fuse") || type.hasPrefix("fuse.") { return .fuse }
    if type.equals("overlay") || type.equals("devtmpfs") || type.equals("tmpfs") { return .noDevice }
    if source.hasPrefix("/dev/loop") { return .loop }
    if source.hasPrefix("/dev/ram") || source.hasPrefix("/dev/zram") { return .memory }
    return .disk
  }

  private func isOneOf(_ types: StaticString...) -> Bool { types.contains { type.equals($0) } }

  /// Whether its space is in memory.
  var knowsSpace: Bool { isOneOf("ext4", "xfs", "ext3", "ext2", "vfat") }

  /// Whether a path through it is looked up without asking a network or a program.
  var isWalkedAtOnce: Bool {
    knowsSpace || isOneOf("btrfs", "f2fs", "tmpfs", "ramfs", "devtmpfs", "rootfs")
  }

  /// The ZFS pool of dataset `rpool/data/home`: "rpool".
  var pool: String {
    var cursor = ASCIICursor(source)
    return String(Mountinfo.unescaped(cursor.field(endingAt: UInt8(ascii: "/"))).span)
  }
}
