// Numbers as the C agent reads them: a drop-in must not refuse what loaded there. What it read in an unexpected way
// is accepted with a remark; what wrapped around 32 bits there is refused.

extension ValueType {
  static func integer(_ text: String, in range: ClosedRange<UInt32>) -> Reading {
    guard let number = Number(text) else { return .wrongType }
    guard let value = UInt32(exactly: number.value), range.contains(value) else { return .outOfRange }
    if number.hasRest { return .lenient(.integer(value), "\(quoted(text)) is read as \(value)") }
    if number.isOctal, let decimal = UInt64(text.prefix { $0.isWholeNumber }), decimal != number.digits {
      return .lenient(
        .integer(value), "\(quoted(text)) is octal and read as \(value)",
        hint: "leave out the leading 0 for a decimal number")
    }
    return .exact(.integer(value))
  }

  static func real(_ text: String, in range: ClosedRange<Double>) -> Reading {
    var length = text.utf8.prefix { isDigit($0) }.count
    guard length > 0 else { return .wrongType }
    var rest = text.utf8.dropFirst(length)
    if rest.first == UInt8(ascii: ".") {
      length += 1 + rest.dropFirst().prefix { isDigit($0) }.count
      rest = text.utf8.dropFirst(length)
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      let sign = rest.dropFirst().first.map { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") } ?? false
      let digits = rest.dropFirst(sign ? 2 : 1).prefix { isDigit($0) }.count
      if digits > 0 { length += (sign ? 2 : 1) + digits }
    }
    guard let number = Double(String(decoding: text.utf8.prefix(length), as: UTF8.self)) else {
      return .wrongType
    }
    guard range.contains(number) else { return .outOfRange }
    if length < text.utf8.count { return .lenient(.real(number), "\(quoted(text)) is read as \(number)") }
    return .exact(.real(number))
  }

  static func speeds(_ text: String) -> Reading {
    var rest = text.utf8[...]
    guard let lowest = speed(&rest) else { return .wrongType }
    var highest = lowest
    if rest.first == UInt8(ascii: "-") {
      rest = rest.dropFirst()
      if rest.isEmpty {
        highest = .max
      } else if let bound = speed(&rest) {
        highest = bound
      } else {
        return .wrongType
      }
    }
    let value = Value.speeds(SpeedRange(lowest, highest))
    if !rest.isEmpty {
      return .lenient(
        value,
        "\(quoted(text)) is read as \(quoted(String(decoding: text.utf8.dropLast(rest.count), as: UTF8.self)))"
      )
    }
    return highest < lowest ? .lenient(value, "\(quoted(text)) is an empty range") : .exact(value)
  }

  /// A number of bit/s with an optional K, M, G, T or P.
  private static func speed(_ text: inout Substring.UTF8View) -> UInt64? {
    let digits = text.prefix { isDigit($0) }
    guard !digits.isEmpty else { return nil }
    var value = digits.reduce(UInt64(0)) { saturating($0, times: 10, plus: UInt64($1 &- 0x30)) }
    text = text.dropFirst(digits.count)
    if let factor = text.first.flatMap({ unitFactor($0) }) {
      value = saturating(value, times: factor, plus: 0)
      text = text.dropFirst()
    }
    return value
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}

/// What `K`, `M`, `G`, `T` and `P` stand for, in any case.
func unitFactor(_ byte: UInt8) -> UInt64? {
  switch byte | 0x20 {
  case UInt8(ascii: "k"): 1000
  case UInt8(ascii: "m"): 1_000_000
  case UInt8(ascii: "g"): 1_000_000_000
  case UInt8(ascii: "t"): 1_000_000_000_000
  case UInt8(ascii: "p"): 1_000_000_000_000_000
  default: nil
  }
}

private func saturating(_ value: UInt64, times factor: UInt64, plus digit: UInt64) -> UInt64 {
  let (product, wide) = value.multipliedReportingOverflow(by: factor)
  let (sum, carry) = product.addingReportingOverflow(digit)
  return wide || carry ? .max : sum
}

/// The beginning of a text as `strtoul` with base 0 sees it, multiplied if the text ends in K, M or G.
struct Number {
  /// Saturating.
  var digits: UInt64 = 0
  /// Saturating.
  var value: UInt64
  var isOctal = false
  /// The text goes on after the number.
  var hasRest: Bool
  /// There is neither a rest nor a unit.
  var isWhole: Bool

  /// `nil` unless the text begins with a digit.
  init?(_ text: String) {
    var rest = text.utf8[...]
    guard let first = rest.first, first &- 0x30 < 10 else { return nil }
    var base: UInt64 = 10
    if first == UInt8(ascii: "0") {
      let second = rest.dropFirst().first
      if second == UInt8(ascii: "x") || second == UInt8(ascii: "X"),
        let third = rest.dropFirst(2).first, Self.digit(third, base: 16) != nil
      {
        base = 16
        rest = rest.dropFirst(2)
      } else {
        base = 8
        isOctal = true
      }
    }
    while let byte = rest.first, let digit = Self.digit(byte, base: base) {
      digits = saturating(digits, times: base, plus: digit)
      rest = rest.dropFirst()
    }
    value = digits
    hasRest = !rest.isEmpty
    isWhole = rest.isEmpty
    // Only the last character counts as a unit, whatever stands before it; T and P are for link speeds.
    if let last = rest.last, let factor = unitFactor(last), factor <= 1_000_000_000 {
      value = saturating(digits, times: factor, plus: 0)
      hasRest = rest.count > 1
    }
  }

  private static func digit(_ byte: UInt8, base: UInt64) -> UInt64? {
    let value: UInt8 =
      switch byte {
      case 0x30...0x39: byte - 0x30
      case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
      default: .max
      }
    return value < base ? UInt64(value) : nil
  }
}
