internal import ArgumentParser
internal import ControlProtocol
internal import Linux

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says how the agent is: sources, interfaces, collectors, and what was lost where.",
    discussion:
      "Exit status: 0 everything runs, 1 something failed or the agent cannot be asked, 2 something waits.")

  @OptionGroup var connection: ControlOption
  @Flag(help: "Print one JSON document.") var json = false
  @Flag(help: "Ask again every two seconds, until interrupted.") var watch = false
  @Flag(name: .shortAndLong, help: "Also interfaces that are not sampled, and all values.") var all = false

  func run() throws {
    while true {
      let items = try AgentConnection.items(at: connection.control)
      if watch, !json { Terminal.print("\u{1B}[H\u{1B}[2J" + StatusText(items, showsAll: all).text) }
      if watch, json { Terminal.print(try JSONText.of(items, pretty: false)) }
      if !watch {
        Terminal.print(try json ? JSONText.of(items, pretty: true) : StatusText(items, showsAll: all).text)
        throw ExitCode(Self.status(of: items))
      }
      Terminal.wait(.seconds(2))
    }
  }

  /// Interfaces that are down or not there are told by their source.
  static func status(of items: [Item]) -> Int32 {
    if items.contains(where: { $0.condition == .failed }) { return 1 }
    return items.contains { $0.condition == .waiting } ? 2 : 0
  }
}

/// The items for a person.
struct StatusText {
  private(set) var lines: [String] = []
  private let showsAll: Bool
  var text: String { lines.joined(separator: "\n") }

  init(_ items: [Item], showsAll: Bool) {
    self.showsAll = showsAll
    for item in items where item.kind == .agent { agent(item) }
    for item in items where item.kind == .configuration { configuration(item) }
    let shown: [Item.Kind] = [
      .agent, .configuration, .setting, .candidate, .telemetry, .interface, .collector,
    ]
    let others = items.filter { !shown.contains($0.kind) }
    section("sources", others)
    let interfaces = items.filter { $0.kind == .interface }
    let interesting = interfaces.filter { showsAll || $0.condition != .off || $0["counters"] == .truth(true) }
    section("interfaces", interesting)
    if interfaces.count > interesting.count {
      lines.append("  \(interfaces.count - interesting.count) more are neither sampled nor counted (--all)")
    }
    section("collectors", items.filter { $0.kind == .collector })
    if let telemetry = items.first(where: { $0.kind == .telemetry }) { self.telemetry(telemetry) }
  }

  private mutating func agent(_ item: Item) {
    let uptime = Self.time(item.number("uptime_seconds") ?? 0)
    lines.append("hsflowd \(item.text("version") ?? "") on \(item.name), up \(uptime)")
    let device = item.text("agent_device").map { " on \($0)" } ?? ""
    let reason = item.text("agent_reason").map { " (\($0))" } ?? ""
    lines.append("agent address \(item.text("agent_address") ?? "none")\(device)\(reason)")
    why(item)
    if showsAll { values(item) }
  }

  private mutating func configuration(_ item: Item) {
    let revision = item.number("revision").map { ", revision \($0)" } ?? ""
    let origin = item.text("origin").map { ", from \($0)" } ?? ""
    lines.append("configuration \(item.name)\(origin)\(revision)")
    why(item)
    if showsAll { values(item) }
  }

  private mutating func section(_ title: String, _ items: [Item]) {
    if items.isEmpty { return }
    lines.append("")
    lines.append(title)
    for item in items {
      let kind = [.source, .interface, .collector].contains(item.kind) ? "" : "\(item.kind.rawValue) "
      let since = item.seconds.map { " since \(Self.time($0))" } ?? ""
      lines.append("  \(item.condition.rawValue) \(kind)\(item.name)\(since)")
      why(item)
      values(item)
    }
  }

  private mutating func why(_ item: Item) {
    if !item.reason.isEmpty { lines.append("      why: \(item.reason)") }
    if !item.remedy.isEmpty { lines.append("      do: \(item.remedy)") }
  }

  private mutating func values(_ item: Item) {
    let text = item.values.map { "\($0.name) \($0.content)" }.joined(separator: ", ")
    if !text.isEmpty { lines.append("      \(text)") }
  }

  private mutating func telemetry(_ item: Item) {
    lines.append("")
    lines.append("samples and losses")
    why(item)
    for value in item.values where showsAll || value.content != .number(0) || Self.always.contains(value.name)
    {
      lines.append("  \(value.name)=\(value.content)")
    }
  }

  private static let always = ["flow_samples", "counter_samples", "datagrams", "dropped_samples"]

  /// "3 d 4 h", "12 min", "5 s"
  static func time(_ seconds: UInt64) -> String {
    switch seconds {
    case ..<60: "\(seconds) s"
    case ..<3600: "\(seconds / 60) min \(seconds % 60) s"
    case ..<86400: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    default: "\(seconds / 86400) d \(seconds % 86400 / 3600) h"
    }
  }
}
