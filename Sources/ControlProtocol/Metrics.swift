/// The items in the text format of Prometheus (exposition format 0.0.4).
public enum Metrics {
  /// A metric, and where its values come from.
  private struct Family {
    var name: String
    var help: String
    var isCounter: Bool
    /// Label and value parts of each line, in order.
    var lines: [(labels: String, value: UInt64)] = []
  }

  public static func text(_ items: [Item]) -> String {
    var families: [Family] = []
    func add(_ name: String, _ help: String, isCounter: Bool, _ labels: [(String, String)], _ value: UInt64?)
    {
      guard let value else { return }
      let labels =
        labels.isEmpty ? "" : "{" + labels.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",") + "}"
      if let i = families.firstIndex(where: { $0.name == name }) {
        families[i].lines.append((labels, value))
      } else {
        families.append(Family(name: name, help: help, isCounter: isCounter, lines: [(labels, value)]))
      }
    }
    for item in items {
      let label = [(item.kind.rawValue, item.name)]
      switch item.kind {
      case .agent:
        add(
          "hsflowd_info", "Version and address of the agent.", isCounter: false,
          ["version", "agent_address"].map { ($0, item.text($0) ?? "") }, 1)
        add(
          "hsflowd_uptime_seconds", "Seconds since the agent started.", isCounter: false, [],
          item.number("uptime_seconds"))
      case .telemetry:
        for value in item.values {
          guard case .number(let number) = value.content else { continue }
          add(
            "hsflowd_\(value.name)_total", "The counter \(value.name) of the agent.", isCounter: true, [],
            number)
        }
      case .source:
        add(
          "hsflowd_source_up", "1 if the source of samples runs.", isCounter: false, label,
          item.condition == .running ? 1 : 0)
        for name in ["samples", "seen", "delivered", "skipped", "sampled", "lost", "overruns", "unknown"] {
          add(
            "hsflowd_source_\(name)_total", "What became of the packets and polls of a source.",
            isCounter: true, label, item.number(name))
        }
      case .interface where item.number("sampling") != nil:
        add(
          "hsflowd_interface_up", "1 if the interface is sampled.", isCounter: false, label,
          item.condition == .running ? 1 : 0)
        add(
          "hsflowd_interface_sampling_rate", "One packet in so many is sampled.", isCounter: false, label,
          item.number("sampling"))
        for name in ["samples", "drops", "unknown"] {
          add(
            "hsflowd_interface_\(name)_total", "What became of the chosen packets of an interface.",
            isCounter: true, label, item.number(name))
        }
      case .collector:
        add(
          "hsflowd_collector_up", "1 if datagrams leave for the collector.", isCounter: false, label,
          item.condition == .running ? 1 : 0)
        for name in ["datagrams", "bytes"] {
          add(
            "hsflowd_collector_\(name)_total", "What was sent to a collector.", isCounter: true, label,
            item.number(name))
        }
        for value in item.values where value.name.hasPrefix("errors_") {
          guard case .number(let number) = value.content else { continue }
          add(
            "hsflowd_collector_errors_total", "Datagrams that did not leave or were refused.",
            isCounter: true,
            label + [("errno", String(value.name.dropFirst(7)))], number)
        }
      default: break
      }
    }
    return families.map { family in
      "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.isCounter ? "counter" : "gauge")\n"
        + family.lines.map { "\(family.name)\($0.labels) \($0.value)\n" }.joined()
    }.joined()
  }

  private static func escaped(_ text: String) -> String {
    // By scalars: CR and LF together are one character, and another than LF.
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
      case "\"": result.append(contentsOf: "\\\"".unicodeScalars)
      case "\n": result.append(contentsOf: "\\n".unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
