public import Bytes

/// One attribute: a view into the receive buffer. `struct nlattr` and what follows it.
public struct Attribute: ~Escapable {
  /// The type without its two flag bits (`NLA_TYPE_MASK`).
  public let type: UInt16
  /// What follows the header, without padding. It need not be aligned.
  public let payload: ByteReader

  @_lifetime(copy payload)
  @inlinable
  init(type: UInt16, payload: ByteReader) {
    self.type = type
    self.payload = payload
  }

  /// The attributes nested in this one.
  public var attributes: Attributes {
    @_lifetime(copy self) get { Attributes(payload) }
  }

  public func u8() throws(WireError) -> UInt8 {
    var reader = payload
    return try reader.u8()
  }

  /// In the machine's order.
  public func native16() throws(WireError) -> UInt16 {
    var reader = payload
    return try reader.native16()
  }

  /// In the machine's order.
  public func native32() throws(WireError) -> UInt32 {
    var reader = payload
    return try reader.native32()
  }

  /// In network order.
  public func u16() throws(WireError) -> UInt16 {
    var reader = payload
    return try reader.u16()
  }

  /// `nil` if it has not 6 octets.
  public func mac() throws(WireError) -> MACAddress? {
    var reader = payload
    return reader.remaining == 6 ? try reader.mac() : nil
  }

  /// The text up to its NUL, or all of it if there is none.
  public func string() throws(WireError) -> String {
    var reader = payload
    let octets = [UInt8](copying: try reader.take(reader.remaining))
    return String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
  }
}

/// Attributes, one after the other.
///
///     0  nla_len   2  header and payload, padding to a multiple of 4 not included
///     2  nla_type  2  bit 15 nested, bit 14 network order
///
/// A length that is too short or too long is a `WireError`, after which there are no more.
public struct Attributes: ~Escapable {
  @usableFromInline static let headerSize = 4
  @usableFromInline static let typeMask: UInt16 = 0x3FFF
  @usableFromInline var reader: ByteReader

  /// All that `reader` has not yet read.
  @_lifetime(copy reader)
  @inlinable
  public init(_ reader: ByteReader) { self.reader = reader }

  /// The next attribute; `nil` at the end.
  @_lifetime(copy self)
  @_lifetime(self: copy self)
  @inlinable @inline(__always)
  public mutating func next() throws(WireError) -> Attribute? {
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
  mutating func take() throws(WireError) -> Attribute {
    let start = reader.offset
    let length = Int(try reader.native16())
    let type = try reader.native16() & Self.typeMask
    guard length >= Self.headerSize else { throw .invalid(at: start, "attribute shorter than its header") }
    let payload = try reader.sub(length - Self.headerSize)
    try reader.skipPadding(after: length)
    return Attribute(type: type, payload: payload)
  }
}
