import Bytes
import HostCounters
import Linux
import SFlow
import Testing

@testable import HostCounters

/// Whole records as they are on the wire, from the trees of recorded and composed kernel files. The expected
/// numbers were taken from the files by a program of another language.
@Suite struct FixtureSampleTests {
  private let buffer = FileBuffer()

  private func cpu(_ root: FileRoot) -> CPUSource {
    CPUSource(root, buffer: buffer, ticksPerSecond: 100)
  }

  private func memory(_ root: FileRoot) -> MemorySource {
    MemorySource(root, buffer: buffer, pageBytes: 4096)
  }

  /// The disks of a host, after a measurement of space.
  private func disk(_ root: FileRoot, _ spaces: [String: FileSystemSpace] = [:]) -> DiskSource {
    let space = FileSystemSpaces(root, spaces)
    space.measure {}
    return DiskSource(root, buffer: buffer, space: space)
  }

  private func expect(
    _ source: any HostRecordSource, _ expected: String..., at location: SourceLocation = #_sourceLocation
  ) throws {
    #expect(try lines(source).sorted() == expected.map(words).sorted(), sourceLocation: location)
  }

  @Test func `a recorded virtual machine with Debian 12`() throws {
    let root = fixture("debian12-vm-6.18")
    try expect(
      cpu(root),
      """
      host_cpu load_one=0.31 load_five=0.22 load_fifteen=0.11 proc_run=0 proc_total=88 cpu_num=2
      cpu_speed=2445 MHz uptime=1625 s cpu_user=151190 ms cpu_nice=0 ms cpu_system=59540 ms
      cpu_idle=3012550 ms cpu_wio=19420 ms cpu_intr=0 ms cpu_sintr=680 ms interrupts=244064
      contexts=403545 cpu_steal=220 ms cpu_guest=0 ms cpu_guest_nice=0 ms
      """)
    try expect(
      memory(root),
      """
      host_memory mem_total=25274793984 B mem_free=24165928960 B mem_shared=13082624 B
      mem_buffers=4415488 B mem_cached=995868672 B swap_total=0 B swap_free=0 B page_in=1387840
      page_out=204454 swap_in=0 swap_out=0
      """)
    try expect(
      disk(root, ["/": FileSystemSpace(100, free: 64, available: 60)]),
      """
      host_disk_io disk_total=107374182400 B disk_free=64424509440 B part_max_used=37.50 % reads=58035
      bytes_read=5684593664 B read_time=86963 ms writes=22383 bytes_written=837443584 B write_time=7903
      ms
      """)
    try expect(
      SnmpSource(root, buffer: buffer),
      """
      mib2_ip_group ipForwarding=2 ipDefaultTTL=64 ipInReceives=1054 ipInHdrErrors=0 ipInAddrErrors=0
      ipForwDatagrams=0 ipInUnknownProtos=0 ipInDiscards=0 ipInDelivers=1054 ipOutRequests=640
      ipOutDiscards=0 ipOutNoRoutes=0 ipReasmTimeout=0 ipReasmReqds=0 ipReasmOKs=0 ipReasmFails=0
      ipFragOKs=0 ipFragFails=0 ipFragCreates=0
      """,
      """
      mib2_icmp_group icmpInMsgs=1 icmpInErrors=0 icmpInDestUnreachs=1 icmpInTimeExcds=0
      icmpInParamProbs=0 icmpInSrcQuenchs=0 icmpInRedirects=0 icmpInEchos=0 icmpInEchoReps=0
      icmpInTimestamps=0 icmpInAddrMasks=0 icmpInAddrMaskReps=0 icmpOutMsgs=0 icmpOutErrors=0
      icmpOutDestUnreachs=0 icmpOutTimeExcds=0 icmpOutParamProbs=0 icmpOutSrcQuenchs=0
      icmpOutRedirects=0 icmpOutEchos=0 icmpOutEchoReps=0 icmpOutTimestamps=0 icmpOutTimestampReps=0
      icmpOutAddrMasks=0 icmpOutAddrMaskReps=0
      """,
      """
      mib2_tcp_group tcpRtoAlgorithm=1 tcpRtoMin=200 ms tcpRtoMax=120000 ms tcpMaxConn=4294967295
      tcpActiveOpens=24 tcpPassiveOpens=3 tcpAttemptFails=1 tcpEstabResets=0 tcpCurrEstab=0
      tcpInSegs=1008 tcpOutSegs=595 tcpRetransSegs=0 tcpInErrs=0 tcpOutRsts=25 tcpInCsumErrs=0
      """,
      """
      mib2_udp_group udpInDatagrams=45 udpNoPorts=0 udpInErrors=0 udpOutDatagrams=46 udpRcvbufErrors=0
      udpSndbufErrors=0 udpInCsumErrors=0
      """)
  }

