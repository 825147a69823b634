import Bytes

/// A segment of a BGP path.
///
///     0  unsigned int    type
///     4  unsigned int<>  as
public struct ASPathSegment: Equatable, Sendable {
  public var type: ASPathSegmentType
  /// Autonomous systems.
  public var systems: [UInt32]

  public init(_ type: ASPathSegmentType, _ systems: [UInt32]) {
    self.type = type
    self.systems = systems
  }
}

extension ASPathSegment: XDRElement, CustomStringConvertible {
  static var minimumOctets: Int { 8 }

  func encode(into writer: inout XDRWriter) {
    writer.u32(type.rawValue)
    writer.list(systems)
  }

  init(decoding reader: inout XDRReader) throws(WireError) {
    type = ASPathSegmentType(rawValue: try reader.u32())
    systems = try reader.list()
  }

  public var description: String { "\(type) " + systems.map(\.description).joined(separator: " ") }
}
