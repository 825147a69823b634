/// The sum of the counters of a guest's devices. It does not fall while the guest runs: what a device has counted
/// stays when it is unplugged, as what a collector sees must be a counter.
struct DeviceSum: Equatable, Sendable {
  private var last: [DeviceStatistics] = []
  /// What devices had counted that are gone.
  private var departed = SIMD8<UInt64>()
  private var total = SIMD8<UInt64>()
  /// The counters that at least one device has.
  private var known: UInt8 = 0

  /// - Parameter devices: all that the guest has now.
  mutating func update(_ devices: [DeviceStatistics]) {
    total = departed
    for (i, old) in last.enumerated() {
      // One whose counters fall is another of the same name.
      if let now = devices.device(old.name, near: i), !now.fell(since: old) { continue }
      departed &+= old.values
      total &+= old.values
    }
    for device in devices {
      total &+= device.values
      known |= device.known
    }
    last = devices
  }

  /// `nil` if no device counts it.
  subscript(lane: Int) -> UInt64? { known & 1 << UInt8(lane) == 0 ? nil : total[lane] }
}

extension [DeviceStatistics] {
  /// - Parameter place: where it was: devices rarely move.
  func device(_ name: String, near place: Int) -> DeviceStatistics? {
    place < count && self[place].name == name ? self[place] : first { $0.name == name }
  }
}

extension DeviceStatistics {
  fileprivate func fell(since old: DeviceStatistics) -> Bool {
    for lane in 0..<Self.counters {
      if let now = self[lane], let before = old[lane], now < before { return true }
    }
    return false
  }
}
