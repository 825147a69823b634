public import Bytes

/// Writes XDR (RFC 4506) into memory that somebody else owns, and never outside it.
///
/// What does not fit is not written; `overflowed` remembers it, and whoever gave the memory drops the whole.
/// A cursor over a span rather than an owner: the packer makes one per sample in its one buffer, at no cost.
public struct XDRWriter: ~Copyable, ~Escapable {
  private var bytes: MutableSpan<UInt8>
  private let start: Int
  private let limit: Int
  /// Where in the memory the next octet goes.
  public private(set) var offset: Int
  /// Whether something did not fit.
  public private(set) var overflowed = false
  /// Whether strings longer than the specification allows are cut.
  private let cutsStrings: Bool

  /// - Parameters:
  ///   - range: the part of `bytes` to write to.
  ///   - cutsStrings: false to write back what was decoded, exactly.
  @_lifetime(copy bytes)
  public init(_ bytes: consuming MutableSpan<UInt8>, in range: Range<Int>, cutsStrings: Bool = true) {
    limit = max(0, min(range.upperBound, bytes.count))
    start = max(0, min(range.lowerBound, limit))
    offset = start
    self.bytes = bytes
    self.cutsStrings = cutsStrings
  }

  /// Octets written.
  public var written: Int { offset - start }

  /// Octets that still fit.
  public var remaining: Int { overflowed ? 0 : limit - offset }

  /// Takes back what was written from `offset` on, and that it did not fit.
  @_lifetime(self: copy self)
  mutating func rewind(to offset: Int) {
    guard offset >= start, offset <= self.offset else { return }
    self.offset = offset
    overflowed = false
  }

  // MARK: - Numbers

