import Bytes
import Netlink
import SFlow
import Sampling
import Testing

@Suite struct PacketPathTests {
  private static let `internal` = Interface.internal.value

  /// Hooks as numbers; devices in the order in, out, in port, out port; then source, input, output.
  @Test(
    arguments: [
      (.ipv4, 1, [10, 0, 0, 0], [10, 10, `internal`]),  // INPUT
      (.ipv6, 1, [10, 0, 0, 0], [10, 10, `internal`]),
      (.ipv4, 0, [10, 0, 0, 0], [10, 10, `internal`]),  // PREROUTING
      (.ipv4, 3, [0, 10, 0, 0], [10, `internal`, 10]),  // OUTPUT
      (.ipv4, 2, [10, 20, 0, 0], [10, 10, 20]),  // FORWARD
      (.ipv4, 4, [10, 20, 0, 0], [10, 10, 20]),  // POSTROUTING, forwarded
      (.ipv4, 4, [0, 20, 0, 0], [20, `internal`, 20]),  // POSTROUTING, sent
      (.ipv4, 1, [20, 0, 21, 0], [21, 21, `internal`]),  // INPUT by a bridge port
      (.ipv4, 2, [20, 20, 21, 22], [21, 21, 22]),  // FORWARD of a bridged packet
      (.ipv4, 2, [10, 20, 0, 22], [10, 10, 22]),
      (.ipv4, 0, [20, 0, 21, 0], [21, 21, 0]),  // PREROUTING of what may be bridged
      (.ipv4, 1, [1, 0, 0, 0], [1, 1, `internal`]),  // loopback
      (.ipv4, 3, [0, 1, 0, 0], [1, `internal`, 1]),
      (.ipv4, 2, [1, 10, 0, 0], [10, 1, 10]),  // the loopback is no source beside another device
      (.ipv4, 5, [10, 0, 0, 0], [10, 10, 0]),  // inet ingress
      (.netdev, 0, [10, 0, 0, 0], [10, 10, 0]), (.netdev, 1, [0, 10, 0, 0], [10, 0, 10]),
      (.arp, 0, [10, 0, 0, 0], [10, 10, `internal`]), (.arp, 1, [0, 10, 0, 0], [10, `internal`, 10]),
      (.bridge, 0, [20, 0, 21, 0], [21, 21, 0]), (.bridge, 1, [20, 0, 21, 0], [21, 21, `internal`]),
      (.bridge, 2, [20, 20, 21, 22], [21, 21, 22]), (.bridge, 3, [0, 20, 0, 21], [21, `internal`, 21]),
      (.bridge, 4, [0, 20, 0, 22], [22, 0, 22]),
    ] as [(NetfilterFamily, UInt8, [UInt32], [UInt32])])
  func `a logged packet has the interfaces it went by`(
    family: NetfilterFamily, hook: UInt8, devices: [UInt32], expected: [UInt32]
  ) {
    let path = PacketPath(
      family: family, hook: NetfilterHook(rawValue: hook), inDevice: devices[0], outDevice: devices[1],
      inPort: devices[2], outPort: devices[3])
    #expect(
      path
        == PacketPath(
          source: expected[0], input: Interface(index: expected[1]), output: Interface(index: expected[2])))
  }

  @Test func `without an interface there is no path`() {
    #expect(PacketPath(family: .ipv4, hook: .localIn, inDevice: 0, outDevice: 0) == nil)
  }

  @Test(
    arguments: [
      (.received, Interface(index: 7), .internal), (.sent, .internal, Interface(index: 7)),
      (.passing, Interface(index: 7), .unknown), (.unknown, .unknown, .unknown),
    ] as [(CaptureDirection, Interface, Interface)])
  func `a captured packet has the device and the host`(
    direction: CaptureDirection, input: Interface, output: Interface
  ) {
    #expect(
      PacketPath(direction, device: 7) == PacketPath(source: 7, input: input, output: output))
  }

  private static let own = MACAddress(2, 0, 0, 0, 0, 0x10)

  private func direction(
    _ octets: [UInt8], _ linkType: LinkType = .ethernet, type: PacketType? = nil
  ) throws -> CaptureDirection {
    let span = octets.span
    let frame = try SampledFrame(span.bytes, length: octets.count, linkType: linkType)
    return CaptureDirection(frame, type: type) { $0 == Self.own }
  }

  @Test(
    arguments: [
      ("020000000010 0200000000b2", .received), ("0200000000b2 020000000010", .sent),
      ("ffffffffffff 0200000000b2", .received), ("ffffffffffff 020000000010", .sent),
      ("01005e000001 0200000000b2", .received), ("0200000000c2 0200000000b2", .unknown),
      ("020000000010 020000000010", .sent),
    ] as [(String, CaptureDirection)])
  func `addresses tell the direction`(addresses: String, expected: CaptureDirection) throws {
    #expect(try direction(hex(addresses) + hex("0806 0001")) == expected)
  }

  @Test(
    arguments: [
      (0, .received), (1, .received), (2, .received), (3, .passing), (4, .sent), (5, .unknown),
      (255, .unknown),
    ] as [(UInt8, CaptureDirection)])
  func `what the kernel says goes before addresses`(type: UInt8, expected: CaptureDirection) throws {
    let sent = hex("0200000000b2 020000000010 0806 0001")
    #expect(try direction(sent, type: PacketType(rawValue: type)) == expected)
    let ip = "45000014 00000000 40110000 c0000201 c0000202"
    #expect(
      try direction([0, type] + hex("0001 0006 0200000000100000 0800") + hex(ip), .linuxCooked) == expected)
    let second = hex("0800 0000 0000000a 0001") + [type] + hex("06 0200000000100000")
    #expect(try direction(second + hex(ip), .linuxCooked2) == expected)
  }

  @Test func `without addresses there is no direction`() throws {
    #expect(try direction(hex("45000014 00000000 40110000 c0000201 c0000202"), .raw) == .unknown)
  }
}
