public import Bytes

/// `/sys/class/dmi/id/product_uuid`: the UUID that the firmware gives the machine.
public struct ProductUUID: Equatable, Sendable {
  /// `nil` for what many machines would share: text ("Not Settable"), all zeros or ones, and sample values
  /// that mainboard makers left in.
  public var uuid: UUID?

  public init(uuid: UUID?) { self.uuid = uuid }

  public init(parsing text: Span<UInt8>) {
    var cursor = ASCIICursor(text)
    guard let uuid = UUID(cursor.word()), !Self.shared.contains(uuid) else { return }
    self.uuid = uuid
  }

  private static let shared = [
    UUID(high: 0, low: 0),
    UUID(high: .max, low: .max),
    // 03000200-0400-0500-0006-000700080009, and with its first three fields in the other byte order.
    UUID(high: 0x0300_0200_0400_0500, low: 0x0006_0007_0008_0009),
    UUID(high: 0x0002_0003_0004_0005, low: 0x0006_0007_0008_0009),
  ]
}
