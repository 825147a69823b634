/// SplitMix64: every 64-bit number once in 2⁶⁴ steps, from any seed. 8 octets of state, so that every source has
/// its own and none disturbs another.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Seeded by the system.
  public init() {
    var system = SystemRandomNumberGenerator()
    self.init(seed: system.next())
  }

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// Picks 1 packet in N at random.
///
/// The distance from one sample to the next is uniform in 1...2N−1, whose mean is exactly N: a packet that is not
/// sampled costs a decrement. (A choice per packet would cost a random number each and scatter more.)
public struct RandomSkip: Sendable {
  /// One packet in this many is picked; 0 picks none.
  public private(set) var rate: UInt32
  /// Packets up to and with the next one that is picked. At rate 0 more than will ever come.
  private var left: UInt64 = .max
  private var random: SplitMix64

  public init(rate: UInt32, random: SplitMix64 = SplitMix64()) {
    self.rate = rate
    self.random = random
    draw()
  }

  /// Counts one packet; returns whether it is picked.
  @inline(__always)
  public mutating func pick() -> Bool {
    left &-= 1
    if left > 0 { return false }
    draw()
    return true
  }

  /// From the next packet on. The old distance is forgotten, unless the rate stays.
  public mutating func setRate(_ rate: UInt32) {
    guard rate != self.rate else { return }
    self.rate = rate
    draw()
  }

  @inline(never)
  private mutating func draw() {
    left = rate == 0 ? .max : 1 + random.next(upperBound: 2 * UInt64(rate) - 1)
  }
}
