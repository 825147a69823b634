import Bytes
import ProcFS
import Testing

private func filesystem(
  _ name: String, _ mountPoints: String..., answersAtOnce: Bool = true
) -> LocalFilesystem {
  LocalFilesystem(
    name: name, mountPoints: mountPoints.map { Array($0.utf8) }, answersAtOnce: answersAtOnce)
}

private func uses(_ text: [UInt8]) throws -> [String] {
  var result: [String] = []
  var rows = Mountinfo(parsing: text.span)
  while let row = try rows.next() { result.append("\(String(row.mountPoint)): \(row.use)") }
  return result
}

@Suite struct FilesystemTests {
  @Test(arguments: [
    ("debian12-vm-6.18", [filesystem("/dev/vda", "/")]),
    ("debian12-virtio-6.1", [filesystem("/dev/vda1", "/"), filesystem("/dev/vda15", "/boot/efi")]),
    (
      "rhel7-3.10",
      [
        filesystem("/dev/mapper/rhel-root", "/"), filesystem("/dev/sda1", "/boot"),
        filesystem("/dev/sdb", "/data"),
      ]
    ),
    (
      "ubuntu2204-nvme-lvm-snaps-5.15",
      [
        filesystem("/dev/mapper/ubuntu--vg-ubuntu--lv", "/"), filesystem("/dev/nvme0n1p2", "/boot"),
        filesystem("/dev/nvme0n1p1", "/boot/efi"),
      ]
    ),
    (
      "zfs-root-6.8",
      [
        filesystem(
          "rpool", "/", "/rpool", "/rpool/data", "/rpool/data/subvol-101-disk-0", answersAtOnce: false),
        filesystem("tank", "/tank/media files", answersAtOnce: false),
        filesystem("/dev/sda2", "/boot/efi", answersAtOnce: false),
      ]
    ),
    (
      "md-raid1-sata-5.10",
      [
        filesystem("/dev/md1p1", "/"), filesystem("/dev/md0", "/boot"),
        filesystem("/dev/sdd1", "/media/usb", answersAtOnce: false),
      ]
    ),
    ("lxc-container-5.15", [filesystem("/dev/mapper/pve-vm--101--disk--0", "/")]),
    ("docker-cgroup1-4.19", [filesystem("/dev/sda1", "/etc/resolv.conf", answersAtOnce: false)]),
    (
      "fedora-cgroup2-btrfs-6.5",
      [
        filesystem("/dev/vda3", "/", answersAtOnce: false), filesystem("/dev/vda2", "/boot"),
        filesystem("/dev/vdc", "/mnt/old"),
      ]
    ),
    ("systemd-protectsystem-6.1", [filesystem("/dev/vda1", "/"), filesystem("/dev/vda15", "/boot/efi")]),
    ("xen-guest-3.2", [filesystem("/dev/xvda1", "/")]),
  ])
  func `each local filesystem once`(host: String, expected: [LocalFilesystem]) throws {
    let text = try Fixture(host).bytes("proc/self/mountinfo")
    #expect(try LocalFilesystem.all(parsing: text.span) == expected)
  }

