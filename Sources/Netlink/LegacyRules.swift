public import Bytes

/// Rules of iptables-legacy: a table as the kernel hands it out to getsockopt(2). `linux/netfilter_ipv4/ip_tables.h`,
/// `linux/netfilter_ipv6/ip6_tables.h`, `linux/netfilter/x_tables.h`; all in the machine's order.
public enum LegacyRules {
  /// Octets of `struct ipt_getinfo`.
  ///
  ///     0 name 32, 32 valid_hooks 4, 36 hook_entry 20, 56 underflow 20, 76 num_entries 4, 80 size 4
  public static let infoSize = 84
  /// Octets in front of the rules in `struct ipt_get_entries`.
  ///
  ///     0 name 32, 32 size 4
  public static let headSize = 40

  /// Octets of all rules of the table.
  public static func size(of info: [UInt8]) throws(WireError) -> Int {
    var reader = ByteReader(info.span)
    try reader.skip(80)
    return Int(try reader.native32())
  }

  private static let hooks = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]

  /// The rules of a table that hand packets to log groups.
  ///
  ///     ipt_entry   88 target_offset 2, 90 next_offset 2, 96 packets 8, 104 octets 8, 112 matches, target
  ///     ip6t_entry 140 target_offset 2, 142 next_offset 2, 152 packets 8, 160 octets 8, 168 matches, target
  ///     both        0 size 2, 2 name 29, 31 revision 1, 32 data
  /// - Parameters:
  ///   - info: `struct ipt_getinfo`.
  ///   - entries: the rules alone.
  public static func rules(
    table: String, _ family: FirewallFamily, info: [UInt8], entries: [UInt8]
  ) throws(WireError) -> [FirewallRule] {
    let (offsets, elements) = family == .ipv4 ? (88, 112) : (140, 168)
    let starts = try starts(of: info)
    var rules: [FirewallRule] = []
    var chain = ""
    var all = ByteReader(entries.span)
    while all.remaining > 0 {
      if let hook = starts[UInt32(all.offset)] { chain = hook }
      var head = all
      try head.skip(offsets)
      let target = Int(try head.native16())
      let next = Int(try head.native16())
      guard target >= elements, next > target else { throw .invalid(at: all.offset, "a rule without target") }
      var reader = try all.sub(next)
      var rule = FirewallRule()
      (rule.family, rule.table, rule.chain) = (family, table, chain)
      // The counters are the last of the head.
      try reader.skip(elements - 16)
      rule.packets = try reader.native64()
      try reader.skip(8)
      while reader.remaining > 0 {
        var part = reader
        let size = Int(try part.native16())
        guard size >= 32 else { throw .invalid(at: reader.offset, "a match without length") }
        let name = try text(&part, 29)
        try part.skip(1)
        // A chain begins with its name.
        if name == "ERROR" { chain = try text(&part, 30) }
        if name == "NFLOG" || name == "statistic" { try rule.take(name, info: part) }
        _ = try reader.sub(size)
      }
      if rule.logGroup != nil { rules.append(rule) }
    }
    return rules
  }

  /// Where the chain of each hook begins.
  private static func starts(of info: [UInt8]) throws(WireError) -> [UInt32: String] {
    var reader = ByteReader(info.span)
    try reader.skip(32)
    let valid = try reader.native32()
    var starts: [UInt32: String] = [:]
    for (i, hook) in hooks.enumerated() {
      let offset = try reader.native32()
      if valid >> UInt32(i) & 1 == 1 { starts[offset] = hook }
    }
    return starts
  }

  private static func text(_ reader: inout ByteReader, _ count: Int) throws(WireError) -> String {
    var octets: [UInt8] = []
    for _ in 0..<count { octets.append(try reader.u8()) }
    return String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
  }
}
