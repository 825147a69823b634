import Bytes
import Netlink

/// What is in a packet of a log group, to compare as a whole. Of the payload the first 20 octets and the length.
struct Logged: Equatable {
  var family: NetfilterFamily
  var group: UInt16
  var hook: UInt8
  var etherType: UInt16
  var inDevice: UInt32 = 0
  var outDevice: UInt32 = 0
  var inPort: UInt32 = 0
  var outPort: UInt32 = 0
  var hardwareType: UInt16?
  var hardwareHeader: [UInt8] = []
  var linkHeader: [UInt8] = []
  var octets = 0
  var payload: [UInt8] = []
  var sequence: UInt32?
  var vlan: PacketVLAN?
  var timestampNS: UInt64?

  /// - Parameter vlan: the attributes in `NFULA_VLAN`.
  init(
    _ family: NetfilterFamily, _ group: UInt16, hook: UInt8, etherType: UInt16, inDevice: UInt32 = 0,
    outDevice: UInt32 = 0, inPort: UInt32 = 0, outPort: UInt32 = 0, hardwareType: UInt16? = nil,
    hardwareHeader: String = "", linkHeader: String = "", octets: Int = 0, payload: String = "",
    sequence: UInt32? = nil, vlan: PacketVLAN? = nil, timestampNS: UInt64? = nil
  ) {
    self.family = family
    self.group = group
    self.hook = hook
    self.etherType = etherType
    self.inDevice = inDevice
    self.outDevice = outDevice
    self.inPort = inPort
    self.outPort = outPort
    self.hardwareType = hardwareType
    self.hardwareHeader = hex(hardwareHeader)
    self.linkHeader = hex(linkHeader)
    self.octets = octets
    self.payload = hex(payload)
    self.sequence = sequence
    self.vlan = vlan
    self.timestampNS = timestampNS
  }

  init(_ packet: borrowing NFLogPacket) {
    family = packet.family
    group = packet.group
    hook = packet.hook.rawValue
    etherType = packet.etherType
    inDevice = packet.inDevice
    outDevice = packet.outDevice
    inPort = packet.inPort
    outPort = packet.outPort
    hardwareType = packet.hardwareType?.rawValue
    hardwareHeader = [UInt8](copying: packet.hardwareHeader)
    linkHeader = [UInt8](copying: packet.linkHeader)
    octets = packet.payload.byteCount
    payload = Array([UInt8](copying: packet.payload).prefix(20))
    sequence = packet.sequence
    vlan = packet.vlan
    timestampNS = packet.timestampNS
  }
}

/// The contents of `Fixtures/nflog`; its README says what each is.
enum NFLogRecordings {
  static let all: [(name: String, packets: [Logged])] = ip + linkLayer