  @Test func `RHEL 7 with LVM on SATA`() throws {
    let root = fixture("rhel7-3.10")
    let spaces = [
      "/": FileSystemSpace(50, free: 20, available: 20), "/boot": FileSystemSpace(2, free: 1, available: 1),
      "/data": FileSystemSpace(100, free: 10, available: 5),
    ]
    try expect(
      cpu(root),
      """
      host_cpu load_one=1.05 load_five=1.12 load_fifteen=0.98 proc_run=2 proc_total=412 cpu_num=2
      cpu_speed=2600 MHz uptime=18144211 s cpu_user=8532780 ms cpu_nice=10981540 ms cpu_system=10266380
      ms cpu_idle=15301630 ms cpu_wio=8799370 ms cpu_intr=6102410 ms cpu_sintr=7809730 ms
      interrupts=342541659 contexts=3989528878 cpu_steal=700 ms cpu_guest=610 ms cpu_guest_nice=230 ms
      """)
    try expect(
      memory(root),
      """
      host_memory mem_total=16654594048 B mem_free=524390400 B mem_shared=830713856 B
      mem_buffers=2158592 B mem_cached=10057846784 B swap_total=8589930496 B swap_free=8294400000 B
      page_in=227970528 page_out=1202980008 swap_in=112099 swap_out=330112
      """)
    try expect(
      disk(root, spaces),
      """
      host_disk_io disk_total=163208757248 B disk_free=27917287424 B part_max_used=94.73 % reads=4200210
      bytes_read=215659678208 B read_time=3382211 ms writes=91122192 bytes_written=978596848640 B
      write_time=88120203 ms
      """)
    try expect(
      SnmpSource(root, buffer: buffer),
      """
      mib2_ip_group ipForwarding=1 ipDefaultTTL=64 ipInReceives=8217734 ipInHdrErrors=0 ipInAddrErrors=2
      ipForwDatagrams=0 ipInUnknownProtos=0 ipInDiscards=0 ipInDelivers=8217001 ipOutRequests=7423110
      ipOutDiscards=20 ipOutNoRoutes=8 ipReasmTimeout=0 ipReasmReqds=12 ipReasmOKs=6 ipReasmFails=0
      ipFragOKs=4 ipFragFails=0 ipFragCreates=8
      """,
      """
      mib2_icmp_group icmpInMsgs=48 icmpInErrors=5 icmpInDestUnreachs=11 icmpInTimeExcds=0
      icmpInParamProbs=0 icmpInSrcQuenchs=0 icmpInRedirects=0 icmpInEchos=37 icmpInEchoReps=0
      icmpInTimestamps=0 icmpInAddrMasks=0 icmpInAddrMaskReps=0 icmpOutMsgs=51 icmpOutErrors=0
      icmpOutDestUnreachs=14 icmpOutTimeExcds=0 icmpOutParamProbs=0 icmpOutSrcQuenchs=0
      icmpOutRedirects=0 icmpOutEchos=0 icmpOutEchoReps=37 icmpOutTimestamps=0 icmpOutTimestampReps=0
      icmpOutAddrMasks=0 icmpOutAddrMaskReps=0
      """,
      """
      mib2_tcp_group tcpRtoAlgorithm=1 tcpRtoMin=200 ms tcpRtoMax=120000 ms tcpMaxConn=4294967295
      tcpActiveOpens=34011 tcpPassiveOpens=52108 tcpAttemptFails=311 tcpEstabResets=907 tcpCurrEstab=23
      tcpInSegs=7998123 tcpOutSegs=9120344 tcpRetransSegs=2112 tcpInErrs=4 tcpOutRsts=3318
      tcpInCsumErrs=2
      """,
      """
      mib2_udp_group udpInDatagrams=188211 udpNoPorts=14 udpInErrors=6 udpOutDatagrams=190022
      udpRcvbufErrors=6 udpSndbufErrors=0 udpInCsumErrors=1
      """)
  }

