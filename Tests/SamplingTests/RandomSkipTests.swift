import Sampling
import Testing

/// Fixed seeds: the tests say what the generator does, not what luck does.
@Suite struct RandomSkipTests {
  /// The distances between picked packets.
  private func distances(rate: UInt32, packets: Int, seed: UInt64) -> [Int] {
    var skip = RandomSkip(rate: rate, random: SplitMix64(seed: seed))
    var distances: [Int] = []
    var last = 0
    for packet in 1...packets where skip.pick() {
      distances.append(packet - last)
      last = packet
    }
    return distances
  }

  /// Pearson's statistic, and how many standard deviations it is from its mean (Wilson and Hilferty).
  private func deviation(_ counts: [Int], total: Int) -> Double {
    let expected = Double(total) / Double(counts.count)
    let statistic = counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    let freedom = Double(counts.count - 1)
    let spread = 2 / (9 * freedom)
    return (cubeRoot(statistic / freedom) - (1 - spread)) / spread.squareRoot()
  }

  private func cubeRoot(_ value: Double) -> Double {
    var root = max(value, 1e-9)
    for _ in 0..<60 { root = (2 * root + value / (root * root)) / 3 }
    return root
  }

  @Test(arguments: [(10, 19), (1000, 1999 / 20)]) func `distances are uniform`(rate: Int, cells: Int) {
    let all = distances(rate: UInt32(rate), packets: 10_000_000, seed: 1)
    let width = (2 * rate - 1) / cells
    let counted = all.filter { $0 <= width * cells }
    var counts = [Int](repeating: 0, count: cells)
    for distance in counted { counts[(distance - 1) / width] += 1 }
    #expect(all.allSatisfy { (1...(2 * rate - 1)).contains($0) })
    #expect(abs(deviation(counts, total: counted.count)) < 4)
  }

  @Test(arguments: [10, 1000]) func `every place in a pattern of packets is as likely`(rate: UInt32) {
    var skip = RandomSkip(rate: rate, random: SplitMix64(seed: 2))
    var counts = [Int](repeating: 0, count: 16)
    for packet in 0..<10_000_000 where skip.pick() { counts[packet % 16] += 1 }
    #expect(abs(deviation(counts, total: counts.reduce(0, +))) < 4)
  }

  /// The standard deviation of a distance is near N/√3, so that of the mean of n is N/√(3n).
  @Test(arguments: [2, 10, 1000, 16_384, 100_000, 1_000_000, 10_000_000] as [UInt32])
  func `the mean distance is the rate`(rate: UInt32) {
    // Far-apart samples: draw the distances by counting at most 50 million packets.
    let packets = 50_000_000
    let all = distances(rate: rate, packets: min(packets, Int(rate) * 100_000), seed: 3)
    let count = Double(all.count)
    let mean = Double(all.reduce(0, +)) / count
    #expect(abs(mean - Double(rate)) < 4 * Double(rate) / (3 * count).squareRoot())
  }

  @Test func `rate 1 picks every packet and rate 0 none`() {
    #expect(distances(rate: 1, packets: 1000, seed: 4) == [Int](repeating: 1, count: 1000))
    #expect(distances(rate: 0, packets: 1_000_000, seed: 4).isEmpty)
  }

  @Test func `a new rate holds from the next packet`() {
    var skip = RandomSkip(rate: 10_000_000, random: SplitMix64(seed: 5))
    _ = skip.pick()
    skip.setRate(1)
    let every = (0..<1000).allSatisfy { _ in skip.pick() }
    #expect(every)
    skip.setRate(0)
    let none = (0..<1000).allSatisfy { _ in !skip.pick() }
    #expect(none)
    skip.setRate(10)
    let picked = (0..<1_000_000).count { _ in skip.pick() }
    #expect((99_000...101_000).contains(picked))
  }

  @Test func `setting the same rate changes nothing`() {
    var one = RandomSkip(rate: 100, random: SplitMix64(seed: 6))
    var other = one
    for _ in 0..<10_000 {
      other.setRate(100)
      let same = one.pick() == other.pick()
      if !same { Issue.record("the distance was drawn again") }
    }
  }

  @Test func `the largest rate does not overflow`() {
    #expect(distances(rate: .max, packets: 1000, seed: 7).count <= 1)
  }

  @Test func `sources do not share their state`() {
    var alone = RandomSkip(rate: 7, random: SplitMix64(seed: 8))
    var beside = RandomSkip(rate: 7, random: SplitMix64(seed: 8))
    var other = RandomSkip(rate: 3)
    for _ in 0..<10_000 {
      _ = other.pick()
      let same = alone.pick() == beside.pick()
      if !same { Issue.record("another source disturbed this one") }
    }
  }

  /// The first numbers of the published generator for seed 1234567.
  @Test func `the generator is SplitMix64`() {
    var random = SplitMix64(seed: 1_234_567)
    let numbers = [random.next(), random.next()]
    #expect(numbers == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973])
  }
}
