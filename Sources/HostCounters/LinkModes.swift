public import Linux
internal import SystemPackage

/// Speed and duplex of interfaces: asked of the driver once, and again after the link changed. Of interfaces that run at
/// the speed of others asked every time, for the kernel announces no change: a bond that loses a member is slower.
public final class LinkModes {
  private var known: [UInt32: Ethtool.LinkMode] = [:]
  private var ethtool: Ethtool?

  private static let borrowing: Set = ["bond", "team", "bridge", "vlan", "macvlan", "macvtap", "ipvlan"]

  public init() {}

  public subscript(interface: Interface) -> Ethtool.LinkMode {
    if let mode = known[interface.index] { return mode }
    if ethtool == nil { ethtool = try? Ethtool() }
    let mode = (try? ethtool?.linkMode(of: interface.name)) ?? Ethtool.LinkMode()
    if !Self.borrowing.contains(interface.kind ?? "") { known[interface.index] = mode }
    return mode
  }

  /// Forgets what the changes may have made wrong.
  public func apply(_ changes: InterfaceChanges) {
    for index in changes.removed.keys { known[index] = nil }
    for index in changes.linkChanged.union(changes.renamed).union(changes.added) { known[index] = nil }
  }
}
