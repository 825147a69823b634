public import Linux
internal import ProcFS
public import SFlow

/// host_cpu, 0:2003: `/proc/stat`, `/proc/loadavg`, `/proc/uptime` and the clock in `/proc/cpuinfo`.
public final class CPUSource: HostRecordSource {
  public var name: String { "cpu" }
  /// What the last sample has; `nil` if it could not be read.
  private(set) var last: HostCPU?
  private let stat: KernelFile
  private let loadAverage: KernelFile
  private let uptime: KernelFile
  private let cpuinfo: KernelFile
  private let longCpuinfo: KernelFile
  /// kHz; where `/proc/cpuinfo` has no clock (arm64).
  private let frequency: KernelFile
  private let ticksPerSecond: UInt64
  /// `/proc/stat` of a container may show fewer CPUs than it may use.
  private let online: KernelFile
  /// The largest idle and I/O wait times so far: the kernel's may step back (proc(5)), and on the wire a step back
  /// looks like a wrap.
  private var idle = Ratchet()
  private var ioWait = Ratchet()

  /// - Parameter ticksPerSecond: the unit of `/proc/stat`.
  public init(_ root: FileRoot, buffer: FileBuffer, ticksPerSecond: UInt64 = Host.ticksPerSecond) {
    stat = KernelFile(root, "/proc/stat", buffer: buffer)
    loadAverage = KernelFile(root, "/proc/loadavg", buffer: buffer)
    uptime = KernelFile(root, "/proc/uptime", buffer: buffer)
    online = KernelFile(root, "/sys/devices/system/cpu/online", buffer: buffer)
    // The clock of the first CPU is in its first lines, and the kernel asks each CPU whose lines are read. s390 lists all
    // CPUs before the first one's lines.
    cpuinfo = KernelFile(root, "/proc/cpuinfo", buffer: buffer, limit: 1024)
    longCpuinfo = KernelFile(root, "/proc/cpuinfo", buffer: buffer, limit: 4096)
    frequency = KernelFile(root, "/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", buffer: buffer)
    self.ticksPerSecond = ticksPerSecond
  }

  @_lifetime(sample: copy sample)
  public func append(to sample: inout CounterSampleWriter) throws(FileError) {
    last = nil
    let stat = try stat.read(Stat.init(parsing:))
    let load = try loadAverage.read(LoadAverage.init(parsing:))
    let uptime = try uptime.read(Uptime.init(parsing:))

    var cpu = HostCPU()
    cpu.loadOne = Float(load.one)
    cpu.loadFive = Float(load.five)
    cpu.loadFifteen = Float(load.fifteen)
    // The agent itself is running while it reads.
    cpu.processesRunning = gauge32(load.running > 0 ? load.running - 1 : 0)
    cpu.processesTotal = gauge32(load.total)
    cpu.cpuCount = UInt32(clamping: max(stat.processors, onlineProcessors))
    cpu.megahertz = megahertz
    cpu.uptimeSeconds = gauge32(uptime.upCentiseconds / 100)
    cpu.userMS = milliseconds(stat.cpu.userTicks)
    cpu.niceMS = milliseconds(stat.cpu.niceTicks)
    cpu.systemMS = milliseconds(stat.cpu.systemTicks)
    cpu.idleMS = milliseconds(idle.advance(to: stat.cpu.idleTicks))
    cpu.ioWaitMS = milliseconds(ioWait.advance(to: stat.cpu.iowaitTicks))
    cpu.interruptMS = milliseconds(stat.cpu.irqTicks)
    cpu.softInterruptMS = milliseconds(stat.cpu.softirqTicks)
    cpu.interrupts = counter32(stat.interrupts)
    cpu.contextSwitches = counter32(stat.contextSwitches)
    cpu.stealMS = milliseconds(stat.cpu.stealTicks)
    cpu.guestMS = milliseconds(stat.cpu.guestTicks)
    cpu.guestNiceMS = milliseconds(stat.cpu.guestNiceTicks)
    sample.append(cpu)
    last = cpu
  }

  private func milliseconds(_ ticks: UInt64) -> UInt32 {
    HostCounters.milliseconds(ticks: ticks, perSecond: ticksPerSecond)
  }

  /// 0 where the file is not there.
  private var onlineProcessors: Int { (try? online.read(ProcessorList.init(parsing:)).count) ?? 0 }

  /// 0 where no file tells: many virtual machines on arm64.
  private var megahertz: UInt32 {
    if let clock = try? cpuinfo.read(Cpuinfo.init(parsing:)).kilohertz { return gauge32(clock / 1000) }
    if let clock = try? frequency.read(NumberFile.init(parsing:)).value {
      return gauge32(UInt64(max(0, clock)) / 1000)
    }
    if let clock = try? longCpuinfo.read(Cpuinfo.init(parsing:)).kilohertz { return gauge32(clock / 1000) }
    return 0
  }
}

/// A counter that ignores small steps back.
struct Ratchet {
  private var highest: UInt64 = 0

  /// The new value, or the old one if the kernel fell behind it by less than a million; a larger fall is a reset.
  mutating func advance(to value: UInt64) -> UInt64 {
    if value >= highest || highest - value > 1_000_000 { highest = value }
    return highest
  }
}
