import Bytes
import Netlink
import Testing

/// Whatever the octets, decoding ends, with values or with an error.
@Suite struct RobustnessTests {
  private static let names = [
    "links", "links-statistics", "link-eth0", "addresses", "statistics", "statistics-lo", "events", "error",
    "error-attribute", "error-strict",
  ]

  /// Decodes everything in `octets`; returns how many messages and attributes there were.
  private func decode(_ octets: [UInt8]) -> Int {
    var steps = 0
    var messages = Messages(octets.span)
    do {
      while let message = try messages.next() {
        steps += 1
        // Every decoder by itself: one that throws must not shield the others.
        _ = try? LinkMessage(parsing: message)
        _ = try? AddressMessage(parsing: message)
        _ = try? StatisticsMessage(parsing: message)
        var link = LinkStatistics64()
        _ = try? link.update(from: message)
        _ = try? Acknowledgement(parsing: message)
        steps += walk(Attributes(message.payload), depth: 0)
      }
    } catch {}
    return steps
  }

  private func walk(_ list: Attributes, depth: Int) -> Int {
    var steps = 0
    var attributes = list
    do {
      while let attribute = try attributes.next() {
        steps += 1
        if depth < 4 { steps += walk(attribute.attributes, depth: depth + 1) }
      }
    } catch {}
    return steps
  }

  /// No step without at least four octets, at five depths.
  private func check(_ octets: [UInt8]) {
    let steps = decode(octets)
    if steps > octets.count / 4 * 5 + 1 { Issue.record("\(steps) steps for \(octets.count) octets") }
  }

  @Test(arguments: names) func `any cut ends`(name: String) throws {
    let octets = try fixture(name)
    let stride = octets.count > 4096 ? 61 : 1
    for count in Swift.stride(from: 0, through: octets.count, by: stride) {
      check(Array(octets.prefix(count)))
    }
  }

  @Test(arguments: names) func `any change of octets ends`(name: String) throws {
    let octets = try fixture(name)
    var random: UInt64 = 0x9E37_79B9_7F4A_7C15
    func next(_ limit: Int) -> Int {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(random >> 33) % limit
    }
    let special: [UInt8] = [0, 1, 3, 4, 0x7F, 0x80, 0xFF]
    for _ in 0..<(octets.count > 4096 ? 100 : 1000) {
      var changed = octets
      for _ in 0...next(4) { changed[next(changed.count)] = special[next(special.count)] }
      check(changed)
    }
  }

  @Test func `zeros and ones end`() {
    check([UInt8](repeating: 0, count: 4096))
    check([UInt8](repeating: 0xFF, count: 4096))
  }

  @Test func `deep nesting is not followed by decoders`() throws {
    var nested = hex("0400 1280")
    for _ in 0..<2000 {
      let size = UInt16(nested.count + 4)
      nested = [UInt8(truncatingIfNeeded: size), UInt8(size >> 8), 0x12, 0x80] + nested
    }
    check(message(.newLink, hex("00 00 0100 03000000 00000000 00000000") + nested))
  }
}
