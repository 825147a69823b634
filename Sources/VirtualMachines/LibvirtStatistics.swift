internal import Bytes
internal import CLibvirt
internal import Linux

extension LibvirtConnection {
  /// Parameters of an answer whose memory is given back: 1 MB, some 50 guests.
  private static let mostKept = 10_000

  /// The statistics of all guests. One round trip, however many there are: virConnectGetAllDomainStats(). A guest that
  /// is busy (being migrated, or its monitor does not answer) is not waited for.
  func poll() throws(LibvirtFailure) -> Poll {
    try unsafe use { (libvirt, connection, state) throws(LibvirtFailure) in
      var poll = Poll()
      if state.needsSingleCalls {
        poll.isWhole = false
        return poll
      }
      var records: UnsafeMutablePointer<virDomainStatsRecordPtr?>?
      var count = unsafe libvirt.allStatistics(connection, waiting: state.waitsForBusyGuests, &records)
      if count < 0, !state.waitsForBusyGuests, libvirt.lastErrorIsRefusal {
        state.waitsForBusyGuests = true
        count = unsafe libvirt.allStatistics(connection, waiting: true, &records)
      }
      if count < 0, libvirt.lastErrorIsRefusal {
        state.needsSingleCalls = true
        poll.isWhole = false
        return poll
      }
      guard count >= 0, let list = unsafe records else {
        throw libvirt.failure("cannot get the statistics of guests")
      }
      var parametersFound = 0
      defer {
        unsafe libvirt.calls.free_statistics(list)
        // Until the next poll nobody needs it.
        if parametersFound > Self.mostKept { Host.returnFreedMemory() }
      }
      poll.guests.reserveCapacity(Int(count))
      for i in 0..<Int(count) {
        // libvirt says how many there are.
        guard let record = unsafe list[i], let listed = unsafe libvirt.listed(record.pointee.dom) else {
          continue
        }
        let parameters = unsafe UnsafeBufferPointer(
          start: record.pointee.params, count: Int(clamping: record.pointee.nparams))
        parametersFound += parameters.count
        poll.guests.append((listed, unsafe GuestStatistics(parameters)))
      }
      // LXC and the test driver tell the state and nothing else.
      let active = poll.guests.filter { $0.listed.identifier >= 0 }
      if !active.isEmpty, active.allSatisfy({ $0.statistics.cpuNS == nil }) {
        state.needsSingleCalls = true
        poll.isWhole = false
      }
      return poll
    }
  }

  /// The statistics of some guests by single calls: two round trips for a guest, two for each disk, one for each adaptor.
  /// - Parameter guests: with their descriptions, which name the devices. One that is gone is not in the answer.
  func statistics(
    of guests: [(uuid: UUID, description: GuestDescription?)]
  ) throws(LibvirtFailure) -> [(listed: ListedGuest, statistics: GuestStatistics)] {
    try unsafe use { (libvirt, connection, _) throws(LibvirtFailure) in
      var found: [(listed: ListedGuest, statistics: GuestStatistics)] = []
      for guest in guests {
        guard let domain = unsafe libvirt.domain(guest.uuid, connection) else {
          try unsafe libvirt.check(connection)
          continue
        }
        defer { _ = unsafe libvirt.calls.free_domain(domain) }
        guard let listed = unsafe libvirt.listed(domain) else { continue }
        found.append((listed, unsafe libvirt.statistics(domain, listed, guest.description)))
        try unsafe libvirt.checkAlive(connection)
      }
      return found
    }
  }
}

extension Libvirt {
  fileprivate func allStatistics(
    _ connection: virConnectPtr, waiting: Bool,
    _ records: inout UnsafeMutablePointer<virDomainStatsRecordPtr?>?
  ) -> CInt {
    let wanted: [virDomainStatsTypes] = [
      VIR_DOMAIN_STATS_STATE, VIR_DOMAIN_STATS_CPU_TOTAL, VIR_DOMAIN_STATS_BALLOON, VIR_DOMAIN_STATS_VCPU,
      VIR_DOMAIN_STATS_INTERFACE, VIR_DOMAIN_STATS_BLOCK,
    ]
    let flags = waiting ? 0 : VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT.rawValue
    return unsafe calls.all_statistics(connection, wanted.reduce(0) { $0 | $1.rawValue }, &records, flags)
  }

