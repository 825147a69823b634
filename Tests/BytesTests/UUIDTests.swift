import Bytes
import Testing

@Suite struct UUIDTests {
  static let known = UUID(high: 0x6695_eb01_f6a4_8304, low: 0x79aa_97f2_502e_193f)

  @Test(arguments: [
    "6695eb01-f6a4-8304-79aa-97f2502e193f",
    "6695EB01F6A4830479AA97F2502E193F",
    "66:95:eb:01:f6:a4:83:04:79:aa:97:f2:50:2e:19:3f",
    "6695.eb01.f6a4.8304.79aa.97f2.502e.193f",
    "6695eb01-f6a4-8304-79aa-97f2502e193f-00ff",
  ]) func `reads octets with and without separators`(text: String) {
    #expect(UUID(text) == Self.known)
  }

  @Test(arguments: [
    "", "-", "6695eb01", "6695eb01-f6a4-8304-79aa-97f2502e19", "6695eb01-f6a4-8304-79aa-97f2502e193",
    "6695eb01-f6a4-8304-79aa-97f2502e193g", "6695eb01 f6a4 8304 79aa 97f2502e193f",
    "6-695eb01f6a4830479aa97f2502e193f0", "６695eb01-f6a4-8304-79aa-97f2502e193f",
  ]) func `refuses anything else`(text: String) {
    #expect(UUID(text) == nil)
  }

  @Test func `is written in five groups`() {
    #expect(Self.known.description == "6695eb01-f6a4-8304-79aa-97f2502e193f")
    #expect(UUID(high: 0, low: 0).description == "00000000-0000-0000-0000-000000000000")
  }

  @Test func `is 16 octets on the wire`() throws {
    let octets: [UInt8] = [
      0x66, 0x95, 0xeb, 0x01, 0xf6, 0xa4, 0x83, 0x04, 0x79, 0xaa, 0x97, 0xf2, 0x50, 0x2e, 0x19, 0x3f,
    ]
    var reader = ByteReader(octets.span)
    #expect(try reader.uuid() == Self.known)
    let isAtEnd = reader.isAtEnd
    #expect(isAtEnd)
  }

  @Test func `tells the zero UUID`() {
    #expect(UUID(high: 0, low: 0).isZero)
    #expect(!UUID(high: 0, low: 1).isZero)
  }
}
