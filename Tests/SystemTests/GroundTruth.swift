import Foundation
import Linux

/// What the kernel says at one moment, in the units of the wire, by the names that the specification gives the
/// fields. Read and converted here anew, with nothing of the agent's.
struct Truth {
  var start: Instant
  var end: Instant
  /// Counters before they are cut to their width, and gauges.
  var numbers: [String: UInt64] = [:]
  /// load_one, load_five and load_fifteen.
  var loads: [String: Double] = [:]

  /// - Parameters:
  ///   - pid: a process in the agent's network namespace.
  ///   - ticks: clock ticks a second.
  ///   - counted: interfaces that the totals of the host are the sums of; `nil`: all but the loopback.
  ///   - links: interfaces to be read one by one, with their numbers of IANAifType. For these `pid` must have a
  ///     `/sys` of its network namespace, as ip-netns(8) makes it.
  init(
    of pid: pid_t, ticks: UInt64, pageKiB: UInt64, mounts: [String], disks: Set<String>,
    counted: Set<String>? = nil, links: [String: UInt64] = [:]
  ) {
    (start, end) = (.now, .now)
    readCPU(ticks: ticks)
    readMemory(pageKiB: pageKiB)
    readDisks(mounts, disks)
    readInterfaces("/proc/\(pid)/net/dev", counted)
    for (name, type) in links { readLink("/proc/\(pid)/root/sys/class/net/\(name)/", name, type) }
    readSnmp("/proc/\(pid)/net/snmp")
    end = .now
  }

  private static func lines(_ path: String) -> [[Substring]] {
    contents(path).split(separator: "\n").map { $0.split { $0 == " " || $0 == "\t" } }
  }

  private mutating func readCPU(ticks: UInt64) {
    let load = Self.lines("/proc/loadavg")[0]
    for (name, text) in zip(["load_one", "load_five", "load_fifteen"], load) { loads[name] = Double(text) }
    let processes = load[3].split(separator: "/").compactMap { UInt64($0) }
    numbers["proc_run"] = processes[0] - 1
    numbers["proc_total"] = processes[1]
    numbers["uptime"] = Self.lines("/proc/uptime")[0][0].split(separator: ".").first.flatMap { UInt64($0) }
    numbers["cpu_num"] = 0
    for words in Self.lines("/proc/stat") {
      switch words[0] {
      case "cpu":
        let names = [
          "cpu_user", "cpu_nice", "cpu_system", "cpu_idle", "cpu_wio", "cpu_intr", "cpu_sintr", "cpu_steal",
          "cpu_guest", "cpu_guest_nice",
        ]
        for (name, text) in zip(names, words.dropFirst()) { numbers[name] = UInt64(text)! * 1000 / ticks }
      case "intr": numbers["interrupts"] = UInt64(words[1])
      case "ctxt": numbers["contexts"] = UInt64(words[1])
      case let name where name.hasPrefix("cpu"): numbers["cpu_num"]! += 1
      default: break
      }
    }
    let clock = Self.lines("/proc/cpuinfo").first { $0.starts(with: ["cpu", "MHz"]) }?.last.flatMap {
      Double($0)
    }
    numbers["cpu_speed"] = clock.map { UInt64($0) } ?? 0
  }

  private mutating func readMemory(pageKiB: UInt64) {
    var kib: [Substring: UInt64] = [:]
    for words in Self.lines("/proc/meminfo") where words.count > 1 {
      kib[words[0].dropLast()] = UInt64(words[1])
    }
    let names = [
      ("mem_total", ["MemTotal"]), ("mem_free", ["MemFree"]), ("mem_shared", ["Shmem"]),
      ("mem_buffers", ["Buffers"]), ("mem_cached", ["Cached", "SReclaimable"]), ("swap_total", ["SwapTotal"]),
      ("swap_free", ["SwapFree"]),
    ]
    for (name, parts) in names { numbers[name] = parts.map { kib[Substring($0)]! * 1024 }.reduce(0, +) }
    for words in Self.lines("/proc/vmstat") {
      let value = UInt64(words[1])!
      switch words[0] {
      case "pgpgin": numbers["page_in"] = value / pageKiB
      case "pgpgout": numbers["page_out"] = value / pageKiB
      case "pswpin": numbers["swap_in"] = value
      case "pswpout": numbers["swap_out"] = value
      default: break
      }
    }
  }

  private mutating func readDisks(_ mounts: [String], _ disks: Set<String>) {
    for name in ["disk_total", "disk_free", "part_max_used"] { numbers[name] = 0 }
    for mount in mounts {
      var space = statvfs()
      guard statvfs(mount, &space) == 0 else { continue }
      let block = UInt64(space.f_frsize)
      let used = UInt64(space.f_blocks - space.f_bfree) * block
      let available = UInt64(space.f_bavail) * block
      numbers["disk_total"]! += UInt64(space.f_blocks) * block
      numbers["disk_free"]! += available
      // In hundredths of a percent, of what an ordinary user sees, as df(1).
      numbers["part_max_used"] = max(numbers["part_max_used"]!, used * 10_000 / max(1, used + available))
    }
    let names = [
      ("reads", 3, 1), ("bytes_read", 5, 512), ("read_time", 6, 1), ("writes", 7, 1),
      ("bytes_written", 9, 512),
      ("write_time", 10, 1),
    ]
    for (name, _, _) in names { numbers[name] = 0 }
    for words in Self.lines("/proc/diskstats") where disks.contains(String(words[2])) {
      for (name, column, unit) in names { numbers[name]! += UInt64(words[column])! * UInt64(unit) }
    }
  }

