internal import Bytes
internal import Config
internal import ControlProtocol
internal import Discovery
internal import HostCounters
internal import Linux
internal import SystemPackage

extension Agent {
  /// Everything that the agent tells of itself. Made anew for everybody who asks, and only then.
  func items() -> [Item] {
    var items = [agentItem, configurationItem]
    var interfaceItems = InterfaceItems(interfaces.table.all)
    let isStopped = inForce.published != .active
    for module in modules {
      for var item in module.report {
        if isStopped, item.kind == .source, item.condition == .off {
          // Nobody wrote the 0 that polling is meanwhile.
          item.reason = "nothing is measured, as DNS-SD names no collector"
          item.remedy = "hsflowctl explain \(discovery?.question ?? "")"
        }
        if item.kind == .interface { interfaceItems.merge(item) } else { items.append(item) }
      }
    }
    items += interfaceItems.all
    items += discoveryItems
    items += settingItems
    items += exporter.collectors.map { $0.item(now: loop.now) }
    items += candidateItems
    items.append(telemetryItem)
    return items
  }

  private var agentItem: Item {
    let address = addressKeeper?.address
    var item = Item(.agent, HostName().node, address == nil ? .waiting : .running)
    item.add("version", options.version)
    item.add("uptime_seconds", birth.seconds(until: loop.now))
    item.add("agent_address", address?.description ?? "none")
    if let winner = addressKeeper?.outcome?.winner {
      item.add("agent_device", winner.device)
      item.add("agent_reason", winner.reason)
    } else if address != nil {
      item.add("agent_reason", "agentIP says so; no interface has it")
    } else {
      item.reason = "there is no agent address, and without one nothing is sent"
      item.remedy = "give an interface an IP address, or set agentIP"
    }
    item.add("sub_agent", AgentIdentity.subAgentID(settings))
    item.add("uuid", identity.uuid.description)
    item.add("uuid_origin", identity.origin)
    item.add("may_net_admin", Capabilities.effective.contains(.netAdmin))
    item.add("may_net_raw", Capabilities.effective.contains(.netRaw))
    return item
  }

  private var configurationItem: Item {
    var item = Item(.configuration, options.configurationPath, refusal == nil ? .running : .failed)
    if let refusal {
      item.reason = refusal
      item.remedy = "hsflowctl check \(options.configurationPath) says what is wrong with it"
    }
    item.add("revision", autoFile?.revision ?? 0)
    item.add("origin", settings.dnsSD == nil ? "file" : "dns-sd")
    item.add("reloads", exporter.telemetry.reloads)
    item.add("reloads_refused", exporter.telemetry.reloadsRefused)
    item.add("polling_seconds", settings.polling)
    item.add("sampling", settings.sampling)
    item.add("header_bytes", settings.headerBytes)
    item.add("datagram_bytes", settings.datagramBytes)
    for application in settings.applications {
      if let sampling = application.sampling { item.add("sampling.\(application.name)", sampling) }
      if let polling = application.polling { item.add("polling.\(application.name)", polling) }
    }
    return item
  }

  private var discoveryItems: [Item] {
    guard let discovery, inForce.file.dnsSD != nil else { return [] }
    var item = Item(.discovery, discovery.question)
    if discovery.failures > 0, let complaint = discovery.complaint {
      item.condition = .failed
      item.reason = complaint
      item.remedy = "dig SRV \(discovery.question) shows what DNS says; what it said before stays in force"
    } else if discovery.answer == .none {
      item.condition = .waiting
      item.reason = "there is no answer yet"
    } else if discovery.answer == .stop {
      item.condition = .waiting
      item.reason = "DNS has no server of that name: nothing is sent"
      item.remedy = "add an SRV record, or collector { } in place of dns-sd { }"
    }
    if let next = discovery.nextQuestion { item.add("next_question_seconds", loop.now.seconds(until: next)) }
    for (i, line) in discovery.status.enumerated() { item.add("status_\(i + 1)", line) }
    for (i, origin) in inForce.origins.enumerated() { item.add("setting_\(i + 1)", origin) }
    return [item]
  }

