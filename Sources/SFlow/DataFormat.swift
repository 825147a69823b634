/// The tag of a sample or a record: who defined its layout, and which of their layouts it is.
///
///     20 bits  enterprise  IANA private enterprise number, 0 is sFlow.org
///     12 bits  format      sample types, flow records and counter records number theirs independently
public struct DataFormat: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public init(_ enterprise: UInt32, _ format: UInt32) {
    rawValue = enterprise << 12 | format & 0xFFF
  }

  /// IANA private enterprise number, 0 for sFlow.org.
  public var enterprise: UInt32 { rawValue >> 12 }
  /// Number of the layout among those of the enterprise.
  public var format: UInt32 { rawValue & 0xFFF }

  // Sample types.
  public static let flowSample = DataFormat(0, 1)
  public static let countersSample = DataFormat(0, 2)
  public static let flowSampleExpanded = DataFormat(0, 3)
  public static let countersSampleExpanded = DataFormat(0, 4)
  public static let discardedPacket = DataFormat(0, 5)
  public static let rtMetric = DataFormat(4300, 1002)
  public static let rtFlow = DataFormat(4300, 1003)
}

extension DataFormat: CustomStringConvertible {
  /// "0:2003"
  public var description: String { "\(enterprise):\(format)" }
}
