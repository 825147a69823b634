internal import Config
internal import HostCounters
internal import Linux
internal import Logging
internal import Sampling

/// `pcap { }`: packets captured on devices.
final class CaptureModule: Module {
  var name: String { "capture" }
  let capture: Capture
  private let interfaces: any HostInterfaces
  let loop: any EventLoop
  private let modes = LinkModes()
  private(set) var isConfigured = false

  init(_ context: ModuleContext) {
    capture = Capture(sink: context.exporter, loop: context.loop, logger: context.logger)
    loop = context.loop
    interfaces = context.interfaces
    capture.onChange = { [sampled = context.sampledInterfaces, unowned capture] in
      sampled.indexes = capture.tappedIndexes.union(capture.bridgePortIndexes)
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