  private static let ip: [(name: String, packets: [Logged])] = [
    (
      "input-ipv4",
      [
        Logged(
          .ipv4, 101, hook: 1, etherType: 0x0800, inDevice: 10, hardwareType: 0x0001,
          hardwareHeader: "0200000000100200000000b20800", octets: 128,
          payload: "45000080907e4000401125ebc0000202c0000201", sequence: 0, timestampNS: 1795236317022827000)
      ]
    ),
    (
      "output-ipv4",
      [
        Logged(
          .ipv4, 102, hook: 3, etherType: 0x0800, outDevice: 10, octets: 128,
          payload: "4500008096f8400040111f71c0000201c0000202", sequence: 0)
      ]
    ),
    (
      "forward-ipv4",
      [
        Logged(
          .ipv4, 103, hook: 2, etherType: 0x0800, inDevice: 10, outDevice: 20, hardwareType: 0x0001,
          hardwareHeader: "0200000000100200000000b20800", octets: 128,
          payload: "450000807b6540003f11d3cec0000202c6336403", sequence: 0, timestampNS: 1795236317825512000)
      ]
    ),
    (
      "input-ipv6",
      [
        Logged(
          .ipv6, 104, hook: 1, etherType: 0x86dd, inDevice: 10, hardwareType: 0x0001,
          hardwareHeader: "0200000000100200000000b286dd", octets: 148,
          payload: "6003c0a9006c114020010db80000000000000000", sequence: 0, timestampNS: 1795236318226656000)
      ]
    ),
    (
      "output-ipv6",
      [
        Logged(
          .ipv6, 105, hook: 3, etherType: 0x86dd, outDevice: 10, octets: 148,
          payload: "6003c0a9006c114020010db80000000000000000", sequence: 0)
      ]
    ),
    (
      "forward-ipv6",
      [
        Logged(
          .ipv6, 106, hook: 2, etherType: 0x86dd, inDevice: 10, outDevice: 20, hardwareType: 0x0001,
          hardwareHeader: "0200000000100200000000b286dd", octets: 148,
          payload: "600930c2006c113f20010db80000000000000000", sequence: 0, timestampNS: 1795236319029031000)
      ]
    ),
    (
      "prerouting-fragments",
      [
        Logged(
          .ipv4, 107, hook: 0, etherType: 0x0800, inDevice: 10, hardwareType: 0x0001,
          hardwareHeader: "0200000000100200000000b20800", octets: 256,
          payload: "450005dc9085200040114088c0000202c0000201", sequence: 0, timestampNS: 1795236319430165000)
      ]
    ),
    (
      "postrouting",
      [
        Logged(
          .ipv4, 108, hook: 4, etherType: 0x0800, inDevice: 10, outDevice: 20, hardwareType: 0x0001,
          hardwareHeader: "0200000000100200000000b20800", octets: 128,
          payload: "450000807cf340003f11d240c0000202c6336403", sequence: 0),
        Logged(
          .ipv4, 108, hook: 4, etherType: 0x0800, outDevice: 10, octets: 128,
          payload: "4500008097ef400040111e7ac0000201c0000202", sequence: 1),
      ]
    ),
    (
      "input-bridge-port",
      [
        Logged(
          .ipv4, 109, hook: 1, etherType: 0x0800, inDevice: 20, inPort: 21, hardwareType: 0x0001,
          hardwareHeader: "0200000000200200000000c20800", octets: 128,
          payload: "450000802ebb40004011b746c6336403c6336401", sequence: 0, timestampNS: 1795236320232680000)
      ]
    ),
    (
      "forward-bridge-ports",
      [
        Logged(
          .ipv4, 110, hook: 2, etherType: 0x0800, inDevice: 20, outDevice: 20, inPort: 21, outPort: 22,
          hardwareType: 0x0001, hardwareHeader: "0200000000d20200000000c20800", octets: 128,
          payload: "45000080c728400040111ed6c6336403c6336404", sequence: 0, timestampNS: 1795236320633713000)
      ]
    ),
    (
      "input-loopback",
      [
        Logged(
          .ipv4, 111, hook: 1, etherType: 0x0800, inDevice: 1, hardwareType: 0x0304,
          hardwareHeader: "0000000000000000000000000800", octets: 128,
          payload: "45000080cd13400040116f577f0000017f000001", sequence: 0, timestampNS: 1795236321034944000)
      ]
    ),
    (
      "output-loopback",
      [
        Logged(
          .ipv4, 112, hook: 3, etherType: 0x0800, outDevice: 1, octets: 128,
          payload: "45000080cd62400040116f087f0000017f000001", sequence: 0)
      ]
    ),
    (
      "input-tun",
      [
        Logged(
          .ipv4, 113, hook: 1, etherType: 0x0800, inDevice: 2, hardwareType: 0xfffe, octets: 128,
          payload: "450000800001000040110268cb007102cb007101", sequence: 0, timestampNS: 1795236321837083000)
      ]
    ),
    (
      "copy-range-64",
      [
        Logged(
          .ipv4, 101, hook: 1, etherType: 0x0800, inDevice: 10, hardwareType: 0x0001,
          hardwareHeader: "0200000000100200000000b20800", octets: 64,
          payload: "4500040490da40004011220bc0000202c0000201", sequence: 0, timestampNS: 1795236322238377000)
      ]
    ),
    (
      "batch",
      [
        Logged(
          .ipv4, 101, hook: 1, etherType: 0x0800, inDevice: 10, hardwareType: 0x0001,
          hardwareHeader: "0200000000100200000000b20800", octets: 29,
          payload: "4500001d913d40004011258fc0000202c0000201", sequence: 0, timestampNS: 1795236322639549000),
        Logged(
          .ipv4, 101, hook: 1, etherType: 0x0800, inDevice: 10, hardwareType: 0x0001,
          hardwareHeader: "0200000000100200000000b20800", octets: 29,
          payload: "4500001d913e40004011258ec0000202c0000201", sequence: 1, timestampNS: 1795236322639578000),
        Logged(
          .ipv4, 101, hook: 1, etherType: 0x0800, inDevice: 10, hardwareType: 0x0001,
          hardwareHeader: "0200000000100200000000b20800", octets: 29,
          payload: "4500001d913f40004011258dc0000202c0000201", sequence: 2, timestampNS: 1795236322639589000),
        Logged(
          .ipv4, 101, hook: 1, etherType: 0x0800, inDevice: 10, hardwareType: 0x0001,
          hardwareHeader: "0200000000100200000000b20800", octets: 29,
          payload: "4500001d914040004011258cc0000202c0000201", sequence: 3, timestampNS: 1795236322639600000),
        Logged(
          .ipv4, 101, hook: 1, etherType: 0x0800, inDevice: 10, hardwareType: 0x0001,
          hardwareHeader: "0200000000100200000000b20800", octets: 29,
          payload: "4500001d914140004011258bc0000202c0000201", sequence: 4, timestampNS: 1795236322639611000),
      ]
    ),
    (
      "no-sequence",
      [
        Logged(
          .ipv4, 101, hook: 1, etherType: 0x0800, inDevice: 10, hardwareType: 0x0001,
          hardwareHeader: "0200000000100200000000b20800", octets: 128,
          payload: "4500008091914000401124d8c0000202c0000201", timestampNS: 1795236323040703000)
      ]
    ),
    (
      "gso",
      [
        Logged(
          .ipv4, 132, hook: 1, etherType: 0x0800, inDevice: 10, hardwareType: 0x0001,
          hardwareHeader: "0200000000100200000000b20800", octets: 128,
          payload: "45009e94192140004006ff3ec0000202c0000201", sequence: 0, timestampNS: 1795236330202261000)
      ]
    ),
    (
      "snaplen-0",
      [
        Logged(
          .ipv4, 120, hook: 1, etherType: 0x0800, inDevice: 10, hardwareType: 0x0001,
          hardwareHeader: "0200000000100200000000b20800", sequence: 0, timestampNS: 1795236323474330000)
      ]
    ),
  ]

