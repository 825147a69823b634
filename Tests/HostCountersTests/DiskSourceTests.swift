import Foundation
import HostCounters
import Linux
import SFlow
import Testing

/// Disks that come and go.
@Suite struct DiskSourceTests {
  private let tree: TemporaryTree
  private let source: DiskSource

  init() throws {
    tree = try TemporaryTree()
    source = DiskSource(tree.root, buffer: FileBuffer(), space: FileSystemSpaces(tree.root))
  }

  /// A poll over these rows ("8 0 sda READS"): reads of all counted disks so far.
  private func reads(_ rows: String...) throws -> UInt32 {
    try tree.write(rows.map { $0 + " 0 0 0 0 0 0 0 0 0 0\n" }.joined(), to: "/proc/diskstats")
    let sent = try records { (sample) throws(FileError) in try source.append(to: &sample) }
    let disk: HostDiskIO? = try #require(sent).first?.value()
    return try #require(disk).reads
  }

  private func make(_ device: String, over slave: String? = nil) throws {
    try tree.write("", to: "/sys/block/\(device)/slaves/\(slave ?? "none")")
    if slave == nil { try tree.remove("/sys/block/\(device)/slaves/none") }
  }

  @Test func `a disk that is plugged in and pulled out makes neither jump nor fall`() throws {
    try make("sda")
    #expect(try reads("8 0 sda 100", "8 1 sda1 100") == 100)
    try make("sdb")
    #expect(try reads("8 0 sda 101", "8 1 sda1 101", "8 16 sdb 7000") == 101)
    #expect(try reads("8 0 sda 101", "8 1 sda1 101", "8 16 sdb 7005") == 106)
    #expect(try reads("8 0 sda 102", "8 1 sda1 102") == 107)
  }

  /// What is guessed where `/sys/block` is not shown would count until devices come or go.
  @Test func `without a descriptor left it waits instead of guessing which devices are disks`() async {
    await #expect(processExitsWith: .success) {
      let tests = try DiskSourceTests()
      try tests.make("vda1")
      let next = open("/dev/null", O_RDONLY)
      close(next)
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      // One for what is written, and then for `/proc/diskstats`; none for folders.
      let usual = limit.rlim_cur
      limit.rlim_cur = rlim_t(next + 1)
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      // Fails, unless another thread of this process has given one back.
      _ = try? tests.reads("254 1 vda1 100")
      limit.rlim_cur = usual
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      // By its name it is a partition, but it is a disk.
      #expect(try tests.reads("254 1 vda1 100") == 100)
    }
  }

  @Test func `a number that is given to another kind of device is asked of the kernel again`() throws {
    try make("sda")
    try make("dm-0")
    // No slaves yet: its table is still to be loaded.
    #expect(try reads("8 0 sda 100", "253 0 dm-0 5") == 105)
    try make("dm-0", over: "sda")
    #expect(try reads("8 0 sda 100") == 105)
    #expect(try reads("8 0 sda 110", "253 0 dm-0 10") == 115)
    #expect(try reads("8 0 sda 120", "253 0 dm-0 20") == 125)
  }

  @Test func `the milliseconds of the kernel wrap at 32 bits, here and there`() throws {
    try make("sda")
    func poll(_ milliseconds: UInt64) throws -> UInt32 {
      try tree.write("8 0 sda 1 0 0 \(milliseconds) 0 0 0 0 0 0 0\n", to: "/proc/diskstats")
      let sent = try records { (sample) throws(FileError) in try source.append(to: &sample) }
      let disk: HostDiskIO? = try #require(sent).first?.value()
      return try #require(disk).readMS
    }
    #expect(try poll(0xFFFF_FFF0) == 0xFFFF_FFF0)
    #expect(try poll(0x10) == 0x10)
    #expect(try poll(0x20) == 0x20)
  }

  @Test func `a first poll that fails does not lose what the kernel counted before`() throws {
    try make("sda")
    try make("sdb")
    try tree.write("8 0 sda 100 0 0 0 0 0 0 0 0 0 0\n8 16\n", to: "/proc/diskstats")
    #expect(throws: FileError.self) {
      try records { (sample) throws(FileError) in try source.append(to: &sample) }
    }
    #expect(try reads("8 0 sda 100", "8 16 sdb 50") == 150)
  }
}
