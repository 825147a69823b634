import Bytes
import Testing

@Suite struct CursorTests {
  @Test func `numbers are read with their offsets`() throws {
    let text: [UInt8] = Array("cpu  12 -7 0.25 18446744073709551616 x".utf8)
    var cursor = ASCIICursor(text.span)
    try cursor.expect("cpu")
    #expect(try cursor.unsigned() == 12)
    #expect(try cursor.signed() == -7)
    #expect(try cursor.decimal() == 0.25)
    #expect(try cursor.unsigned() == .max)
    let failure = #expect(throws: TextError.self) { () throws in
      var cursor = ASCIICursor(text.span)
      _ = try cursor.unsigned()
    }
    #expect(failure == TextError(at: 0, expected: "a number"))
  }

  @Test func `a field ends at its separator or at the end of the line`() {
    let text: [UInt8] = Array("a b  c\nd".utf8)
    var cursor = ASCIICursor(text.span)
    for (field, offset) in [("a", 2), ("b", 4), ("", 5), ("c", 6), ("", 6)] {
      #expect(String(cursor.field(endingAt: 0x20)) == field)
      #expect(cursor.offset == offset)
    }
  }

  @Test func `a line is stepped over whatever its length`() {
    for length in 0..<70 {
      let text = [UInt8](repeating: 0x78, count: length) + [0x0A, 0x79]
      for start in 0...length {
        var cursor = ASCIICursor(text.span)
        for _ in 0..<start { _ = cursor.next() }
        cursor.skipLine()
        #expect(cursor.offset == length + 1)
      }
      var cursor = ASCIICursor(text.span.extracting(0..<length))
      cursor.skipLine()
      #expect(cursor.isAtEnd && cursor.offset == length)
    }
  }

  @Test func `a reader never goes past its end and names the octet`() throws {
    let bytes: [UInt8] = [0, 0, 0, 5, 1, 2, 3]
    let error = #expect(throws: WireError.self) { () throws in
      var reader = ByteReader(bytes.span, base: 100)
      #expect(try reader.u32() == 5)
      _ = try reader.u32()
    }
    #expect(error == .truncated(at: 104))
    var reader = ByteReader(bytes.span)
    var inner = try reader.sub(4)
    #expect(try inner.u16() == 0)
    #expect(reader.offset == 4)
    #expect(throws: WireError.self) {
      var reader = ByteReader(bytes.span)
      try reader.skip(-1)
    }
  }
}
