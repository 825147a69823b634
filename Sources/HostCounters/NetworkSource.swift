public import Linux
internal import Netlink
public import SFlow

/// host_net_io, 0:2006: the sum over the interfaces that `InterfaceTable.hostTotalInterfaces` names.
public final class NetworkSource: HostRecordSource {
  public var name: String { "network" }
  private let interfaces: any HostInterfaces
  private var sum = CounterSum<UInt32>()

  public init(_ interfaces: any HostInterfaces) { self.interfaces = interfaces }

  @_lifetime(sample: copy sample)
  public func append(to sample: inout CounterSampleWriter) throws(FileError) {
    let counted = Set(interfaces.table.hostTotalInterfaces())
    sum.beginRound()
    try interfaces.readStatistics { index, link in
      guard counted.contains(index) else { return }
      sum.add(
        index,
        [
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
}
