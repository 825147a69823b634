public import Bytes

/// `/proc/loadavg`: "0.20 0.18 0.12 1/80 11206".
public struct LoadAverage: Equatable, Sendable {
  /// Runnable and uninterruptible tasks, averaged over one minute.
  public var one: Double
  /// The same over five minutes.
  public var five: Double
  /// The same over fifteen minutes.
  public var fifteen: Double
  /// Tasks runnable now, the reader among them.
  public var running: UInt64
  /// Tasks that exist.
  public var total: UInt64

  public init(one: Double, five: Double, fifteen: Double, running: UInt64, total: UInt64) {
    self.one = one
    self.five = five
    self.fifteen = fifteen
    self.running = running
    self.total = total
  }

  public init(parsing text: Span<UInt8>) throws(TextError) {
    var cursor = ASCIICursor(text)
    one = try cursor.decimal()
    five = try cursor.decimal()
    fifteen = try cursor.decimal()
    running = try cursor.unsigned()
    try cursor.expect("/")
    total = try cursor.unsigned()
  }
}
