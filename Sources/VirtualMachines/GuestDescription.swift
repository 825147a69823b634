public import Bytes
public import SFlow

/// What a guest is made of, from the XML by which libvirt describes it (libvirt.org, "Domain XML format").
public struct GuestDescription: Equatable, Sendable {
  /// A network adaptor of the guest.
  public struct Adaptor: Equatable, Sendable {
    /// `<mac address>`
    public var mac: MACAddress
    /// `<target dev>`: the host's end of it, a tap or macvtap. `nil` while the guest does not run, and for adaptors
    /// that the guest has to itself.
    public var device: String?

    public init(mac: MACAddress, device: String?) {
      self.mac = mac
      self.device = device
    }
  }

  /// `<interface>`, in the order of the description.
  public internal(set) var adaptors: [Adaptor] = []
  /// `<target dev>` of the disks that count: those without `<readonly/>`.
  var writableDisks: Set<String> = []
  /// `<target dev>` of the others, CD-ROMs above all.
  var readOnlyDisks: Set<String> = []
  /// `<type arch>`
  public internal(set) var machineType = MachineType.unknown
  /// By the identifier of libosinfo in the metadata, or by `<type>`.
  public internal(set) var osName = OSName.unknown
  /// `<memory>`, bytes.
  var memoryBytes: UInt64 = 0
  /// `<vcpu>`
  var virtualCPUs: UInt32 = 0

  /// Only for the guest's own `<domain>`.
  init(parsing document: [UInt8]) throws(XMLError) {
    var scanner = XMLScanner(document)
    var path: [String] = []
    var part = Part()
    while let event = try scanner.next() {
      switch event {
      case .open(let name, let attributes):
        path.append(name)
        open(path, attributes, &part)
      case .text(let text):
        take(text, at: path)
        if path == ["domain", "memory"] { memoryBytes = Self.bytes(text, unit: part.unit) }
      case .close:
        close(path, part)
        path.removeLast()
      }
    }
  }

  /// The adaptor or disk that is being read.
  private struct Part {
    var mac: MACAddress?
    var target: String?
    var isReadOnly = false
    var unit = "KiB"
  }

  private mutating func open(_ path: [String], _ attributes: [String: String], _ part: inout Part) {
    switch path.dropFirst().joined(separator: "/") {
    case "devices/interface", "devices/disk": part = Part()
    case "devices/interface/mac": part.mac = attributes["address"].flatMap(Self.mac)
    case "devices/interface/target", "devices/disk/target": part.target = attributes["dev"]
    case "devices/disk/readonly": part.isReadOnly = true
    case "memory": part.unit = attributes["unit"] ?? "KiB"
    case "vcpu": virtualCPUs = attributes["current"].flatMap { UInt32($0) } ?? 0
    case "os/type": machineType = MachineType(architecture: attributes["arch"] ?? "")
    case "metadata/libosinfo:libosinfo/libosinfo:os": osName = OSName(libosinfo: attributes["id"] ?? "")
    default: break
    }
  }

  private mutating func take(_ text: String, at path: [String]) {
    if path == ["domain", "vcpu"], virtualCPUs == 0 { virtualCPUs = UInt32(text) ?? 0 }
    // Containers and paravirtualised guests of Xen.
    if path == ["domain", "os", "type"], text == "exe" || text == "linux", osName == .unknown {
      osName = .linux
    }
  }

  private mutating func close(_ path: [String], _ part: Part) {
    if path == ["domain", "devices", "interface"], let mac = part.mac {
      adaptors.append(Adaptor(mac: mac, device: part.target))
    } else if path == ["domain", "devices", "disk"], let target = part.target {
      if part.isReadOnly { readOnlyDisks.insert(target) } else { writableDisks.insert(target) }
    }
  }

  /// "52:54:00:12:34:56"
  private static func mac(_ text: String) -> MACAddress? {
    let octets = text.split(separator: ":", omittingEmptySubsequences: false)
    guard octets.count == 6 else { return nil }
    var value: UInt64 = 0
    for octet in octets {
      guard octet.utf8.count <= 2, let number = UInt8(octet, radix: 16) else { return nil }
      value = value << 8 | UInt64(number)
    }
    return MACAddress(value)
  }

  /// libvirt writes KiB; its schema allows more.
  private static func bytes(_ text: String, unit: String) -> UInt64 {
    let scale: UInt64 =
      switch unit {
      case "b", "bytes": 1
      case "MiB", "M": 1 << 20
      case "GiB", "G": 1 << 30
      default: 1 << 10
      }
    let (product, overflow) = (UInt64(text) ?? 0).multipliedReportingOverflow(by: scale)
    return overflow ? .max : product
  }
}

extension MachineType {
  /// "x86_64", "aarch64": libvirt's names of architectures.
  init(architecture: String) {
    self =
      switch architecture {
      case "": .unknown
      case "x86_64": .x86_64
      case "i686": .x86
      case "aarch64", "armv6l", "armv7l", "armv7b": .arm
      case "ppc", "ppc64", "ppc64le", "ppcemb", "ppcle": .powerpc
      case "s390", "s390x": .s390
      case "sparc", "sparc64": .sparc
      case "alpha": .alpha
      case "m68k": .m68k
      case "mips", "mipsel", "mips64", "mips64el": .mips
      case "parisc", "parisc64": .hppa
      case "itanium", "ia64": .ia64
      default: .other
      }
  }
}

extension OSName {
  /// "http://debian.org/debian/12": the identifiers of libosinfo begin with the domain of who makes the system.
  init(libosinfo identifier: String) {
    let maker = identifier.split(separator: "/").dropFirst().first ?? ""
    self =
      switch maker {
      case "microsoft.com": .windows
      case "apple.com": .darwin
      case "freebsd.org": .freebsd
      case "netbsd.org": .netbsd
      case "openbsd.org": .openbsd
      case "dragonflybsd.org": .dragonfly
      case "sun.com", "omniosce.org", "openindiana.org", "smartos.org": .solaris
      case "oracle.com" where identifier.hasPrefix("http://oracle.com/solaris"): .solaris
      case "": .unknown
      case "haiku-os.org", "novell.com", "guix.gnu.org/hurd", "reactos.org": .other
      default: .linux
      }
  }
}
