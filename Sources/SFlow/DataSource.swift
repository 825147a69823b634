import Bytes

/// What a sample is about.
public struct DataSource: Hashable, Sendable {
  /// What `index` counts.
  public struct Class: OpenEnumeration {
    public var rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// `index` is an ifIndex.
    public static let interface = Class(rawValue: 0)
    /// `index` is a VLAN (smonVlanDataSource).
    public static let vlan = Class(rawValue: 1)
    /// `index` is a physical entity (entPhysicalEntry); the host itself is 2:1.
    public static let physicalEntity = Class(rawValue: 2)
    /// `index` is a logical entity: virtual machine, container, service, application.
    public static let logicalEntity = Class(rawValue: 3)

    public static var names: [String] { ["interface", "vlan", "physical", "logical"] }
  }

  public var type: Class
  public var index: UInt32

  public init(_ type: Class, _ index: UInt32) {
    self.type = type
    self.index = index
  }

  /// The host that the agent runs on.
  public static let host = DataSource(.physicalEntity, 1)

  /// The form of sample types 0:1 and 0:2, class in the high 8 bits. An index of 2²⁴ or more does not fit.
  var compact: UInt32 { type.rawValue << 24 | index & 0xFF_FFFF }

  init(compact: UInt32) {
    self.init(Class(rawValue: compact >> 24), compact & 0xFF_FFFF)
  }
}

extension DataSource: CustomStringConvertible {
  /// "2:1"
  public var description: String { "\(type.rawValue):\(index)" }
}

extension DataSource: XDRElement {
  static var minimumOctets: Int { 8 }

  @inline(__always)
  func encode(into writer: inout XDRWriter) {
    writer.u32(type.rawValue)
    writer.u32(index)
  }

  init(decoding reader: inout XDRReader) throws(WireError) {
    type = Class(rawValue: try reader.u32())
    index = try reader.u32()
  }
}
