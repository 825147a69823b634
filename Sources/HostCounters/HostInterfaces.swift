public import Linux
public import Netlink
public import SFlow

/// The interfaces of the host and their counters. `InterfaceMonitor` in production.
public protocol HostInterfaces: AnyObject {
  var table: InterfaceTable { get }
  /// Called after the table changed.
  var onChange: (InterfaceChanges) -> Void { get set }
  /// Reads the table and follows it from then on. What fails is logged and tried again.
  func start()
  /// Calls `body` with the counters of every interface, in the kernel's order.
  func readStatistics(_ body: (UInt32, LinkStatistics64) -> Void) throws(FileError)
  /// What a bond says of a member; `nil` if one of them is gone. Not to be called while counters are read.
  func readMembership(of member: UInt32, in bond: UInt32) throws(FileError) -> LAGPortStats?
}
