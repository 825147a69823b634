import Config
import Sampling
import Testing

@Suite struct SequenceGapTests {
  /// Counts the packets with `numbers` and reads every one of them.
  private func gap(_ numbers: [UInt32]) -> SequenceGap {
    var gap = SequenceGap()
    for number in numbers {
      gap.count()
      gap.reconcile(number)
    }
    return gap
  }

  @Test(
    arguments: [
      ([], 0, 0), ([0], 1, 0), ([0, 1, 2], 3, 0), ([0, 1, 5, 6], 4, 3),
      ([3], 1, 3),  // lost before the first that came
      ([0, 1, 0, 1], 4, 0),  // bound again
    ] as [([UInt32], UInt64, UInt64)]) func `counts what is missing`(
      numbers: [UInt32], seen: UInt64, lost: UInt64
    )
  {
    let gap = gap(numbers)
    #expect(gap.seen == seen)
    #expect(gap.lost == lost)
    #expect(gap.pool == seen + lost)
  }

  @Test func `numbers wrap`() {
    var gap = gap([0, 0x7000_0000, 0xE000_0000, 0xFFFF_FFFE])
    let before = gap.lost
    for number in [0xFFFF_FFFF, 0, 2] as [UInt32] {
      gap.count()
      gap.reconcile(number)
    }
    #expect(gap.lost == before + 1)
    #expect(gap.pool == (1 << 32) + 3)
  }

  @Test func `a group that is bound anew has lost nothing, however many there were`() {
    for last in [9, 0x9000_0000, 0xFFFF_FFFF] as [UInt32] {
      var gap = gap([0, 0x7000_0000, last].sorted())
      let lost = gap.lost
      gap.restart()
      for _ in 0..<3 { gap.count() }
      #expect(gap.reconcile(4) == 2)
      #expect(gap.lost == lost + 2)
    }
  }

  @Test func `numbers of sampled packets are enough`() {
    var skip = RandomSkip(rate: 50, random: SplitMix64(seed: 1))
    var loss = SplitMix64(seed: 2)
    var gap = SequenceGap()
    var lost: UInt64 = 0
    var lastSampled: UInt64 = 0
    for number in 0..<200_000 as Range<UInt32> {
      if UInt8.random(in: 0..<10, using: &loss) == 0 {
        lost += 1
        continue
      }
      gap.count()
      if skip.pick() {
        gap.reconcile(number)
        #expect(gap.pool == UInt64(number) + 1)
        #expect(gap.lost == lost)
        lastSampled = lost
      }
    }
    #expect(gap.lost == lastSampled)
  }

  @Test func `without numbers an overrun counts once, with numbers not at all`() {
    var gap = SequenceGap()
    gap.count()
    gap.overrun()
    gap.overrun()
    #expect(gap.lost == 2)
    #expect(gap.pool == 3)
    gap.count()
    gap.reconcile(51)
    #expect(gap.lost == 50)
    #expect(gap.pool == 52)
    #expect(gap.overruns == 2)
  }
}

@Suite struct PacketLogRateTests {
  private func rate(_ probability: Double?, _ sampling: UInt32) -> Settings.PacketLog.Rate {
    Settings.PacketLog(group: 5, probability: probability).rate(sampling: sampling)
  }

  @Test(
    arguments: [
      (nil, 400, 0, 400, 400), (1, 400, 1, 400, 400), (0.01, 400, 100, 4, 400), (0.01, 450, 100, 5, 500),
      (0.0025, 400, 400, 1, 400), (0.001, 400, 1000, 1, 1000), (0.003, 1000, 333, 4, 1332),
      (0.01, 0, 100, 0, 0), (nil, 0, 0, 0, 0),
    ] as [(Double?, UInt32, UInt32, UInt32, UInt32)])
  func `the rule and the agent sample one after the other`(
    probability: Double?, sampling: UInt32, ofRule: UInt32, subsampling: UInt32, effective: UInt32
  ) {
    let rate = rate(probability, sampling)
    #expect(rate.ofRule == ofRule)
    #expect(rate.subsampling == subsampling)
    #expect(rate.effective == effective)
  }
}
