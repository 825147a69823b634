internal import Bytes
public import Linux
public import SFlow

/// host_adapters, 0:2001: the MAC addresses by which switches know this host.
public final class AdaptersSource: HostRecordSource {
  public var name: String { "adapters" }
  private let interfaces: any HostInterfaces
  /// All adaptors, as of `generation` of the table.
  private var all = HostAdapters()
  private var generation: UInt64?

  public init(_ interfaces: any HostInterfaces) { self.interfaces = interfaces }

  /// The last record of the sample: as many adaptors as the datagram has room for.
  @_lifetime(sample: copy sample)
  public func append(to sample: inout CounterSampleWriter) throws(FileError) {
    update()
    // Tag, length and count.
    let room = sample.remainingInSample - 12
    guard room >= 0 else { return }
    let count = room / HostAdapters.Adapter.octets(addresses: 1)
    sample.append(
      all.adapters.count <= count ? all : HostAdapters(adapters: Array(all.adapters.prefix(count))))
  }

  private func update() {
    let table = interfaces.table
    guard table.generation != generation else { return }
    generation = table.generation
    all.adapters = table.hostAdaptors().compactMap { interface in
      interface.mac.map { HostAdapters.Adapter(index: interface.index, addresses: [$0]) }
    }
  }
}
