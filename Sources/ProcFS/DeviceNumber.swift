public import Bytes

/// The major and minor number of a device, as in `/sys/block/sda/dev`: "8:0".
public struct DeviceNumber: Hashable, Sendable {
  public var major: UInt32
  public var minor: UInt32

  public init(_ major: UInt32, _ minor: UInt32) {
    self.major = major
    self.minor = minor
  }

  public init(parsing text: Span<UInt8>) throws(TextError) {
    var cursor = ASCIICursor(text)
    try self.init(&cursor)
  }

  @_lifetime(cursor: copy cursor)
  init(_ cursor: inout ASCIICursor) throws(TextError) {
    major = UInt32(clamping: try cursor.unsigned())
    try cursor.expect(":")
    minor = UInt32(clamping: try cursor.unsigned())
  }
}

extension DeviceNumber: CustomStringConvertible {
  public var description: String { "\(major):\(minor)" }
}