  @_lifetime(self: copy self)
  @inline(__always)
  private mutating func store<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
    // 0 ≤ offset ≤ limit ≤ bytes.count: nothing here can overflow.
    let position = offset
    guard limit &- position >= MemoryLayout<T>.size else {
      overflowed = true
      return
    }
    unsafe bytes.withUnsafeMutableBytes {
      unsafe $0.storeBytes(of: value.bigEndian, toByteOffset: position, as: T.self)
    }
    offset = position &+ MemoryLayout<T>.size
  }

  /// unsigned int, enum
  @_lifetime(self: copy self)
  @inline(__always)
  public mutating func u32(_ value: UInt32) { store(value) }
  /// unsigned hyper
  @_lifetime(self: copy self)
  @inline(__always)
  public mutating func u64(_ value: UInt64) { store(value) }
  /// int
  @_lifetime(self: copy self)
  @inline(__always)
  public mutating func i32(_ value: Int32) { store(value) }
  /// float
  @_lifetime(self: copy self)
  @inline(__always)
  public mutating func float(_ value: Float) { store(value.bitPattern) }
  /// double
  @_lifetime(self: copy self)
  @inline(__always)
  public mutating func double(_ value: Double) { store(value.bitPattern) }

  // MARK: - Octets

  /// opaque[n]: the octets and zeros up to a multiple of 4.
  @_lifetime(self: copy self)
  @inline(__always)
  public mutating func fixedOpaque(_ octets: RawSpan) {
    append(octets)
    pad(octets.byteCount)
  }

  /// opaque[n]: the octets and zeros up to a multiple of 4.
  @_lifetime(self: copy self)
  public mutating func fixedOpaque(_ octets: Span<UInt8>) { fixedOpaque(unsafe octets.bytes) }

  /// opaque<>: a length and the octets.
  @_lifetime(self: copy self)
  @inline(__always)
  public mutating func opaque(_ octets: RawSpan) {
    u32(UInt32(truncatingIfNeeded: octets.byteCount))
    fixedOpaque(octets)
  }

  /// opaque<>: a length and the octets.
  @_lifetime(self: copy self)
  public mutating func opaque(_ octets: Span<UInt8>) { opaque(unsafe octets.bytes) }

  /// opaque<>: a length and the octets of two parts, `limit` at most.
  @_lifetime(self: copy self)
  @inline(__always)
  mutating func opaque(_ first: RawSpan, _ second: RawSpan, limit: Int) {
    let first = first.extracting(first: max(0, limit))
    let second = second.extracting(first: max(0, limit - first.byteCount))
    let count = first.byteCount + second.byteCount
    u32(UInt32(truncatingIfNeeded: count))
    append(first)
    append(second)
    pad(count)
  }

  @_lifetime(self: copy self)
  @inline(__always)
  private mutating func append(_ octets: RawSpan) {
    let (position, count) = (offset, octets.byteCount)
    guard limit &- position >= count else {
      overflowed = true
      return
    }
    unsafe bytes.withUnsafeMutableBytes { to in
      let target = unsafe UnsafeMutableRawBufferPointer(rebasing: to[position..<position &+ count])
      unsafe octets.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }
    offset = position &+ count
  }

  /// Zeros behind `count` octets, up to a multiple of 4.
  @_lifetime(self: copy self)
  @inline(__always)
  private mutating func pad(_ count: Int) {
    for _ in 0..<(-count & 3) { store(UInt8(0)) }
  }

  /// string<limit>: UTF-8, cut in front of the character that would cross the limit.
  @_lifetime(self: copy self)
  public mutating func string(_ text: String, limit: Int = .max) {
    let utf8 = text.utf8.span
    guard cutsStrings, utf8.count > limit else {
      opaque(utf8)
      return
    }
    var end = limit
    while end > 0, utf8[end] & 0xC0 == 0x80 { end -= 1 }
    opaque(utf8.extracting(..<end))
  }

  /// opaque[6] and 2 octets of padding.
  @_lifetime(self: copy self)
  @inline(__always)
  public mutating func mac(_ address: MACAddress) { store(address.value << 16) }
  /// opaque[4]
  @_lifetime(self: copy self)
  @inline(__always)
  public mutating func ipv4(_ address: IPv4Address) { store(address.value) }
  /// opaque[16]
  @_lifetime(self: copy self)
  @inline(__always)
  public mutating func ipv6(_ address: IPv6Address) {
    store(address.high)
    store(address.low)
  }

  /// address: its type and its octets; `nil` is the unknown address.
  @_lifetime(self: copy self)
  public mutating func address(_ address: IPAddress?) {
    switch address {
    case nil:
      u32(0)
    case .v4(let address):
      u32(1)
      ipv4(address)
    case .v6(let address):
      u32(2)
      ipv6(address)
    }
  }

  // MARK: - Lists and nested structures

  /// Octets that lie at `position` in the same memory, of which there must be as many.
  @_lifetime(self: copy self)
  mutating func move(from position: Int, count: Int) {
    guard limit - offset >= count, position >= 0, count >= 0, position <= bytes.count - count else {
      overflowed = true
      return
    }
    let target = offset
    unsafe bytes.withUnsafeMutableBytes {
      unsafe UnsafeMutableRawBufferPointer(rebasing: $0[target..<target + count])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position..<position + count]))
    }
    offset += count
  }

  /// T<>: a count and the elements.
  @_lifetime(self: copy self)
  mutating func list<Element: XDRElement>(_ elements: [Element]) {
    u32(UInt32(truncatingIfNeeded: elements.count))
    for element in elements { element.encode(into: &self) }
  }

  /// Begins a sample or record: its tag, and room for its length. Give the result to `close`.
  @_lifetime(self: copy self)
  @inline(__always)
  mutating func open(_ format: DataFormat) -> Int {
    u32(format.rawValue)
    u32(0)
    return offset
  }

  /// Ends what `open` began at `start`: writes how many octets came since.
  @_lifetime(self: copy self)
  @inline(__always)
  mutating func close(_ start: Int) {
    patch(UInt32(truncatingIfNeeded: offset - start), at: start - 4)
  }

  /// Overwrites a word that was written before.
  @_lifetime(self: copy self)
  @inline(__always)
  mutating func patch(_ value: UInt32, at position: Int) {
    guard !overflowed, position >= start, position <= offset - 4 else { return }
    unsafe bytes.withUnsafeMutableBytes {
      unsafe $0.storeBytes(of: value.bigEndian, toByteOffset: position, as: UInt32.self)
    }
  }
}

/// A structure of fixed layout inside a record, or the element of a list.
protocol XDRElement {
  /// The least number of octets that one takes: bounds the counts of lists.
  static var minimumOctets: Int { get }
  func encode(into writer: inout XDRWriter)
  init(decoding reader: inout XDRReader) throws(WireError)
}

extension UInt32: XDRElement {
  static var minimumOctets: Int { 4 }
  func encode(into writer: inout XDRWriter) { writer.u32(self) }
  init(decoding reader: inout XDRReader) throws(WireError) { self = try reader.u32() }
}
