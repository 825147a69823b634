/// The sum of the counters of things that come and go (disks, interfaces). It never falls.
///
/// In the first round that is brought to its end the sum is that of the kernel's values. Later each thing adds what
/// it counted since it was seen last. What appears later adds nothing in its first round: an interface that moves
/// in from another network namespace, or a disk that was away, brings a past of its own.
///
/// `Values` are up to eight counters of one thing, added lane by lane.
struct CounterSum<Key: Hashable> {
  typealias Values = SIMD8<UInt64>

  private var last: [Key: (values: Values, round: UInt64)] = [:]
  private var round: UInt64 = 0
  /// No round has been brought to its end.
  private var isFirst = true
  private(set) var total = Values(repeating: 0)

  /// Begins a round. One that was not brought to its end has counted as far as it went.
  mutating func beginRound() { round &+= 1 }

  mutating func add(_ key: Key, _ values: Values) {
    if let before = last[key] {
      for i in 0..<8 { total[i] &+= Self.increase(from: before.values[i], to: values[i]) }
    } else if isFirst {
      total &+= values
    }
    last[key] = (values, round)
  }

  /// Forgets what neither this round nor the one before has shown: the kernel's lists, read while they change, may
  /// leave out what is there.
  mutating func endRound() {
    isFirst = false
    let oldest = round &- 1
    if last.contains(where: { $0.value.round < oldest }) { last = last.filter { $0.value.round >= oldest } }
  }

  /// How much a counter moved. Some are 32 bits wide in the kernel and wrap; one that falls otherwise was reset.
  static func increase(from old: UInt64, to new: UInt64) -> UInt64 {
    if new >= old { return new - old }
    let wrapped = new &+ (1 << 32) &- old
    return old >> 32 == 0 && wrapped < 1 << 31 ? wrapped : 0
  }
}
