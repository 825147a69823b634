import Bytes
import Testing

@testable import SFlow

/// From the layout tables of the specification, not from the encoder. Every field has a value of its own, so that
/// none can change places.
struct HostCounterGoldenTests {
  @Test func `host_descr has the layout of 0:2000`() throws {
    var value = HostDescription()
    value.hostname = "abcde"
    value.uuid = UUID(high: 0x0011_2233_4455_6677, low: 0x8899_AABB_CCDD_EE66)
    value.machineType = .x86_64
    value.osName = .linux
    value.osRelease = "fghijkl"
    try expect(
      value,
      """
      000007d0                             tag 0:2000
      00000030                             48 octets follow
      00000005 61626364 65000000           hostname
      00112233 44556677 8899aabb ccddee66  uuid
      00000003                             machine_type
      00000002                             os_name
      00000007 66676869 6a6b6c00           os_release
      """)
  }

  @Test func `host_parent has the layout of 0:2002`() throws {
    var value = HostParent()
    value.container = DataSource(.physicalEntity, 100001)
    try expect(
      value,
      """
      000007d2  tag 0:2002
      00000008  8 octets follow
      00000002  container_type
      000186a1  container_index
      """)
  }

  @Test func `host_memory has the layout of 0:2004`() throws {
    var value = HostMemory()
    value.totalBytes = 0x0102_0304_0506_0701
    value.freeBytes = 0x0102_0304_0506_0702
    value.sharedBytes = 0x0102_0304_0506_0703
    value.buffersBytes = 0x0102_0304_0506_0704
    value.cachedBytes = 0x0102_0304_0506_0705
    value.swapTotalBytes = 0x0102_0304_0506_0706
    value.swapFreeBytes = 0x0102_0304_0506_0707
    value.pageIn = 0x0102_0308
    value.pageOut = 0x0102_0309
    value.swapIn = 0x0102_030A
    value.swapOut = 0x0102_030B
    try expect(
      value,
      """
      000007d4           tag 0:2004
      00000048           72 octets follow
      01020304 05060701  mem_total
      01020304 05060702  mem_free
      01020304 05060703  mem_shared
      01020304 05060704  mem_buffers
      01020304 05060705  mem_cached
      01020304 05060706  swap_total
      01020304 05060707  swap_free
      01020308           page_in
      01020309           page_out
      0102030a           swap_in
      0102030b           swap_out
      """)
  }

  @Test func `host_disk_io has the layout of 0:2005`() throws {
    var value = HostDiskIO()
    value.totalBytes = 0x0102_0304_0506_0701
    value.freeBytes = 0x0102_0304_0506_0702
    value.fullestPartition = Percentage(hundredths: 9002)
    value.reads = 0x0102_0304
    value.readBytes = 0x0102_0304_0506_0705
    value.readMS = 0x0102_0306
    value.writes = 0x0102_0307
    value.writtenBytes = 0x0102_0304_0506_0708
    value.writeMS = 0x0102_0309
    try expect(
      value,
      """
      000007d5           tag 0:2005
      00000034           52 octets follow
      01020304 05060701  disk_total
      01020304 05060702  disk_free
      0000232a           part_max_used
      01020304           reads
      01020304 05060705  bytes_read
      01020306           read_time
      01020307           writes
      01020304 05060708  bytes_written
      01020309           write_time
      """)
  }

  @Test func `host_net_io has the layout of 0:2006`() throws {
    var value = HostNetworkIO()
    value.inBytes = 0x0102_0304_0506_0701
    value.inPackets = 0x0102_0302
    value.inErrors = 0x0102_0303
    value.inDrops = 0x0102_0304
    value.outBytes = 0x0102_0304_0506_0705
    value.outPackets = 0x0102_0306
    value.outErrors = 0x0102_0307
    value.outDrops = 0x0102_0308
    try expect(
      value,
      """
      000007d6           tag 0:2006
      00000028           40 octets follow
      01020304 05060701  bytes_in
      01020302           pkts_in
      01020303           errs_in
      01020304           drops_in
      01020304 05060705  bytes_out
      01020306           packets_out
      01020307           errs_out
      01020308           drops_out
      """)
  }

  @Test func `nvidia_gpu has the layout of 5703:1`() throws {
    var value = NVIDIAGPU()
    value.devices = 0x0102_0301
    value.processes = 0x0102_0302
    value.gpuMS = 0x0102_0303
    value.memoryMS = 0x0102_0304
    value.memoryTotalBytes = 0x0102_0304_0506_0705
    value.memoryFreeBytes = 0x0102_0304_0506_0706
    value.eccErrors = 0x0102_0307
    value.energyMilliJoules = 0x0102_0308
    value.temperatureCelsius = 0x0102_0309
    value.fanPercent = 0x0102_030A
    try expect(
      value,
      """
      01647001           tag 5703:1
      00000030           48 octets follow
      01020301           device_count
      01020302           processes
      01020303           gpu_time
      01020304           mem_time
      01020304 05060705  mem_total
      01020304 05060706  mem_free
      01020307           ecc_errors
      01020308           energy
      01020309           temperature
      0102030a           fan_speed
      """)
  }

  @Test func `host_cpu has the layout of 0:2003`() throws {
    var value = HostCPU()
    value.loadOne = 0.25
    value.loadFive = 0.5
    value.loadFifteen = 0.75
    value.processesRunning = 0x0102_0304
    value.processesTotal = 0x0102_0305
    value.cpuCount = 0x0102_0306
    value.megahertz = 0x0102_0307
    value.uptimeSeconds = 0x0102_0308
    value.userMS = 0x0102_0309
    value.niceMS = 0x0102_030A
    value.systemMS = 0x0102_030B
    value.idleMS = 0x0102_030C
    value.ioWaitMS = 0x0102_030D
    value.interruptMS = 0x0102_030E
    value.softInterruptMS = 0x0102_030F
    value.interrupts = 0x0102_0310
    value.contextSwitches = 0x0102_0311
    value.stealMS = 0x0102_0312
    value.guestMS = 0x0102_0313
    value.guestNiceMS = 0x0102_0314
    try expect(
      value,
      """
      000007d3  tag 0:2003
      00000050  80 octets follow
      3e800000  load_one
      3f000000  load_five
      3f400000  load_fifteen
      01020304  proc_run
      01020305  proc_total
      01020306  cpu_num
      01020307  cpu_speed
      01020308  uptime
      01020309  cpu_user
      0102030a  cpu_nice
      0102030b  cpu_system
      0102030c  cpu_idle
      0102030d  cpu_wio
      0102030e  cpu_intr
      0102030f  cpu_sintr
      01020310  interrupts
      01020311  contexts
      01020312  cpu_steal
      01020313  cpu_guest
      01020314  cpu_guest_nice
      """)
  }
}
