public import Netlink
public import SFlow

/// The interfaces of a sample.
///
/// The host itself is the "internal" interface: it is the output of what the host receives and the input of what
/// it sends. (The C agent has these two the other way round for logged packets.)
public struct PacketPath: Equatable, Sendable {
  /// ifIndex of the data source.
  public var source: UInt32
  public var input: Interface
  public var output: Interface

  public init(source: UInt32, input: Interface, output: Interface) {
    self.source = source
    self.input = input
    self.output = output
  }

  /// The loopback has this index in every network namespace. `LOOPBACK_IFINDEX`.
  private static let loopback: UInt32 = 1

  /// Of a logged packet; `nil` if it has no interface at all.
  ///
  /// A bridge port goes before its bridge. What came in is delivered to the host unless it says where it goes out.
  /// Where the kernel has not yet decided, that holds for hosts and IP; for bridged frames, and at netdev hooks,
  /// it is unknown. The source is where the packet came in, if it came in.
  /// - Parameters: interface indices, 0 for none.
  public init?(
    family: NetfilterFamily, hook: NetfilterHook, inDevice: UInt32, outDevice: UInt32, inPort: UInt32 = 0,
    outPort: UInt32 = 0
  ) {
    let from = inPort == 0 ? inDevice : inPort
    let to = outPort == 0 ? outDevice : outPort
    guard from != 0 || to != 0 else { return nil }
    source = from == 0 || from == Self.loopback && to != 0 ? to : from

    let isBridged = family == .bridge || inPort != 0
    let atNetdev = family == .netdev || hook == .ingress
    if from != 0 {
      input = Interface(index: from)
    } else {
      // A bridge does not say here where a frame that it passes on came in.
      input = family == .bridge && hook == .postRouting || atNetdev ? .unknown : .internal
    }
    if to != 0 {
      output = Interface(index: to)
    } else {
      output = isBridged && hook == .preRouting || atNetdev ? .unknown : .internal
    }
  }

  /// Of a packet of a log group.
  public init?(_ packet: borrowing NFLogPacket) {
    self.init(
      family: packet.family, hook: packet.hook, inDevice: packet.inDevice, outDevice: packet.outDevice,
      inPort: packet.inPort, outPort: packet.outPort)
  }
}
