import Bytes

extension ASCIICursor {
  /// The next number of this line; `nil` if the line has no more columns.
  @_lifetime(self: copy self)
  mutating func column() throws(TextError) -> UInt64? {
    skipBlanks()
    guard let byte = peek, byte != 0x0A else { return nil }
    return try unsigned()
  }

  /// A decimal number times 10 to the power `digits`, saturating: "2445.4321" with 3 digits is 2445432.
  /// What is finer is cut off.
  @_lifetime(self: copy self)
  mutating func fixedPoint(digits: Int) throws(TextError) -> UInt64 {
    var value = try unsigned()
    var inFraction = take(0x2E)
    for _ in 0..<digits {
      var digit: UInt64 = 0
      if inFraction, let byte = peek, byte &- 0x30 < 10 {
        digit = UInt64(byte &- 0x30)
        _ = next()
      } else {
        inFraction = false
      }
      let (product, wide) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(digit)
      value = wide || carry ? .max : sum
    }
    return value
  }
}
