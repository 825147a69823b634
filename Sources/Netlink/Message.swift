public import Bytes

/// What a message is. Every family adds its own in its own file.
public struct MessageType: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt16
  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Nothing; to be stepped over. `NLMSG_NOOP`.
  @inlinable public static var noop: MessageType { MessageType(rawValue: 1) }
  /// A request failed, or was acknowledged with code 0. `NLMSG_ERROR`.
  @inlinable public static var error: MessageType { MessageType(rawValue: 2) }
  /// The end of a reply in several parts. `NLMSG_DONE`.
  @inlinable public static var done: MessageType { MessageType(rawValue: 3) }
  /// Data was lost. `NLMSG_OVERRUN`.
  @inlinable public static var overrun: MessageType { MessageType(rawValue: 4) }
}

/// Flags of a message header; the bits above 0xff mean different things in requests and replies.
public struct MessageFlags: OptionSet, Sendable {
  public var rawValue: UInt16
  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Every request carries it. `NLM_F_REQUEST`.
  public static let request = MessageFlags(rawValue: 0x001)
  /// Part of a reply that `NLMSG_DONE` ends. `NLM_F_MULTI`.
  public static let multi = MessageFlags(rawValue: 0x002)
  /// Ask for an acknowledgement also of success. `NLM_F_ACK`.
  public static let acknowledge = MessageFlags(rawValue: 0x004)
  /// The tables changed while they were dumped: ask again. `NLM_F_DUMP_INTR`.
  public static let dumpInterrupted = MessageFlags(rawValue: 0x010)
  /// Request: everything, not one object. `NLM_F_DUMP`.
  public static let dump = MessageFlags(rawValue: 0x300)
  /// Error: the request is repeated in it only up to its header. `NLM_F_CAPPED`.
  public static let capped = MessageFlags(rawValue: 0x100)
  /// Error or end: attributes with the reason follow. `NLM_F_ACK_TLVS`.
  public static let extendedAcknowledgement = MessageFlags(rawValue: 0x200)
}

/// `struct nlmsghdr`, in the machine's byte order.
///
///     0  nlmsg_len    4  whole message, this header included, padding not
///     4  nlmsg_type   2
///     6  nlmsg_flags  2
///     8  nlmsg_seq    4
///     12 nlmsg_pid    4
public struct MessageHeader: Equatable, Sendable {
  /// Octets of the header.
  @inlinable public static var size: Int { 16 }

  public var type: MessageType
  public var flags: MessageFlags
  /// The number of the request that this answers; 0 in notifications.
  public var sequence: UInt32
  /// The port that asked; 0 in notifications from the kernel.
  public var port: UInt32

  @inlinable
  public init(type: MessageType, flags: MessageFlags, sequence: UInt32, port: UInt32) {
    self.type = type
    self.flags = flags
    self.sequence = sequence
    self.port = port
  }
}

/// One message: a view into the receive buffer.
public struct Message: ~Escapable {
  public let header: MessageHeader
  /// What follows the header, without padding.
  public let payload: ByteReader

  @_lifetime(copy payload)
  @inlinable
  init(header: MessageHeader, payload: ByteReader) {
    self.header = header
    self.payload = payload
  }
}

/// The messages in a receive buffer, one after the other.
///
/// A message that does not fit its buffer is a `WireError`, after which there are no more: what came
/// before it is good, where the next one would begin is unknown.
public struct Messages: ~Escapable {
  @usableFromInline var reader: ByteReader

  @_lifetime(copy bytes)
  @inlinable
  public init(_ bytes: Span<UInt8>) { reader = ByteReader(bytes) }

  /// The next message; `nil` at the end.
  @_lifetime(copy self)
  @_lifetime(self: copy self)
  @inlinable @inline(__always)
  public mutating func next() throws(WireError) -> Message? {
    if reader.isAtEnd { return nil }
    do {
      return try take()
    } catch {
      try reader.skip(reader.remaining)
      throw error
    }
  }

  @_lifetime(copy self)
  @_lifetime(self: copy self)
  @inlinable @inline(__always)
  mutating func take() throws(WireError) -> Message {
    let start = reader.offset
    let length = Int(clamping: try reader.native32())
    let header = MessageHeader(
      type: MessageType(rawValue: try reader.native16()),
      flags: MessageFlags(rawValue: try reader.native16()),
      sequence: try reader.native32(), port: try reader.native32())
    guard length >= MessageHeader.size else { throw .invalid(at: start, "message shorter than its header") }
    let payload = try reader.sub(length - MessageHeader.size)
    try reader.skipPadding(after: length)
    return Message(header: header, payload: payload)
  }
}

extension ByteReader {
  /// Steps over what fills `length` octets up to a multiple of 4. The last one in a buffer may lack it.
  @_lifetime(self: copy self)
  @inlinable @inline(__always)
  mutating func skipPadding(after length: Int) throws(WireError) {
    try skip(min(remaining, (4 - length % 4) % 4))
  }
}
