/// An IEEE 802 MAC address, 6 octets.
public struct MACAddress: Hashable, Sendable, BitwiseCopyable {
  /// The address in the low 48 bits, first octet most significant.
  public var value: UInt64

  public init(_ value: UInt64) { self.value = value & 0xFFFF_FFFF_FFFF }

  public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, _ e: UInt8, _ f: UInt8) {
    self.init(
      UInt64(a) << 40 | UInt64(b) << 32 | UInt64(c) << 24 | UInt64(d) << 16 | UInt64(e) << 8 | UInt64(f))
  }

  public var isZero: Bool { value == 0 }
}

extension ByteReader {
  /// 6 octets.
  @_lifetime(self: copy self)
  public mutating func mac() throws(WireError) -> MACAddress {
    MACAddress(UInt64(try u16()) << 32 | UInt64(try u32()))
  }
}

extension MACAddress: CustomStringConvertible {
  /// "02:00:5e:10:00:01"
  public var description: String {
    (0..<6).map { i in
      let octet = UInt8(truncatingIfNeeded: value >> (40 - 8 * UInt64(i)))
      return (octet < 16 ? "0" : "") + String(octet, radix: 16)
    }.joined(separator: ":")
  }
}
