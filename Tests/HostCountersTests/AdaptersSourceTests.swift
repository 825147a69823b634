import Bytes
import HostCounters
import Linux
import SFlow
import Testing

@Suite struct AdaptersSourceTests {
  private func interfaces(_ count: Int) throws -> FakeInterfaces {
    try FakeInterfaces((0..<count).map { "\($0 + 2) eth\($0) up" }.joined(separator: "\n"))
  }

  private func adapters(_ source: AdaptersSource, payload: Int = 1400) throws -> [HostAdapters.Adapter] {
    let sent = try records(payload: payload) { (sample) throws(FileError) in try source.append(to: &sample) }
    let list: HostAdapters? = try #require(sent).first?.value()
    return try #require(list).adapters
  }

  @Test func `an adaptor has its ifIndex and its MAC address`() throws {
    let source = AdaptersSource(try FakeInterfaces("1 lo lo up\n7 eth0 up mac:02:00:00:00:00:10\n8 eth1"))
    #expect(
      try adapters(source)
        == [HostAdapters.Adapter(index: 7, addresses: [MACAddress(0x02, 0, 0, 0, 0, 0x10)])])
  }

  @Test func `an empty list is sent too`() throws {
    #expect(try adapters(AdaptersSource(try FakeInterfaces("1 lo lo up"))) == [])
  }

  @Test(arguments: [200, 204, 300, 576, 600, 1400, 8192])
  func `as many are sent as the datagram has room for, the lowest first`(payload: Int) throws {
    let source = AdaptersSource(try interfaces(40))
    // Head of the datagram 28, of the sample 24, of the record 12, of each adaptor 16.
    let expected = min(32, (payload - 28 - 24 - 12) / 16)
    let list = try adapters(source, payload: payload)
    #expect(list.map(\.index) == (0..<expected).map { UInt32($0 + 2) })
    // The room of one datagram is not remembered for the next.
    #expect(try adapters(source, payload: 8192).count == 32)
  }

  @Test func `with no room at all the list is left out and the sample stays whole`() throws {
    let source = AdaptersSource(try interfaces(40))
    // Exactly full: 80 and 68 of 148 octets.
    let (memory, tcp) = (HostMemory(), HostTCPGroup())
    let sent = try records(payload: 200) { (sample) throws(FileError) in
      sample.append(memory)
      sample.append(tcp)
      try source.append(to: &sample)
    }
    #expect(sent == [.known(memory), .known(tcp)])
  }

  @Test func `the list follows the interfaces`() throws {
    let interfaces = try interfaces(1)
    let source = AdaptersSource(interfaces)
    #expect(try adapters(source).map(\.index) == [2])
    interfaces.table.apply(try link("9 eth9 up"))
    #expect(try adapters(source).map(\.index) == [2, 9])
    interfaces.table.apply(try link("2 eth0"))
    #expect(try adapters(source).map(\.index) == [9])
    interfaces.table.apply(try link("9 eth9 up mac:02:00:00:00:00:99"))
    #expect(try adapters(source).first?.addresses == [MACAddress(0x02, 0, 0, 0, 0, 0x99)])
  }
}
