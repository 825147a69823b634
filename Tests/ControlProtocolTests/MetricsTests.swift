import ControlProtocol
import Testing

@Suite struct MetricsTests {
  @Test func `items become the text format of Prometheus`() {
    var collector = Item(.collector, "10.0.0.1 dev \"x\"\\", .failed)
    collector.add("datagrams", 7)
    collector.add("errors_ENETUNREACH", 3)
    var telemetry = Item(.telemetry, "telemetry")
    telemetry.add("flow_samples", 5)
    var source = Item(.source, "nflog group 5")
    source.add("lost", UInt64.max)
    #expect(
      Metrics.text([telemetry, source, collector]) == """
        # HELP hsflowd_flow_samples_total The counter flow_samples of the agent.
        # TYPE hsflowd_flow_samples_total counter
        hsflowd_flow_samples_total 5
        # HELP hsflowd_source_up 1 if the source of samples runs.
        # TYPE hsflowd_source_up gauge
        hsflowd_source_up{source="nflog group 5"} 1
        # HELP hsflowd_source_lost_total What became of the packets and polls of a source.
        # TYPE hsflowd_source_lost_total counter
        hsflowd_source_lost_total{source="nflog group 5"} 18446744073709551615
        # HELP hsflowd_collector_up 1 if datagrams leave for the collector.
        # TYPE hsflowd_collector_up gauge
        hsflowd_collector_up{collector="10.0.0.1 dev \\"x\\"\\\\"} 0
        # HELP hsflowd_collector_datagrams_total What was sent to a collector.
        # TYPE hsflowd_collector_datagrams_total counter
        hsflowd_collector_datagrams_total{collector="10.0.0.1 dev \\"x\\"\\\\"} 7
        # HELP hsflowd_collector_errors_total Datagrams that did not leave or were refused.
        # TYPE hsflowd_collector_errors_total counter
        hsflowd_collector_errors_total{collector="10.0.0.1 dev \\"x\\"\\\\",errno="ENETUNREACH"} 3

        """)
  }

  @Test func `no name ends its line or its quotes, whatever it is joined with`() {
    // CR LF, and a quote with an accent over it, are one character each.
    for name in ["a\nb", "a\r\nb", "a\"\u{301}b", "a\\\u{301}b"] {
      let text = Metrics.text([Item(.source, name)])
      let lines = text.utf8.split(separator: UInt8(ascii: "\n"))
      #expect(lines.count == 3)
      // Of the quotes only the first and the last stand for themselves.
      let line = Array(lines.last ?? "".utf8[...])
      let quotes = line.indices.filter { line[$0] == UInt8(ascii: "\"") }
      #expect(quotes.count { line[$0 - 1] != UInt8(ascii: "\\") } == 2, "\(text)")
    }
  }
}