  @Test func `an LXC container without sys block`() throws {
    let root = fixture("lxc-container-5.15")
    try expect(
      cpu(root),
      """
      host_cpu load_one=0.0 load_five=0.01 load_fifteen=0.05 proc_run=0 proc_total=38 cpu_num=2
      cpu_speed=0 MHz uptime=91120 s cpu_user=2573710 ms cpu_nice=8606970 ms cpu_system=13933560 ms
      cpu_idle=5842540 ms cpu_wio=8679370 ms cpu_intr=3516080 ms cpu_sintr=12731570 ms
      interrupts=22156692 contexts=2374170697 cpu_steal=250 ms cpu_guest=480 ms cpu_guest_nice=580 ms
      """)
    try expect(
      disk(root, ["/": FileSystemSpace(8, free: 6, available: 6)]),
      """
      host_disk_io disk_total=8589934592 B disk_free=6442450944 B part_max_used=25.00 % reads=2112
      bytes_read=45113344 B read_time=911 ms writes=3311 bytes_written=57394176 B write_time=1209 ms
      """)
  }

  @Test func `Ubuntu with LVM on NVMe, a hidden path and snaps`() throws {
    let root = fixture("ubuntu2204-nvme-lvm-snaps-5.15")
    let spaces = [
      "/": FileSystemSpace(100, free: 40, available: 40), "/boot": FileSystemSpace(2, free: 1, available: 1),
      "/boot/efi": FileSystemSpace(1, free: 1, available: 1),
      "/mnt/image": FileSystemSpace(1000, free: 0, available: 0),
    ]
    try expect(
      disk(root, spaces),
      """
      host_disk_io disk_total=110595407872 B disk_free=45097156608 B part_max_used=60.00 % reads=118223
      bytes_read=4152822784 B read_time=31120 ms writes=2201983 bytes_written=31293943808 B
      write_time=1912098 ms
      """)
    try expect(
      SnmpSource(root, buffer: buffer),
      """
      mib2_ip_group ipForwarding=2 ipDefaultTTL=64 ipInReceives=8217734 ipInHdrErrors=0 ipInAddrErrors=2
      ipForwDatagrams=0 ipInUnknownProtos=0 ipInDiscards=0 ipInDelivers=8217001 ipOutRequests=7423110
      ipOutDiscards=20 ipOutNoRoutes=8 ipReasmTimeout=0 ipReasmReqds=12 ipReasmOKs=6 ipReasmFails=0
      ipFragOKs=4 ipFragFails=0 ipFragCreates=8
      """,
      """
      mib2_icmp_group icmpInMsgs=48 icmpInErrors=5 icmpInDestUnreachs=11 icmpInTimeExcds=0
      icmpInParamProbs=0 icmpInSrcQuenchs=0 icmpInRedirects=0 icmpInEchos=37 icmpInEchoReps=0
      icmpInTimestamps=0 icmpInAddrMasks=0 icmpInAddrMaskReps=0 icmpOutMsgs=51 icmpOutErrors=0
      icmpOutDestUnreachs=14 icmpOutTimeExcds=0 icmpOutParamProbs=0 icmpOutSrcQuenchs=0
      icmpOutRedirects=0 icmpOutEchos=0 icmpOutEchoReps=37 icmpOutTimestamps=0 icmpOutTimestampReps=0
      icmpOutAddrMasks=0 icmpOutAddrMaskReps=0
      """,
      """
      mib2_tcp_group tcpRtoAlgorithm=1 tcpRtoMin=200 ms tcpRtoMax=120000 ms tcpMaxConn=4294967295
      tcpActiveOpens=34011 tcpPassiveOpens=52108 tcpAttemptFails=311 tcpEstabResets=907 tcpCurrEstab=23
      tcpInSegs=7998123 tcpOutSegs=9120344 tcpRetransSegs=2112 tcpInErrs=4 tcpOutRsts=3318
      tcpInCsumErrs=2
      """,
      """
      mib2_udp_group udpInDatagrams=188211 udpNoPorts=14 udpInErrors=6 udpOutDatagrams=190022
      udpRcvbufErrors=6 udpSndbufErrors=0 udpInCsumErrors=1
      """)
  }

