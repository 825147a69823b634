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
    (expected.family, expected.table, expected.chain) = (.ipv4, "filter", "INPUT")
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

  @Test func `a counter tells how many packets a rule took`() throws {
    // NFTA_COUNTER_BYTES 1, NFTA_COUNTER_PACKETS 2, big-endian.
    let counter = Self.expression(
      "counter", Self.attribute(1, [0, 0, 0, 0, 0, 0, 2, 0]) + Self.attribute(2, [0, 0, 0, 0, 0, 0, 1, 7]))
    #expect(try Self.rule(of: counter)?.packets == 263)
    #expect(try Self.rule(of: Self.expression("log", Self.attribute(1, [0, 5])))?.packets == nil)
  }

  @Test func `a chain tells its hook and what refers to it`() throws {
    func chain(_ attributes: [UInt8]) throws -> FirewallChain? {
      var builder = MessageBuilder(.newChain, flags: [], sequence: 1)
      builder.octets([1, 0, 0, 0] + Self.attribute(1, Array("t\0".utf8)) + attributes)
      let octets = builder.finish()
      var messages = Messages(octets.span)
      guard let message = try messages.next() else { return nil }
      return try FirewallChain(parsing: message)
    }
    var expected = FirewallChain()
    (expected.family, expected.table, expected.name, expected.uses) = (.inet, "t", "c", 3)
    let named = Self.attribute(3, Array("c\0".utf8)) + Self.attribute(6, [0, 0, 0, 3])
    #expect(try chain(named) == expected)
    expected.hook = 2
    let hook = Self.attribute(1, [0, 0, 0, 2]) + Self.attribute(2, [0, 0, 0, 0])
    #expect(try chain(named + Self.attribute(4 | 0x8000, hook)) == expected)
  }

  /// A table of iptables-legacy: a rule of INPUT, one of a chain of its own, and the last, which is the table's end.
  @Test func `rules of iptables-legacy tell the same`() throws {
    func little(_ number: UInt64, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    func part(_ name: String, _ data: [UInt8]) -> [UInt8] {
      let padded = data + [UInt8](repeating: 0, count: -data.count & 7)
      return little(UInt64(32 + padded.count), 2) + Array(name.utf8)
        + [UInt8](repeating: 0, count: 30 - name.utf8.count) + padded
    }
    func entry(_ matches: [UInt8], _ target: [UInt8], packets: UInt64, _ head: Int) -> [UInt8] {
      let offset = head == 112 ? 88 : 140
      return [UInt8](repeating: 0, count: offset) + little(UInt64(head + matches.count), 2)
        + little(UInt64(head + matches.count + target.count), 2)
        + [UInt8](repeating: 0, count: head - 20 - offset) + little(packets, 8)
        + [UInt8](repeating: 0, count: 8) + matches + target
    }
    for (family, head) in [(FirewallFamily.ipv4, 112), (.ipv6, 168)] {
      let statistic = part("statistic", [0, 0, 0, 0] + little(UInt64(0.25 * 2_147_483_648), 4))
      let first = entry(statistic, part("NFLOG", [0, 0, 0, 0, 5, 0]), packets: 263, head)
      let other = entry([], part("", [0, 0, 0, 0]), packets: 9, head)
      // struct xt_error_target: 30 octets of name.
      func title(_ name: String) -> [UInt8] {
        let text = Array(name.utf8)
        return part("ERROR", text + [UInt8](repeating: 0, count: 30 - text.count))
      }
      let name = entry([], title("mine"), packets: 0, head)
      let second = entry([], part("NFLOG", [0, 0, 0, 0, 6, 0]), packets: 0, head)
      let end = entry([], title("ERROR"), packets: 0, head)
      // valid_hooks: INPUT and OUTPUT; hook_entry: where each begins.
      var info = [UInt8](repeating: 0, count: 32) + little(0b01010, 4)
      info += little(0, 4) + little(0, 4) + little(0, 4) + little(UInt64(first.count), 4) + little(0, 4)
      info += [UInt8](repeating: 0, count: 24)
      let entries = first + other + name + second + end
      info += little(UInt64(entries.count), 4)
      #expect(try LegacyRules.size(of: info) == entries.count)
      let rules = try LegacyRules.rules(table: "filter", family, info: info, entries: entries)
      #expect(rules.map(\.chain) == ["INPUT", "mine"] && rules.map(\.logGroup) == [5, 6])
      #expect(
        rules.map(\.packets) == [263, 0] && rules[0].probability == 0.25 && rules[1].probability == nil)
      // Whatever the kernel says, it ends.
      var random = SystemRandomNumberGenerator()
      for _ in 0..<5000 {
        var octets = entries
        for _ in 0..<3 {
          octets[Int.random(in: 0..<octets.count, using: &random)] = .random(in: 0...255, using: &random)
        }
        octets.removeLast(Int.random(in: 0...octets.count, using: &random))
        _ = try? LegacyRules.rules(table: "filter", family, info: info, entries: octets)
      }
    }
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
