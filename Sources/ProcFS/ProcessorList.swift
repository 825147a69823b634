public import Bytes

/// A list of processors as `/sys/devices/system/cpu` has it: `0-3,5`.
public struct ProcessorList: Equatable, Sendable {
  /// How many there are.
  public var count: Int

  public init(count: Int) { self.count = count }

  public init(parsing text: Span<UInt8>) throws(TextError) {
    var cursor = ASCIICursor(text)
    count = 0
    // An empty list is an empty line.
    while let octet = cursor.peek, octet > 0x20 {
      let start = cursor.offset
      let first = try cursor.unsigned()
      let last = cursor.take("-") ? try cursor.unsigned() : first
      guard last >= first, last < 1 << 20 else {
        throw TextError(at: start, expected: "a range of processors")
      }
      count += Int(last - first) + 1
      _ = cursor.take(",")
    }
  }
}
