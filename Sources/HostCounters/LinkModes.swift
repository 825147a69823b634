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
    var mode = Ethtool.LinkMode()
    do throws(Errno) {
      mode = try driver().linkMode(of: interface.name)
    } catch {
      // The driver did not say that it does not know.
      if error.isWantOfResources { return mode }
    }
    if !Self.borrowing.contains(interface.kind ?? "") { known[interface.index] = mode }
    return mode
  }

  private func driver() throws(Errno) -> Ethtool {
    if let ethtool { return ethtool }
    let new = try Ethtool()
    ethtool = new
    return new
  }

  /// Forgets what the changes may have made wrong.
  public func apply(_ changes: InterfaceChanges) {
    for index in changes.removed.keys { known[index] = nil }
    for index in changes.linkChanged.union(changes.renamed).union(changes.added) { known[index] = nil }
  }
}
