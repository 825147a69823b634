internal import ArgumentParser
internal import ControlProtocol
internal import Linux

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says why the agent does what it does.",
    discussion: """
      address: who was a candidate for the agent's address, and who won. interface: which interfaces are sampled, and \
      why others are not. sampling: which rate, and which setting won over which. collector: where datagrams go. \
      settings: all that are in force, and where each is written. Or the name of an interface, collector, source or \
      setting. Without a topic: everything that does not run.
      """)

  @OptionGroup var connection: ControlOption
  @Argument(
    help: "address, interface, sampling, collector, settings, or a name.",
    completion: .list(["address", "interface", "sampling", "collector", "settings"]))
  var topic: String?

  func run() throws {
    let items = try AgentConnection.items(at: connection.control)
    let lines = Explanation(items).lines(topic)
    guard !lines.isEmpty else {
      let names = items.filter { [.interface, .collector, .source, .setting].contains($0.kind) }.map(\.name)
      throw AgentConnection.Failure(
        description: "\"\(topic ?? "")\" is no topic and nothing that the agent knows; it knows "
          + names.map { "\"\($0)\"" }.joined(separator: ", "))
    }
    for line in lines { Terminal.print(line) }
  }
}

/// The items as an answer to "why".
struct Explanation {
  private let items: [Item]

  init(_ items: [Item]) { self.items = items }

  /// None if the topic is unknown.
  func lines(_ topic: String?) -> [String] {
    switch topic {
    case nil: troubles
    case "address": address
    case "interface", "interfaces": of(.interface).flatMap(why)
    case "sampling": sampling
    case "collector", "collectors":
      of(.collector).isEmpty ? ["there is no collector"] : of(.collector).flatMap(why)
    case "settings": of(.setting).map(setting)
    case let name?: items.filter { $0.name == name || $0.name.hasPrefix(name + " ") }.flatMap(whole)
    }
  }

  private func of(_ kind: Item.Kind) -> [Item] { items.filter { $0.kind == kind } }

  private var troubles: [String] {
    // Also what is off by the configuration, and what runs to no avail: nobody asks who has what he wants.
    let troubles = items.filter {
      $0.condition == .failed || $0.condition == .waiting
        || !$0.reason.isEmpty && ($0.kind == .source || $0.condition == .running)
    }
    return troubles.isEmpty ? ["everything runs as configured"] : troubles.flatMap(why)
  }

  private func why(_ item: Item) -> [String] {
    let since = item.seconds.map { " since \(StatusText.time($0))" } ?? ""
    var line = "\(item.kind.rawValue) \(item.name): \(item.condition.rawValue)\(since)"
    if let rate = item.number("sampling"), let rule = item.text("rule") { line += ", 1 in \(rate): \(rule)" }
    if !item.reason.isEmpty { line += ": \(item.reason)" }
    return item.remedy.isEmpty ? [line] : [line, "  do: \(item.remedy)"]
  }

  /// "polling = 20: /etc/hsflowd.conf:3:3, over /etc/hsflowd.conf:2:3 = 30, default 30"
  private func setting(_ item: Item) -> String {
    var line = "\(item.name) = \(item.text("value") ?? ""): \(item.text("origin") ?? "")"
    if let over = item.text("over") { line += ", over \(over)" }
    return item.reason.isEmpty ? line : "\(line) (\(item.reason))"
  }

  private func whole(_ item: Item) -> [String] {
    if item.kind == .setting { return [setting(item)] }
    return why(item) + item.values.map { "  \($0.name) \($0.content)" }
  }

  private var address: [String] {
    let agent = of(.agent).first
    var lines = [
      "agent address \(agent?.text("agent_address") ?? "none"): \(agent?.text("agent_reason") ?? agent?.reason ?? "")"
    ]
    if let remedy = agent?.remedy, !remedy.isEmpty { lines.append("  do: \(remedy)") }
    lines.append("candidates, the best first; the highest score wins, then the lower interface index:")
    for candidate in of(.candidate) {
      let mark = candidate.condition == .running ? "*" : " "
      lines.append(
        "\(mark) \(candidate.number("score") ?? 0) \(candidate.name) on \(candidate.text("device") ?? ""): "
          + (candidate.text("why") ?? ""))
    }
    lines.append("to choose another: agentIP, agent = DEVICE, or agent.cidr")
    return lines
  }

  private var sampling: [String] {
    guard let configuration = of(.configuration).first else { return [] }
    var lines = of(.setting).filter {
      $0.name == "sampling" || $0.name.contains("sampling.") || $0.name.hasSuffix(".sampling")
        || $0.name.hasSuffix(".probability")
    }.map(setting)
    lines.append(
      "The first that is set: sampling of the pcap block, sampling.SPEED, speed / sampling.bps_ratio, speed / 1000000, sampling."
    )
    let sampled = of(.interface).filter { $0.number("sampling") != nil }
    for item in sampled {
      lines.append("\(item.name): 1 in \(item.number("sampling") ?? 0): \(item.text("rule") ?? "")")
    }
    for item in of(.source) where item.number("sampling") != nil {
      lines.append("\(item.name): 1 in \(item.number("sampling") ?? 0)")
    }
    if sampled.isEmpty { lines.append("no interface is sampled: hsflowctl explain interface says why") }
    if sampled.contains(where: { $0.number("sampling") != configuration.number("sampling") }) {
      lines.append("sampling.bps_ratio = 0 makes sampling the rate of all interfaces")
    }
    return lines
  }
}
