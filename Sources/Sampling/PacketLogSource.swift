/// A source of packets that firewall rules pick: `NFLogSource`, or `ULogSource` on a kernel that has ULOG.
public protocol PacketLogSource: AnyObject {
  func start()
  func stop()
  /// Takes over another rate or header size. Another group needs another source.
  func apply(_ new: NFLogSource.Settings)
  /// The interface is gone: a later one with its index begins anew.
  func forget(_ index: UInt32)
  /// All packets of the group, those that were lost too.
  var packets: SequenceGap { get }
  var report: SourceReport { get }
  /// For a person.
  var status: [String] { get }
}

extension NFLogSource: PacketLogSource {}