  private mutating func readInterfaces(_ path: String, _ counted: Set<String>?) {
    let names = [
      ("bytes_in", 0), ("pkts_in", 1), ("errs_in", 2), ("drops_in", 3), ("bytes_out", 8), ("packets_out", 9),
      ("errs_out", 10), ("drops_out", 11),
    ]
    for (name, _) in names { numbers[name] = 0 }
    for line in contents(path).split(separator: "\n").dropFirst(2) {
      let parts = line.split(separator: ":", maxSplits: 1)
      let device = String(parts[0].drop { $0 == " " })
      let columns = parts[1].split(separator: " ").map { UInt64($0)! }
      if counted?.contains(device) ?? (device != "lo") {
        for (name, column) in names { numbers[name]! += columns[column] }
      }
      for (name, column) in Self.columns { numbers["\(device)/\(name)"] = columns[column] }
      numbers["\(device)/ifInUcastPkts"] = columns[1] &- columns[7]
    }
  }

  /// Of `/proc/net/dev`, net/core/net-procfs.c.
  private static let columns = [
    ("ifInOctets", 0), ("ifInErrors", 2), ("ifInDiscards", 3), ("ifInMulticastPkts", 7), ("ifOutOctets", 8),
    ("ifOutUcastPkts", 9), ("ifOutErrors", 10), ("ifOutDiscards", 11),
  ]

  /// What is no counter of an interface, from sysfs (Documentation/ABI/testing/sysfs-class-net).
  private mutating func readLink(_ path: String, _ name: String, _ type: UInt64) {
    func word(_ file: String) -> String {
      contents(path + file).trimmingCharacters(in: .whitespacesAndNewlines)
    }
    let flags = UInt64(word("flags").dropFirst(2), radix: 16) ?? 0
    let operates = ["up", "unknown"].contains(word("operstate")) && word("carrier") == "1"
    let values: [(String, UInt64?)] = [
      ("ifIndex", UInt64(word("ifindex"))), ("ifType", type),
      ("ifSpeed", Int64(word("speed")).map { $0 > 0 ? UInt64($0) * 1_000_000 : 0 } ?? 0),
      ("ifDirection", ["full": 1, "half": 2][word("duplex")] ?? 0),
      // IFF_UP and IFF_PROMISC
      ("ifStatus", flags & 1 | (operates ? 2 : 0)), ("ifPromiscuousMode", flags >> 8 & 1),
    ]
    for (field, value) in values { numbers["\(name)/\(field)"] = value }
    for field in ["ifInBroadcastPkts", "ifInUnknownProtos", "ifOutMulticastPkts", "ifOutBroadcastPkts"] {
      numbers["\(name)/\(field)"] = UInt64(UInt32.max)
    }
  }

  /// "Ip: Forwarding DefaultTTL …" over "Ip: 1 64 …": ipForwarding, ipDefaultTTL.
  private mutating func readSnmp(_ path: String) {
    let lines = Self.lines(path)
    for (names, values) in zip(lines, lines.dropFirst()) where names[0] == values[0] {
      guard names.count > 1, Int64(names[1]) == nil else { continue }
      let prefix = names[0].dropLast().lowercased()
      for (name, value) in zip(names, values).dropFirst() {
        // MaxConn is -1: no limit.
        let name = prefix + name
        numbers[Self.name(ofColumn: name)] = UInt64(UInt32(truncatingIfNeeded: Int64(value)!))
      }
    }
  }

  /// The specification's name of "icmpInParmProbs".
  static func name(ofColumn column: String) -> String { otherNames[column] ?? column }

  /// Columns whose names differ from the specification's.
  private static let otherNames: [String: String] = [
    "icmpInParmProbs": "icmpInParamProbs", "icmpOutParmProbs": "icmpOutParamProbs",
    "tcpInCsumErrors": "tcpInCsumErrs",
  ]

  /// Mount points of file systems on disks of this host, each disk once, as df(1) lists them.
  static func mounts() throws -> [String] {
    var devices: Set<Substring> = []
    let output = try Program.run(["df", "-B1", "-l", "--output=source,fstype,target"]).output
    var mounts: [String] = []
    for line in output.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words[0].hasPrefix("/dev/"), !words[0].hasPrefix("/dev/loop") else { continue }
      guard words[1] != "squashfs", words[1] != "iso9660" else { continue }
      if devices.insert(words[0]).inserted { mounts.append(String(words[2])) }
    }
    return mounts
  }

  /// Disks that are counted: whole, not made of others, neither memory nor a file.
  static func disks() -> Set<String> {
    let files = FileManager.default
    let all = (try? files.contentsOfDirectory(atPath: "/sys/block")) ?? []
    return Set(
      all.filter { name in
        !["loop", "ram", "zram", "sr", "fd", "zd", "drbd"].contains { name.hasPrefix($0) }
          && (try? files.contentsOfDirectory(atPath: "/sys/block/\(name)/slaves"))?.isEmpty != false
          && contents("/sys/block/\(name)/hidden") != "1\n"
      })
  }
}
