import Testing

@testable import Linux

@Suite struct PacketRingBlockTests {
  static func native(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }

  /// The start of a block with `count` packets, the first of them behind it.
  static func start(_ count: UInt32) -> [UInt8] {
    native(UInt32(1)) + native(UInt32(48)) + native(UInt32(1)) + native(count) + native(UInt32(48))
      + [UInt8](repeating: 0, count: 28)
  }

  /// A packet whose octets begin 96 behind its header.
  static func packet(
    next: UInt32, captured: UInt32, length: UInt32, status: UInt32 = 1, mac: UInt16 = 96, net: UInt16 = 110,
    type: UInt8 = 0
  ) -> [UInt8] {
    let times = native(UInt32(7)) + native(UInt32(8))
    let offsets =
      native(mac) + native(net) + native(UInt32(0)) + native(UInt32(0x6005)) + native(UInt16(0x88A8))
    let header = native(next) + times + native(captured) + native(length) + native(status) + offsets
    let address = native(UInt16(17)) + [0x08, 0x00] + native(UInt32(3)) + native(UInt16(1)) + [type, 6]
    let all = header + [UInt8](repeating: 0, count: 10) + address + [UInt8](repeating: 0, count: 36)
    return all + (1...24)
  }

  static func read(_ block: [UInt8]) -> (taken: Int, packets: [RingPacket], octets: [[UInt8]]) {
    var (block, packets, octets) = (block, [RingPacket](), [[UInt8]]())
    let taken = block.withUnsafeMutableBytes {
      PacketRingBlock($0).forEach { packet, span in
        packets.append(packet)
        octets.append(span.indices.map { span[$0] })
      }
    }
    return (taken, packets, octets)
  }

  @Test func `two packets in a block`() {
    let result = Self.read(
      Self.start(2) + Self.packet(next: 120, captured: 24, length: 1500)
        + Self.packet(next: 0, captured: 20, length: 20, status: 0x51, type: 4))
    #expect(
      result.packets == [
        RingPacket(
          length: 1500, linkHeaderLength: 14, direction: .host, hardwareType: 1, networkProtocol: 0x800,
          nanoseconds: 7_000_000_008),
        RingPacket(
          length: 24, linkHeaderLength: 18, direction: .outgoing, hardwareType: 1, networkProtocol: 0x800,
          nanoseconds: 7_000_000_008),
      ])
    #expect(result.octets == [Array(1...24), Array(1...12) + [0x88, 0xA8, 0x60, 0x05] + Array(13...20)])
  }

  @Test func `a number that leads out of the block ends it`() {
    let good = Self.packet(next: 120, captured: 24, length: 24)
    for bad in [
      Self.packet(next: 0, captured: 25, length: 25), Self.packet(next: 0, captured: .max, length: 25),
      Self.packet(next: 0, captured: 4, length: 4, mac: 67),
      Self.packet(next: 0, captured: 4, length: 4, net: 95),
      Self.packet(next: 0, captured: 4, length: 4, mac: .max, net: .max), Array(good[..<60]), [],
    ] {
      let result = Self.read(Self.start(2) + good + bad)
      #expect(result.taken == 1)
      #expect(result.octets == [Array(1...24)])
    }
    #expect(Self.read(Self.start(9) + Self.packet(next: 0, captured: 24, length: 24)).taken == 1)
    #expect(Self.read(Self.start(9) + Self.packet(next: .max, captured: 24, length: 24)).taken == 1)
    #expect(Self.read(Array(Self.start(0)[..<13])).taken == 0)
  }

  @Test func `any octets are read without harm`() {
    var random = SystemRandomNumberGenerator()
    let good =
      Self.start(3) + Self.packet(next: 120, captured: 24, length: 24)
      + Self.packet(next: 120, captured: 20, length: 20, status: 0x51)
      + Self.packet(next: 0, captured: 20, length: 20)
    for _ in 0..<20_000 {
      var block = good
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        block[Int.random(in: block.indices, using: &random)] = [0, 1, 0x7F, 0xFF, .random(in: 0...255)]
          .randomElement()!
      }
      block = Array(block[..<Int.random(in: 0...block.count)])
      #expect(Self.read(block).taken <= 4)
    }
  }

  @Test func `an instruction has the layout of the kernel`() {
    let instruction = PacketFilter.Instruction(0x35, 0x0102_0304, jumpIfTrue: 5, jumpIfFalse: 6)
    let packed = Self.native(UInt16(0x35)) + [5, 6] + Self.native(UInt32(0x0102_0304))
    #expect(Self.native(instruction.packed) == packed)
  }
}
