import Bytes
import ProcFS
import Testing

@Suite struct MemoryTests {
  @Test func `meminfo of a recorded host`() throws {
    let text = try Fixture("debian12-vm-6.18").bytes("proc/meminfo")
    var expected = Meminfo()
    expected.memTotalKiB = 24_682_416
    expected.memFreeKiB = 23_599_540
    expected.memAvailableKiB = 24_310_956
    expected.buffersKiB = 4312
    expected.cachedKiB = 883_740
    expected.shmemKiB = 12776
    expected.slabReclaimableKiB = 88788
    expected.swapTotalKiB = 0
    expected.swapFreeKiB = 0
    #expect(try Meminfo(parsing: text.span) == expected)
  }

  @Test func `Linux 2·6·32 has no MemAvailable`() throws {
    let text = try Fixture("centos6-2.6.32").bytes("proc/meminfo")
    var expected = Meminfo()
    expected.memTotalKiB = 3_922_496
    expected.memFreeKiB = 211_204
    expected.buffersKiB = 161_120
    expected.cachedKiB = 2_611_209
    expected.shmemKiB = 240
    expected.slabReclaimableKiB = 211_209
    expected.swapTotalKiB = 4_194_296
    expected.swapFreeKiB = 4_194_200
    #expect(try Meminfo(parsing: text.span) == expected)
  }

  @Test func `Linux 2·6·18 has neither Shmem nor SReclaimable`() throws {
    let text = try Fixture("rhel5-2.6.18").bytes("proc/meminfo")
    var expected = Meminfo()
    expected.memTotalKiB = 1_035_108
    expected.memFreeKiB = 31_120
    expected.buffersKiB = 211_209
    expected.cachedKiB = 511_209
    expected.swapTotalKiB = 2_096_472
    expected.swapFreeKiB = 2_096_472
    #expect(try Meminfo(parsing: text.span) == expected)
  }

  @Test func `names that only begin alike are others`() throws {
    let text = Array("Cached2: 7 kB\nSwapCached: 8 kB\nMemTotal 9 kB\nCached: 3 kB\n".utf8)
    var expected = Meminfo()
    expected.cachedKiB = 3
    #expect(try Meminfo(parsing: text.span) == expected)
  }

  @Test func `a line without its number says where`() {
    let text = Array("MemTotal: 5 kB\nMemFree:\nBuffers: 1 kB\n".utf8)
    #expect(throws: TextError(at: 23, expected: "a number")) { () throws in
      _ = try Meminfo(parsing: text.span)
    }
  }

  @Test(
    arguments: [
      ("debian12-vm-6.18", [5_551_361, 817_816, 0, 0]),
      ("debian12-virtio-6.1", [7_213_441, 18_866_120, 31, 3072]),
      ("rhel7-3.10", [911_882_113, 4_811_920_032, 112_099, 330_112]),
      ("centos6-2.6.32", [1_112_098, 2_112_098, 0, 24]),
    ] as [(String, [UInt64])])
  func `paging by name`(host: String, values: [UInt64]) throws {
    let text = try Fixture(host).bytes("proc/vmstat")
    var expected = Vmstat()
    expected.pagedInKiB = values[0]
    expected.pagedOutKiB = values[1]
    expected.swappedInPages = values[2]
    expected.swappedOutPages = values[3]
    #expect(try Vmstat(parsing: text.span) == expected)
  }

  @Test func `a vmstat without swap shows none`() throws {
    let text = Array("nr_free_pages 5\npgpgin 8\npgpgout2 9\n".utf8)
    var expected = Vmstat()
    expected.pagedInKiB = 8
    #expect(try Vmstat(parsing: text.span) == expected)
  }
}
