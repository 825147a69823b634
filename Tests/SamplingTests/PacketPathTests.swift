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
}
