/// A universally unique identifier, 16 octets in the order in which they are written.
public struct UUID: Hashable, Sendable, BitwiseCopyable {
  /// The first 8 octets as a number.
  public var high: UInt64
  /// The last 8 octets as a number.
  public var low: UInt64

  public init(high: UInt64 = 0, low: UInt64 = 0) {
    self.high = high
    self.low = low
  }

  public var isZero: Bool { high == 0 && low == 0 }
}

extension ByteReader {
  /// 16 octets.
  @_lifetime(self: copy self)
  public mutating func uuid() throws(WireError) -> UUID { UUID(high: try u64(), low: try u64()) }
}

extension UUID: CustomStringConvertible {
  /// At least 16 octets of two hexadecimal digits each, with any of `.`, `-` and `:` between octets.
  ///
  /// Octets after the 16th are ignored, as the C agent does. `nil` for anything else.
  public init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    self.init(bytes.span)
  }

  /// As for a string.
  public init?(_ text: Span<UInt8>) {
    var words: (high: UInt64, low: UInt64) = (0, 0)
    var count = 0
    var digits = ASCIICursor(text)
    while let first = digits.next() {
      if UInt8(ascii: ".") == first || UInt8(ascii: "-") == first || UInt8(ascii: ":") == first { continue }
      guard let upper = Self.digit(first), let second = digits.next(), let lower = Self.digit(second) else {
        return nil
      }
      let octet = UInt64(upper << 4 | lower)
      if count < 8 {
        words.high = words.high << 8 | octet
      } else if count < 16 {
        words.low = words.low << 8 | octet
      }
      count += 1
    }
    guard count >= 16 else { return nil }
    self.init(high: words.high, low: words.low)
  }

  /// "6695eb01-f6a4-8304-79aa-97f2502e193f"
  public var description: String {
    var text = ""
    for i in 0..<32 {
      if i == 8 || i == 12 || i == 16 || i == 20 { text += "-" }
      let word = i < 16 ? high : low
      text += String(word >> (60 - 4 * UInt64(i % 16)) & 15, radix: 16)
    }
    return text
  }

  private static func digit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
