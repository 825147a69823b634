public import Bytes

/// Everything `hsflowd.conf` says, typed and complete: what the file does not set has its default.
///
/// Blocks of features that the build does not have are not in it.
public struct Settings: Equatable, Sendable {
  /// `sampling`: 1 in so many packets, 0 for none.
  public var sampling: UInt32 = 400
  /// `polling`: seconds between counter samples, 0 for none.
  public var polling: UInt32 = 30
  /// `interfaceCounters`: interfaces whose counters are sent.
  public var interfaceCounters = InterfaceChoice.sampled
  /// `sampling.<app>` and `polling.<app>` in the order of their first mention.
  public var applications: [Application] = []

  /// `agentIP`: the address the agent reports, not necessarily one of the host.
  public var agentIP: HostAddress?
  /// `agent`: device whose addresses are preferred.
  public var agent: String?
  /// `agent.cidr` in the order of the file.
  public var agentPrefixes: [AgentPrefix] = []
  /// `subAgentId`
  public var subAgentID: UInt32 = 100_000
  /// `uuid`: the host's, in place of the one found.
  public var uuid: UUID?

  /// `headerBytes`: of a sampled packet, octets that are sent.
  public var headerBytes: UInt32 = 128
  /// `datagramBytes`: the largest datagram, in octets.
  public var datagramBytes: UInt32 = 1400
  /// `refreshVMs`: seconds between listings of virtual machines, unless their block says otherwise.
  public var refreshVMs: UInt32 = 60
  /// `forgetVMs`: seconds for which a virtual machine is remembered that is gone.
  public var forgetVMs: UInt32 = 180

  /// `watch`: the file is read again when it changes.
  public var watch = false

  /// `collector { }`, in the order of the file.
  public var collectors: [Collector] = []
  /// `dns-sd { }`, or `DNSSD = on`.
  public var dnsSD: DNSSD?

  /// `telemetry { textfile }`: where the agent's own counters are written for node_exporter.
  public var textfile: String?

  public var nflog: PacketLog?
  public var ulog: PacketLog?
  public var psample: PSample?
  public var pcap: [Capture] = []
  public var epcap: [Capture] = []
  public var dropmon: DropMonitor?
  public var tcp: TCP?
  public var json: JSON?
  public var kvm: KVM?
  public var xen: Xen?
  public var docker: Docker?
  public var containerd: Containerd?
  public var k8s: Kubernetes?
  public var systemd: Systemd?
  public var nlroute: RouteLookup?
  public var dent: Dent?
  public var cumulus: Cumulus?
  public var opx: OPX?
  public var sonic: Sonic?
  public var vpp: VPP?
  public var dbus = false
  public var ovs = false
  public var nvml = false
  public var eapi = false

  /// Where all this is written.
  public internal(set) var provenance = Provenance()

  public init() {}
}

extension Settings {
  /// `sampling.<app>` and `polling.<app>`.
  public struct Application: Equatable, Sendable {
    /// Case matters: link speeds are `10G`, not `10g`.
    public var name: String
    public var sampling: UInt32?
    public var polling: UInt32?

    public init(name: String, sampling: UInt32? = nil, polling: UInt32? = nil) {
      self.name = name
      self.sampling = sampling
      self.polling = polling
    }
  }

  /// `interfaceCounters`
  public enum InterfaceChoice: String, Sendable {
    /// Those that a source of packets samples.
    case sampled
    /// Those, and all hardware and what a hypervisor shows as hardware.
    case physical
    /// All but loopback.
    case all
  }

  /// `collector { }`: where datagrams go.
  public struct Collector: Hashable, Sendable {
    public var host: HostAddress
    /// `udpport`
    public var port: UInt16
    /// `dev`: the interface by which the datagrams leave.
    public var device: String?
    /// `namespace`: the network namespace they are sent from, a name under `/var/run/netns`.
    public var namespace: String?
    /// `source`: the local address they are sent from.
    public var source: IPAddress?
    /// `sourcePort`: the local port they are sent from.
    public var sourcePort: UInt16?

    public init(
      _ host: HostAddress, port: UInt16 = Self.defaultPort, device: String? = nil, namespace: String? = nil,
      source: IPAddress? = nil, sourcePort: UInt16? = nil
    ) {
      self.host = host
      self.port = port
      self.device = device
      self.namespace = namespace
      self.source = source
      self.sourcePort = sourcePort
    }

    /// The port registered for sFlow.
    public static let defaultPort: UInt16 = 6343
  }

  /// `dns-sd { }`
  public struct DNSSD: Equatable, Sendable {
    /// Appended to `_sflow._udp` as it stands, so it begins with a dot. Without it the resolver's search list counts.
    public var domain: String?
    public init(domain: String? = nil) { self.domain = domain }
  }
}

extension Settings.Collector: CustomStringConvertible {
  /// "10.0.0.1", "10.0.0.1 port 6344 dev eth0"
  public var description: String {
    var text = host.description
    if port != Self.defaultPort { text += " port \(port)" }
    if let device { text += " dev \(device)" }
    if let namespace { text += " namespace \(namespace)" }
    if let source { text += " source \(source)" }
    if let sourcePort { text += " sourcePort \(sourcePort)" }
    return text
  }
}
