import Bytes

/// Where a sampled packet came in or went out.
public struct Interface: Hashable, Sendable {
  /// What `value` means.
  ///
  ///     0  one interface: ifIndex, 0 unknown, 0x3FFFFFFF the device itself
  ///     1  output only: discarded, `value` is a `DropReason`
  ///     2  output only: several interfaces, `value` is how many, 0 more than one
  public var format: UInt32
  public var value: UInt32

  public init(format: UInt32, value: UInt32) {
    self.format = format
    self.value = value
  }

  public init(index: UInt32) { self.init(format: 0, value: index) }

  public static let unknown = Interface(index: 0)
  /// No interface: the packet comes from or goes to the device itself. (An erratum says 0xFFFFFFFF for the
  /// expanded form, but agents send and collectors know this value.)
  public static let `internal` = Interface(index: 0x3FFF_FFFF)

  /// The packet was discarded.
  public static func discarded(_ reason: DropReason) -> Interface {
    Interface(format: 1, value: reason.rawValue)
  }
  /// The packet went out on `count` interfaces; 0 is an unknown number above one.
  public static func multiple(_ count: UInt32) -> Interface { Interface(format: 2, value: count) }

  /// Whether this is the device itself, by either spelling.
  public var isInternal: Bool { self == .internal || self == Interface(index: .max) }

  /// The form of sample type 0:1, format in the high 2 bits.
  var compact: UInt32 { format << 30 | value & 0x3FFF_FFFF }

  init(compact: UInt32) {
    self.init(format: compact >> 30, value: compact & 0x3FFF_FFFF)
  }
}

extension Interface: CustomStringConvertible {
  public var description: String {
    switch format {
    case 0 where isInternal: "internal"
    case 0: value == 0 ? "unknown" : "\(value)"
    case 1: "discarded(\(DropReason(rawValue: value)))"
    case 2: "multiple(\(value))"
    default: "\(format):\(value)"
    }
  }
}

extension Interface: XDRElement {
  static var minimumOctets: Int { 8 }

  @inline(__always)
  func encode(into writer: inout XDRWriter) {
    writer.u32(format)
    writer.u32(value)
  }

  init(decoding reader: inout XDRReader) throws(WireError) {
    format = try reader.u32()
    value = try reader.u32()
  }
}
