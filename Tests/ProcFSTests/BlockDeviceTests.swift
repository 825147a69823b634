import Bytes
import ProcFS
import Testing

/// "name: use" of every device that is not a partition.
private func uses(_ devices: [BlockDevice]) -> [String] {
  devices.filter { $0.use != .partition }.map { "\($0.name): \($0.use)" }
}

@Suite struct BlockDeviceTests {
  @Test(arguments: [
    ("debian12-vm-6.18", (0..<8).map { "loop\($0): loop" } + ["vda: disk", "zram0: memory"]),
    ("debian12-virtio-6.1", ["sr0: optical", "vda: disk"]),
    ("rhel7-3.10", ["dm-0: stacked", "dm-1: stacked", "sda: disk", "sdb: disk"]),
    (
      "ubuntu2204-nvme-lvm-snaps-5.15",
      ["dm-0: stacked"] + (0..<4).map { "loop\($0): loop" } + ["nvme0c0n1: hidden", "nvme0n1: disk"]
    ),
    ("zfs-root-6.8", ["sda: disk", "sdb: disk", "zd0: stacked", "zd16: stacked"]),
    ("md-raid1-sata-5.10", ["md0: stacked", "md1: stacked", "sda: disk", "sdb: disk"]),
    ("docker-cgroup1-4.19", ["sda: disk"]),
    ("fedora-cgroup2-btrfs-6.5", ["vda: disk", "zram0: memory"]),
    ("dm252-virtio253-5.10", ["dm-0: stacked", "dm-1: disk", "vda: disk"]),
    ("dm253-virtio254-5.10", ["dm-0: stacked", "dm-1: disk", "vda: disk"]),
    ("xen-guest-3.2", ["xvda1: disk", "xvda3: disk"]),
    (
      "centos6-2.6.32",
      ["cciss!c0d0: disk", "dm-0: stacked", "loop0: loop", "md0: disk", "ram0: memory", "sr0: optical"]
    ),
    ("arm64-raspberrypi-6.1", ["mmcblk0: disk", "mmcblk0boot0: disk", "ram0: memory"]),
    ("s390x-zvm-5.14", ["dasda: disk", "dasdb: disk"]),
    ("lxc-container-5.15", []),
  ])
  func `what /sys/block says of each whole device`(host: String, expected: [String]) throws {
    #expect(uses(try Fixture(host).blockDevices()) == expected)
  }

  @Test func `every partition is known as one`() throws {
    let devices = try Fixture("ubuntu2204-nvme-lvm-snaps-5.15").blockDevices()
    #expect(
      devices.filter { $0.use == .partition }
        == (1...3).map {
          BlockDevice(name: "nvme0n1p\($0)", number: DeviceNumber(259, UInt32($0)), isPartition: true)
        })
  }

  @Test(arguments: [
    ("debian12-virtio-6.1", ["vda"]), ("rhel7-3.10", ["sda", "sdb"]),
    ("ubuntu2204-nvme-lvm-snaps-5.15", ["nvme0n1"]), ("zfs-root-6.8", ["sda", "sdb"]),
    ("md-raid1-sata-5.10", ["sda", "sdb"]), ("lxc-container-5.15", ["sda"]), ("docker-cgroup1-4.19", ["sda"]),
    ("fedora-cgroup2-btrfs-6.5", ["vda"]), ("dm252-virtio253-5.10", ["vda"]),
    ("dm253-virtio254-5.10", ["vda"]),
    ("xen-guest-3.2", ["xvda1", "xvda3"]), ("centos6-2.6.32", ["cciss!c0d0"]), ("rhel5-2.6.18", ["hda"]),
    ("arm64-raspberrypi-6.1", ["mmcblk0", "mmcblk0boot0"]), ("s390x-zvm-5.14", ["dasda", "dasdb"]),
    ("debian12-vm-6.18", ["vda"]),
  ])
  func `without /sys/block the names must do`(host: String, expected: [String]) throws {
    let text = try Fixture(host).bytes("proc/diskstats")
    #expect(try BlockDevice.guessed(parsing: text.span).filter(\.isCounted).map(\.name) == expected)
  }

  @Test(arguments: [
    ("sda1 sda", ["sda"]), ("sda1 sdb", ["sda1", "sdb"]),
    ("nvme0n1p1 nvme0n1 nvme0n2", ["nvme0n1", "nvme0n2"]),
    ("nvme0n1p1", ["nvme0n1p1"]), ("vda vda15", ["vda"]), ("nbd0 nbd0p1 rbd1", ["nbd0", "rbd1"]),
    ("bcache0 md127 md127p1 drbd1 dm-12", []), ("sda sdaa sdaa1", ["sda", "sdaa"]),
    ("xvdap1 xvda", ["xvda", "xvdap1"]),
    ("loop0 loop0p1 sr0 fd0 zram1", []),
  ])
  func `partitions by name`(names: String, counted: [String]) throws {
    let text = names.split(separator: " ").map { "8 0 \($0) 1 2 3 4 5 6 7 8 9 10 11\n" }.joined()
    let devices = try BlockDevice.guessed(parsing: Array(text.utf8).span)
    #expect(devices.filter(\.isCounted).map(\.name).sorted() == counted)
  }

  @Test func `device numbers`() throws {
    #expect(try DeviceNumber(parsing: Array("259:1048575\n".utf8).span) == DeviceNumber(259, 1_048_575))
    #expect(DeviceNumber(8, 0).description == "8:0")
    #expect(throws: TextError(at: 1, expected: "':'")) { try DeviceNumber(parsing: Array("8\n".utf8).span) }
  }
}
