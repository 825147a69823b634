import Bytes
import Testing

@testable import SFlow

struct XDRWriterTests {
  /// What `body` leaves in 24 octets of 0xEE of which it may write 4..<20.
  private func written(_ body: (inout XDRWriter) -> Void) -> (octets: [UInt8], count: Int, overflowed: Bool) {
    var buffer = [UInt8](repeating: 0xEE, count: 24)
    var writer = XDRWriter(buffer.mutableSpan, in: 4..<20)
    body(&writer)
    let (count, overflowed) = (writer.written, writer.overflowed)
    return (buffer, count, overflowed)
  }

  @Test func `numbers are big-endian`() {
    let result = written {
      $0.i32(-2)
      $0.u64(1 << 40 | 7)
      $0.float(1.5)
    }
    #expect(result.octets == hex("eeeeeeee fffffffe 00000100 00000007 3fc00000 eeeeeeee"))
    #expect(result.count == 16 && !result.overflowed)
  }

  @Test func `padding is zero, whatever was there`() {
    let result = written {
      $0.opaque([1, 2, 3, 4, 5].span)
      $0.u32(.max)
    }
    #expect(result.octets == hex("eeeeeeee 00000005 01020304 05000000 ffffffff eeeeeeee"))
  }

  @Test func `nothing is written outside the range`() {
    for count in 0...40 {
      let octets = [UInt8](repeating: 1, count: count)
      let fixed = written { $0.fixedOpaque(octets.span) }
      #expect(fixed.octets[..<4] == hex("eeeeeeee")[...] && fixed.octets[20...] == hex("eeeeeeee")[...])
      #expect(fixed.overflowed == (count > 16))
      let words = written { writer in for _ in 0..<count { writer.u32(0) } }
      #expect(words.octets[..<4] == hex("eeeeeeee")[...] && words.octets[20...] == hex("eeeeeeee")[...])
      #expect(words.overflowed == (count > 4))
    }
  }

  @Test func `a number that does not fit is not written in part`() {
    let result = written {
      $0.u32(1)
      $0.u64(2)
      $0.u64(3)
    }
    #expect(result.count == 12 && result.overflowed)
    #expect(result.octets.suffix(8) == hex("eeeeeeee eeeeeeee")[...])
  }

  @Test func `lengths are written when their structures end`() {
    let result = written {
      let outer = $0.open(.flowSample)
      let inner = $0.open(HostParent.format)
      $0.close(inner)
      $0.close(outer)
    }
    #expect(result.octets == hex("eeeeeeee 00000001 00000008 000007d2 00000000 eeeeeeee"))
  }

  @Test func `a range beyond the memory is cut to it`() {
    var buffer: [UInt8] = [0xEE, 0xEE]
    var writer = XDRWriter(buffer.mutableSpan, in: 1..<9)
    writer.u32(0)
    let overflowed = writer.overflowed
    #expect(overflowed && buffer == [0xEE, 0xEE])
  }
}
