internal import Config
internal import ControlProtocol
internal import HostCounters
internal import Linux
internal import Logging

/// A feature of the agent as the assembly sees it.
protocol Module: AnyObject {
  /// "host": names the module in log and status.
  var name: String { get }
  /// Takes over settings, at start and at every reload. What they don't change goes on undisturbed.
  func apply(_ settings: Settings)
  /// The interfaces of the host changed.
  func apply(_ changes: InterfaceChanges)
  /// How it is, one line each, for a person.
  var status: [String] { get }
  /// How it is, for a program. Built only when somebody asks.
  var report: [Item] { get }
  /// Packets that were picked and could not become a sample.
  var unknownPackets: UInt64 { get }
}

extension Module {
  var unknownPackets: UInt64 { 0 }

  /// Its lines, for one that has nothing better.
  var report: [Item] {
    var item = Item(.module, name)
    for (i, line) in status.enumerated() { item.add("status_\(i + 1)", line) }
    return [item]
  }
}

/// What modules are made of.
struct ModuleContext {
  var loop: any EventLoop
  var background: any BackgroundRunner
  var exporter: Exporter
  var hostRecords: HostRecords
  var interfaces: any HostInterfaces
  var transceivers: OpticalModules.Reader
  var sampledInterfaces: SampledInterfaces
  var logger: Logger
}

/// The interfaces that sources of packets sample: their counters are sent too.
///
/// A class because every source adds to it and the poller of interfaces reads it.
final class SampledInterfaces {
  /// ifIndexes.
  var indexes: Set<UInt32> = [] {
    didSet { if indexes.isEmpty != oldValue.isEmpty { onChange() } }
  }
  /// Called when there are some, or none any more.
  var onChange: () -> Void = {}
}

/// Everything this build can do. A new feature is a line here.
enum Catalogue {
  /// Features of the configuration beyond host counters; blocks of others are reported and ignored.
  static let features: Set<Feature> = [.dnsSD, .nflog, .ulog, .pcap, .kvm, .xen]

  /// The modules in the order in which they start.
  static func modules(_ context: ModuleContext) -> [any Module] {
    [
      HostPoller(context),
      InterfacePoller(context),
      PacketLogModule(context),
      CaptureModule(context),
      VirtualMachinesModule(context),
    ]
  }
}
