extension Settings {
  /// What changed from `old` to these settings, one line each: "polling 30 → 20", "collector 10.0.0.1 added".
  public func differences(from old: Settings) -> [String] {
    var lines: [String] = []
    func compare<T: CustomStringConvertible>(_ name: String, _ before: T?, _ after: T?) {
      let (before, after) = (before?.description ?? "none", after?.description ?? "none")
      if before != after { lines.append("\(name) \(before) → \(after)") }
    }
    func compare<T: CustomStringConvertible>(_ name: String, _ value: (Settings) -> T?) {
      compare(name, value(old), value(self))
    }
    compare("sampling", \.sampling)
    compare("polling", \.polling)
    compare("interfaceCounters") { $0.interfaceCounters.rawValue }
    let before = old.applicationsByName
    let after = applicationsByName
    for name in (old.applications + applications).map(\.name).withoutRepetition {
      compare("sampling.\(name)", before[name]?.sampling, after[name]?.sampling)
      compare("polling.\(name)", before[name]?.polling, after[name]?.polling)
    }
    compare("agentIP", \.agentIP)
    compare("agent", \.agent)
    compare("agent.cidr") {
      $0.agentPrefixes.isEmpty ? nil : $0.agentPrefixes.map(\.description).joined(separator: " ")
    }
    compare("subAgentId", \.subAgentID)
    compare("uuid", \.uuid)
    compare("headerBytes", \.headerBytes)
    compare("datagramBytes", \.datagramBytes)
    compare("refreshVMs", \.refreshVMs)
    compare("forgetVMs", \.forgetVMs)
    compare("watch") { $0.watch ? "on" : "off" }

    lines += old.collectors.without(collectors).map { "collector \($0) removed" }
    lines += collectors.without(old.collectors).map { "collector \($0) added" }

    func compareBlock<T: Equatable>(_ name: String, _ value: (Settings) -> T, none: T) {
      let (before, after) = (value(old), value(self))
      if before == after { return }
      lines.append("\(name) { } " + (before == none ? "added" : after == none ? "removed" : "changed"))
    }
    compareBlock("dns-sd", \.dnsSD, none: nil)
    compareBlock("nflog", \.nflog, none: nil)
    compareBlock("ulog", \.ulog, none: nil)
    compareBlock("psample", \.psample, none: nil)
    compareBlock("pcap", \.pcap, none: [])
    compareBlock("epcap", \.epcap, none: [])
    compareBlock("dropmon", \.dropmon, none: nil)
    compareBlock("tcp", \.tcp, none: nil)
    compareBlock("json", \.json, none: nil)
    compareBlock("telemetry", \.textfile, none: nil)
    compareBlock("kvm", \.kvm, none: nil)
    compareBlock("xen", \.xen, none: nil)
    compareBlock("docker", \.docker, none: nil)
    compareBlock("containerd", \.containerd, none: nil)
    compareBlock("k8s", \.k8s, none: nil)
    compareBlock("systemd", \.systemd, none: nil)
    compareBlock("nlroute", \.nlroute, none: nil)
    compareBlock("dent", \.dent, none: nil)
    compareBlock("cumulus", \.cumulus, none: nil)
    compareBlock("opx", \.opx, none: nil)
    compareBlock("sonic", \.sonic, none: nil)
    compareBlock("vpp", \.vpp, none: nil)
    compareBlock("dbus", \.dbus, none: false)
    compareBlock("ovs", \.ovs, none: false)
    compareBlock("nvml", \.nvml, none: false)
    compareBlock("eapi", \.eapi, none: false)
    return lines
  }

  private var applicationsByName: [String: Application] {
    Dictionary(applications.map { ($0.name, $0) }) { first, _ in first }
  }
}

extension [String] {
  /// The first of each.
  fileprivate var withoutRepetition: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}

extension [Settings.Collector] {
  /// Those that are left when each of `others` has taken away one equal to it.
  fileprivate func without(_ others: Self) -> Self {
    var counts = Dictionary(others.map { ($0, 1) }, uniquingKeysWith: +)
    return filter { collector in
      guard let count = counts[collector], count > 0 else { return true }
      counts[collector] = count - 1
      return false
    }
  }
}
