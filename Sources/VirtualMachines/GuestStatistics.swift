/// The counters of one device of a guest. An absent one is `nil`: not every driver counts everything.
struct DeviceStatistics: Equatable, Sendable {
  /// Up to eight counters; what they are, `GuestStatistics` says.
  static let counters = 8

  /// "vda", "vnet3"
  var name = ""
  private(set) var values = SIMD8<UInt64>()
  /// A bit for each counter that there is.
  private(set) var known: UInt8 = 0
  /// Of a disk, bytes.
  var capacity: UInt64?
  var allocation: UInt64?
  var physical: UInt64?

  subscript(_ lane: Int) -> UInt64? {
    get { known & 1 << UInt8(lane) == 0 ? nil : values[lane] }
    set {
      values[lane] = newValue ?? 0
      if newValue == nil { known &= ~(1 << UInt8(lane)) } else { known |= 1 << UInt8(lane) }
    }
  }

  /// Of a guest that is busy libvirt tells the names of the disks and nothing else.
  var isOnlyNamed: Bool { known == 0 && capacity == nil && allocation == nil && physical == nil }

  /// What was not said is as it was.
  mutating func keep(_ old: DeviceStatistics) {
    for lane in 0..<Self.counters where self[lane] == nil { self[lane] = old[lane] }
    capacity = capacity ?? old.capacity
    allocation = allocation ?? old.allocation
    physical = physical ?? old.physical
  }
}

/// What libvirt says of a guest at one time.
struct GuestStatistics: Equatable, Sendable {
  /// Lanes of a disk.
  enum Disk { static let (readRequests, readBytes, writeRequests, writtenBytes, errors) = (0, 1, 2, 3, 4) }
  /// Lanes of an adaptor, as the guest sees them.
  enum Net {
    static let (inBytes, inPackets, inErrors, inDrops) = (0, 1, 2, 3)
    static let (outBytes, outPackets, outErrors, outDrops) = (4, 5, 6, 7)
  }

  /// `virDomainState`
  var state: UInt32?
  /// `cpu.time`, ns.
  var cpuNS: UInt64?
  /// `vcpu.current`, `vcpu.maximum`
  var virtualCPUs: UInt64?
  var maximumCPUs: UInt64?
  /// `balloon.current`, `balloon.maximum`, KiB.
  var memoryKiB: UInt64?
  var maximumMemoryKiB: UInt64?
  /// `nil` if the answer has nothing about them.
  var disks: [DeviceStatistics]?
  var adaptors: [DeviceStatistics]?

  init() {}
}
