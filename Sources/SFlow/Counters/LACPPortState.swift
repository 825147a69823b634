import Bytes

/// LACP state bits (IEEE 802.1AX) of both ends of a link: four octets in this order.
public struct LACPPortState: Hashable, Sendable {
  /// As configured at this end.
  public var actorAdmin: UInt8
  /// In force at this end.
  public var actorOper: UInt8
  /// As assumed of the far end.
  public var partnerAdmin: UInt8
  /// In force at the far end.
  public var partnerOper: UInt8

  public init(actorAdmin: UInt8 = 0, actorOper: UInt8 = 0, partnerAdmin: UInt8 = 0, partnerOper: UInt8 = 0) {
    self.actorAdmin = actorAdmin
    self.actorOper = actorOper
    self.partnerAdmin = partnerAdmin
    self.partnerOper = partnerOper
  }
}

extension LACPPortState: XDRElement, CustomStringConvertible {
  static var minimumOctets: Int { 4 }

  func encode(into writer: inout XDRWriter) {
    writer.u32(
      UInt32(actorAdmin) << 24 | UInt32(actorOper) << 16 | UInt32(partnerAdmin) << 8 | UInt32(partnerOper))
  }

  init(decoding reader: inout XDRReader) throws(WireError) {
    let word = try reader.u32()
    actorAdmin = UInt8(truncatingIfNeeded: word >> 24)
    actorOper = UInt8(truncatingIfNeeded: word >> 16)
    partnerAdmin = UInt8(truncatingIfNeeded: word >> 8)
    partnerOper = UInt8(truncatingIfNeeded: word)
  }

  /// actorAdmin, actorOper, partnerAdmin and partnerOper as digits, two each.
  public var description: String { hex([actorAdmin, actorOper, partnerAdmin, partnerOper]) }
}