  /// The driver has no such call, or not with these flags.
  fileprivate var lastErrorIsRefusal: Bool {
    let refusals: [virErrorNumber] = [VIR_ERR_NO_SUPPORT, VIR_ERR_INVALID_ARG, VIR_ERR_ARGUMENT_UNSUPPORTED]
    let code = calls.last_error_code()
    return refusals.contains { $0.rawValue == UInt32(clamping: code) }
  }

  fileprivate func checkAlive(_ connection: virConnectPtr) throws(LibvirtFailure) {
    if unsafe calls.is_alive(connection) != 1 { throw failure("libvirt does not answer") }
  }

  /// What single calls tell; what fails is left out.
  fileprivate func statistics(
    _ domain: virDomainPtr, _ listed: ListedGuest, _ description: GuestDescription?
  ) -> GuestStatistics {
    var statistics = GuestStatistics()
    var info = virDomainInfo()
    if unsafe calls.info(domain, &info) == 0 {
      statistics.state = UInt32(info.state)
      statistics.cpuNS = info.cpuTime
      statistics.virtualCPUs = UInt64(info.nrVirtCpu)
      statistics.memoryKiB = UInt64(info.memory)
      statistics.maximumMemoryKiB = UInt64(info.maxMem)
    }
    guard listed.identifier >= 0, let description else { return statistics }
    statistics.disks = description.writableDisks.sorted().map { unsafe disk(domain, $0) }
    statistics.adaptors = description.adaptors.compactMap(\.device).map { unsafe adaptor(domain, $0) }
    return statistics
  }

  private func disk(_ domain: virDomainPtr, _ name: String) -> DeviceStatistics {
    var disk = DeviceStatistics(name: name)
    var statistics = virDomainBlockStatsStruct()
    if unsafe calls.block_statistics(domain, name, &statistics, MemoryLayout<virDomainBlockStatsStruct>.size)
      == 0
    {
      disk[GuestStatistics.Disk.readRequests] = UInt64(exactly: statistics.rd_req)
      disk[GuestStatistics.Disk.readBytes] = UInt64(exactly: statistics.rd_bytes)
      disk[GuestStatistics.Disk.writeRequests] = UInt64(exactly: statistics.wr_req)
      disk[GuestStatistics.Disk.writtenBytes] = UInt64(exactly: statistics.wr_bytes)
      disk[GuestStatistics.Disk.errors] = UInt64(exactly: statistics.errs)
    }
    var info = virDomainBlockInfo()
    if unsafe calls.block_info(domain, name, &info, 0) == 0 {
      (disk.capacity, disk.allocation, disk.physical) = (info.capacity, info.allocation, info.physical)
    }
    return disk
  }

  private func adaptor(_ domain: virDomainPtr, _ name: String) -> DeviceStatistics {
    var adaptor = DeviceStatistics(name: name)
    var statistics = virDomainInterfaceStatsStruct()
    let size = MemoryLayout<virDomainInterfaceStatsStruct>.size
    if unsafe calls.interface_statistics(domain, name, &statistics, size) == 0 {
      adaptor[GuestStatistics.Net.inBytes] = UInt64(exactly: statistics.rx_bytes)
      adaptor[GuestStatistics.Net.inPackets] = UInt64(exactly: statistics.rx_packets)
      adaptor[GuestStatistics.Net.inErrors] = UInt64(exactly: statistics.rx_errs)
      adaptor[GuestStatistics.Net.inDrops] = UInt64(exactly: statistics.rx_drop)
      adaptor[GuestStatistics.Net.outBytes] = UInt64(exactly: statistics.tx_bytes)
      adaptor[GuestStatistics.Net.outPackets] = UInt64(exactly: statistics.tx_packets)
      adaptor[GuestStatistics.Net.outErrors] = UInt64(exactly: statistics.tx_errs)
      adaptor[GuestStatistics.Net.outDrops] = UInt64(exactly: statistics.tx_drop)
    }
    return adaptor
  }
}
