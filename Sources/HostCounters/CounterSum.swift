/// The sum of the counters of things that come and go (disks, interfaces). It never falls.
///
/// At the first round the sum is that of the kernel's values. Later each thing adds what it counted since the round
/// before. What appears later adds nothing in its first round: an interface that moves in from another network
/// namespace, or a disk that was away, brings a past of its own.
///
/// `Values` are up to eight counters of one thing, added lane by lane.
struct CounterSum<Key: Hashable> {
  typealias Values = SIMD8<UInt64>

  private var last: [Key: (values: Values, round: UInt64)] = [:]
  private var round: UInt64 = 0
  private(set) var total = Values(repeating: 0)

  mutating func beginRound() { round &+= 1 }

  mutating func add(_ key: Key, _ values: Values) {
    if let before = last[key] {
      for i in 0..<8 { total[i] &+= Self.increase(from: before.values[i], to: values[i]) }
    } else if round == 1 {
      total &+= values
    }
    last[key] = (values, round)
  }

  /// Forgets what the round did not show.
  mutating func endRound() {
    let round = round
    if last.contains(where: { $0.value.round != round }) { last = last.filter { $0.value.round == round } }
  }

  /// How much a counter moved. Some are 32 bits wide in the kernel and wrap; one that falls otherwise was reset.
  static func increase(from old: UInt64, to new: UInt64) -> UInt64 {
    if new >= old { return new - old }
    let wrapped = new &+ (1 << 32) &- old
    return old >> 32 == 0 && wrapped < 1 << 31 ? wrapped : 0
  }
}
