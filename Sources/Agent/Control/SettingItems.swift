internal import Config
internal import ControlProtocol
internal import Discovery

extension Agent {
  /// Every setting in force: its value, where that is written, and what it won over.
  var settingItems: [Item] {
    var items: [Item] = []
    let written = inForce.file.provenance.settings
    let discovered = discoveredTexts
    for (name, text) in discovered.sorted(by: { $0.key < $1.key }) {
      let value = text.firstIndex(of: "=").map { String(text[text.index(after: $0)...]) } ?? text
      let losers = written.last { $0.name == name }.map { Self.losers($0, withItself: true) } ?? []
      items.append(item(name, value, "DNS-SD, TXT of \(discoveredName): \"\(text)\"", losers))
    }
    if inForce.file.dnsSD != nil {
      for collector in settings.collectors {
        items.append(item("collector", "\(collector)", "DNS-SD, \(discoveredName)", []))
      }
    }
    for setting in written where discovered[setting.name] == nil {
      var item = item(setting.name, setting.value, setting.place, Self.losers(setting, withItself: false))
      if inForce.file.dnsSD != nil, Self.isForDNS(setting.name) {
        (item.condition, item.reason) = (.off, "not in force: dns-sd { } supplies it")
      }
      items.append(item)
    }
    for (name, value) in Grammar.defaults
    where !items.contains(where: { $0.name == name && $0.condition != .off }) {
      items.append(item(name, value, "default", []))
    }
    return items
  }

  private func item(_ name: String, _ value: String, _ origin: String, _ losers: [String]) -> Item {
    var item = Item(.setting, name)
    item.add("value", value)
    item.add("origin", origin)
    let all =
      losers + (origin == "default" ? [] : Grammar.defaultText(of: name).map { ["default \($0)"] } ?? [])
    if !all.isEmpty { item.add("over", all.joined(separator: ", ")) }
    return item
  }

  /// What `setting` won over, the last first: "/etc/hsflowd.conf:2:3 = 20".
  private static func losers(_ setting: WrittenSetting, withItself: Bool) -> [String] {
    let all = setting.earlier + (withItself ? [setting] : [])
    return all.reversed().map { "\($0.place) = \($0.value)" }
  }

  private var discoveredTexts: [String: String] {
    guard inForce.file.dnsSD != nil, case .settings(let found) = inForce.answer else { return [:] }
    return found.texts.filter { $0.key != "txtvers" && $0.key != "collector" }
  }

  private var discoveredName: String { discovery?.foundAt ?? discovery?.question ?? "" }

  /// What the file cannot set while DNS-SD is asked.
  private static func isForDNS(_ name: String) -> Bool {
    ["sampling", "polling", "headerBytes"].contains(name)
      || ["sampling.", "polling.", "collector."].contains { name.hasPrefix($0) }
  }
}
