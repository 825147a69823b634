// The blocks of features, one small struct each. Their properties are the keys of the block (see `Grammar`), which
// also states meaning, unit and default; a key that has no effect has no property.

extension Settings {
  /// `nflog { }` and `ulog { }`
  public struct PacketLog: Equatable, Sendable {
    /// The group named in the firewall rule. Without one, nothing arrives.
    public var group: UInt16?
    /// The probability with which the firewall rule picks packets.
    public var probability: Double?

    public init(group: UInt16? = nil, probability: Double? = nil) {
      self.group = group
      self.probability = probability
    }
  }

  public struct PSample: Equatable, Sendable {
    public var group: UInt32 = 1
    public var ingress = true
    /// Egress samples come in `group` + 1.
    public var egress = false
    public init() {}
  }

  /// `pcap { }` and `epcap { }`
  public struct Capture: Equatable, Sendable {
    public var device: String?
    public var devicePattern: String?
    public var speed: SpeedRange?
    public var promiscuous = false
    /// `nil`: as fits the device.
    public var virtualPort: Bool?
    /// `nil`: by link speed.
    public var sampling: UInt32?
    /// Only on request of another feature.
    public var dynamic = false
    public init() {}
  }

  public struct DropMonitor: Equatable, Sendable {
    public var start = true
    public var force = true
    public var software = true
    public var hardware = true
    public var reasonNames = true
    public var softwarePassive = false
    public var hardwarePassive = false
    public var hardwareUnknown = false
    /// Events per second.
    public var limit: UInt32 = 100
    /// Events per second that trip the circuit breaker.
    public var most: UInt32 = 100_000
    /// Seconds in a row.
    public var mostTrips: UInt32 = 2
    public var hide: String?
    public init() {}
  }

  public struct TCP: Equatable, Sendable {
    public var tunnel = false
    public var udp = false
    public var dump = false
    public init() {}
  }

  public struct JSON: Equatable, Sendable {
    /// 0: no socket.
    public var port: UInt16 = 0
    public var fifo: String?
    public init() {}
  }

  public struct KVM: Equatable, Sendable {
    /// Seconds; `nil`: `refreshVMs` of the whole file.
    public var refreshVMs: UInt32?
    /// Seconds; `nil`: `forgetVMs` of the whole file.
    public var forgetVMs: UInt32?
    /// Of libvirt; `nil`: its default.
    public var uri: String?
    public init() {}
  }

  public struct Xen: Equatable, Sendable {
    public var disks = true
    public var refreshVMs: UInt32?
    public var forgetVMs: UInt32?
    public var uri: String?
    public init() {}
  }

  public struct Docker: Equatable, Sendable {
    public var hostname = false
    public var markTraffic = false
    public init() {}
  }

  public struct Containerd: Equatable, Sendable {
    public var hostname = false
    public var markTraffic = false
    public init() {}
  }

  public struct Kubernetes: Equatable, Sendable {
    public var markTraffic = false
    public var eof = false
    public var setIfAlias = true
    public var setIfName = true
    public var unixSocket: String?
    public init() {}
  }

  public struct Systemd: Equatable, Sendable {
    public var refreshVMs: UInt32 = 60
    public var dropPrivilege = false
    public var markTraffic = false
    public init() {}
  }

  public struct RouteLookup: Equatable, Sendable {
    /// Interfaces per second.
    public var limit: UInt32 = 50
    public var link = true
    public var address = true
    public var setIfAlias = true
    public init() {}
  }

  public struct Dent: Equatable, Sendable {
    public var switchport = "^swp[0-9s]+$"
    public var software = false
    public init() {}
  }

  public struct Cumulus: Equatable, Sendable {
    public var switchport: String?
    public init() {}
  }

  public struct OPX: Equatable, Sendable {
    public var port: UInt16?
    public var switchport: String?
    /// `port { dev }`
    public var devices: [String] = []
    public init() {}
  }

  public struct Sonic: Equatable, Sendable {
    public var switchport: String?
    public var unixSocket = true
    public var dbconfig: String?
    public var waitReady: UInt32 = 180
    public var suppressOther = true
    public var setIfAlias: Bool?
    public var setIfName: Bool?
    public init() {}
  }

  public struct VPP: Equatable, Sendable {
    public var ifOffset: UInt32 = 1_000_000_000
    public var osIndex = true
    public init() {}
  }
}
