import Bytes
import Netlink
import SFlow
import Sampling
import Testing

/// What the recordings of log packets become.
@Suite struct RecordedFrameTests {
  private static let ipFromB2 = "020000000010 0200000000b2 0800"
  private static let `internal` = Interface.internal.value

  /// The first octets of the header, how many there are in all, then source, input and output.
  private static let recordings:
    [(
      name: String, headerProtocol: HeaderProtocol, frameLength: UInt32, stripped: UInt32, header: String,
      octets: Int, path: [UInt32]
    )] = [
      ("input-ipv4", .ethernet, 146, 4, ipFromB2 + " 45000080907e", 128, [10, 10, `internal`]),
      ("no-sequence", .ethernet, 146, 4, ipFromB2 + " 450000809191", 128, [10, 10, `internal`]),
      ("output-ipv4", .ipv4, 146, 18, "4500008096f8", 128, [10, `internal`, 10]),
      ("forward-ipv4", .ethernet, 146, 4, ipFromB2 + " 450000807b65", 128, [10, 10, 20]),
      (
        "input-ipv6", .ethernet, 166, 4, "020000000010 0200000000b2 86dd 6003c0a9", 128,
        [10, 10, `internal`]
      ),
      ("output-ipv6", .ipv6, 166, 18, "6003c0a9006c1140", 128, [10, `internal`, 10]),
      ("forward-ipv6", .ethernet, 166, 4, "020000000010 0200000000b2 86dd 600930c2", 128, [10, 10, 20]),
      ("prerouting-fragments", .ethernet, 1518, 4, ipFromB2 + " 450005dc", 128, [10, 10, `internal`]),
      ("copy-range-64", .ethernet, 1046, 4, ipFromB2 + " 45000404", 78, [10, 10, `internal`]),
      ("gso", .ethernet, 40_614, 4, ipFromB2 + " 45009e94", 128, [10, 10, `internal`]),
      (
        "input-bridge-port", .ethernet, 146, 4, "020000000020 0200000000c2 0800 45000080", 128,
        [21, 21, `internal`]
      ),
      (
        "forward-bridge-ports", .ethernet, 146, 4, "0200000000d2 0200000000c2 0800 45000080", 128,
        [21, 21, 22]
      ),
      ("input-loopback", .ipv4, 146, 18, "45000080cd13", 128, [1, 1, `internal`]),
      ("output-loopback", .ipv4, 146, 18, "45000080cd62", 128, [1, `internal`, 1]),
      ("input-tun", .ipv4, 146, 18, "450000800001", 128, [2, 2, `internal`]),
      ("inet-ingress", .ethernet, 146, 4, ipFromB2 + " 45000080972d", 128, [10, 10, 0]),
      ("bridge-prerouting", .ethernet, 146, 4, "0200000000d2 0200000000c2 0800 4500", 128, [21, 21, 0]),
      (
        "bridge-input", .ethernet, 146, 4, "020000000020 0200000000c2 0800 4500", 128, [21, 21, `internal`]
      ),
      ("bridge-forward", .ethernet, 146, 4, "0200000000d2 0200000000c2 0800 4500", 128, [21, 21, 22]),
      (
        "bridge-output", .ethernet, 146, 4, "0200000000c2 020000000020 0800 4500", 128, [21, `internal`, 21]
      ),
      ("bridge-postrouting", .ethernet, 146, 4, "0200000000d2 0200000000c2 0800 4500", 128, [22, 0, 22]),
      ("bridge-vlan", .ethernet, 146, 4, "0200000000d2 020000000099 0800 4500", 128, [21, 21, 22]),
      (
        "bridge-qinq", .ethernet, 150, 4, "0200000000d2 020000000099 8100 a005 0800 4500", 128, [21, 21, 22]
      ),
      ("bridge-mpls", .ethernet, 150, 4, "0200000000d2 020000000099 8847 000641ff 4500", 128, [21, 21, 22]),
      ("bridge-runt", .ethernet, 47, 4, "0200000000d2 020000000099 0800 4500001d", 43, [21, 21, 22]),
      ("arp-input", .ethernet, 64, 4, "ffffffffffff 0200000000b2 0806 0001", 60, [10, 10, `internal`]),
      ("arp-output", .ethernet, 46, 4, "0200000000b2 020000000010 0806 0001", 42, [10, `internal`, 10]),
      ("netdev-ingress", .ethernet, 146, 4, ipFromB2 + " 450000809608", 128, [10, 10, 0]),
      (
        "netdev-ingress-vlan", .ethernet, 146, 4, "020000000099 020000000099 0800 4500", 128, [10, 10, 0]
      ),
      ("netdev-egress", .ethernet, 146, 4, "0200000000b2 020000000010 0800 4500", 128, [10, 0, 10]),
    ]

