import Bytes
import Netlink
import SFlow
import Sampling
import Testing

@Suite struct CapturedFrameTests {
  private static let ethernet = "020000000010 0200000000b2 "
  private static let ipv4 = "4500 0014 00000000 4011 0000 c0000201 c0000202"
  private static let ipv6 = "60000000 0000 3b 40 " + String(repeating: "00", count: 32)
  private static let cooked = "0004 0001 0006 020000000010 0000 0800 "
  private static let cooked2 = "0800 0000 0000000a 0001 04 06 020000000010 0000 "

  /// Link type, captured octets, original length; protocol, frame length, stripped, header.
  @Test(
    arguments: [
      (.ethernet, ethernet + "0800" + ipv4, 34, .ethernet, 38, 4, ethernet + "0800" + ipv4),
      // 64 octets on the wire, 60 without FCS.
      (.ethernet, ethernet + "0806 0001", 60, .ethernet, 64, 4, ethernet + "0806 0001"),
      (.ethernet, ethernet + "0800" + ipv4, 9014, .ethernet, 9018, 4, ethernet + "0800" + ipv4),
      (.ethernet, ethernet + "0800" + ipv4, 65_550, .ethernet, 65_554, 4, ethernet + "0800" + ipv4),
      (
        .ethernet, ethernet + "8100 0005 0800" + ipv4, 1518, .ethernet, 1522, 4,
        ethernet + "8100 0005 0800" + ipv4
      ),
      (
        .ethernet, ethernet + "88a8 0064 8100 0005 86dd" + ipv6, 1522, .ethernet, 1526, 4,
        ethernet + "88a8 0064 8100 0005 86dd" + ipv6
      ),
      (
        .ethernet, ethernet + "8847 000641ff" + ipv4, 38, .ethernet, 42, 4,
        ethernet + "8847 000641ff" + ipv4
      ),
      (.ethernet, ethernet + "0800", 14, .ethernet, 18, 4, ethernet + "0800"),
      // An original said to be shorter than what is there.
      (.ethernet, ethernet + "0800" + ipv4, 1, .ethernet, 38, 4, ethernet + "0800" + ipv4),
      // The loopback.
      (.ethernet, "000000000000 000000000000 0800" + ipv4, 1034, .ipv4, 1038, 18, ipv4),
      (.ethernet, "000000000000 000000000000 86dd" + ipv6, 54, .ipv6, 58, 18, ipv6),
      (
        .ethernet, "000000000000 000000000000 0806 0001", 16, .ethernet, 20, 4,
        "000000000000 000000000000 0806 0001"
      ),
      (.raw, ipv4, 1000, .ipv4, 1018, 18, ipv4), (.rawInFiles, ipv6, 40, .ipv6, 58, 18, ipv6),
      (.ipv4, ipv4, 20, .ipv4, 38, 18, ipv4), (.ipv6, ipv6, 40, .ipv6, 58, 18, ipv6),
      (.null, "02000000" + ipv4, 24, .ipv4, 38, 18, ipv4),
      (.loop, "0000001e" + ipv6, 44, .ipv6, 58, 18, ipv6),
      (.linuxCooked, cooked + ipv4, 1016, .ipv4, 1018, 18, ipv4),
      (.linuxCooked, cooked + ipv6, 56, .ipv6, 58, 18, ipv6),
      (.linuxCooked2, cooked2 + ipv4, 1020, .ipv4, 1018, 18, ipv4),
      (.infiniBand, "0001 0203", 100, .infiniBand, 106, 6, "0001 0203"),
    ] as [(LinkType, String, Int, HeaderProtocol, UInt32, UInt32, String)])
  func `every link type becomes a sample`(
    linkType: LinkType, octets: String, length: Int, headerProtocol: HeaderProtocol, frameLength: UInt32,
    stripped: UInt32, header: String
  ) throws {
    #expect(
      try captured(hex(octets), length: length, linkType)
        == Sampled(headerProtocol, frameLength, stripped, hex(header)))
  }

  @Test(
    arguments: [
      (.ethernet, "", .empty), (.ethernet, "020000000010 0200000000b2 08", .truncated),
      (.raw, "", .empty), (.raw, "5500", .unknownProtocol), (.null, "02000000", .truncated),
      (.linuxCooked, cooked, .truncated), (.linuxCooked, cooked + "0001", .unknownProtocol),
      (.linuxCooked2, cooked2, .truncated), (.linuxCooked2, cooked2 + "00", .unknownProtocol),
      (LinkType(rawValue: 9), "ff03", .unknownLinkType(9)),
    ] as [(LinkType, String, FrameError)])
  func `what is no frame says why`(linkType: LinkType, octets: String, expected: FrameError) {
    #expect(throws: expected) { try captured(hex(octets), linkType) }
  }

  @Test func `cooked captures name the interface and the direction`() throws {
    let octets = hex(Self.cooked2 + Self.ipv4)
    let span = octets.span
    let frame = try SampledFrame(span.bytes, length: octets.count, linkType: .linuxCooked2)
    let device = frame.device
    let type = frame.packetType
    #expect(device == 10)
    #expect(type == .outgoing)
  }

  @Test(arguments: [(0, 0), (1, 1), (14, 14), (128, 128), (256, 256), (1000, 256), (-1, 0)])
  func `a header is cut at the limit`(limit: Int, expected: Int) throws {
    let octets = hex(Self.ethernet + "0800") + [UInt8](repeating: 0x45, count: 1000)
    let sampled = try captured(octets, limit: limit)
    #expect(sampled.header == Array(octets.prefix(expected)))
    #expect(sampled.frameLength == 1018)
  }

  @Test func `a scratch forgets the packet before`() throws {
    var scratch = HeaderScratch()
    let long = hex(Self.ethernet + "0800" + Self.ipv4)
    let short = hex(Self.ipv4)
    let longSpan = long.span
    let shortSpan = short.span
    scratch.fill(try SampledFrame(longSpan.bytes, length: 34, linkType: .ethernet), limit: 128)
    scratch.fill(try SampledFrame(shortSpan.bytes, length: 20, linkType: .raw), limit: 128)
    let header = scratch.header
    #expect(header.indices.map { header[$0] } == short)
  }

  @Test func `an absurd length is cut`() throws {
    #expect(try captured(hex(Self.ipv4), length: .max, .raw).frameLength == .max)
    #expect(try captured(hex(Self.ipv4), length: .min, .raw).frameLength == 38)
    #expect(try captured(hex(Self.cooked + Self.ipv4), length: .min, .linuxCooked).frameLength == 38)
  }
}

