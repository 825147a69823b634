internal import Bytes
public import Linux
public import SFlow

/// host_adapters, 0:2001: the MAC addresses by which switches know this host.
public final class AdaptersSource: HostRecordSource {
  public var name: String { "adapters" }
  private let interfaces: any HostInterfaces

  public init(_ interfaces: any HostInterfaces) { self.interfaces = interfaces }

  /// The last record of the sample: as many adaptors as the datagram has room for.
  @_lifetime(sample: copy sample)
  public func append(to sample: inout CounterSampleWriter) throws(FileError) {
    // Tag, length and count; then ifIndex, a count of 1 and a padded MAC address for each.
    let room = max(0, (sample.remainingInSample - 12) / 16)
    let adaptors = interfaces.table.hostAdaptors().prefix(room)
    sample.append(
      HostAdapters(
        adapters: adaptors.compactMap { interface in
          interface.mac.map { HostAdapters.Adapter(index: interface.index, addresses: [$0]) }
        }))
  }
}
