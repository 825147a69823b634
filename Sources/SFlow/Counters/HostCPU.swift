public import Bytes

/// Load and processor time of the host. All times are milliseconds summed over the CPUs since boot, modulo
/// 2³². 68 octets in the specification of 2010; the three fields at the end came later.
///
///     host_cpu, 0:2003, 80 octets
///       0  float          load_one
///       4  float          load_five
///       8  float          load_fifteen
///      12  unsigned int   proc_run
///      16  unsigned int   proc_total
///      20  unsigned int   cpu_num
///      24  unsigned int   cpu_speed
///      28  unsigned int   uptime
///      32  unsigned int   cpu_user
///      36  unsigned int   cpu_nice
///      40  unsigned int   cpu_system
///      44  unsigned int   cpu_idle
///      48  unsigned int   cpu_wio
///      52  unsigned int   cpu_intr
///      56  unsigned int   cpu_sintr
///      60  unsigned int   interrupts
///      64  unsigned int   contexts
///      68  unsigned int   cpu_steal
///      72  unsigned int   cpu_guest
///      76  unsigned int   cpu_guest_nice
public struct HostCPU: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2003) }
  public static var name: String { "host_cpu" }

  /// Load average over 1 minute; -1 unknown. `/proc/loadavg` field 1.
  public var loadOne: Float = -1
  /// Load average over 5 minutes; -1 unknown. `/proc/loadavg` field 2.
  public var loadFive: Float = -1
  /// Load average over 15 minutes; -1 unknown. `/proc/loadavg` field 3.
  public var loadFifteen: Float = -1
  /// Runnable processes. `/proc/loadavg` field 4, without the agent itself.
  public var processesRunning: UInt32 = 0
  /// Processes and threads. `/proc/loadavg`, behind the slash.
  public var processesTotal: UInt32 = 0
  /// CPUs. `cpuN` lines of `/proc/stat`.
  public var cpuCount: UInt32 = 0
  /// Clock of the CPU, MHz; 0 unknown. `/proc/cpuinfo` `cpu MHz`, or cpufreq.
  public var megahertz: UInt32 = 0
  /// Seconds since boot. `/proc/uptime` field 1.
  public var uptimeSeconds: UInt32 = 0
  /// In user mode, guests included. `/proc/stat` line `cpu`, field 1, ticks × 1000 / HZ.
  public var userMS: UInt32 = .max
  /// In user mode at low priority. `/proc/stat` field 2.
  public var niceMS: UInt32 = .max
  /// In the kernel. `/proc/stat` field 3.
  public var systemMS: UInt32 = .max
  /// Idle. `/proc/stat` field 4.
  public var idleMS: UInt32 = .max
  /// Idle with input or output outstanding. `/proc/stat` field 5.
  public var ioWaitMS: UInt32 = .max
  /// In hardware interrupts. `/proc/stat` field 6.
  public var interruptMS: UInt32 = .max
  /// In soft interrupts. `/proc/stat` field 7.
  public var softInterruptMS: UInt32 = .max
  /// Interrupts since boot, modulo 2³². `/proc/stat` line `intr`, field 1.
  public var interrupts: UInt32 = .max
  /// Context switches since boot, modulo 2³². `/proc/stat` line `ctxt`.
  public var contextSwitches: UInt32 = .max
  /// Taken by the hypervisor for others. `/proc/stat` field 8.
  public var stealMS: UInt32 = .max
  /// Running guests; already inside `userMS`. `/proc/stat` field 9.
  public var guestMS: UInt32 = .max
  /// Running guests at low priority; already inside `niceMS`. `/proc/stat` field 10.
  public var guestNiceMS: UInt32 = .max
  /// Whether the last three fields are there. Always when sent; agents of 2010 leave them out.
  public var hasGuestTimes: Bool = true

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.float(loadOne)
    writer.float(loadFive)
    writer.float(loadFifteen)
    writer.u32(processesRunning)
    writer.u32(processesTotal)
    writer.u32(cpuCount)
    writer.u32(megahertz)
    writer.u32(uptimeSeconds)
    writer.u32(userMS)
    writer.u32(niceMS)
    writer.u32(systemMS)
    writer.u32(idleMS)
    writer.u32(ioWaitMS)
    writer.u32(interruptMS)
    writer.u32(softInterruptMS)
    writer.u32(interrupts)
    writer.u32(contextSwitches)
    guard hasGuestTimes else { return }
    writer.u32(stealMS)
    writer.u32(guestMS)
    writer.u32(guestNiceMS)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    loadOne = try reader.float()
    loadFive = try reader.float()
    loadFifteen = try reader.float()
    processesRunning = try reader.u32()
    processesTotal = try reader.u32()
    cpuCount = try reader.u32()
    megahertz = try reader.u32()
    uptimeSeconds = try reader.u32()
    userMS = try reader.u32()
    niceMS = try reader.u32()
    systemMS = try reader.u32()
    idleMS = try reader.u32()
    ioWaitMS = try reader.u32()
    interruptMS = try reader.u32()
    softInterruptMS = try reader.u32()
    interrupts = try reader.u32()
    contextSwitches = try reader.u32()
    hasGuestTimes = !reader.isAtEnd
    guard hasGuestTimes else { return }
    stealMS = try reader.u32()
    guestMS = try reader.u32()
    guestNiceMS = try reader.u32()
  }

  public var fields: [Field] {
    let all = [
      Field("load_one", loadOne),
      Field("load_five", loadFive),
      Field("load_fifteen", loadFifteen),
      Field("proc_run", processesRunning),
      Field("proc_total", processesTotal),
      Field("cpu_num", cpuCount),
      Field("cpu_speed", megahertz, "MHz"),
      Field("uptime", uptimeSeconds, "s"),
      Field("cpu_user", userMS, "ms"),
      Field("cpu_nice", niceMS, "ms"),
      Field("cpu_system", systemMS, "ms"),
      Field("cpu_idle", idleMS, "ms"),
      Field("cpu_wio", ioWaitMS, "ms"),
      Field("cpu_intr", interruptMS, "ms"),
      Field("cpu_sintr", softInterruptMS, "ms"),
      Field("interrupts", interrupts),
      Field("contexts", contextSwitches),
      Field("cpu_steal", stealMS, "ms"),
      Field("cpu_guest", guestMS, "ms"),
      Field("cpu_guest_nice", guestNiceMS, "ms"),
    ]
    return hasGuestTimes ? all : Array(all.dropLast(3))
  }
}