/// Whatever the octets, decoding ends, with a sample or with an error.
@Suite struct FrameRobustnessTests {
  private static let names = [
    "input-ipv4", "output-ipv6", "forward-bridge-ports", "bridge-qinq", "bridge-mpls", "arp-output",
    "netdev-egress", "gso", "input-tun", "batch",
  ]
  private static let linkTypes: [LinkType] = [
    .null, .ethernet, .raw, .loop, .linuxCooked, .linuxCooked2, .ipv4, .infiniBand, LinkType(rawValue: 9),
  ]

  private func decode(_ octets: [UInt8]) {
    let all = (try? samples(octets)) ?? []
    for sample in all {
      if let sampled = try? sample.sample.get(), sampled.frameLength < UInt32(sampled.header.count) {
        Issue.record("a frame shorter than its header: \(sampled)")
      }
    }
    for linkType in Self.linkTypes { _ = try? captured(octets, linkType) }
  }

  @Test(arguments: names) func `any cut ends`(name: String) throws {
    let octets = try recording(name)
    for count in 0...octets.count {
      decode(Array(octets.prefix(count)))
      decode(Array(octets.suffix(count)))
    }
  }

  @Test(arguments: names) func `any change ends`(name: String) throws {
    let octets = try recording(name)
    var random = SplitMix64(seed: UInt64(octets.count))
    let special: [UInt8] = [0, 1, 4, 6, 0x08, 0x45, 0x60, 0x7F, 0x81, 0x88, 0xFF]
    for _ in 0..<5000 {
      var changed = octets
      for _ in 0...Int.random(in: 0..<5, using: &random) {
        changed[Int.random(in: 16..<changed.count, using: &random)] =
          special[Int.random(in: 0..<special.count, using: &random)]
      }
      decode(changed)
    }
  }

  @Test func `endless labels and tags end`() {
    for word in ["8100", "88a8", "00008847", "00000000"] {
      var octets = hex("020000000010 0200000000b2 8847")
      for _ in 0..<20_000 { octets += hex(word) }
      decode(octets)
      decode(
        .logMessage(
          .bridge, hook: 2, etherType: 0x8847, hardwareHeader: Array(octets.prefix(14)),
          payload: Array(octets.prefix(60_000))))
    }
  }
}
