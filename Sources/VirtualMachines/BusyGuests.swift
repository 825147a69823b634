internal import Logging

/// Guests whose disks libvirt has told nothing of for some polls, though they run. Their counters stand still, which
/// must not go unsaid: once when there are some, and once when there are none any more.
struct BusyGuests {
  private(set) var names: [String] = []

  static let reason = "libvirt tells nothing of its disks, whose counters stay what they were"
  static let remedy =
    "does its process stand still, or does another program ask its monitor all the time? virsh domstats --nowait shows it"

  /// - Parameter guests: all, after a poll.
  mutating func update(_ guests: some Sequence<Guest>, _ logger: Logger) {
    let before = names
    names = guests.filter(\.isBusy).map(\.name).sorted()
    if before.isEmpty, let first = names.first {
      let others = names.count > 1 ? " and \(names.count - 1) more" : ""
      logger.warning("virtual machines: guest \"\(first)\"\(others): \(Self.reason); \(Self.remedy)")
    } else if !before.isEmpty, names.isEmpty {
      logger.notice("virtual machines: libvirt tells of the disks of all guests again")
    }
  }
}

extension Guest {
  /// A guest is busy for a moment whenever somebody asks its monitor.
  private static let pollsInARow = 3

  /// Libvirt has told nothing of its disks for so long that it should be said. virConnectGetAllDomainStats() with
  /// VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT.
  var isBusy: Bool { isActive && missingSince == nil && busyPolls >= Self.pollsInARow }

  /// Why its counters are not what they should be.
  public var trouble: (reason: String, remedy: String)? {
    isBusy ? (BusyGuests.reason, BusyGuests.remedy) : nil
  }
}
