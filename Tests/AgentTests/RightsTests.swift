import Config
import Linux
import Testing

@testable import Agent

@Suite struct RightsTests {
  func needs(_ lines: String) throws -> [String] {
    RightNeeded.all(try settings(lines + " collector { ip = 192.0.2.1 }")).map(\.description)
  }

  @Test func `counters need no right`() throws {
    #expect(try needs("polling = 20") == [])
  }

  @Test func `what a feature needs is named with what goes without it`() throws {
    var settings = Settings()
    settings.nflog = .init()
    settings.pcap = [.init(), .init()]
    #expect(
      RightNeeded.all(settings).map(\.description) == [
        "without CAP_NET_ADMIN nflog { } gets no packets", "without CAP_NET_RAW pcap { } captures nothing",
      ])
    #expect(
      try needs("collector { ip = 192.0.2.2 namespace = mgmt }")
        == ["without CAP_SYS_ADMIN collector 192.0.2.2 namespace mgmt is not reached"])
    let port = try needs("collector { ip = 192.0.2.2 sourcePort = 500 }")
    #expect(port.count == 1 && port[0].hasPrefix("without CAP_NET_BIND_SERVICE collector 192.0.2.2"))
    #expect(try needs("collector { ip = 192.0.2.2 sourcePort = 6343 }") == [])
  }

  @Test func `the summary says in one line how it goes`() throws {
    let bench = try AgentBench("polling = 20  collector { ip = 192.0.2.1 }")
    // The first at once, two on the grid, wherever that begins.
    bench.loop.run(for: .seconds(40))
    #expect(
      bench.agent.summary
        == "sending to 1 of 1 collectors, counters every 20 s, 3 counter and 0 flow samples")
    let silent = try AgentBench(
      "polling = 0  collector { ip = collector.example }",
      prepare: { $0.network.answers["collector.example"] = [.pending] })
    #expect(
      silent.agent.summary.hasPrefix(
        "sending to 0 of 1 collectors, polling is off, 0 counter and 0 flow samples, collector.example: has no address"
      ))
  }
}
