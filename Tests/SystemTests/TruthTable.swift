import SFlow

/// How every field that is sent is held against the truth: `docs/TRUTH.md` as a program. A test holds the two against
/// each other and against the structures.
enum TruthTable {
  enum Rule: CustomStringConvertible {
    /// Grows; so many bits on the wire.
    case counter(bits: Int)
    /// Grows, but the kernel's may step back a little; ours then stays.
    case ratchet
    /// Between the least and the greatest reading, give or take.
    case gauge(Double)
    /// Like a gauge; the tolerance is a part of the value.
    case share(Double)
    /// All ones, always.
    case unknown

    var description: String {
      switch self {
      case .counter(bits: 64): "between the readings"
      case .counter: "between the readings, modulo 2³²"
      case .ratchet: "between the readings; where the kernel's steps back, as before"
      case .gauge(0): "as read"
      case .gauge(TruthTable.loose): "± 256 MiB"
      case .gauge(20): "± 0.2 %"
      case .gauge(let tolerance) where tolerance < 1: "± half a hundredth"
      case .gauge(let tolerance): "± \(Int(tolerance))"
      case .share(let share): "± \(Int(share * 100)) %"
      case .unknown: "always unknown"
      }
    }
  }

  /// Builds beside the test allocate so much between two readings.
  static let loose = 256 * 1_048_576.0

  private static let rules: [String: Rule] = [
    // Texts and lists are compared as such.
    "hostname": .gauge(0), "uuid": .gauge(0), "machine_type": .gauge(0), "os_name": .gauge(0),
    "os_release": .gauge(0), "adapters": .gauge(0), "name": .gauge(0),
    // Other programs start and end in between, up to 64 more than the readings saw.
    "proc_run": .gauge(64), "proc_total": .gauge(64),
    "load_one": .gauge(0.006), "load_five": .gauge(0.006), "load_fifteen": .gauge(0.006),
    "cpu_num": .gauge(0), "cpu_speed": .share(0.25), "uptime": .gauge(0),
    "cpu_idle": .ratchet, "cpu_wio": .ratchet,
    "mem_total": .gauge(0), "mem_free": .gauge(loose), "mem_shared": .gauge(loose),
    "mem_buffers": .gauge(loose), "mem_cached": .gauge(loose), "swap_total": .gauge(0),
    "swap_free": .gauge(loose),
    "disk_total": .gauge(0), "disk_free": .gauge(loose), "part_max_used": .gauge(20),
    "bytes_read": .counter(bits: 64), "bytes_written": .counter(bits: 64), "bytes_in": .counter(bits: 64),
    "bytes_out": .counter(bits: 64),
    "ipForwarding": .gauge(0), "ipDefaultTTL": .gauge(0),
    "tcpRtoAlgorithm": .gauge(0), "tcpRtoMin": .gauge(0), "tcpRtoMax": .gauge(0), "tcpMaxConn": .gauge(0),
    // Connections of a moment.
    "tcpCurrEstab": .gauge(16),
    "ifIndex": .gauge(0), "ifType": .gauge(0), "ifSpeed": .gauge(0), "ifDirection": .gauge(0),
    "ifStatus": .gauge(0), "ifPromiscuousMode": .gauge(0),
    "ifInOctets": .counter(bits: 64), "ifOutOctets": .counter(bits: 64),
    "ifInBroadcastPkts": .unknown, "ifInUnknownProtos": .unknown, "ifOutMulticastPkts": .unknown,
    "ifOutBroadcastPkts": .unknown,
  ]

  /// All others are counters of 32 bits.
  static func rule(of field: String) -> Rule { rules[field] ?? .counter(bits: 32) }

  // MARK: - Coverage

  /// The structures of the counter samples of the host and of interfaces, which `TruthTests` is about.
  static let measured: [any SFlowRecord] = [
    HostDescription(), HostCPU(), HostMemory(), HostDiskIO(), HostNetworkIO(), HostIPGroup(), HostICMPGroup(),
    HostTCPGroup(), HostUDPGroup(), HostAdapters(), InterfaceCounters(), PortName(),
  ]
  /// Those of guests, which `TestDriverTests` is about.
  static let guests: [any SFlowRecord] = [
    VirtualNode(), HostParent(), VirtualCPU(), VirtualMemory(), VirtualDiskIO(), VirtualNetworkIO(),
  ]
  /// Those that nothing here has; `docs/TRUTH.md` says why.
  static let unchecked: [any SFlowRecord] = [OpticalModule()]
  /// Those of a bond, which the virtual machine of `GuestTests` has.
  static let bonds: [any SFlowRecord] = [LAGPortStats()]

  /// Fields that are compared.
  static let checked = Set(measured.flatMap { $0.fields.map(\.name) })

  /// Fields that `TruthLoad` moves, so that what is compared is not 0 with 0.
  static let moved: Set<String> = [
    "load_one", "proc_run", "proc_total", "uptime", "cpu_user", "cpu_nice", "cpu_system", "interrupts",
    "contexts",
    "mem_free", "mem_shared", "mem_cached", "swap_free", "page_in", "page_out", "swap_in",
    "swap_out",
    "disk_free", "reads", "bytes_read", "read_time", "writes", "bytes_written", "write_time",
    "bytes_in", "pkts_in", "drops_in", "bytes_out", "packets_out", "drops_out",
    "ipForwarding", "ipDefaultTTL", "ipInReceives", "ipInHdrErrors", "ipInAddrErrors", "ipForwDatagrams",
    "ipInUnknownProtos", "ipInDelivers", "ipOutRequests", "ipOutDiscards", "ipOutNoRoutes", "ipReasmTimeout",
    "ipReasmReqds", "ipReasmOKs", "ipReasmFails", "ipFragOKs", "ipFragFails", "ipFragCreates",
    "icmpInMsgs", "icmpInErrors", "icmpInDestUnreachs", "icmpInTimeExcds", "icmpInParamProbs",
    "icmpInSrcQuenchs", "icmpInRedirects", "icmpInEchos", "icmpInEchoReps", "icmpInTimestamps",
    "icmpInAddrMasks", "icmpInAddrMaskReps", "icmpOutMsgs", "icmpOutDestUnreachs", "icmpOutTimeExcds",
    "icmpOutParamProbs", "icmpOutSrcQuenchs", "icmpOutRedirects", "icmpOutEchos", "icmpOutEchoReps",
    "icmpOutTimestamps", "icmpOutTimestampReps", "icmpOutAddrMasks", "icmpOutAddrMaskReps",
    "tcpActiveOpens", "tcpPassiveOpens", "tcpAttemptFails", "tcpEstabResets", "tcpCurrEstab", "tcpInSegs",
    "tcpOutSegs", "tcpRetransSegs", "tcpInErrs", "tcpOutRsts", "tcpInCsumErrs",
    "udpInDatagrams", "udpNoPorts", "udpInErrors", "udpOutDatagrams", "udpRcvbufErrors", "udpSndbufErrors",
    "udpInCsumErrors",
    "ifStatus", "ifInOctets", "ifInUcastPkts", "ifInMulticastPkts", "ifInDiscards", "ifInErrors",
    "ifOutOctets", "ifOutUcastPkts", "ifOutDiscards", "ifOutErrors", "ifPromiscuousMode",
  ]
}
