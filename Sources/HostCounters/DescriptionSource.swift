public import Bytes
public import Linux
public import SFlow

/// host_descr, 0:2000: name and release from uname(2), the UUID as it was found at start.
public final class DescriptionSource: HostRecordSource {
  public var name: String { "description" }
  private let uuid: UUID
  private let hostName: () -> HostName

  /// - Parameter hostName: asked at every poll: a host can be renamed while it runs.
  public init(uuid: UUID, hostName: @escaping () -> HostName = HostName.init) {
    self.uuid = uuid
    self.hostName = hostName
  }

  @_lifetime(sample: copy sample)
  public func append(to sample: inout CounterSampleWriter) throws(FileError) {
    let host = hostName()
    sample.append(
      HostDescription(
        hostname: host.node, uuid: uuid, machineType: .init(machine: host.machine), osName: .linux,
        osRelease: host.release))
  }
}

extension MachineType {
  /// From what uname(2) calls the machine. sFlow has no numbers for RISC-V and LoongArch: they are "other".
  init(machine: String) {
    switch machine {
    case "x86_64": self = .x86_64
    case "i386", "i486", "i586", "i686": self = .x86
    case "ia64": self = .ia64
    case let name where name.hasPrefix("arm") || name.hasPrefix("aarch64"): self = .arm
    case let name where name.hasPrefix("ppc"): self = .powerpc
    case let name where name.hasPrefix("mips"): self = .mips
    case let name where name.hasPrefix("s390"): self = .s390
    case let name where name.hasPrefix("sparc"): self = .sparc
    case let name where name.hasPrefix("parisc"): self = .hppa
    case "alpha": self = .alpha
    case "m68k": self = .m68k
    case "": self = .unknown
    default: self = .other
    }
  }
}
