import Foundation
import Linux
import Testing

extension SystemTests {
  /// What the kernel's generator picks for `pcap { }`: every packet with the same chance, whatever was picked before.
  @Suite(.enabled(if: PacketLab.isPossible, "needs root and ip(8)"))
  struct ChanceTests {
    /// 10⁷ packets if HSFLOWD_LONG_TESTS is 1, else 10⁶. They are numbered, so that samples tell their distances.
    @Test func `distances between samples are geometric and their number binomial`() throws {
      let packets = UInt32(areTestsLong ? 10_000_000 : 1_000_000)
      let lab = try PacketLab(isQuiet: true)
      let rates = [10, 100, 1000]
      let sinks = try rates.map { _ in try FlowSink(in: lab) }
      let agents = try zip(rates, sinks).map { rate, sink in
        try lab.agent("pcap { dev = w0 sampling = \(rate) }", to: sink)
      }
      for agent in agents { #expect(agent.runs()) }
      let (frame, place) = LabFrame.numbered()
      var distances = rates.map { _ in [Int: Int]() }
      var last = rates.map { _ in 0 }
      var drops = 0
      for (i, sink) in sinks.enumerated() {
        sink.take = { sample in
          // The first packet is number 1.
          let number = Int(sample.number(at: place) ?? 0)
          distances[i][number - last[i], default: 0] += 1
          last[i] = number
          drops += Int(sample.drops)
        }
      }
      let far = try FrameSocket(on: "w0", in: lab.farPath)
      let before = try lab.received()
      for start in stride(from: 1, to: packets, by: 10_000) {
        try far.send(frame, numbers: start..<start + 10_000, at: place)
        // At the pace of the agents, whose rings hold some 20,000 packets' samples at the two higher rates.
        #expect(
          try eventually {
            for sink in sinks { try sink.drain() }
            return last[0] + 6000 > Int(start) && last[1] + 4000 > Int(start)
          })
      }
      try sinks[0].settle()
      for sink in sinks { try sink.drain() }
      #expect(try lab.received() - before == UInt64(packets))
      #expect(drops == 0)
      #expect(sinks.allSatisfy { $0.missing == 0 })

      for (i, rate) in rates.enumerated() {
        // As near to 1 in N as 32 bits can say.
        let chance = (4_294_967_296 / Double(rate)).rounded() / 4_294_967_296
        let expected = Binomial(trials: Int(packets), probability: chance)
        let count = sinks[i].count
        #expect(expected.isCredible(count), "1 in \(rate): \(count), not \(expected)")
        let fit = Geometric(chance).fit(of: distances[i])
        // Five standard deviations.
        #expect(abs(fit.deviation) < 5, "1 in \(rate): \(fit)")
        report(
          "chance", "1 in \(rate) of \(packets): \(count) samples, \(expected) expected; distances: \(fit)")
      }
    }

    /// That the comparison sees what is not so: distances that are uniform, and ones a tenth too short.
    @Test func `other distances are found out`() {
      let right = Geometric(0.01)
      func fit(_ next: (inout SystemRandomNumberGenerator) -> Int) -> Double {
        var random = SystemRandomNumberGenerator()
        var distances: [Int: Int] = [:]
        // Many, so that chance has no say: a tenth shows as some 26 standard deviations.
        for _ in 0..<100_000 { distances[next(&random), default: 0] += 1 }
        return right.fit(of: distances).deviation
      }
      #expect(fit { .random(in: 1...199, using: &$0) } > 20)
      #expect(
        fit { 1 + Int(log(Double.random(in: .leastNonzeroMagnitude..<1, using: &$0)) / log(1 - 1 / 90)) } > 20
      )
      #expect(
        abs(fit { 1 + Int(log(Double.random(in: .leastNonzeroMagnitude..<1, using: &$0)) / log(0.99)) }) < 5)
    }
  }
}

/// Distances between successes, each with the same chance.
private struct Geometric {
  let chance: Double

  init(_ chance: Double) { self.chance = chance }

  struct Fit: CustomStringConvertible {
    var chiSquare: Double
    var freedom: Int
    /// In standard deviations of a normal distribution (Wilson and Hilferty).
    var deviation: Double {
      let n = Double(freedom)
      return (cbrt(chiSquare / n) - (1 - 2 / (9 * n))) / (2 / (9 * n)).squareRoot()
    }
    var description: String {
      "χ² = \((chiSquare * 10).rounded() / 10) with \(freedom) degrees of freedom, "
        + "\((deviation * 100).rounded() / 100) σ"
    }
  }

  /// Pearson's comparison over cells of about the same chance, 50 of them or what the least distances allow.
  func fit(of distances: [Int: Int]) -> Fit {
    let total = Double(distances.values.reduce(0, +))
    // The last distance of each cell but the last.
    var ends: [Int] = []
    for cell in 1..<50 {
      let end = Int((log1p(-Double(cell) / 50) / log1p(-chance)).rounded(.up))
      if end > ends.last ?? 0 { ends.append(end) }
    }
    var counts = [Double](repeating: 0, count: ends.count + 1)
    for (distance, count) in distances {
      counts[ends.firstIndex { distance <= $0 } ?? ends.count] += Double(count)
    }
    var chiSquare = 0.0
    var before = 1.0
    for (cell, count) in counts.enumerated() {
      let after = cell < ends.count ? exp(Double(ends[cell]) * log1p(-chance)) : 0
      let expected = total * (before - after)
      chiSquare += (count - expected) * (count - expected) / expected
      before = after
    }
    return Fit(chiSquare: chiSquare, freedom: counts.count - 1)
  }
}
