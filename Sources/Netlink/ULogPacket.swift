public import Bytes

extension MessageType {
  /// A packet of `NETLINK_NFLOG`. (`ULOG_NL_EVENT`, a number that no header has.)
  @inlinable public static var uLogPacket: MessageType { MessageType(rawValue: 111) }
}

extension Message {
  /// Whether this is a packet of ULOG. The last of a buffer that holds several has the type `NLMSG_DONE`.
  public var isULogPacket: Bool {
    header.type == .uLogPacket || header.type == .done && payload.remaining > 4
  }
}

/// Groups of `NETLINK_NFLOG`, which Linux had up to 3.16.
public enum ULogGroup {
  /// What `nl_groups` is to be to get the packets of `group`; `nil` unless that is 1...32.
  public static func mask(_ group: UInt16) -> UInt32? {
    (1...32).contains(group) ? 1 << (UInt32(group) - 1) : nil
  }
}

/// A packet logged by ULOG: a view into the receive buffer. There is no way to tell that one was lost:
/// `nlmsg_seq` counts within one buffer.
///
/// `struct ulog_packet_msg`, in the machine's order, where a `long` is 4 or 8 octets:
///
///      4   8
///      0   0  mark            long
///      4   8  timestamp_sec   long
///      8  16  timestamp_usec  long
///     12  24  hook            4
///     16  28  indev_name      16
///     32  44  outdev_name     16
///     48  64  data_len        long   after padding
///     52  72  prefix          32
///     84 104  mac_len         1
///     85 105  mac             80
///    165 185  payload         data_len
///
/// The message is as long as the padded structure (168 or 192) and `data_len` together.
public struct ULogPacket: ~Escapable {
  public let hook: NetfilterHook
  /// What it came in on, with NULs behind; all NUL if nothing. 16 octets.
  public let inName: RawSpan
  /// What it goes out on.
  public let outName: RawSpan
  /// The link-layer header; empty if the packet did not come in on a device.
  public let hardwareHeader: RawSpan
  /// The octets that were copied.
  public let payload: RawSpan
  /// When it was received, ns since 1970 modulo 2⁶⁴; in steps of a µs.
  public let timestampNS: UInt64

  /// Room for the link-layer header. `ULOG_MAC_LEN`.
  private static let headerRoom = 80

  /// `nil` if `message` is not a packet.
  /// - Parameter longSize: octets of the kernel's `long`.
  @_lifetime(copy message)
  public init?(parsing message: Message, longSize: Int = MemoryLayout<Int>.size) throws(WireError) {
    guard message.isULogPacket else { return nil }
    var reader = message.payload
    try reader.skip(longSize)
    let seconds = try reader.long(longSize)
    let microseconds = try reader.long(longSize)
    timestampNS = seconds &* 1_000_000_000 &+ microseconds &* 1000
    hook = NetfilterHook(rawValue: UInt8(truncatingIfNeeded: try reader.native32()))
    inName = try reader.take(16)
    outName = try reader.take(16)
    if longSize == 8 { try reader.skip(4) }
    let length = Int(clamping: try reader.long(longSize))
    try reader.skip(32)
    let start = reader.offset
    let headerLength = Int(try reader.u8())
    guard headerLength <= Self.headerRoom else {
      throw .invalid(at: start, "link-layer header longer than its room")
    }
    hardwareHeader = try reader.take(headerLength)
    try reader.skip(Self.headerRoom - headerLength)
    payload = try reader.take(length)
  }
}

extension ByteReader {
  /// A `long` of the kernel.
  @_lifetime(self: copy self)
  fileprivate mutating func long(_ size: Int) throws(WireError) -> UInt64 {
    size == 8 ? try native64() : UInt64(try native32())
  }
}