  @Test func `two pools of ZFS`() throws {
    let root = fixture("zfs-root-6.8")
    // Each dataset has space of its own, and all of a pool have the pool's free space.
    let spaces = [
      "/": FileSystemSpace(110, free: 100, available: 100),
      "/rpool": FileSystemSpace(100, free: 100, available: 100),
      "/rpool/data": FileSystemSpace(101, free: 100, available: 100),
      "/rpool/data/subvol-101-disk-0": FileSystemSpace(109, free: 100, available: 100),
      "/tank/media files": FileSystemSpace(400, free: 100, available: 100),
      "/boot/efi": FileSystemSpace(1, free: 1, available: 1),
      "/rpool/.zfs/snapshot/daily": FileSystemSpace(5000, free: 0, available: 0),
    ]
    try expect(
      disk(root, spaces),
      """
      host_disk_io disk_total=559419490304 B disk_free=215822106624 B part_max_used=75.00 %
      reads=6224196 bytes_read=192626788352 B read_time=5822418 ms writes=82241966
      bytes_written=1014907887616 B write_time=62241966 ms
      """)
  }

  @Test func `a Raspberry Pi with an SD card and no clock in cpuinfo`() throws {
    let tree = try TemporaryTree(copying: "arm64-raspberrypi-6.1")
    for file in ["stat", "loadavg", "uptime"] {
      try tree.write(TemporaryTree(copying: "debian12-vm-6.18")["/proc/\(file)"], to: "/proc/\(file)")
    }
    try expect(
      cpu(tree.root),
      """
      host_cpu load_one=0.31 load_five=0.22 load_fifteen=0.11 proc_run=0 proc_total=88 cpu_num=2
      cpu_speed=1500 MHz uptime=1625 s cpu_user=151190 ms cpu_nice=0 ms cpu_system=59540 ms
      cpu_idle=3012550 ms cpu_wio=19420 ms cpu_intr=0 ms cpu_sintr=680 ms interrupts=244064
      contexts=403545 cpu_steal=220 ms cpu_guest=0 ms cpu_guest_nice=0 ms
      """)
    // Without /proc/self/mountinfo the space is unknown.
    try expect(
      disk(tree.root),
      """
      host_disk_io disk_total=0 B disk_free=0 B part_max_used=unknown reads=3112110
      bytes_read=96313443328 B read_time=2911210 ms writes=41120983 bytes_written=507453943808 B
      write_time=31120983 ms
      """)
  }

  @Test func `512 CPUs, whose times wrap`() throws {
    let tree = try TemporaryTree(copying: "debian12-vm-6.18")
    try tree.write(TemporaryTree(copying: "cpus-512")["/proc/stat"], to: "/proc/stat")
    try expect(
      cpu(tree.root),
      """
      host_cpu load_one=0.31 load_five=0.22 load_fifteen=0.11 proc_run=0 proc_total=88 cpu_num=512
      cpu_speed=2445 MHz uptime=1625 s cpu_user=2261664090 ms cpu_nice=2425440850 ms
      cpu_system=2219200900 ms cpu_idle=2273405790 ms cpu_wio=2304779530 ms cpu_intr=2359305840 ms
      cpu_sintr=2302124870 ms interrupts=4182322253 contexts=3993975452 cpu_steal=125940 ms
      cpu_guest=126840 ms cpu_guest_nice=126470 ms
      """)
  }

  @Test func `CentOS 6 has nine columns of CPU time`() throws {
    let root = fixture("centos6-2.6.32")
    try expect(
      cpu(root),
      """
      host_cpu load_one=0.0 load_five=0.0 load_fifteen=0.0 proc_run=0 proc_total=171 cpu_num=2
      cpu_speed=2400 MHz uptime=9112 s cpu_user=9221640 ms cpu_nice=14303280 ms cpu_system=14749120 ms
      cpu_idle=3037690 ms cpu_wio=6139100 ms cpu_intr=8609740 ms cpu_sintr=7493780 ms
      interrupts=53108944 contexts=911249461 cpu_steal=910 ms cpu_guest=280 ms cpu_guest_nice=0 ms
      """)
    try expect(
      memory(root),
      """
      host_memory mem_total=4016635904 B mem_free=216272896 B mem_shared=245760 B mem_buffers=164986880
      B mem_cached=2890156032 B swap_total=4294959104 B swap_free=4294860800 B page_in=278024
      page_out=528024 swap_in=0 swap_out=24
      """)
  }

