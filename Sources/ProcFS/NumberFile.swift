public import Bytes

/// A file of `/sys` or `/proc` that holds one number and nothing else.
///
/// For instance `/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq` and `cpuinfo_max_freq` (kHz),
/// `/sys/block/sda/hidden` (0 or 1). What is not a number ("<unknown>") is an error.
public struct NumberFile: Equatable, Sendable {
  /// The number, in whatever unit the file is documented to have; saturates.
  public var value: Int64

  public init(value: Int64) { self.value = value }

  public init(parsing text: Span<UInt8>) throws(TextError) {
    var cursor = ASCIICursor(text)
    value = try cursor.signed()
    let end = cursor.offset
    while let byte = cursor.next() {
      if byte > 0x20 { throw TextError(at: end, expected: "the end of the number") }
    }
  }
}
