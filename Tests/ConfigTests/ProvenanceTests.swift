import Config
import Testing

/// What a configuration remembers of where its settings are written.
@Suite struct ProvenanceTests {
  /// `text` in `sflow { }`, as "name=value" in order, with the values they won over in brackets.
  func written(_ text: String) throws -> [String] {
    try settings(text).provenance.settings.filter { $0.name != "collector.ip" }.map {
      "\($0.name)=\($0.value)" + $0.earlier.map { "(\($0.value))" }.joined()
    }
  }

  @Test func `the last one counts and knows those before it`() throws {
    #expect(
      try written("polling = 1 sampling = 2 polling = 3 polling = 4") == ["sampling=2", "polling=4(1)(3)"])
  }

  @Test func `repeatable settings all count`() throws {
    #expect(
      try written("agent.cidr = 10.0.0.0/8 agent.cidr = 10.0.0.0/8")
        == ["agent.cidr=10.0.0.0/8", "agent.cidr=10.0.0.0/8"])
  }

  @Test func `blocks of which there may be many do not override each other`() throws {
    #expect(
      try written("pcap { dev = a dev = b } pcap { dev = c }") == ["pcap.dev=b(a)", "pcap.dev=c"])
  }

  @Test func `a block that starts over forgets what was written in it and nothing else`() throws {
    #expect(
      try written("dropmon { limit = 1 } psample { group = 2 } polling = 3 psample { egress = on }")
        == ["dropmon.limit=1", "polling=3", "psample.egress=on"])
    #expect(
      try written("psample { group = 2 group = 3 } psample { group = 4 }") == ["psample.group=4"])
  }
}
