/// machine_type: processor family of a host. RISC-V and LoongArch have no value: `other`.
public struct MachineType: OpenEnumeration {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let unknown = MachineType(rawValue: 0)
  public static let other = MachineType(rawValue: 1)
  public static let x86 = MachineType(rawValue: 2)
  public static let x86_64 = MachineType(rawValue: 3)
  public static let ia64 = MachineType(rawValue: 4)
  public static let sparc = MachineType(rawValue: 5)
  public static let alpha = MachineType(rawValue: 6)
  public static let powerpc = MachineType(rawValue: 7)
  public static let m68k = MachineType(rawValue: 8)
  public static let mips = MachineType(rawValue: 9)
  /// ARM, 32 and 64 bits.
  public static let arm = MachineType(rawValue: 10)
  public static let hppa = MachineType(rawValue: 11)
  public static let s390 = MachineType(rawValue: 12)

  public static var names: [String] {
    [
      "unknown", "other", "x86", "x86_64", "ia64", "sparc", "alpha", "powerpc", "m68k", "mips", "arm",
      "hppa", "s390",
    ]
  }
}

/// os_name: operating system of a host.
public struct OSName: OpenEnumeration {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let unknown = OSName(rawValue: 0)
  public static let other = OSName(rawValue: 1)
  public static let linux = OSName(rawValue: 2)
  public static let windows = OSName(rawValue: 3)
  public static let darwin = OSName(rawValue: 4)
  public static let hpux = OSName(rawValue: 5)
  public static let aix = OSName(rawValue: 6)
  public static let dragonfly = OSName(rawValue: 7)
  public static let freebsd = OSName(rawValue: 8)
  public static let netbsd = OSName(rawValue: 9)
  public static let openbsd = OSName(rawValue: 10)
  public static let osf = OSName(rawValue: 11)
  public static let solaris = OSName(rawValue: 12)

  public static var names: [String] {
    [
      "unknown", "other", "linux", "windows", "darwin", "hpux", "aix", "dragonfly", "freebsd", "netbsd",
      "openbsd", "osf", "solaris",
    ]
  }
}

/// virDomainState: what a virtual machine, container or service is doing.
public struct DomainState: OpenEnumeration {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Created, or not known.
  public static let noState = DomainState(rawValue: 0)
  public static let running = DomainState(rawValue: 1)
  /// Waiting for a resource.
  public static let blocked = DomainState(rawValue: 2)
  public static let paused = DomainState(rawValue: 3)
  /// Being shut down, or gone.
  public static let shutdown = DomainState(rawValue: 4)
  /// Stopped.
  public static let shutoff = DomainState(rawValue: 5)
  public static let crashed = DomainState(rawValue: 6)
  /// Suspended by its own power management; libvirt has it, the sFlow specification does not.
  public static let suspended = DomainState(rawValue: 7)

  public static var names: [String] {
    [
      "nostate", "running", "blocked", "paused", "shutdown", "shutoff", "crashed", "pmsuspended",
    ]
  }
}
