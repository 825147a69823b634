public import Linux
public import SFlow

/// virt_node, 0:2100: the host as a home of virtual machines, while somebody knows it.
public final class VirtualNodeSource: HostRecordSource {
  public var name: String { "virtual node" }
  /// Set by who counts the virtual machines; `nil` leaves the structure out.
  public var node: VirtualNode?

  public init() {}

  @_lifetime(sample: copy sample)
  public func append(to sample: inout CounterSampleWriter) throws(FileError) {
    if let node { sample.append(node) }
  }
}