  @Test func `what an old kernel does not count is all ones`() throws {
    let root = fixture("rhel5-2.6.18")
    try expect(
      SnmpSource(root, buffer: buffer),
      """
      mib2_ip_group ipForwarding=2 ipDefaultTTL=64 ipInReceives=91120 ipInHdrErrors=0 ipInAddrErrors=0
      ipForwDatagrams=0 ipInUnknownProtos=0 ipInDiscards=0 ipInDelivers=91001 ipOutRequests=88112
      ipOutDiscards=0 ipOutNoRoutes=0 ipReasmTimeout=0 ipReasmReqds=0 ipReasmOKs=0 ipReasmFails=0
      ipFragOKs=0 ipFragFails=0 ipFragCreates=0
      """,
      """
      mib2_icmp_group icmpInMsgs=8 icmpInErrors=0 icmpInDestUnreachs=8 icmpInTimeExcds=0
      icmpInParamProbs=0 icmpInSrcQuenchs=0 icmpInRedirects=0 icmpInEchos=0 icmpInEchoReps=0
      icmpInTimestamps=0 icmpInAddrMasks=0 icmpInAddrMaskReps=0 icmpOutMsgs=9 icmpOutErrors=0
      icmpOutDestUnreachs=9 icmpOutTimeExcds=0 icmpOutParamProbs=0 icmpOutSrcQuenchs=0
      icmpOutRedirects=0 icmpOutEchos=0 icmpOutEchoReps=0 icmpOutTimestamps=0 icmpOutTimestampReps=0
      icmpOutAddrMasks=0 icmpOutAddrMaskReps=0
      """,
      """
      mib2_tcp_group tcpRtoAlgorithm=0 tcpRtoMin=200 ms tcpRtoMax=120000 ms tcpMaxConn=4294967295
      tcpActiveOpens=112 tcpPassiveOpens=98 tcpAttemptFails=4 tcpEstabResets=2 tcpCurrEstab=3
      tcpInSegs=88112 tcpOutSegs=79112 tcpRetransSegs=21 tcpInErrs=0 tcpOutRsts=12
      tcpInCsumErrs=4294967295
      """,
      """
      mib2_udp_group udpInDatagrams=2112 udpNoPorts=9 udpInErrors=0 udpOutDatagrams=2110
      udpRcvbufErrors=4294967295 udpSndbufErrors=4294967295 udpInCsumErrors=4294967295
      """)
  }

  @Test func `a container that shows fewer CPUs than it may use has all of them`() throws {
    let tree = try TemporaryTree(copying: "debian12-vm-6.18")
    try tree.write("0-5,8-9\n", to: "/sys/devices/system/cpu/online")
    let source = CPUSource(tree.root, buffer: buffer, ticksPerSecond: 100)
    #expect(try lines(source)[0].contains(" cpu_num=8 "))
  }

  @Test func `the clock of a mainframe stands behind the list of its CPUs`() throws {
    let tree = try TemporaryTree(copying: "debian12-vm-6.18")
    let mainframe = try TemporaryTree(copying: "s390x-zvm-5.14")
    let text = try #require(mainframe["/proc/cpuinfo"].map { String(decoding: $0, as: UTF8.self) })
    let more = (2..<20).map { "processor \($0): version = 00,  identification = 1133E8,  machine = 8561\n" }
    let longer = text.replacing("\ncpu number      : 0\n", with: more.joined() + "\ncpu number      : 0\n")
    #expect(longer.utf8.count > text.utf8.count + 1024)
    try tree.write(longer, to: "/proc/cpuinfo")
    let line = try lines(cpu(tree.root))[0]
    #expect(line.contains(" cpu_speed=5200 "), "\(line)")
  }

  @Test func `pages are larger than KiB`() throws {
    let source = MemorySource(fixture("rhel7-3.10"), buffer: buffer, pageBytes: 65536)
    // pgpgin 911882113, pgpgout 4811920032 KiB
    #expect(try lines(source)[0].contains(" page_in=14248158 page_out=75186250 swap_in=112099 "))
  }

  @Test func `the host is described by uname and its UUID`() throws {
    var name = HostName()
    name.node = "web-1"
    name.release = "6.1.0-25-amd64"
    name.machine = "x86_64"
    let uuid = try #require(UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8"))
    try expect(
      DescriptionSource(uuid: uuid) { name },
      """
      host_descr hostname="web-1" uuid=6ba7b810-9dad-11d1-80b4-00c04fd430c8 machine_type=x86_64(3) os_name=linux(2)
      os_release="6.1.0-25-amd64"
      """)
  }
}
