public import Bytes

/// `/proc/cpuinfo`, whose lines every architecture writes its own way.
public struct Cpuinfo: Equatable, Sendable {
  /// Lines `processor : 0` (s390: `processor 0: …`); 0 where the architecture writes none.
  public var processors: Int
  /// Clock of the first CPU that shows one. `nil` on arm64, which shows none: see `cpufreq` in `/sys`.
  ///
  /// x86 `cpu MHz : 2445.432`, s390 `cpu MHz dynamic : 5208`, POWER `clock : 3000.000000MHz`,
  /// LoongArch `CPU MHz : 2500.00`.
  public var kilohertz: UInt64?

  public init(processors: Int, kilohertz: UInt64?) {
    self.processors = processors
    self.kilohertz = kilohertz
  }

  public init(parsing text: Span<UInt8>) throws(TextError) {
    var cursor = ASCIICursor(text)
    processors = 0
    while !cursor.isAtEnd {
      if cursor.take("processor") {
        processors += 1
      } else if kilohertz == nil,
        cursor.take("cpu MHz dynamic") || cursor.take("cpu MHz") || cursor.take("CPU MHz")
          || cursor.take("clock")
      {
        cursor.skipBlanks()
        // `cpu MHz static : …` and `clock-something` are other lines.
        if cursor.take(":") { kilohertz = try cursor.fixedPoint(digits: 3) }
      }
      cursor.skipLine()
    }
  }
}
