internal import Config
internal import Discovery

/// What the file says, what DNS-SD adds, and what follows from both.
struct SettingsInForce {
  /// As the file says.
  var file: Settings
  /// What DNS said, if the file asks it.
  var answer = ServiceDiscovery.Answer.none {
    didSet {
      switch answer {
      case .none: named = []
      case .stop: break
      case .settings(let new): named = new.collectors
      }
    }
  }
  /// The collectors that DNS named last. They are muted when it names none any more.
  private var named: [Settings.Collector] = []

  init(file: Settings) { self.file = file }

  /// What the agent does.
  var settings: Settings {
    guard file.dnsSD != nil else { return file }
    switch answer {
    case .none: return file.withoutCollectors
    case .stop:
      var settings = file.withoutCollectors
      settings.collectors = named
      return settings
    case .settings(let discovered): return file.applying(discovered)
    }
  }

  /// What is published for sub-agents.
  var published: AutoFile.State {
    guard file.dnsSD != nil else { return .active }
    switch answer {
    case .none: return .suppressed
    case .stop: return .stopped
    case .settings: return .active
    }
  }

  /// Each setting that can come from the file or from DNS, and where it comes from: "polling = 20 (DNS-SD)".
  var origins: [String] {
    let (now, defaults) = (settings, Settings())
    var discovered: DiscoveredSettings?
    if file.dnsSD != nil, case .settings(let found) = answer { discovered = found }
    if file.dnsSD != nil, discovered == nil { return [] }
    func line(_ name: String, _ value: String?, _ byDNS: Bool?, isDefault: Bool = false) -> String? {
      let origin = byDNS == true ? "DNS-SD" : isDefault ? "default" : "file"
      return value.map { "\(name) = \($0) (\(origin))" }
    }
    /// One that the file cannot set while DNS-SD is in use.
    func rate(
      _ name: String, _ value: KeyPath<Settings, UInt32>, _ found: KeyPath<DiscoveredSettings, UInt32?>
    )
      -> String?
    {
      line(
        name, "\(now[keyPath: value])", discovered.map { $0[keyPath: found] != nil },
        isDefault: discovered != nil || now[keyPath: value] == defaults[keyPath: value])
    }
    var lines = [
      rate("sampling", \.sampling, \.sampling), rate("polling", \.polling, \.polling),
      rate("headerBytes", \.headerBytes, \.headerBytes),
    ]
    for application in now.applications {
      let isFound = discovered.map { _ in true }
      lines.append(line("sampling.\(application.name)", application.sampling?.description, isFound))
      lines.append(line("polling.\(application.name)", application.polling?.description, isFound))
    }
    lines.append(line("agentIP", now.agentIP?.description, discovered.map { $0.agentIP != nil }))
    lines.append(line("agent", now.agent, discovered.map { $0.agent != nil }))
    for prefix in now.agentPrefixes {
      lines.append(line("agent.cidr", "\(prefix)", discovered.map { !$0.agentPrefixes.isEmpty }))
    }
    for collector in now.collectors {
      lines.append(line("collector", "\(collector)", discovered.map { _ in true }))
    }
    return lines.compactMap { $0 }
  }
}
