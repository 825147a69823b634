import Bytes
import Linux
import Netlink
import SFlow
import Testing

@testable import Sampling

@Suite struct TapFrameTests {
  struct Shown: Equatable {
    var header: SampledHeader
    var vlan: UInt32?
    var priority: UInt32?
  }

  static func show(
    _ octets: [UInt8], length: UInt32? = nil, link: Int = 14, type: HardwareType = .ethernet
  ) throws -> Shown {
    let packet = RingPacket(
      length: length ?? UInt32(octets.count), linkHeaderLength: link, direction: .host,
      hardwareType: type.rawValue, networkProtocol: 0, nanoseconds: 0)
    let frame = try SampledFrame(packet, octets.span.bytes)
    return Shown(
      header: SampledHeader(
        headerProtocol: frame.headerProtocol, frameLength: frame.frameLength, stripped: frame.stripped,
        header: Array(copying: frame.octets)),
      vlan: frame.vlanTag?.vlan, priority: frame.vlanTag?.priority)
  }

  static func shown(_ type: HeaderProtocol, _ length: UInt32, _ stripped: UInt32, _ octets: [UInt8]) -> Shown
  {
    Shown(
      header: SampledHeader(headerProtocol: type, frameLength: length, stripped: stripped, header: octets),
      vlan: nil, priority: nil)
  }

  static let ipv4: [UInt8] = [0x45] + [UInt8](repeating: 3, count: 39)
  static let ipv6: [UInt8] = [0x60] + [UInt8](repeating: 3, count: 59)

  @Test func `an Ethernet frame has lost its check sum`() throws {
    #expect(try Self.show(frame(0x800)) == Self.shown(.ethernet, 68, 4, frame(0x800)))
    #expect(
      try Self.show(frame(0x800), length: 65_550) == Self.shown(.ethernet, 65_554, 4, frame(0x800)))
  }

  @Test func `the VLAN is that of the outer tag`() throws {
    let start = frame(0x800)[..<12]
    for (type, vlan) in [([0x81, 0], 5), ([0x88, 0xA8], 5), ([0x91, 0], 5), ([8, 0], nil)]
      as [([UInt8], UInt32?)]
    {
      let shown = try Self.show(start + type + [0xE0, 5, 0x81, 0, 0, 6, 8, 0])
      #expect(shown.vlan == vlan)
      #expect(shown.priority == vlan.map { _ in 7 })
    }
    #expect(try Self.show(start + [0x81, 0, 1]).vlan == nil)
  }

  @Test func `a tunnel or point-to-point link gives IP packets`() throws {
    for type in [HardwareType.none, .tunnel, .ppp, .init(rawValue: 519), .init(rawValue: 778)] {
      #expect(try Self.show(Self.ipv4, link: 0, type: type) == Self.shown(.ipv4, 58, 18, Self.ipv4))
    }
    #expect(
      try Self.show(Self.ipv6, length: 1280, link: 0, type: .none) == Self.shown(.ipv6, 1298, 18, Self.ipv6))
  }

  @Test func `a link header that no collector knows is left out`() throws {
    let infiniBand = [UInt8](repeating: 0xAA, count: 24)
    #expect(
      try Self.show(infiniBand + Self.ipv4, link: 24, type: .infiniband)
        == Self.shown(.ipv4, 58, 18, Self.ipv4))
  }

  @Test func `the loopback has no addresses, so its packets are IP`() throws {
    let zeros = [UInt8](repeating: 0, count: 12)
    #expect(
      try Self.show(zeros + [8, 0] + Self.ipv4, length: 1514, type: .loopback)
        == Self.shown(.ipv4, 1518, 18, Self.ipv4))
    let other = zeros + [8, 6] + [0, 1]
    #expect(try Self.show(other, type: .loopback) == Self.shown(.ethernet, 20, 4, other))
  }

  @Test func `what is neither is no sample`() {
    #expect(throws: FrameError.self) { try Self.show([0x99, 1, 2], link: 0, type: .none) }
    #expect(throws: FrameError.self) { try Self.show([0x45], link: 1, type: .none) }
    #expect(throws: FrameError.self) { try Self.show([], link: 0) }
    #expect(throws: FrameError.self) { try Self.show([1, 2, 3], link: 3) }
  }
}
