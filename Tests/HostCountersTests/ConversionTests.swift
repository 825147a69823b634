import Testing

@testable import HostCounters

@Suite struct ConversionTests {
  @Test func `ticks become milliseconds modulo 2³²`() {
    #expect(milliseconds(ticks: 0, perSecond: 100) == 0)
    #expect(milliseconds(ticks: 15119, perSecond: 100) == 151190)
    // The last before the wrap of a counter of milliseconds, and the first behind it.
    #expect(milliseconds(ticks: 429_496_729, perSecond: 100) == 4_294_967_290)
    #expect(milliseconds(ticks: 429_496_730, perSecond: 100) == 4)
    #expect(milliseconds(ticks: 7, perSecond: 1024) == 6)
    #expect(milliseconds(ticks: 1024 * 3 + 512, perSecond: 1024) == 3500)
  }

  @Test func `ticks never overflow`() {
    #expect(milliseconds(ticks: .max, perSecond: 100) == UInt32(truncatingIfNeeded: UInt64.max &* 10))
    #expect(milliseconds(ticks: .max, perSecond: 1) == UInt32(truncatingIfNeeded: UInt64.max &* 1000))
    #expect(milliseconds(ticks: 5, perSecond: 0) == 5000)
  }

  @Test func `a counter keeps its low 32 bits, unknown is all ones`() {
    #expect(counter32(0) == 0)
    #expect(counter32(0xFFFF_FFFF) == 0xFFFF_FFFF)
    #expect(counter32(1 << 32) == 0)
    #expect(counter32(0x1_2345_6789) == 0x2345_6789)
    #expect(counter32(.max) == .max)
    #expect(counter32(nil) == .max)
  }

  @Test func `a gauge stops at the top, unknown is 0`() {
    #expect(gauge32(7) == 7)
    #expect(gauge32(0xFFFF_FFFF) == .max)
    #expect(gauge32(1 << 32) == .max)
    #expect(gauge32(.max) == .max)
    #expect(gauge32(nil) == 0)
  }

  @Test func `KiB become bytes and stop at the top, unknown is 0`() {
    #expect(bytes(kib: 24_682_416) == 25_274_793_984)
    #expect(bytes(kib: .max >> 10) == .max << 10 & .max)
    #expect(bytes(kib: .max >> 10 + 1) == .max)
    #expect(bytes(kib: .max) == .max)
    #expect(bytes(kib: nil) == 0)
  }

  @Test func `small steps back are ignored, a reset is not`() {
    var ratchet = Ratchet()
    #expect(ratchet.advance(to: 5_000_000) == 5_000_000)
    #expect(ratchet.advance(to: 4_999_990) == 5_000_000)
    #expect(ratchet.advance(to: 5_000_001) == 5_000_001)
    #expect(ratchet.advance(to: 12) == 12)
    #expect(ratchet.advance(to: 13) == 13)
  }

  @Test(
    arguments: [
      (10, 15, 5), (10, 10, 0),
      // A wrap of 32 bits.
      (0xFFFF_FFFF, 0, 1), (0xC000_0000, 0x10, 0x4000_0010),
      // Resets: too far for a wrap, or wider than 32 bits.
      (100, 99, 0), (0x4000_0000, 0, 0), (1 << 32, 5, 0), (.max, 0, 0), (0, .max, .max),
    ] as [(UInt64, UInt64, UInt64)])
  func `how far a counter moved`(old: UInt64, new: UInt64, increase: UInt64) {
    #expect(CounterSum<Int>.increase(from: old, to: new) == increase)
  }

  private func values(_ first: UInt64) -> SIMD8<UInt64> { [first, 0, 0, 0, 0, 0, 0, 2 * first] }

  @Test func `a sum starts with the kernel's numbers and forgets what stays away`() {
    var sum = CounterSum<String>()
    func round(_ things: [String: UInt64]) -> UInt64 {
      sum.beginRound()
      for (key, value) in things { sum.add(key, values(value)) }
      sum.endRound()
      #expect(sum.total[7] == 2 * sum.total[0])
      return sum.total[0]
    }
    #expect(round(["a": 100, "b": 1000]) == 1100)
    #expect(round(["a": 110, "b": 1000, "c": 50_000]) == 1110)
    #expect(round(["a": 110, "c": 50_001]) == 1111)
    // Away for one round, then for good.
    #expect(round(["a": 110, "b": 1007, "c": 50_001]) == 1118)
    #expect(round(["a": 111]) == 1119)
    #expect(round(["a": 111]) == 1119)
    #expect(round(["a": 111, "b": 9000, "c": 90_000]) == 1119)
    #expect(round(["a": 111, "b": 9001, "c": 90_000]) == 1120)
  }

  @Test func `a first round that breaks off is still the first`() {
    var sum = CounterSum<String>()
    sum.beginRound()
    sum.add("a", values(100))
    sum.beginRound()
    sum.add("a", values(101))
    sum.add("b", values(1000))
    sum.endRound()
    #expect(sum.total[0] == 1101)
  }
}
