internal import Bytes
public import Linux
public import SFlow

/// host_adapters, 0:2001: the MAC addresses by which switches know this host.
public final class AdaptersSource: HostRecordSource {
  public var name: String { "adapters" }
  private let interfaces: any HostInterfaces
  private let node: VirtualNodeSource?
  /// All adaptors, as of `generation` of the table.
  private var all = HostAdapters()
  private var generation: UInt64?
  private var guestInterfaces: Set<UInt32> = []

  /// - Parameter node: knows which interfaces are of guests.
  public init(_ interfaces: any HostInterfaces, node: VirtualNodeSource? = nil) {
    self.interfaces = interfaces
    self.node = node
  }

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
    let guestInterfaces = node?.guestInterfaces ?? []
    guard table.generation != generation || guestInterfaces != self.guestInterfaces else { return }
    (generation, self.guestInterfaces) = (table.generation, guestInterfaces)
    all.adapters = table.hostAdaptors(except: guestInterfaces).compactMap { interface in
      interface.mac.map { HostAdapters.Adapter(index: interface.index, addresses: [$0]) }
    }
  }
}
