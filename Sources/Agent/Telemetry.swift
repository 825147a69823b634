/// What the agent has done so far, and what was lost where. Names in the output are those that scripts for the
/// C agent know.
struct Telemetry: Equatable {
  /// Flow samples put into datagrams.
  var flowSamples: UInt64 = 0
  /// Counter samples put into datagrams.
  var counterSamples: UInt64 = 0
  var rtmetricSamples: UInt64 = 0
  var rtflowSamples: UInt64 = 0
  /// Discarded-packet samples put into datagrams.
  var eventSamples: UInt64 = 0
  /// Datagrams handed to the collectors, each counted once however many collectors there are.
  var datagrams: UInt64 = 0
  /// Samples lost on the way to a datagram.
  var droppedSamples: UInt64 = 0
  /// Flow samples not made because the agent had no address.
  var flowSamplesSuppressed: UInt64 = 0
  /// Counter samples not made because the agent had no address.
  var counterSamplesSuppressed: UInt64 = 0
  /// Packets that were picked and could not become a flow sample.
  var flowSamplesUnknown: UInt64 = 0
  /// Samples larger than the largest datagram, also among the dropped ones.
  var oversizedSamples: UInt64 = 0
  /// Configurations that took force by a reload.
  var reloads: UInt64 = 0
  /// Configurations refused by a reload.
  var reloadsRefused: UInt64 = 0

  /// `name=value` lines, the C agent's in its order first.
  var lines: [String] {
    [
      "flow_samples=\(flowSamples)",
      "counter_samples=\(counterSamples)",
      "rtmetric_samples=\(rtmetricSamples)",
      "rtflow_samples=\(rtflowSamples)",
      "datagrams=\(datagrams)",
      "dropped_samples=\(droppedSamples)",
      "flow_samples_suppressed=\(flowSamplesSuppressed)",
      "counter_samples_suppressed=\(counterSamplesSuppressed)",
      "event_samples=\(eventSamples)",
      // Only a monitor of drops makes these, which this program has not yet.
      "event_samples_suppressed=0",
      "flow_samples_unknown=\(flowSamplesUnknown)",
      "oversized_samples=\(oversizedSamples)",
      "reloads=\(reloads)",
      "reloads_refused=\(reloadsRefused)",
    ]
  }
}
