public import Linux
internal import SystemPackage

/// Speed and duplex of interfaces: asked of the driver once, and again after the link changed.
public final class LinkModes {
  private var known: [UInt32: Ethtool.LinkMode] = [:]
  private var ethtool: Ethtool?

  public init() {}

  public subscript(interface: Interface) -> Ethtool.LinkMode {
    if let mode = known[interface.index] { return mode }
    if ethtool == nil { ethtool = try? Ethtool() }
    let mode = (try? ethtool?.linkMode(of: interface.name)) ?? Ethtool.LinkMode()
    known[interface.index] = mode
    return mode
  }

  /// Forgets what the changes may have made wrong.
  public func apply(_ changes: InterfaceChanges) {
    for index in changes.removed.keys { known[index] = nil }
    for index in changes.linkChanged.union(changes.renamed).union(changes.added) { known[index] = nil }
  }
}
