// The strings of TXT records: "polling=20". Values are read as those of the file are, but more strictly: what the file
// accepts with a warning (octal numbers, a rest after a number) nobody may have meant for a thousand hosts.

extension DiscoveredSettings {
  /// Takes over the strings of TXT records. One that cannot be understood changes nothing.
  /// - Parameter features: what this build can do.
  /// - Returns: what is to be said of them, one line each, with their text.
  public mutating func take(_ strings: [[UInt8]], features: Set<Feature>) -> [String] {
    var remarks: [String] = []
    var earlier: [String: (value: String, text: String)] = [:]
    for string in strings where !string.isEmpty {
      let text = String(decoding: string, as: UTF8.self)
      func ignored(_ why: String) { remarks.append("\(quoted(text)) is ignored: \(why)") }
      guard let sign = text.firstIndex(of: "=") else {
        ignored("there is no \"=\" in it")
        continue
      }
      let (key, value) = (String(text[..<sign]), String(text[text.index(after: sign)...]))
      let (name, application) = Self.parts(of: key)
      if let fault = take(name, application, value, features: features) {
        ignored(fault)
        continue
      }
      records.texts[application.map { name + $0 } ?? Grammar.spelling(of: name)] = text
      if !["collector", "agent.cidr", "txtvers"].contains(name),
        let before = earlier.updateValue((value, text), forKey: name + (application ?? "")),
        before.value != value
      {
        remarks.append("\(quoted(text)) takes the place of \(quoted(before.text))")
      }
    }
    if let bytes = headerBytes, bytes > 256 { remarks.append("headerBytes=\(bytes) counts as 256") }
    return remarks
  }

  /// The name in lower case, and the application, in which case matters.
  private static func parts(of key: String) -> (String, String?) {
    let lower = key.lowercased()
    for prefix in ["sampling.", "polling."] where lower.hasPrefix(prefix) {
      return (prefix, String(key.dropFirst(prefix.count)))
    }
    return (lower, nil)
  }

  /// Takes one setting over.
  /// - Returns: why not, if it is no good.
  private mutating func take(_ name: String, _ application: String?, _ value: String, features: Set<Feature>)
    -> String?
  {
    switch name {
    case "sampling": number(value, of: name) { $0.sampling = $1 }
    case "polling": number(value, of: name) { $0.polling = $1 }
    case "sampling.": rate(value, of: "sampling", application) { $0.sampling = $1 }
    case "polling.": rate(value, of: "polling", application) { $0.polling = $1 }
    case "headerbytes": number(value, .integer(0...UInt32.max, unit: "octets")) { $0.headerBytes = $1 }
    case "agentip":
      read(value, .host) { if case .host(let host) = $1 { $0.agentIP = host } }
    case "agent":
      if value.isEmpty { "it names no device" } else { set { $0.agent = value } }
    case "agent.cidr":
      read(value, .prefix) { if case .prefix(let prefix) = $1 { $0.agentPrefixes.append(prefix) } }
    case "collector": takeCollector(value)
    case "droplimit" where !features.contains(.dropmon): "drops are not monitored by this version of hsflowd"
    case "droplimit": number(value, .integer(0...UInt32.max, unit: "drops/s")) { $0.dropLimit = $1 }
    case "txtvers": nil
    default: "there is no such setting in DNS-SD"
    }
  }

  private mutating func set(_ change: (inout Self) -> Void) -> String? {
    change(&self)
    return nil
  }

  private mutating func read(_ text: String, _ type: ValueType, _ store: (inout Self, Value) -> Void)
    -> String?
  {
    switch type.read(text, validateRegex: { _ in nil }) {
    case .exact(let value): set { store(&$0, value) }
    case .outOfRange: "\(quoted(text)) is out of range; allowed: \(type.allowed)"
    case .lenient, .wrongType: "\(quoted(text)) is not a value; allowed: \(type.allowed)"
    }
  }

  private mutating func number(_ text: String, _ type: ValueType, _ store: (inout Self, UInt32) -> Void)
    -> String?
  {
    read(text, type) { if case .integer(let number) = $1 { store(&$0, number) } }
  }

  /// A number with the range that the key of this name has in the file.
  private mutating func number(_ text: String, of name: String, _ store: (inout Self, UInt32) -> Void)
    -> String?
  {
    guard let key = Grammar.sflow.key(name) else { return "there is no such setting" }
    return number(text, key.type, store)
  }

  private mutating func rate(
    _ text: String, of name: String, _ application: String?,
    _ store: (inout Settings.Application, UInt32) -> Void
  ) -> String? {
    guard let application, !application.isEmpty else { return "no application is named after the dot" }
    return number(text, of: name) { found, number in
      if let i = found.applications.firstIndex(where: { $0.name == application }) {
        return store(&found.applications[i], number)
      }
      var new = Settings.Application(name: application)
      store(&new, number)
      found.applications.append(new)
    }
  }

  /// `host[/port[/dev[/netns]]]`
  private mutating func takeCollector(_ text: String) -> String? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 4 else { return "allowed: HOST[/PORT[/DEVICE[/NAMESPACE]]]" }
    func part(_ i: Int) -> String? { i < parts.count && !parts[i].isEmpty ? parts[i] : nil }
    var port = Settings.Collector.defaultPort
    if let text = part(1) {
      guard case .exact(.integer(let number)) = ValueType.integer(text, in: 1...65535) else {
        return "\(quoted(text)) is not a port"
      }
      port = UInt16(clamping: number)
    }
    return read(parts[0], .host) {
      guard case .host(let host) = $1 else { return }
      $0.collectors.append(Settings.Collector(host, port: port, device: part(2), namespace: part(3)))
    }
  }

  /// A server of an SRV record as a collector; `nil` if its name cannot be one of a host or its port is 0.
  public static func collector(host: String, port: UInt16) -> Settings.Collector? {
    guard port > 0, case .exact(.host(let address)) = ValueType.host(host) else { return nil }
    return Settings.Collector(address, port: port)
  }
}