  @Test(arguments: recordings.indices) func `what the kernel logged becomes a sample`(index: Int) throws {
    let expected = Self.recordings[index]
    let all = try samples(recording(expected.name))
    try #require(all.count == 1)
    let sample = try all[0].sample.get()
    let start = hex(expected.header)
    #expect(sample.headerProtocol == expected.headerProtocol, "\(expected.name)")
    #expect(sample.frameLength == expected.frameLength, "\(expected.name)")
    #expect(sample.stripped == expected.stripped, "\(expected.name)")
    #expect(sample.header.count == expected.octets, "\(expected.name)")
    #expect(Array(sample.header.prefix(start.count)) == start, "\(expected.name)")
    #expect(
      all[0].path
        == PacketPath(
          source: expected.path[0], input: Interface(index: expected.path[1]),
          output: Interface(index: expected.path[2])), "\(expected.name)")
  }

  @Test func `a forwarded and a sent packet leave by POSTROUTING`() throws {
    let all = try samples(recording("postrouting"))
    #expect(
      all.map(\.path) == [
        PacketPath(source: 10, input: Interface(index: 10), output: Interface(index: 20)),
        PacketPath(source: 10, input: .internal, output: Interface(index: 10)),
      ])
    #expect(try all.map { try $0.sample.get().headerProtocol } == [.ethernet, .ipv4])
  }

  @Test func `several packets in one buffer are all there`() throws {
    let all = try samples(recording("batch"))
    #expect(try all.map { try $0.sample.get().frameLength } == [47, 47, 47, 47, 47])
  }

  @Test func `a packet without octets is no sample and no crash`() throws {
    let all = try samples(recording("snaplen-0"))
    #expect(
      all == [
        LoggedSample(
          .failure(.empty),
          PacketPath(source: 10, input: Interface(index: 10), output: .internal))
      ])
  }
}

/// By hand, where the kernel at hand has nothing to record.
@Suite struct LoggedFrameTests {
  private static let ethernet = "020000000010 0200000000b2 "
  private static let ipv4 = "4500 0014 00000000 4011 0000 c0000201 c0000202"

  private func sample(
    _ family: NetfilterFamily = .ipv4, hook: UInt8 = 1, etherType: UInt16 = 0x0800, link: String = "",
    _ payload: String
  ) throws -> Result<Sampled, FrameError> {
    let octets = [UInt8].logMessage(
      family, hook: hook, etherType: etherType, hardwareHeader: hex(link), payload: hex(payload))
    return try #require(try samples(octets).first).sample
  }

