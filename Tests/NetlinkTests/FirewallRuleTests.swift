import Bytes
import Testing

@testable import Netlink

@Suite struct FirewallRuleTests {
  static func attribute(_ type: UInt16, _ octets: [UInt8]) -> [UInt8] {
    let length = UInt16(4 + octets.count)
    return [UInt8(length & 0xFF), UInt8(length >> 8), UInt8(type & 0xFF), UInt8(type >> 8)] + octets
      + [UInt8](repeating: 0, count: -octets.count & 3)
  }

  static func expression(_ name: String, _ data: [UInt8]) -> [UInt8] {
    attribute(1 | 0x8000, attribute(1, Array(name.utf8) + [0]) + attribute(2 | 0x8000, data))
  }

  static func message(_ payload: [UInt8]) -> [UInt8] {
    var builder = MessageBuilder(.newRule, flags: [], sequence: 1)
    builder.octets([2, 0, 0, 0] + payload)
    return builder.finish()
  }

  static func rule(_ octets: [UInt8]) throws -> FirewallRule? {
    var messages = Messages(octets.span)
    guard let message = try messages.next() else { return nil }
    return try FirewallRule(parsing: message)
  }

  static func rule(of expressions: [UInt8]...) throws -> FirewallRule? {
    try rule(
      message(
        attribute(1, Array("filter\0".utf8)) + attribute(2, Array("INPUT\0".utf8))
          + attribute(4 | 0x8000, expressions.flatMap { $0 })))
  }

  @Test func `a rule of nft and one of iptables tell group and probability`() throws {
    var expected = FirewallRule()
    (expected.table, expected.chain) = ("filter", "INPUT")
    #expect(try Self.rule(of: Self.expression("counter", [])) == expected)
    (expected.logGroup, expected.probability) = (5, 0.02)
    // NFTA_NG_DREG 1, NFTA_NG_MODULUS 2 = 50; NFTA_LOG_GROUP 1 = 5: all big-endian.
    #expect(
      try Self.rule(
        of: Self.expression("numgen", Self.attribute(1, [0, 0, 0, 1]) + Self.attribute(2, [0, 0, 0, 50])),
        Self.expression("log", Self.attribute(1, [0, 5]))) == expected)
    // xt_statistic_info and xt_nflog_info are in the machine's order, here little-endian.
    let probability = UInt32(0.02 * 2_147_483_648)
    let statistic = [0, 0, 0, 0] + (0..<4).map { UInt8(truncatingIfNeeded: probability >> (8 * $0)) }
    let rule = try Self.rule(
      of: Self.expression(
        "match", Self.attribute(1, Array("statistic\0".utf8)) + Self.attribute(3, statistic)),
      Self.expression(
        "target", Self.attribute(1, Array("NFLOG\0".utf8)) + Self.attribute(3, [0, 0, 0, 0, 5, 0, 0, 0])))
    #expect(rule?.logGroup == 5)
    #expect(abs((rule?.probability ?? 0) - 0.02) < 1e-6)
  }

  @Test func `the rules of a host, made with nft and with iptables`() throws {
    let octets = try fixture("firewall-rules")
    var messages = Messages(octets.span)
    var rules: [FirewallRule] = []
    while let message = try messages.next() {
      if let rule = try FirewallRule(parsing: message) { rules.append(rule) }
    }
    #expect(rules.map { "\($0.table) \($0.chain)" } == ["sflow input", "sflow output", "filter INPUT"])
    #expect(rules.map(\.logGroup) == [5, 6, 7])
    #expect(rules[0].probability == 1.0 / 400)
    #expect(rules[1].probability == nil)
    #expect(abs((rules[2].probability ?? 0) - 0.0025) < 1e-9)
  }

  @Test func `anything else is an error or no rule, and no crash`() throws {
    var random = SystemRandomNumberGenerator()
    let whole = Self.message(
      Self.attribute(4, Self.expression("log", Self.attribute(1, [0, 5])) + Self.expression("numgen", [])))
    for _ in 0..<20_000 {
      var octets = whole
      for _ in 0..<3 {
        octets[Int.random(in: 16..<octets.count, using: &random)] = .random(in: 0...255, using: &random)
      }
      _ = try? Self.rule(octets)
    }
  }
}
