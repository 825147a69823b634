public import Linux
internal import Netlink
public import SFlow

/// host_net_io, 0:2006: the sum over the interfaces that `InterfaceTable.hostTotalInterfaces` names.
public final class NetworkSource: HostRecordSource {
  public var name: String { "network" }
  private let interfaces: any HostInterfaces
  private var sum = CounterSum<Key>()
  /// The interfaces that count, by ifIndex, as of `generation` of the table.
  private var counted: [UInt32: Key] = [:]
  private var generation: UInt64?

  /// An interface: another that comes to have its ifIndex is another key.
  private struct Key: Hashable {
    var index: UInt32
    var birth: UInt64
  }

  public init(_ interfaces: any HostInterfaces) { self.interfaces = interfaces }

  @_lifetime(sample: copy sample)
  public func append(to sample: inout CounterSampleWriter) throws(FileError) {
    updateCounted()
    sum.beginRound()
    try interfaces.readStatistics { index, link in
      guard let key = counted[index] else { return }
      sum.add(
        key,
        [
          // Drops as in /proc/net/dev (net/core/net-procfs.c).
          link.rxBytes, link.rxPackets, link.rxErrors, link.rxDropped &+ link.rxMissedErrors,
          link.txBytes, link.txPackets, link.txErrors, link.txDropped,
        ])
    }
    sum.endRound()

    let total = sum.total
    var io = HostNetworkIO()
    io.inBytes = total[0]
    io.inPackets = UInt32(truncatingIfNeeded: total[1])
    io.inErrors = UInt32(truncatingIfNeeded: total[2])
    io.inDrops = UInt32(truncatingIfNeeded: total[3])
    io.outBytes = total[4]
    io.outPackets = UInt32(truncatingIfNeeded: total[5])
    io.outErrors = UInt32(truncatingIfNeeded: total[6])
    io.outDrops = UInt32(truncatingIfNeeded: total[7])
    sample.append(io)
  }

  private func updateCounted() {
    let table = interfaces.table
    guard table.generation != generation else { return }
    generation = table.generation
    counted = [:]
    for index in table.hostTotalInterfaces() {
      if let interface = table[index] { counted[index] = Key(index: index, birth: interface.birth) }
    }
  }
}
