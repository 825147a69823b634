internal import Bytes
internal import Linux
internal import Netlink
internal import SystemPackage

/// The rules of the host's firewall that hand packets to log groups: those of nft(8) and iptables(8), in every family,
/// and those of iptables-legacy. Of this network namespace: a group is one of its own in each.
struct FirewallView {
  /// `nil` if they cannot be read, and why.
  var rules: [FirewallRule]?
  var why = ""
  private var chains: [FirewallChain] = []
  /// Rules in each chain, by its name.
  private var counts: [String: UInt32] = [:]
  /// There are rules of iptables-legacy, and they could not be read.
  private(set) var hidesLegacyRules = false

  init(_ root: FileRoot) {
    do throws(Errno) {
      rules = try Self.dump(FirewallRule.request(sequence: 1)) { try? FirewallRule(parsing: $0) }
      chains = try Self.dump(FirewallChain.request(sequence: 1)) { try? FirewallChain(parsing: $0) }
    } catch {
      why = error == .notPermitted ? "only root may read the firewall's rules" : error.explanation
    }
    for rule in rules ?? [] { counts[Self.key(rule.family, rule.table, rule.chain), default: 0] += 1 }
    readLegacy(root)
  }

  private static func key(_ family: FirewallFamily, _ table: String, _ chain: String) -> String {
    "\(family) \(table) \(chain)"
  }

  private static func dump<T>(_ request: [UInt8], _ parse: (Message) -> T??) throws(Errno) -> [T] {
    let socket = try NetfilterSocket(receiveBuffer: 1 << 20, messageSize: 131_072)
    try socket.send(request)
    var all: [T] = []
    while true {
      guard try socket.wait() else { throw .timedOut }
      var end: Int32?
      _ = try socket.receive { bytes in
        var messages = Messages(bytes)
        while let message = try? messages.next() {
          if let answer = try? Acknowledgement(parsing: message) { end = answer.code }
          // An expression of a kind that is not understood is no obstacle for the others.
          if let one = parse(message) ?? nil { all.append(one) }
        }
      }
      guard let end else { continue }
      if end == 0 { return all }
      throw Errno(rawValue: end)
    }
  }

  /// The names of the tables that iptables-legacy has made are in two files, for root only. Not by guessing: asking for
  /// a table makes it.
  private mutating func readLegacy(_ root: FileRoot) {
    for (path, family) in [("ip_tables_names", FirewallFamily.ipv4), ("ip6_tables_names", .ipv6)] {
      var names: [UInt8] = []
      do throws(Errno) {
        names = try WholeFile.read(root.path("/proc/thread-self/net/\(path)"))
      } catch {
        hidesLegacyRules = hidesLegacyRules || error != .noSuchFileOrDirectory
      }
      for name in names.split(separator: 0x0A).map({ String(decoding: $0, as: UTF8.self) }) {
        guard let table = try? Self.legacyRules(name, family) else {
          hidesLegacyRules = true
          continue
        }
        if rules != nil { rules? += table } else { rules = table }
      }
    }
  }

  private static func legacyRules(_ table: String, _ family: FirewallFamily) throws -> [FirewallRule] {
    let (info, entries) = try LegacyFirewall.table(
      table, isIPv6: family == .ipv6, infoSize: LegacyRules.infoSize, headSize: LegacyRules.headSize,
      size: { (try? LegacyRules.size(of: $0)) ?? -1 })
    return try LegacyRules.rules(table: table, family, info: info, entries: entries)
  }

  // MARK: - Questions

  /// "the rule in inet t c", with the family unless iptables(8) would have made it.
  static func place(_ rule: FirewallRule) -> String {
    let family = rule.family == .ipv4 ? "" : "\(rule.family) "
    return "the rule in \(family)\(rule.table) \(rule.chain)"
  }

  /// Whether a hook or another rule leads packets to the rule's chain. Rules in sets and maps count.
  func isReached(_ rule: FirewallRule) -> Bool {
    let chain = chains.first {
      $0.family == rule.family && $0.table == rule.table && $0.name == rule.chain
    }
    // Chains of iptables-legacy are not among them.
    guard let chain, chain.hook == nil else { return true }
    return chain.uses > counts[Self.key(rule.family, rule.table, rule.chain)] ?? 0
  }

  /// Why nothing comes from a group that a source listens to, and what to do; `nil` if the rules do not tell.
  func silence(of group: UInt16, example: String) -> (reason: String, remedy: String)? {
    guard let rules else { return nil }
    let own = rules.filter { $0.logGroup == group }
    if own.isEmpty {
      if hidesLegacyRules { return nil }
      let others = Set(rules.compactMap(\.logGroup)).sorted().map { "\($0)" }.joined(separator: ", ")
      return (
        "there is no firewall rule for this group"
          + (others.isEmpty ? "" : " (there are rules for group \(others))"), example
      )
    }
    if let lost = own.first(where: { !isReached($0) }), own.allSatisfy({ !isReached($0) }) {
      return (
        "\(Self.place(lost)) is never reached: no hook and no other rule leads to its chain",
        "let one lead there, or give the chain a hook: nft list chain \(lost.family) \(lost.table) \(lost.chain)"
      )
    }
    if own.allSatisfy({ $0.packets == 0 }) {
      return (
        own.map { Self.place($0) }.joined(separator: " and ") + " has taken no packet: none fits it",
        "nft list ruleset and iptables -nvL show what it fits; rules in front of it may take the packets"
      )
    }
    return nil
  }

  /// The network namespaces of ip-netns(8) in which a rule is for the group. Empty without CAP_SYS_ADMIN.
  static func namespaces(with group: UInt16, _ root: FileRoot) -> [String] {
    let names = ((try? root.names(in: "/run/netns")) ?? []).sorted().prefix(100)
    return names.filter { name in
      let view = try? NetworkNamespace.run(inNamespaceAt: root.path("/run/netns/\(name)")) {
        () throws(Errno) in FirewallView(root)
      }
      return view?.rules?.contains { $0.logGroup == group } ?? false
    }
  }
}
