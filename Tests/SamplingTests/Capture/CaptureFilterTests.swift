import Linux
import Testing

@testable import Sampling

@Suite struct CaptureFilterTests {
  /// What the kernel does with a packet: the octets that are kept.
  static func run(_ filter: PacketFilter, packetType: UInt32, random: UInt32) -> UInt32? {
    var accumulator: UInt32 = 0
    var i = 0
    while i < filter.instructions.count {
      let step = filter.instructions[i]
      i += 1
      switch step.code {
      case 0x20 where step.value == 0xFFFF_F004: accumulator = packetType
      case 0x20 where step.value == 0xFFFF_F038: accumulator = random
      case 0x15: i += Int(accumulator == step.value ? step.jumpIfTrue : step.jumpIfFalse)
      case 0x35: i += Int(accumulator >= step.value ? step.jumpIfTrue : step.jumpIfFalse)
      case 0x06: return step.value
      default: return nil
      }
    }
    return nil
  }

  @Test func `at 1 in 1 all pass, on the loopback all that is received`() {
    for (receivedOnly, packetType, kept) in [(false, 4, 128), (false, 0, 128), (true, 4, 0), (true, 0, 128)] {
      let filter = PacketFilter.sampling(rate: 1, octets: 128, receivedOnly: receivedOnly)
      #expect(Self.run(filter, packetType: UInt32(packetType), random: 5) == UInt32(kept))
    }
  }

  @Test(arguments: [2, 3, 100, 400, 10_000, 99_999, 1_000_000, 10_000_000] as [UInt32])
  func `the chance is the nearest to 1 in N that 32 bits can say`(rate: UInt32) {
    for receivedOnly in [false, true] {
      let filter = PacketFilter.sampling(rate: rate, octets: 99, receivedOnly: receivedOnly)
      let passing = UInt32((Double(1 << 32) / Double(rate)).rounded())
      #expect(Self.run(filter, packetType: 0, random: 0) == 99)
      #expect(Self.run(filter, packetType: 0, random: passing - 1) == 99)
      #expect(Self.run(filter, packetType: 0, random: passing) == 0)
      #expect(Self.run(filter, packetType: 0, random: .max) == 0)
      #expect(Self.run(filter, packetType: 4, random: 0) == (receivedOnly ? 0 : 99))
      #expect(abs(Double(passing) * Double(rate) / Double(1 << 32) - 1) < 0.0012)
    }
  }

  /// Over 10⁷ packets, in 1000 stretches: the number of samples in each is as chance would have it.
  @Test func `samples are spread like chance`() {
    let (rate, packets, stretches) = (UInt32(100), 10_000_000, 1000)
    let filter = PacketFilter.sampling(rate: rate, octets: 1, receivedOnly: false)
    let limit = filter.instructions[1].value
    var random = SplitMix(state: 42)
    var counts = [Int](repeating: 0, count: stretches)
    for i in 0..<packets {
      let word = UInt32(truncatingIfNeeded: random.next())
      // The same as running the program, 50 times as fast; that they agree is shown above.
      if word < limit { counts[i * stretches / packets] += 1 }
    }
    let expected = Double(packets) / Double(stretches) / Double(rate)
    let variance = expected * (1 - 1 / Double(rate))
    let chiSquare = counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / variance }
    // 1000 degrees of freedom: standard deviation 44.7, five of them.
    #expect(abs(chiSquare - 1000) < 224)
    let total = Double(counts.reduce(0, +))
    #expect(abs(total - 100_000) < 5 * 315)
  }

  private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      let a = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
      let b = (a ^ (a >> 27)) &* 0x94D0_49BB_1331_11EB
      return b ^ (b >> 31)
    }
  }
}