  private var candidateItems: [Item] {
    guard let outcome = addressKeeper?.outcome else { return [] }
    return outcome.candidates.map { candidate in
      let isWinner = candidate == outcome.winner
      var item = Item(.candidate, candidate.address.description, isWinner ? .running : .off)
      item.add("device", candidate.device)
      item.add("score", candidate.total)
      item.add("why", candidate.reason)
      return item
    }
  }

  private var telemetryItem: Item {
    var item = Item(.telemetry, "telemetry")
    if let (reason, remedy) = textfile?.trouble {
      (item.condition, item.reason, item.remedy) = (.failed, reason, remedy)
    }
    // The names are what scripts for the C agent know.
    for line in telemetry.lines {
      let parts = line.split(separator: "=")
      if parts.count == 2, let number = UInt64(parts[1]) { item.add(String(parts[0]), number) }
    }
    return item
  }
}

/// The interfaces of the host, and what the modules tell of each.
private struct InterfaceItems {
  private(set) var all: [Item]
  private var places: [String: Int] = [:]

  init(_ interfaces: [HostCounters.Interface]) {
    all = interfaces.map { interface in
      var item = Item(.interface, interface.name, .off, reason: "not sampled: no source of packets is for it")
      item.add("ifindex", interface.index)
      item.add("up", interface.isUp)
      if let kind = interface.kind { item.add("type", kind) }
      return item
    }
    for (i, item) in all.enumerated() { places[item.name] = i }
  }

  mutating func merge(_ item: Item) {
    guard let place = places[item.name] else {
      // The configuration names it, and it is not there.
      places[item.name] = all.count
      all.append(item)
      return
    }
    for value in item.values where all[place][value.name] == nil { all[place].values.append(value) }
    let isBetter = item.condition != .off || all[place].condition == .off && !item.reason.isEmpty
    guard isBetter, all[place].condition != .failed else { return }
    all[place].condition = item.condition
    all[place].seconds = item.seconds
    all[place].reason = item.reason
    all[place].remedy = item.remedy
  }
}

extension Collector {
  func item(now: Instant) -> Item {
    var item = Item(.collector, settings.description, seconds: since.seconds(until: now))
    switch state {
    case .sending: break
    case .resolving(nil):
      item.condition = .waiting
      item.reason = "its name is being resolved"
    case .resolving(let reason?):
      item.condition = .failed
      item.reason = "its name \(settings.host) has no address: \(reason)"
      item.remedy = "correct the name, or the host's resolver (/etc/resolv.conf), or give an address"
    case .failing(let error):
      item.condition = .failed
      item.reason = Self.explanation(of: error)
      item.remedy = Self.remedy(for: error, settings)
    }
    if let muting {
      (item.condition, item.reason, item.remedy) = (.waiting, "muted: \(muting)", "")
    }
    item.add("address", address?.description ?? "none")
    item.add("datagrams", datagrams)
    item.add("bytes", bytes)
    item.add("errors", errors.values.reduce(0, +))
    for (number, count) in errors.sorted(by: { $0.key < $1.key }) {
      item.add("errors_\(number == 0 ? "NO_ADDRESS" : Errno(rawValue: number).name)", count)
    }
    return item
  }

  /// What the operator can do about it.
  static func remedy(for error: Errno, _ settings: Settings.Collector) -> String {
    switch error {
    case .connectionRefused:
      "start the collector there, or correct udpport: it must listen on UDP port \(settings.port)"
    case .notPermitted: "look at the OUTPUT rules of this host's firewall for UDP port \(settings.port)"
    case .networkUnreachable: "add a route: ip route get \(settings.host) must find one"
    case .noRouteToHost:
      "let UDP port \(settings.port) into the collector's firewall; ip neigh shows whether the address answers, ip route get \(settings.host) which route it takes"
    case .noSuchFileOrDirectory:
      "ip netns add \(settings.namespace ?? "NAME"), or correct namespace in collector { }"
    case .operationNotSupportedByDevice:
      "correct dev in collector { }: there is no interface \"\(settings.device ?? "")\""
    case .addressNotAvailable: "source must be an address of this host: ip address show"
    case .addressInUse: "another program has sourcePort: choose another"
    case .messageTooLong: "lower datagramBytes below the MTU of the path"
    case .permissionDenied, .invalidArgument:
      "ip route get \(settings.host) shows the route: change that, or give a unicast address, source and dev that fit it"
    default: "errno(3) tells more; it is tried again"
    }
  }
}
