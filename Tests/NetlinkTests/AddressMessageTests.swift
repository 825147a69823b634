import Bytes
import Netlink
import Testing

@Suite struct AddressMessageTests {
  private static func v4(
    _ index: UInt32, _ text: String, _ prefix: UInt8, _ label: String, scope: AddressScope = .universe,
    flags: AddressFlags = .permanent
  ) throws -> AddressMessage {
    AddressMessage(
      index: index, address: try #require(IPAddress(text)), prefixLength: prefix, scope: scope, flags: flags,
      label: label)
  }

  private static func v6(
    _ index: UInt32, _ text: String, _ prefix: UInt8, scope: AddressScope = .universe, flags: AddressFlags
  ) throws -> AddressMessage {
    AddressMessage(
      index: index, address: try #require(IPAddress(text)), prefixLength: prefix, scope: scope, flags: flags)
  }

  /// Recorded; `Fixtures/README.md` lists the commands that made the addresses.
  @Test func `reads a dump of both families`() throws {
    #expect(
      try addresses(fixture("addresses")) == [
        Self.v4(1, "127.0.0.1", 8, "lo", scope: .host),
        Self.v4(2, "10.1.2.3", 24, "eth0"),
        Self.v4(2, "10.1.2.4", 24, "eth0:1", flags: [.permanent, .secondary]),
        Self.v4(3, "10.9.0.1", 32, "tun0"),
        Self.v4(13, "192.0.2.1", 24, "mv0"),
        Self.v6(1, "::1", 128, scope: .host, flags: .permanent),
        Self.v6(2, "fd00::7", 64, flags: [.noDetection, .deprecated]),
        Self.v6(2, "2001:db8:1::1", 64, flags: [.noDetection, .managesTemporary]),
        Self.v6(2, "2001:db8::1", 64, flags: [.permanent, .noDetection]),
        Self.v6(3, "2001:db8::5", 128, flags: [.permanent, .noDetection]),
        Self.v6(3, "fe80::316c:3278:b4e6:3171", 64, scope: .link, flags: [.permanent, .stablePrivacy]),
        Self.v6(10, "fe80::ff:fe00:10", 64, scope: .link, flags: [.permanent, .tentative]),
        Self.v6(11, "2001:db8:2::1", 64, flags: [.permanent, .tentative]),
        Self.v6(11, "fe80::ff:fe00:11", 64, scope: .link, flags: [.permanent, .tentative]),
      ])
  }

  /// Recorded.
  @Test func `reads events`() throws {
    let all = try addresses(fixture("events"))
    #expect(all.map(\.isDeletion) == [true, true, false, true, false, true, true])
    #expect(
      all.map { "\($0.index) \($0.address)/\($0.prefixLength)" } == [
        "11 2001:db8:2::1/64", "11 fe80::ff:fe00:11/64", "11 10.77.0.1/16", "11 10.77.0.1/16",
        "12 2001:db8:9::9/64", "12 2001:db8:9::9/64", "13 192.0.2.1/24",
      ])
  }

  @Test func `without IFA_FLAGS the octet of the header counts`() throws {
    let octets = message(
      .newAddress,
      hex(
        """
        0a 40 01 00 02000000                                AF_INET6, /64, IFA_F_TEMPORARY, index 2
        1400 0100 20010db8 00000000 00000000 00000001       IFA_ADDRESS
        """))
    #expect(try addresses(octets) == [Self.v6(2, "2001:db8::1", 64, flags: .temporary)])
  }

  @Test func `another family is not ours`() throws {
    #expect(try addresses(message(.newAddress, hex("81 00 00 00 02000000"))).isEmpty)
  }

  @Test(arguments: ["02 18 80 00 02000000", "02 18 80 00 02000000 0700 0200 0a0102", "02 18 80"])
  func `an address message without an address is an error`(text: String) {
    #expect(throws: WireError.self) { try addresses(message(.newAddress, hex(text))) }
  }
}
