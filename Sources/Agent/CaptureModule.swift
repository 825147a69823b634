internal import Config
internal import HostCounters
internal import Linux
internal import Logging
internal import Netlink
internal import Sampling

/// `pcap { }`: packets captured on devices.
final class CaptureModule: Module {
  var name: String { "capture" }
  let capture: Capture
  private let interfaces: any HostInterfaces
  let loop: any EventLoop
  private let modes = LinkModes()
  private(set) var isConfigured = false
  /// Packets that each tapped interface had counted when its tap began, by ifIndex.
  private var counted: [UInt32: UInt64] = [:]

  init(_ context: ModuleContext) {
    capture = Capture(sink: context.exporter, loop: context.loop, logger: context.logger)
    loop = context.loop
    interfaces = context.interfaces
    capture.onChange = { [sampled = context.sampledInterfaces, unowned self] in
      sampled.indexes = capture.tappedIndexes.union(capture.bridgePortIndexes)
      counted = counted.filter { capture.tappedIndexes.contains($0.key) }
      let new = capture.tappedIndexes.filter { counted[$0] == nil }
      if new.isEmpty { return }
      let now = packets
      for index in new { counted[index] = now[index] }
    }
  }

  func apply(_ settings: Settings) {
    isConfigured = !settings.pcap.isEmpty
    if isConfigured { capture.update(devices) }
    capture.apply(settings)
  }

  func apply(_ changes: InterfaceChanges) {
    modes.apply(changes)
    if isConfigured { capture.update(devices) }
  }

  private var devices: [CaptureDevice] {
    interfaces.table.all.map { CaptureDevice($0, modes) }
  }

  /// What the tapped interfaces have counted, by ifIndex. The kernel's choice of packets hides from a tap what it left
  /// out; these counters do not. The loopback's every packet is sent and received.
  private var packets: [UInt32: UInt64] {
    var packets: [UInt32: UInt64] = [:]
    let tapped = capture.tappedIndexes
    try? interfaces.readStatistics { index, link in
      guard tapped.contains(index) else { return }
      let isLoopback = interfaces.table[index]?.isLoopback ?? false
      packets[index] = link.rxPackets &+ (isLoopback ? 0 : link.txPackets)
    }
    return packets
  }

  /// Packets that have crossed each tapped interface since its tap began, by ifIndex.
  var seen: [UInt32: UInt64] {
    var seen: [UInt32: UInt64] = [:]
    for (index, now) in packets {
      if let then = counted[index] { seen[index] = now >= then ? now - then : now }
    }
    return seen
  }

  var unknownPackets: UInt64 { capture.reports.reduce(0) { $0 + $1.unknown } }

  var status: [String] { capture.status }
}

extension CaptureDevice {
  init(_ interface: HostCounters.Interface, _ modes: LinkModes) {
    self.init(
      index: interface.index, name: interface.name, isUp: interface.isUp, isLoopback: interface.isLoopback,
      hardwareType: interface.hardwareType, kind: interface.isXenBackend ? "vif" : interface.kind,
      master: interface.master, speed: modes[interface].megabits.map { UInt64($0) * 1_000_000 })
  }
}
