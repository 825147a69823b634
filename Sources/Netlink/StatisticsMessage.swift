public import Bytes

/// The counters of a link: `RTM_NEWSTATS`.
///
///     0  family       1
///     1  padding      3
///     4  ifindex      4
///     8  filter_mask  4
///     12 attributes
///
/// What it has of a link `LinkStatistics64.update` reads.
public struct StatisticsMessage: Equatable, Sendable {
  /// `IFLA_STATS_LINK_64`.
  static let link64Attribute: UInt16 = 1
  /// `IFLA_STATS_LINK_XSTATS_SLAVE`.
  static let memberAttribute: UInt16 = 3

  /// ifIndex.
  public var index: UInt32
  /// Of a member of an 802.3ad bond, if they were asked for.
  public var lacp: LACPStatistics?

  /// `nil` if `message` has no statistics.
  public init?(parsing message: Message) throws(WireError) {
    index = 0
    guard var attributes = try Self.attributes(of: message, &index) else { return nil }
    while let attribute = try attributes.next() {
      guard attribute.type == Self.memberAttribute else { continue }
      lacp = try LACPStatistics(parsingMember: attribute.attributes)
    }
  }

  @_lifetime(copy message)
  fileprivate static func attributes(
    of message: Message, _ index: inout UInt32
  ) throws(WireError) -> Attributes? {
    guard message.header.type == .newStatistics else { return nil }
    var reader = message.payload
    try reader.skip(4)
    index = try reader.native32()
    try reader.skip(4)
    return Attributes(reader)
  }
}

/// `struct rtnl_link_stats64`: counters since the link was made, never reset, in the kernel's order.
///
/// Old kernels have fewer at the end, which are then 0; new ones may have more, which are left out.
public struct LinkStatistics64: Equatable, Sendable {
  public var rxPackets: UInt64 = 0
  public var txPackets: UInt64 = 0
  /// Octets, for Ethernet with the MAC header and without the frame check sequence.
  public var rxBytes: UInt64 = 0
  /// Octets, counted like `rxBytes`.
  public var txBytes: UInt64 = 0
  /// Bad packets received: the sum of the detailed errors below.
  public var rxErrors: UInt64 = 0
  public var txErrors: UInt64 = 0
  /// Good packets received but not processed, as for want of memory or of a protocol.
  public var rxDropped: UInt64 = 0
  public var txDropped: UInt64 = 0
  /// Multicast packets received; in many drivers with broadcast.
  public var multicast: UInt64 = 0
  public var collisions: UInt64 = 0
  public var rxLengthErrors: UInt64 = 0
  public var rxOverErrors: UInt64 = 0
  public var rxCRCErrors: UInt64 = 0
  public var rxFrameErrors: UInt64 = 0
  public var rxFIFOErrors: UInt64 = 0
  /// Packets the hardware had no buffer for; not in `rxErrors` nor `rxDropped`.
  public var rxMissedErrors: UInt64 = 0
  public var txAbortedErrors: UInt64 = 0
  public var txCarrierErrors: UInt64 = 0
  public var txFIFOErrors: UInt64 = 0
  public var txHeartbeatErrors: UInt64 = 0
  public var txWindowErrors: UInt64 = 0
  public var rxCompressed: UInt64 = 0
  public var txCompressed: UInt64 = 0
  /// Packets on an inactive member of a bond. Linux 4.6.
  public var rxNoHandler: UInt64 = 0
  /// Packets for another host's MAC address. Linux 5.19.
  public var rxOtherHostDropped: UInt64 = 0

  public init() {}

  init(parsing payload: ByteReader) throws(WireError) { try read(payload) }

  /// Takes over what an `RTM_NEWSTATS` says of a link. In place, and without an allocation: these are 200 octets, and come
  /// for every interface at every poll.
  /// - Returns: the ifIndex; `nil` if the message has no such counters.
  public mutating func update(from message: Message) throws(WireError) -> UInt32? {
    var index: UInt32 = 0
    guard var attributes = try StatisticsMessage.attributes(of: message, &index) else { return nil }
    while let attribute = try attributes.next() {
      guard attribute.type == StatisticsMessage.link64Attribute else { continue }
      try read(attribute.payload)
      return index
    }
    return nil
  }

  private mutating func read(_ payload: ByteReader) throws(WireError) {
    var reader = payload
    rxPackets = try reader.counter()
    txPackets = try reader.counter()
    rxBytes = try reader.counter()
    txBytes = try reader.counter()
    rxErrors = try reader.counter()
    txErrors = try reader.counter()
    rxDropped = try reader.counter()
    txDropped = try reader.counter()
    multicast = try reader.counter()
    collisions = try reader.counter()
    rxLengthErrors = try reader.counter()
    rxOverErrors = try reader.counter()
    rxCRCErrors = try reader.counter()
    rxFrameErrors = try reader.counter()
    rxFIFOErrors = try reader.counter()
    rxMissedErrors = try reader.counter()
    txAbortedErrors = try reader.counter()
    txCarrierErrors = try reader.counter()
    txFIFOErrors = try reader.counter()
    txHeartbeatErrors = try reader.counter()
    txWindowErrors = try reader.counter()
    rxCompressed = try reader.counter()
    txCompressed = try reader.counter()
    rxNoHandler = try reader.counter()
    rxOtherHostDropped = try reader.counter()
  }
}

extension ByteReader {
  /// The next counter, or 0 behind the last one that this kernel has.
  @_lifetime(self: copy self)
  @inline(__always)
  fileprivate mutating func counter() throws(WireError) -> UInt64 { isAtEnd ? 0 : try native64() }
}
