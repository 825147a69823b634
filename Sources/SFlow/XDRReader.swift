public import Bytes

/// Reads XDR (RFC 4506) from untrusted octets. The counterpart of `XDRWriter`.
///
/// Padding that is not zero is accepted, since the C agent sends it, and noted.
public struct XDRReader: ~Escapable {
  private var bytes: ByteReader
  /// Offsets of the padding octets that were not zero.
  public private(set) var nonZeroPadding: [Int] = []

  @_lifetime(copy bytes)
  public init(_ bytes: ByteReader) { self.bytes = bytes }

  /// Offset of the next octet, from the start of the datagram.
  public var offset: Int { bytes.offset }
  /// Octets not yet read.
  public var remaining: Int { bytes.remaining }
  public var isAtEnd: Bool { bytes.isAtEnd }

  /// What `string` says about octets that are no text.
  static let notUTF8 = "text that is not UTF-8"

  // MARK: - Numbers

  /// unsigned int, enum
  @_lifetime(self: copy self)
  public mutating func u32() throws(WireError) -> UInt32 { try bytes.u32() }
  /// unsigned hyper
  @_lifetime(self: copy self)
  public mutating func u64() throws(WireError) -> UInt64 { try bytes.u64() }
  /// int
  @_lifetime(self: copy self)
  public mutating func i32() throws(WireError) -> Int32 { Int32(bitPattern: try bytes.u32()) }
  /// float
  @_lifetime(self: copy self)
  public mutating func float() throws(WireError) -> Float { Float(bitPattern: try bytes.u32()) }
  /// double
  @_lifetime(self: copy self)
  public mutating func double() throws(WireError) -> Double { Double(bitPattern: try bytes.u64()) }

  // MARK: - Octets

  /// The padding behind `count` octets.
  @_lifetime(self: copy self)
  private mutating func padding(after count: Int) throws(WireError) {
    for _ in 0..<(-count & 3) {
      let position = offset
      if try bytes.u8() != 0 { nonZeroPadding.append(position) }
    }
  }

  /// opaque[count] and its padding.
  @_lifetime(self: copy self)
  public mutating func fixedOpaque(_ count: Int) throws(WireError) -> [UInt8] {
    let octets = [UInt8](copying: try bytes.take(count))
    try padding(after: count)
    return octets
  }

  /// opaque<>
  @_lifetime(self: copy self)
  public mutating func opaque() throws(WireError) -> [UInt8] { try fixedOpaque(Int(try bytes.u32())) }

  /// string<>. Octets that are not UTF-8 are `invalid`; a record that has them is kept as it came.
  @_lifetime(self: copy self)
  public mutating func string() throws(WireError) -> String {
    let start = offset
    guard let text = String(validating: try opaque(), as: UTF8.self) else {
      throw .invalid(at: start + 4, Self.notUTF8)
    }
    return text
  }

  /// opaque[6] and 2 octets of padding.
  @_lifetime(self: copy self)
  public mutating func mac() throws(WireError) -> MACAddress {
    let address = try bytes.mac()
    try padding(after: 6)
    return address
  }

  /// opaque[4]
  @_lifetime(self: copy self)
  public mutating func ipv4() throws(WireError) -> IPv4Address { try bytes.ipv4() }
  /// opaque[16]
  @_lifetime(self: copy self)
  public mutating func ipv6() throws(WireError) -> IPv6Address { try bytes.ipv6() }

  /// address; `nil` is the unknown address.
  @_lifetime(self: copy self)
  public mutating func address() throws(WireError) -> IPAddress? {
    let start = offset
    switch try u32() {
    case 0: return nil
    case 1: return .v4(try ipv4())
    case 2: return .v6(try ipv6())
    case let type: throw .invalid(at: start, "address of type \(type)")
    }
  }

  // MARK: - Lists and nested structures

  /// A count of things that take at least `octets` each: one that cannot be true is refused before any is read.
  @_lifetime(self: copy self)
  mutating func count(ofAtLeast octets: Int) throws(WireError) -> Int {
    let start = offset
    let count = Int(try u32())
    guard count <= remaining / octets else {
      throw .invalid(at: start, "count of \(count) in front of \(remaining) octets")
    }
    return count
  }

  /// T<>
  @_lifetime(self: copy self)
  mutating func list<Element: XDRElement>(of _: Element.Type = Element.self) throws(WireError) -> [Element] {
    let count = try count(ofAtLeast: Element.minimumOctets)
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for _ in 0..<count { elements.append(try Element(decoding: &self)) }
    return elements
  }

  /// A reader over the body of a sample or record, which this one steps over. Its tag goes to `format`: a tuple
  /// cannot hold a reader.
  @_lifetime(copy self)
  @_lifetime(self: copy self)
  mutating func nested(_ format: inout DataFormat) throws(WireError) -> XDRReader {
    format = DataFormat(rawValue: try u32())
    let start = offset
    let length = Int(try u32())
    guard length & 3 == 0 else { throw .invalid(at: start, "length of \(length), not a multiple of 4") }
    return XDRReader(try bytes.sub(length))
  }

  /// What is left, as it is.
  @_lifetime(self: copy self)
  mutating func rest() throws(WireError) -> [UInt8] { [UInt8](copying: try bytes.take(remaining)) }

  /// Fails unless every octet was read.
  func finish() throws(WireError) { try bytes.finish() }

  /// Takes over what `body`, which this reader gave out, noted about padding.
  @_lifetime(self: copy self)
  mutating func note(_ body: XDRReader) { nonZeroPadding += body.nonZeroPadding }
}
