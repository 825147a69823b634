public import Bytes
internal import Linux
public import SFlow

/// A guest of the host, and what there is to say about it on the wire.
public struct Guest: Sendable {
  public let uuid: UUID
  public internal(set) var name: String
  /// `nil` until libvirt has described it.
  public internal(set) var description: GuestDescription?
  /// The number of this run of the guest; negative while it does not run. virDomainGetID().
  var identifier: Int32
  /// Its description may be out of date.
  var needsDescription = true
  /// Since when libvirt does not have it, or cannot be asked.
  var missingSince: Instant?
  var statistics: GuestStatistics?
  /// Polls in a row in which libvirt named its disks and told nothing of them.
  private(set) var busyPolls = 0
  private var disks = DeviceSum()
  private var adaptors = DeviceSum()

  init(_ listed: ListedGuest) {
    uuid = listed.uuid
    name = listed.name
    identifier = listed.identifier
  }

  /// Running, paused, crashed: it has a process and counters.
  public var isActive: Bool { identifier >= 0 }

  /// Libvirt has it.
  mutating func update(_ listed: ListedGuest) {
    missingSince = nil
    if listed.name != name || listed.identifier != identifier { needsDescription = true }
    name = listed.name
    if listed.identifier != identifier {
      // Another run: its counters begin at zero.
      identifier = listed.identifier
      (disks, adaptors, statistics, busyPolls) = (DeviceSum(), DeviceSum(), nil, 0)
    }
  }

  /// What libvirt found out about it. A guest that is busy is answered for in part: what was not said stays.
  mutating func update(_ new: GuestStatistics) {
    // The names tell of devices that came or went, should the event be lost.
    let old = statistics
    if Self.differ(old?.adaptors, new.adaptors) || Self.differ(old?.disks, new.disks) {
      needsDescription = true
    }
    let isBusy = new.disks.map { !$0.isEmpty && $0.allSatisfy(\.isOnlyNamed) } ?? false
    busyPolls = isBusy ? busyPolls + 1 : 0
    statistics = new
    statistics?.disks = Self.complete(new.disks, old?.disks)
    statistics?.adaptors = Self.complete(new.adaptors, old?.adaptors)
    if new.disks != nil { disks.update(writableDisks ?? []) }
    if new.adaptors != nil { adaptors.update(statistics?.adaptors ?? []) }
    if new.cpuNS == nil { statistics?.cpuNS = old?.cpuNS }
    if new.memoryKiB == nil { statistics?.memoryKiB = old?.memoryKiB }
    if new.maximumMemoryKiB == nil { statistics?.maximumMemoryKiB = old?.maximumMemoryKiB }
    if new.virtualCPUs == nil { statistics?.virtualCPUs = old?.virtualCPUs }
  }

  private static func complete(_ new: [DeviceStatistics]?, _ old: [DeviceStatistics]?) -> [DeviceStatistics]?
  {
    guard var new, let old else { return new ?? old }
    for i in new.indices { if let before = old.device(new[i].name, near: i) { new[i].keep(before) } }
    return new
  }

  private var writableDisks: [DeviceStatistics]? {
    statistics?.disks?.filter { description?.readOnlyDisks.contains($0.name) != true }
  }

  private static func differ(_ old: [DeviceStatistics]?, _ new: [DeviceStatistics]?) -> Bool {
    guard let old, let new else { return false }
    return !old.elementsEqual(new) { $0.name == $1.name }
  }
}

// MARK: - On the wire

extension Guest {
  public var hostDescription: HostDescription {
    HostDescription(
      hostname: name, uuid: uuid, machineType: description?.machineType ?? .unknown,
      osName: description?.osName ?? .unknown)
  }

  /// A guest that does not run has used no time: its counter begins again with it.
  public var cpu: VirtualCPU {
    VirtualCPU(
      state: DomainState(libvirt: statistics?.state),
      cpuMS: isActive ? statistics?.cpuNS.map { UInt32(truncatingIfNeeded: $0 / 1_000_000) } ?? .max : 0,
      virtualCPUs: (statistics?.virtualCPUs ?? statistics?.maximumCPUs).map { UInt32(clamping: $0) }
        ?? description?.virtualCPUs ?? 0)
  }

  public var memory: VirtualMemory {
    VirtualMemory(
      usedBytes: isActive ? Self.bytes(kib: statistics?.memoryKiB) ?? 0 : 0,
      maximumBytes: Self.bytes(kib: statistics?.maximumMemoryKiB) ?? description?.memoryBytes ?? 0)
  }

  /// Counters exist while the guest runs. `nil` too if it has been busy whenever it was asked for.
  public var diskIO: VirtualDiskIO? {
    guard isActive, let found = writableDisks, found.isEmpty || !found.allSatisfy(\.isOnlyNamed) else {
      return nil
    }
    var io = VirtualDiskIO()
    for disk in found {
      io.capacityBytes = Self.sum(io.capacityBytes, disk.capacity ?? 0)
      io.allocationBytes = Self.sum(io.allocationBytes, disk.allocation ?? 0)
      io.availableBytes = Self.sum(io.availableBytes, disk.physical ?? 0)
    }
    io.readRequests = Self.counter32(disks[GuestStatistics.Disk.readRequests])
    io.readBytes = disks[GuestStatistics.Disk.readBytes] ?? .max
    io.writeRequests = Self.counter32(disks[GuestStatistics.Disk.writeRequests])
    io.writtenBytes = disks[GuestStatistics.Disk.writtenBytes] ?? .max
    io.errors = Self.counter32(disks[GuestStatistics.Disk.errors])
    return io
  }

  public var networkIO: VirtualNetworkIO? {
    guard isActive, statistics?.adaptors != nil else { return nil }
    var io = VirtualNetworkIO()
    io.inBytes = adaptors[GuestStatistics.Net.inBytes] ?? .max
    io.inPackets = Self.counter32(adaptors[GuestStatistics.Net.inPackets])
    io.inErrors = Self.counter32(adaptors[GuestStatistics.Net.inErrors])
    io.inDrops = Self.counter32(adaptors[GuestStatistics.Net.inDrops])
    io.outBytes = adaptors[GuestStatistics.Net.outBytes] ?? .max
    io.outPackets = Self.counter32(adaptors[GuestStatistics.Net.outPackets])
    io.outErrors = Self.counter32(adaptors[GuestStatistics.Net.outErrors])
    io.outDrops = Self.counter32(adaptors[GuestStatistics.Net.outDrops])
    return io
  }

  private static func counter32(_ value: UInt64?) -> UInt32 {
    value.map { UInt32(truncatingIfNeeded: $0) } ?? .max
  }

  private static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : sum
  }

  private static func bytes(kib value: UInt64?) -> UInt64? {
    value.map { $0 > .max >> 10 ? .max : $0 << 10 }
  }
}

extension DomainState {
  /// sFlow has taken over `virDomainState` up to "crashed". A guest that its own power management suspended comes
  /// nearest to a paused one.
  init(libvirt state: UInt32?) {
    self =
      switch state {
      case let state? where state <= DomainState.crashed.rawValue: DomainState(rawValue: state)
      case DomainState.suspended.rawValue: .paused
      default: .noState
      }
  }
}
