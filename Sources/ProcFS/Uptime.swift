public import Bytes

/// `/proc/uptime`: "350735.47 234388.90".
public struct Uptime: Equatable, Sendable {
  /// Hundredths of a second since boot, suspend included. The first number; the second, idle time, is in
  /// `/proc/stat` too.
  public var upCentiseconds: UInt64

  public init(upCentiseconds: UInt64) { self.upCentiseconds = upCentiseconds }

  public init(parsing text: Span<UInt8>) throws(TextError) {
    var cursor = ASCIICursor(text)
    upCentiseconds = try cursor.fixedPoint(digits: 2)
  }
}
