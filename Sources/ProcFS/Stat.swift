public import Bytes

/// Time that all CPUs together spent, in ticks of `USER_HZ` (100 per second on every current architecture).
///
/// Line `cpu` of `/proc/stat`. Columns were added over the years: what the kernel does not count is 0.
public struct CPUTicks: Equatable, Sendable {
  /// User mode, guests included. Column 1.
  public var userTicks: UInt64 = 0
  /// User mode at low priority, such guests included. Column 2.
  public var niceTicks: UInt64 = 0
  /// Kernel mode. Column 3.
  public var systemTicks: UInt64 = 0
  /// Idle with no I/O outstanding. Column 4. May step back on some kernels.
  public var idleTicks: UInt64 = 0
  /// Idle while a task of that CPU waited for I/O. Column 5. May step back.
  public var iowaitTicks: UInt64 = 0
  /// Interrupt handlers. Column 6.
  public var irqTicks: UInt64 = 0
  /// Soft interrupts. Column 7.
  public var softirqTicks: UInt64 = 0
  /// Taken by the hypervisor. Column 8, since Linux 2.6.11.
  public var stealTicks: UInt64 = 0
  /// Running a guest; already in `userTicks`. Column 9, since Linux 2.6.24.
  public var guestTicks: UInt64 = 0
  /// Running a guest at low priority; already in `niceTicks`. Column 10, since Linux 2.6.33.
  public var guestNiceTicks: UInt64 = 0

  public init() {}

  @_lifetime(cursor: copy cursor)
  init(columnsOf cursor: inout ASCIICursor) throws(TextError) {
    userTicks = try cursor.unsigned()
    niceTicks = try cursor.column() ?? 0
    systemTicks = try cursor.column() ?? 0
    idleTicks = try cursor.column() ?? 0
    iowaitTicks = try cursor.column() ?? 0
    irqTicks = try cursor.column() ?? 0
    softirqTicks = try cursor.column() ?? 0
    stealTicks = try cursor.column() ?? 0
    guestTicks = try cursor.column() ?? 0
    guestNiceTicks = try cursor.column() ?? 0
  }
}

/// `/proc/stat`. Lines that a kernel or container lacks are `nil`; only line `cpu` must be there.
public struct Stat: Equatable, Sendable {
  /// All CPUs together since boot. Line `cpu`.
  public var cpu = CPUTicks()
  /// CPUs online: the number of lines `cpu0`, `cpu1`, ….
  public var processors = 0
  /// Interrupts serviced since boot. First number of line `intr`, whose other thousands are not read.
  public var interrupts: UInt64?
  /// Context switches since boot. Line `ctxt`.
  public var contextSwitches: UInt64?
  /// When the host booted, seconds since 1970. Line `btime`.
  public var bootSeconds: UInt64?
  /// Tasks runnable now. Line `procs_running`.
  public var runningTasks: UInt64?

  public init() {}

  public init(parsing text: Span<UInt8>) throws(TextError) {
    var cursor = ASCIICursor(text)
    var hasCPU = false
    while !cursor.isAtEnd {
      let key = cursor.word()
      if key.hasPrefix("cpu") {
        if key.count > 3 {
          processors += 1
        } else {
          cpu = try CPUTicks(columnsOf: &cursor)
          hasCPU = true
        }
      } else if key.equals("intr") {
        interrupts = try cursor.unsigned()
      } else if key.equals("ctxt") {
        contextSwitches = try cursor.unsigned()
      } else if key.equals("btime") {
        bootSeconds = try cursor.unsigned()
      } else if key.equals("procs_running") {
        runningTasks = try cursor.unsigned()
      }
      cursor.skipLine()
    }
    if !hasCPU { throw TextError(at: cursor.offset, expected: "a line 'cpu'") }
  }
}