  private static let linkLayer: [(name: String, packets: [Logged])] = [
    (
      "inet-ingress",
      [
        Logged(
          .ipv4, 133, hook: 5, etherType: 0x0800, inDevice: 10, hardwareType: 0x0001,
          hardwareHeader: "0200000000100200000000b20800", octets: 128,
          payload: "45000080972d400040111f3cc0000202c0000201", sequence: 0)
      ]
    ),
    (
      "bridge-prerouting",
      [
        Logged(
          .bridge, 121, hook: 0, etherType: 0x0800, inDevice: 20, inPort: 21, hardwareType: 0x0001,
          hardwareHeader: "0200000000d20200000000c20800", linkHeader: "0200000000d20200000000c20800",
          octets: 128, payload: "45000080c8ff400040111cffc6336403c6336404", sequence: 0,
          timestampNS: 1795236323950006000)
      ]
    ),
    (
      "bridge-input",
      [
        Logged(
          .bridge, 122, hook: 1, etherType: 0x0800, inDevice: 20, inPort: 21, hardwareType: 0x0001,
          hardwareHeader: "0200000000200200000000c20800", linkHeader: "0200000000200200000000c20800",
          octets: 128, payload: "45000080329c40004011b365c6336403c6336401", sequence: 0,
          timestampNS: 1795236324351252000)
      ]
    ),
    (
      "bridge-forward",
      [
        Logged(
          .bridge, 123, hook: 2, etherType: 0x0800, inDevice: 20, outDevice: 20, inPort: 21, outPort: 22,
          hardwareType: 0x0001, hardwareHeader: "0200000000d20200000000c20800",
          linkHeader: "0200000000d20200000000c20800", octets: 128,
          payload: "45000080c9b2400040111c4cc6336403c6336404", sequence: 0, timestampNS: 1795236324752645000)
      ]
    ),
    (
      "bridge-output",
      [
        Logged(
          .bridge, 124, hook: 3, etherType: 0x0800, outDevice: 20, outPort: 21,
          linkHeader: "0200000000c20200000000200800", octets: 128,
          payload: "45000080ad7a400040113887c6336401c6336403", sequence: 0)
      ]
    ),
    (
      "bridge-postrouting",
      [
        Logged(
          .bridge, 125, hook: 4, etherType: 0x0800, outDevice: 20, outPort: 22,
          linkHeader: "0200000000d20200000000c20800", octets: 128,
          payload: "45000080ca49400040111bb5c6336403c6336404", sequence: 0)
      ]
    ),
    (
      "bridge-vlan",
      [
        Logged(
          .bridge, 126, hook: 2, etherType: 0x0800, inDevice: 20, outDevice: 20, inPort: 21, outPort: 22,
          hardwareType: 0x0001, hardwareHeader: "0200000000d20200000000990800",
          linkHeader: "0200000000d20200000000990800", octets: 128,
          payload: "4500008000010000401125fec6336403c6336404", sequence: 0,
          vlan: PacketVLAN(etherType: 0x8100, control: 0xA005), timestampNS: 1795236325967767000)
      ]
    ),
    (
      "bridge-qinq",
      [
        Logged(
          .bridge, 126, hook: 2, etherType: 0x8100, inDevice: 20, outDevice: 20, inPort: 21, outPort: 22,
          hardwareType: 0x0001, hardwareHeader: "0200000000d20200000000998100",
          linkHeader: "0200000000d20200000000998100", octets: 132,
          payload: "a00508004500008000010000401125fec6336403", sequence: 0,
          vlan: PacketVLAN(etherType: 0x88A8, control: 100), timestampNS: 1795236326389417000)
      ]
    ),
    (
      "bridge-mpls",
      [
        Logged(
          .bridge, 126, hook: 2, etherType: 0x8847, inDevice: 20, outDevice: 20, inPort: 21, outPort: 22,
          hardwareType: 0x0001, hardwareHeader: "0200000000d20200000000998847",
          linkHeader: "0200000000d20200000000998847", octets: 132,
          payload: "000641ff4500008000010000401125fec6336403", sequence: 0, timestampNS: 1795236326805395000)
      ]
    ),
    (
      "bridge-runt",
      [
        Logged(
          .bridge, 126, hook: 2, etherType: 0x0800, inDevice: 20, outDevice: 20, inPort: 21, outPort: 22,
          hardwareType: 0x0001, hardwareHeader: "0200000000d20200000000990800",
          linkHeader: "0200000000d20200000000990800", octets: 29,
          payload: "4500001d0001000040112661c6336403c6336404", sequence: 0, timestampNS: 1795236327217318000)
      ]
    ),
    (
      "arp-input",
      [
        Logged(
          .arp, 127, hook: 0, etherType: 0x0806, inDevice: 10, hardwareType: 0x0001,
          hardwareHeader: "ffffffffffff0200000000b20806", octets: 46,
          payload: "00010800060400010200000000b2c00002020000", sequence: 0, timestampNS: 1795236327671851000)
      ]
    ),
    (
      "arp-output",
      [
        Logged(
          .arp, 128, hook: 1, etherType: 0x0806, outDevice: 10, octets: 42,
          payload: "0200000000b20200000000100806000108000604", sequence: 0, timestampNS: 1795236328077370000)
      ]
    ),
    (
      "netdev-ingress",
      [
        Logged(
          .netdev, 129, hook: 0, etherType: 0x0800, inDevice: 10, hardwareType: 0x0001,
          hardwareHeader: "0200000000100200000000b20800", linkHeader: "0200000000100200000000b20800",
          octets: 128, payload: "450000809608400040112061c0000202c0000201", sequence: 0,
          timestampNS: 1795236328529080000)
      ]
    ),
    (
      "netdev-ingress-vlan",
      [
        Logged(
          .netdev, 131, hook: 0, etherType: 0x0800, inDevice: 10, hardwareType: 0x0001,
          hardwareHeader: "0200000000990200000000990800", linkHeader: "0200000000990200000000990800",
          octets: 128, payload: "4500008000010000401125fec6336403c6336404", sequence: 0,
          vlan: PacketVLAN(etherType: 0x8100, control: 0xA005), timestampNS: 1795236329340980000)
      ]
    ),
    (
      "netdev-egress",
      [
        Logged(
          .netdev, 130, hook: 1, etherType: 0x0800, outDevice: 10, linkHeader: "0200000000b20200000000100800",
          octets: 142, payload: "0200000000b20200000000100800450000809a1b", sequence: 0,
          timestampNS: 1795236328930354000)
      ]
    ),
  ]
}
