internal import Config
internal import Linux

extension Agent {
  /// How it goes, in one line: what a service manager shows.
  public var summary: String {
    let telemetry = exporter.telemetry
    let sending = exporter.collectors.count { $0.isSending }
    var parts = [
      exporter.collectors.isEmpty
        ? "no collector: nothing is sent"
        : "sending to \(sending) of \(exporter.collectors.count) collectors",
      settings.polling == 0 ? "polling is off" : "counters every \(settings.polling) s",
      "\(telemetry.counterSamples) counter and \(telemetry.flowSamples) flow samples",
    ]
    if telemetry.droppedSamples > 0 { parts.append("\(telemetry.droppedSamples) samples lost") }
    for collector in exporter.collectors where !collector.isSending {
      parts.append("\(collector.settings): \(collector.status)")
    }
    return parts.joined(separator: ", ")
  }

  /// How many configurations were refused at a reload.
  public var refusedReloads: UInt64 { exporter.telemetry.reloadsRefused }

  /// The rights that the settings in force need and this process lacks; none where it cannot be told.
  public var missingRights: [RightNeeded] {
    guard let current = try? Capabilities.current() else { return [] }
    return RightNeeded.all(settings).filter { !current.isSuperset(of: $0.right) }
  }
}
