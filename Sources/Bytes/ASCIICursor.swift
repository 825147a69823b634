/// Why a line of text could not be understood, and where.
public struct TextError: Error, Equatable {
  /// Offset of the byte at which the text stopped making sense.
  public var offset: Int
  /// What would have been understood there, for a person: "a number", "':'".
  public var expected: String

  public init(at offset: Int, expected: String) {
    self.offset = offset
    self.expected = expected
  }
}

extension TextError: CustomStringConvertible {
  public var description: String { "expected \(expected) at byte \(offset)" }
}

/// A cursor over text that is bytes: `/proc` files need not be UTF-8.
///
/// Never traps: what is missing is a `TextError`, and numbers that are too large saturate.
public struct ASCIICursor: ~Escapable {
  private let text: Span<UInt8>
  /// Offset of the next byte.
  public private(set) var offset = 0

  @_lifetime(copy text)
  public init(_ text: Span<UInt8>) { self.text = text }

  public var isAtEnd: Bool { offset >= text.count }

  /// The next byte, without taking it; `nil` at the end.
  public var peek: UInt8? { offset < text.count ? text[offset] : nil }

  /// Takes the next byte; `nil` at the end.
  @_lifetime(self: copy self)
  public mutating func next() -> UInt8? {
    guard let byte = peek else { return nil }
    offset += 1
    return byte
  }

  /// Takes `byte` if it comes next.
  @_lifetime(self: copy self)
  public mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    offset += 1
    return true
  }

  /// Takes `literal` or fails.
  @_lifetime(self: copy self)
  public mutating func expect(_ literal: StaticString) throws(TextError) {
    if !take(literal) { throw TextError(at: offset, expected: "'\(literal)'") }
  }

  /// Takes `literal` if it comes next; otherwise stays where it is.
  @_lifetime(self: copy self)
  public mutating func take(_ literal: StaticString) -> Bool {
    let count = literal.utf8CodeUnitCount
    guard count <= text.count - offset else { return false }
    for i in 0..<count {
      // `i` is below the literal's own length.
      guard unsafe literal.utf8Start[i] == text[offset + i] else { return false }
    }
    offset += count
    return true
  }

  /// Steps over spaces and tabs.
  @_lifetime(self: copy self)
  public mutating func skipBlanks() {
    while let byte = peek, byte == 0x20 || byte == 0x09 { offset += 1 }
  }

  /// Steps to the first byte of the next line, or to the end.
  @_lifetime(self: copy self)
  public mutating func skipLine() {
    // Eight octets at a time: `/proc/stat` of a large host has 40 kB that nobody reads. The subtraction borrows
    // into the top bit of an octet that is zero, and first of all in the one lowest in memory.
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    while text.count - offset >= 8 {
      // Eight octets are left, and any bit pattern is an integer.
      let word = unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let difference = UInt64(littleEndian: word) ^ (ones &* 0x0A)
      let newlines = (difference &- ones) & ~difference & tops
      if newlines != 0 {
        offset += newlines.trailingZeroBitCount / 8 + 1
        return
      }
      offset += 8
    }
    while let byte = next(), byte != 0x0A {}
  }

  /// The bytes up to the next blank, line end or end of text; leading blanks are skipped first.
  @_lifetime(copy self)
  @_lifetime(self: copy self)
  public mutating func word() -> Span<UInt8> {
    skipBlanks()
    let start = offset
    while let byte = peek, byte > 0x20 { offset += 1 }
    return text.extracting(start..<offset)
  }

  /// The bytes up to `separator`, which is stepped over, or up to the end of the line, which is not.
  @_lifetime(copy self)
  @_lifetime(self: copy self)
  public mutating func field(endingAt separator: UInt8) -> Span<UInt8> {
    let start = offset
    while let byte = peek, byte != separator, byte != 0x0A { offset += 1 }
    let field = text.extracting(start..<offset)
    _ = take(separator)
    return field
  }

  /// A decimal number without sign, saturating at `UInt64.max`; leading blanks are skipped.
  @_lifetime(self: copy self)
  public mutating func unsigned() throws(TextError) -> UInt64 {
    skipBlanks()
    var value: UInt64 = 0
    let start = offset
    while let byte = peek, byte &- 0x30 < 10 {
      let (product, wide) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(byte &- 0x30))
      value = wide || carry || value == .max ? .max : sum
      offset += 1
    }
    if offset == start { throw TextError(at: offset, expected: "a number") }
    return value
  }

  /// A decimal number with an optional minus, saturating; leading blanks are skipped.
  @_lifetime(self: copy self)
  public mutating func signed() throws(TextError) -> Int64 {
    skipBlanks()
    if take(0x2D) {
      let magnitude = try unsigned()
      return magnitude > UInt64(Int64.max) ? .min : -Int64(magnitude)
    }
    return Int64(clamping: try unsigned())
  }

  /// A number with an optional fraction (`0.20`); leading blanks are skipped. No exponent: `/proc` has none.
  @_lifetime(self: copy self)
  public mutating func decimal() throws(TextError) -> Double {
    skipBlanks()
    let negative = take(0x2D)
    var value = Double(try unsigned())
    if take(0x2E) {
      var scale = 1.0
      var fraction = 0.0
      while let byte = peek, byte &- 0x30 < 10 {
        if scale < 1e15 {
          fraction = fraction * 10 + Double(byte &- 0x30)
          scale *= 10
        }
        offset += 1
      }
      value += fraction / scale
    }
    return negative ? -value : value
  }
}

extension Span where Element == UInt8 {
  /// Whether these bytes are those of `literal`.
  public func equals(_ literal: StaticString) -> Bool {
    guard count == literal.utf8CodeUnitCount else { return false }
    for i in 0..<count {
      // `i` is below the literal's own length.
      guard unsafe literal.utf8Start[i] == self[i] else { return false }
    }
    return true
  }

  /// Whether these bytes begin with those of `literal`.
  public func hasPrefix(_ literal: StaticString) -> Bool {
    literal.utf8CodeUnitCount <= count && extracting(0..<literal.utf8CodeUnitCount).equals(literal)
  }
}

extension String {
  /// The text in `bytes`, with U+FFFD for what is not UTF-8.
  public init(_ bytes: Span<UInt8>) {
    var copy: [UInt8] = []
    copy.reserveCapacity(bytes.count)
    for i in bytes.indices { copy.append(bytes[i]) }
    self.init(decoding: copy, as: UTF8.self)
  }
}
