/// A share in hundredths of a percent, or unknown.
public struct Percentage: Hashable, Sendable {
  /// 10000 is all; -1 unknown.
  public var hundredths: Int32

  public init(hundredths: Int32) { self.hundredths = hundredths }

  public static let unknown = Percentage(hundredths: -1)
}

extension Percentage: CustomStringConvertible {
  /// "69.81 %", "unknown"
  public var description: String {
    if self == .unknown { return "unknown" }
    let fraction = hundredths.magnitude % 100
    return
      "\(hundredths < 0 ? "-" : "")\(hundredths.magnitude / 100).\(fraction < 10 ? "0" : "")\(fraction) %"
  }
}
