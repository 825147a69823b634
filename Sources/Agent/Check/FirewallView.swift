internal import Linux
internal import Netlink
internal import SystemPackage

/// The rules of the host's firewall that hand packets to log groups.
struct FirewallView {
  /// `nil` if they cannot be read, and why.
  var rules: [FirewallRule]?
  var why = ""
  /// There are rules of iptables-legacy, which nf_tables does not show.
  var hasLegacyRules: Bool

  init(_ root: FileRoot) {
    hasLegacyRules = ["/proc/net/ip_tables_names", "/proc/net/ip6_tables_names"].contains { path in
      ((try? WholeFile.read(root.path(path))) ?? []).contains { $0 > 0x20 }
    }
    do throws(Errno) {
      rules = try Self.read()
    } catch {
      why = error == .notPermitted ? "only root may read the firewall's rules" : error.explanation
    }
  }

  private static func read() throws(Errno) -> [FirewallRule] {
    let socket = try NetfilterSocket(receiveBuffer: 1 << 20, slotSize: 131_072)
    try socket.send(FirewallRule.request(sequence: 1))
    var rules: [FirewallRule] = []
    while true {
      guard try socket.wait() else { throw .timedOut }
      var end: Int32?
      _ = try socket.receive { bytes in
        var messages = Messages(bytes)
        while let message = try? messages.next() {
          if let answer = try? Acknowledgement(parsing: message) { end = answer.code }
          // An expression of a kind that is not understood is no obstacle for the other rules.
          if let rule = try? FirewallRule(parsing: message) { rules.append(rule) }
        }
      }
      guard let end else { continue }
      if end == 0 { return rules }
      throw Errno(rawValue: end)
    }
  }
}
