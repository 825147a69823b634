import Bytes
import Foundation
import HostCounters
import Linux
import SFlow
import Testing

@testable import HostCounters

/// What is missing or malformed costs its own structures and no others.
@Suite struct SourceFailureTests {
  private let log = TestLog()

  private static let all = [
    "mib2_tcp_group", "mib2_udp_group", "mib2_ip_group", "mib2_icmp_group", "host_memory", "host_net_io",
    "host_descr", "host_cpu", "host_disk_io", "host_adapters",
  ]

  /// A host with files and interfaces of its own.
  private final class TestHost {
    let tree: TemporaryTree
    let interfaces: FakeInterfaces
    let records: HostRecords

    init(_ fixture: String?, _ log: TestLog) throws {
      tree = try TemporaryTree(copying: fixture)
      interfaces = try FakeInterfaces("2 eth0 up")
      records = .all(
        tree.root, uuid: Bytes.UUID(), interfaces: interfaces, background: DirectWork(), logger: log.logger)
    }

    var failing: [String] { records.failing.map { "\($0.name) \($0.polls)" } }

    /// The names of the structures that a poll sends.
    func poll(payload: Int = 1400) throws -> [String] {
      records.prepare {}
      let sent = try HostCountersTests.records(payload: payload) { (sample) throws(FileError) in
        records.append(to: &sample)
      }
      return (sent ?? []).map { record in
        if case .known(let known) = record { type(of: known).name } else { "unknown" }
      }
    }
  }

  @Test func `a whole host sends every structure, in this order, and logs nothing`() throws {
    let host = try TestHost("debian12-vm-6.18", log)
    for _ in 0..<3 { #expect(try host.poll() == Self.all) }
    #expect(log.lines == [])
    #expect(host.failing.isEmpty)
  }

  @Test(arguments: [
    ("/proc/stat", "cpu", ["host_cpu"]), ("/proc/loadavg", "cpu", ["host_cpu"]),
    ("/proc/uptime", "cpu", ["host_cpu"]), ("/proc/meminfo", "memory", ["host_memory"]),
    ("/proc/vmstat", "memory", ["host_memory"]), ("/proc/diskstats", "disk", ["host_disk_io"]),
    ("/proc/net/snmp", "snmp", ["mib2_ip_group", "mib2_icmp_group", "mib2_tcp_group", "mib2_udp_group"]),
  ])
  func `a file that is missing, comes, is malformed and is mended`(
    file: String, source: String, structures: [String]
  ) throws {
    let host = try TestHost("debian12-vm-6.18", log)
    let tree = host.tree
    let good = try #require(tree[file])
    try tree.remove(file)
    let rest = Self.all.filter { !structures.contains($0) }

    for _ in 0..<3 { #expect(try host.poll() == rest) }
    #expect(host.failing == ["\(source) 3"])
    try tree.write(good, to: file)
    for _ in 0..<2 { #expect(try host.poll() == Self.all) }
    #expect(
      log.lines == [
        "warning source \(source): cannot read \(tree.path)\(file): ENOENT (No such file or directory) (will retry)",
        "notice source \(source): recovered after 3 polls",
      ])

    log.clear()
    try tree.write(malformed(file), to: file)
    for _ in 0..<2 { #expect(try host.poll() == rest) }
    try tree.write(good, to: file)
    #expect(try host.poll() == Self.all)
    #expect(log.lines.count == 2)
    #expect(
      log.lines.first?.hasPrefix("warning source \(source): cannot understand \(tree.path)\(file): ") == true)
    #expect(log.lines.last == "notice source \(source): recovered after 2 polls")
  }

  /// Broken far enough behind the beginning that something was understood before.
  private func malformed(_ file: String) -> String {
    switch file {
    case "/proc/stat": "cpu0 1 2 3\nintr 5\n"
    case "/proc/loadavg": "0.31 0.22 0.11 1-88 13081\n"
    case "/proc/uptime": "soon\n"
    case "/proc/meminfo": "MemTotal:  24682416 kB\nMemFree:  many kB\n"
    case "/proc/vmstat": "pgpgin 5551361\npgpgout lots\n"
    case "/proc/diskstats":
      " 254 0 vda 58035 9798 11102722 86963 22383 20040 1635632 7903 0 23856 95568\n 253 0\n"
    default: "Ip: Forwarding DefaultTTL\nIp: 2 64\nTcp: RtoAlgorithm RtoMin\nUdp: 1 2\n"
    }
  }

  @Test func `counters of interfaces that cannot be read cost host_net_io`() throws {
    let host = try TestHost("debian12-vm-6.18", log)
    host.interfaces.failsAfter = 0
    for _ in 0..<2 { #expect(try host.poll() == Self.all.filter { $0 != "host_net_io" }) }
    host.interfaces.failsAfter = nil
    #expect(try host.poll() == Self.all)
    #expect(
      log.lines == [
        "warning source network: cannot read the interface counters: ETIMEDOUT (Connection timed out) (will retry)",
        "notice source network: recovered after 2 polls",
      ])
  }

  @Test func `a container without its files sends what is left`() throws {
    let host = try TestHost("lxc-container-5.15", log)
    #expect(
      try host.poll() == ["host_net_io", "host_descr", "host_cpu", "host_disk_io", "host_adapters"])
    #expect(host.failing == ["snmp 1", "memory 1"])
  }

  @Test func `a host without any file still says who it is`() throws {
    let host = try TestHost(nil, log)
    #expect(try host.poll() == ["host_net_io", "host_descr", "host_adapters"])
    #expect(log.lines.count == 4)
  }

  @Test func `a malformed row of mounts leaves the traffic of the disks`() throws {
    let host = try TestHost("debian12-vm-6.18", log)
    try host.tree.write("27 1 254:0\n", to: "/proc/self/mountinfo")
    #expect(try host.poll() == Self.all)
  }

  @Test func `mounts that cannot be read leave the space as it was, and that is said once`() throws {
    let host = try TestHost("debian12-vm-6.18", log)
    let (mounts, file) = (try #require(host.tree["/proc/self/mountinfo"]), "/proc/self/mountinfo")
    func total() throws -> UInt64? {
      host.records.prepare {}
      let sent = try records { (sample) throws(FileError) in host.records.append(to: &sample) }
      let disks: [HostDiskIO] = (sent ?? []).compactMap { $0.value() }
      return disks.first?.totalBytes
    }
    let before = try #require(try total())
    for _ in 0..<3 {
      try host.tree.write("27 1 254:0\n", to: file)
      #expect(try total() == before)
    }
    try host.tree.write(mounts, to: file)
    #expect(try total() == before)
    #expect(log.lines.count == 2, "\(log.lines)")
    #expect(log.lines.last == "notice source disk: the space of file systems is known again")
  }

  @Test func `a small datagram gets what fits, and the log says what does not`() throws {
    let host = try TestHost("debian12-vm-6.18", log)
    for payload in 200...1400 {
      let sent = try host.poll(payload: payload)
      if payload >= 640 { #expect(sent.contains("host_descr") && sent.contains("host_cpu")) }
      #expect(sent == Self.all.filter(sent.contains))
    }
    #expect(try host.poll() == Self.all)
    #expect(host.failing.isEmpty)
    // One line as it begins and one as it ends.
    let warnings = log.lines.filter { $0.hasSuffix(": no room in the datagram (datagramBytes)") }
    #expect(warnings.contains("warning source memory: no room in the datagram (datagramBytes)"))
    #expect(log.lines.count { $0.hasPrefix("notice source memory: recovered after ") } >= 1)
  }
}