  @Test func `those that a device, a network or a program is asked for do not answer at once`() throws {
    let text = """
      22 1 8:1 / / rw - ext4 /dev/sda1 rw
      23 22 8:2 / /data rw - btrfs /dev/sda2 rw
      24 23 8:3 / /data/more rw - xfs /dev/sda3 rw
      25 22 0:50 / /remote rw - nfs4 server:/export rw
      26 25 8:4 / /remote/here rw - ext4 /dev/sda4 rw
      27 26 8:5 / /remote/here/too rw - ext4 /dev/sda5 rw
      28 22 0:51 / /net rw - autofs systemd-1 rw
      29 28 8:6 / /net/disk rw - vfat /dev/sdb1 rw
      30 22 8:7 / /ntfs rw - fuseblk /dev/sdc1 rw
      31 31 8:8 / /self rw - ext4 /dev/sdd1 rw
      33 34 8:9 / /round rw - ext4 /dev/sde1 rw
      34 33 8:10 / /round/about rw - ext4 /dev/sde2 rw
      35 22 8:11 / /quota rw - xfs /dev/sdf1 rw,attr2,prjquota
      36 35 8:12 / /quota/more rw - ext4 /dev/sdf2 rw,usrquota

      """
    let found = try LocalFilesystem.all(parsing: Array(text.utf8).span)
    #expect(
      found.filter(\.answersAtOnce).map(\.name)
        == ["/dev/sda1", "/dev/sda3", "/dev/sdd1", "/dev/sde1", "/dev/sde2", "/dev/sdf2"])
    #expect(found.count == 12)
  }

  @Test func `why the others do not count`() throws {
    let ubuntu = try uses(Fixture("ubuntu2204-nvme-lvm-snaps-5.15").bytes("proc/self/mountinfo"))
    #expect(ubuntu.contains("/snap/lxd/24322: readOnly"))
    #expect(ubuntu.contains("/mnt/image: loop"))
    #expect(ubuntu.contains("/proc: noDevice"))
    let rhel = try uses(Fixture("rhel7-3.10").bytes("proc/self/mountinfo"))
    #expect(rhel.suffix(3) == ["/net: noDevice", "/home: noDevice", "/media/cd: readOnly"])
    let zfs = try uses(Fixture("zfs-root-6.8").bytes("proc/self/mountinfo"))
    #expect(zfs.suffix(3) == ["/rpool/.zfs/snapshot/daily: readOnly", "/boot/efi: disk", "/etc/pve: fuse"])
    let md = try uses(Fixture("md-raid1-sata-5.10").bytes("proc/self/mountinfo"))
    #expect(md.suffix(3) == ["/media/old: readOnly", "/media/usb: disk", "/srv/cluster: shared"])
    let debian = try uses(Fixture("debian12-virtio-6.1").bytes("proc/self/mountinfo"))
    #expect(
      debian.suffix(3) == ["/mnt/backup: noDevice", "/mnt/ssh: noDevice", "/export/my\\040files: disk"])
  }

  @Test(
    arguments: [
      ("ext4 /dev/sda1 rw", .disk), ("ext4 /dev/sda1 ro", .readOnly), ("ext4 /dev/sda1 ro,noload", .readOnly),
      ("ext4 /dev/sda1 rw,errors=remount-ro", .disk), ("ext4 /dev/sda1 rox", .disk),
      ("ubifs ubi0:rootfs rw", .disk),
      ("bcachefs /dev/sda:/dev/sdb rw", .disk), ("ext4 /dev/zram1 rw", .memory),
      ("fuse.gvfsd-fuse /dev/fuse rw", .fuse),
      ("nfs server:/dev/x rw", .noDevice), ("tmpfs  rw", .noDevice), ("zfs pool rw", .zfs),
      ("9p /dev rw", .noDevice),
      ("squashfs /dev/sdb rw", .readOnly), ("ocfs2 /dev/sdb rw", .shared),
    ] as [(String, Mountinfo.Row.Use)])
  func `one mount`(tail: String, use: Mountinfo.Row.Use) throws {
    let text = Array("36 35 8:1 / /mnt rw,ro shared:1 master:2 propagate_from:3 - \(tail)\n".utf8)
    #expect(try uses(text) == ["/mnt: \(use)"])
  }

  @Test func `a covered mount is passed over, whatever the order of the rows`() throws {
    let text = """
      60 50 0:9 / /home ro - tmpfs tmpfs ro
      50 1 8:2 / /home rw - ext4 /dev/sda2 rw
      51 1 8:3 / /srv rw - ext4 /dev/sda3 rw
      52 51 8:2 / /srv/home rw - ext4 /dev/sda2 rw
      1 1 8:1 / / rw - ext4 /dev/sda1 rw

      """
    #expect(
      try LocalFilesystem.all(parsing: Array(text.utf8).span) == [
        filesystem("/dev/sda3", "/srv"), filesystem("/dev/sda2", "/srv/home"), filesystem("/dev/sda1", "/"),
      ])
  }

  @Test func `a device counts once even under two numbers`() throws {
    let text = """
      40 1 0:60 / /media/a rw - fuseblk /dev/sdd1 rw
      41 1 0:61 / /media/b rw - fuseblk /dev/sdd1 rw

      """
    #expect(
      try LocalFilesystem.all(parsing: Array(text.utf8).span)
        == [filesystem("/dev/sdd1", "/media/a", answersAtOnce: false)])
  }

  @Test func `all columns of a row`() throws {
    let text = Array(
      "36 35 98:0 /sub\\011dir /mnt\\134x rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n".utf8)
    var rows = Mountinfo(parsing: text.span)
    var columns: [String] = []
    while let row = try rows.next() {
      columns += [
        "\(row.id) \(row.parent)", row.number.description, String(row.root),
        String(Mountinfo.unescaped(row.mountPoint).span),
      ]
      columns += [String(row.type), String(row.source), "\(row.isReadOnly)"]
    }
    #expect(columns == ["36 35", "98:0", "/sub\\011dir", "/mnt\\x", "ext3", "/dev/root", "false"])
  }

  @Test(arguments: [
    ("a\\040b", "a b"), ("\\134040", "\\040"), ("\\04", "\\04"), ("\\8", "\\8"), ("x\\", "x\\"),
    ("\\400", "\\400"),
    ("\\303\\244", "ä"),
  ])
  func `octal escapes`(escaped: String, plain: String) {
    #expect(Mountinfo.unescaped(Array(escaped.utf8).span) == Array(plain.utf8))
  }

  @Test(arguments: [
    ("36 35 8-1 / /mnt rw - ext4 /dev/sda1 rw\n", 7, "':'"),
    ("36 35 8:1 / \n", 12, "a mount point"),
    ("36 35 8:1 / /mnt rw shared:1\n", 28, "'- '"),
    ("36 35 8:1 / /mnt rw - ext4 /dev/sda1\n", 36, "'ro' or 'rw'"),
  ])
  func `a malformed row says where`(text: String, offset: Int, expected: String) {
    #expect(throws: TextError(at: offset, expected: expected)) {
      try LocalFilesystem.all(parsing: Array(text.utf8).span)
    }
  }
}