  /// EtherType by the kernel, link-layer header, payload; protocol, frame length, stripped, header.
  @Test(
    arguments: [
      // An IPv4 packet of 64 KiB or more has the length 0: what was copied counts.
      (
        0x0800, ethernet + "0800", "4500 0000 00000000 4006 0000 c0000201 c0000202", .ethernet, 38, 4,
        ethernet + "0800 4500 0000 00000000 4006 0000 c0000201 c0000202"
      ),
      // An IPv6 packet of 100 000 octets after its header, by a hop-by-hop option.
      (
        0x86DD, "", "60000000 0000 00 40" + zeros(32) + "06 00 c2 04 000186a0", .ipv6, 100_058, 18,
        "60000000 0000 00 40" + zeros(32) + "06 00 c2 04 000186a0"
      ),
      // One of 4 GiB is not believed, nor is one whose option is cut.
      (
        0x86DD, "", "60000000 0000 00 40" + zeros(32) + "06 00 c2 04 ffffffff", .ipv6, 66, 18,
        "60000000 0000 00 40" + zeros(32) + "06 00 c2 04 ffffffff"
      ),
      (
        0x86DD, "", "60000000 0000 00 40" + zeros(32) + "06 00 c2", .ipv6, 61, 18,
        "60000000 0000 00 40" + zeros(32) + "06 00 c2"
      ),
      // IPv6 without a payload.
      (0x86DD, "", "60000000 0000 3b 40" + zeros(32), .ipv6, 58, 18, "60000000 0000 3b 40" + zeros(32)),
      // 65 535 octets, of which 4 were copied.
      (0x0800, "", "4500 ffff", .ipv4, 65_553, 18, "4500 ffff"),
      // Padding behind the IP packet was on the wire.
      (
        0x0800, ethernet + "0800", "4500 0004 0000", .ethernet, 24, 4, ethernet + "0800 4500 0004 0000"
      ),
      // A header that belongs to something else: a tunnel behind a device with headers.
      (0x0800, "4500 0014 00000000 4011 0000 c000", ipv4, .ipv4, 38, 18, ipv4),
      (0x0800, "4500 0014 00000000 4011 0000 0509", ipv4, .ipv4, 38, 18, ipv4),
      // Headers of other lengths: PPP, InfiniBand.
      (0x0800, "ff03 0021", ipv4, .ipv4, 38, 18, ipv4),
      (0x0800, zeros(20), ipv4, .ipv4, 38, 18, ipv4),
      // Zero addresses, as the loopback has them; with something else than IP they are addresses.
      (0x0800, zeros(12) + "0800", ipv4, .ipv4, 38, 18, ipv4),
      (0x88CC, zeros(12) + "88cc", "0207", .ethernet, 20, 4, zeros(12) + "88cc 0207"),
      // 802.3: spanning tree; the length is in the header, and the kernel has a type of its own for it.
      (
        0x0004, "0180c2000000 0200000000b2 0026", "424203", .ethernet, 56, 4,
        "0180c2000000 0200000000b2 0026 424203"
      ),
      // PPPoE: the length of the session's payload, 20 octets, and 6 of its header.
      (
        0x8864, ethernet + "8864", "1100 0001 0014 0021", .ethernet, 44, 4,
        ethernet + "8864 1100 0001 0014 0021"
      ),
      // VLAN in the packet, MPLS in it, then IPv4 of 1000 octets; 4 and 8 octets in front of it.
      (
        0x8100, ethernet + "8100", "0005 8847 00064000 000641ff 4500 03e8", .ethernet, 1030, 4,
        ethernet + "8100 0005 8847 00064000 000641ff 4500 03e8"
      ),
      // MPLS without a bottom, and with something else than IP below.
      (0x8847, ethernet + "8847", "00064000", .ethernet, 22, 4, ethernet + "8847 00064000"),
      (0x8847, ethernet + "8847", "000641ff 0000", .ethernet, 24, 4, ethernet + "8847 000641ff 0000"),
    ] as [(UInt16, String, String, HeaderProtocol, UInt32, UInt32, String)])
  func `length and header are those of the frame`(
    etherType: UInt16, link: String, payload: String, headerProtocol: HeaderProtocol, frameLength: UInt32,
    stripped: UInt32, header: String
  ) throws {
    #expect(
      try sample(etherType: etherType, link: link, payload)
        == .success(Sampled(headerProtocol, frameLength, stripped, hex(header))))
  }

  @Test(
    arguments: [
      (.ipv4, 1, 0x0800, "", "", .empty), (.bridge, 2, 0x0800, ethernet + "0800", "", .empty),
      (.arp, 0, 0x0806, "", "0001 0800", .unknownProtocol),
      (.arp, 1, 0x0806, "", "ffffffffffff 0200000000b2 08", .truncated),
      (.netdev, 1, 0x0800, "", "45", .truncated), (.ipv4, 3, 0x0800, "", "55", .unknownProtocol),
    ] as [(NetfilterFamily, UInt8, UInt16, String, String, FrameError)])
  func `what is no frame says why`(
    family: NetfilterFamily, hook: UInt8, etherType: UInt16, link: String, payload: String,
    expected: FrameError
  ) throws {
    #expect(
      try sample(family, hook: hook, etherType: etherType, link: link, payload) == .failure(expected))
  }

  @Test func `a packet of ULOG becomes a sample`() throws {
    var body = [UInt8](repeating: 0, count: 192 + 20)
    body[64] = 20
    body.replaceSubrange(104..<119, with: hex("0e" + Self.ethernet + "0800"))
    body.replaceSubrange(185..<205, with: hex(Self.ipv4))
    let octets = [UInt8](hex("e4000000 6f00 0000 00000000 00000000")) + body
    var messages = Messages(octets.span)
    if let message = try messages.next(), let packet = try ULogPacket(parsing: message, longSize: 8) {
      let sampled = Sampled(try SampledFrame(packet))
      #expect(sampled == Sampled(.ethernet, 38, 4, hex(Self.ethernet + "0800" + Self.ipv4)))
    } else {
      Issue.record("no packet")
    }
  }
}

/// As many zero octets, in hexadecimal.
private func zeros(_ count: Int) -> String { " " + String(repeating: "00", count: count) + " " }
