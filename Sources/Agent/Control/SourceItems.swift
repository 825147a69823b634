internal import ControlProtocol
internal import HostCounters
internal import Linux
internal import Sampling

// What the modules tell of their sources.

extension Item {
  /// Takes over the state of a source.
  mutating func take(_ state: SourceHealth.State, since: Instant?, now: Instant) {
    seconds = since.map { $0.seconds(until: now) }
    switch state {
    case .stopped: condition = .waiting
    case .running: condition = .running
    case .failed(let failure):
      condition = .failed
      reason = failure.reason
      remedy = failure.remedy ?? ""
    }
  }
}

extension Instant {
  /// Whole seconds from here to `now`.
  func seconds(until now: Instant) -> UInt64 { UInt64(max(0, (now - self).nanoseconds / 1_000_000_000)) }
}

extension HostPoller {
  var report: [Item] {
    var item = Item(.source, "host", interval == 0 ? .off : .running)
    if interval == 0 {
      item.reason = "polling is 0: no counters are sent"
      item.remedy = "set polling = 30 or another number of seconds"
    }
    item.add("polling_seconds", interval)
    item.add("samples", sequence)
    let failing = records.failing
    if !failing.isEmpty, interval > 0 {
      item.condition = .failed
      item.reason = failing.map { "\($0.name) cannot be read" }.joined(separator: ", ")
      item.remedy = "the log says why; the other structures are sent"
    }
    for source in failing { item.add("failed_polls_\(source.name)", source.polls) }
    return [item]
  }
}

extension InterfacePoller {
  var report: [Item] {
    var item = Item(.source, "interface counters", running > 0 ? .running : .off)
    if interval == 0 {
      item.reason = "polling is 0: no counters are sent"
      item.remedy = "set polling = 30 or another number of seconds"
    } else if running == 0 {
      item.reason = "no interface is sampled, and only counters of sampled ones are sent"
      item.remedy = "for more, set interfaceCounters = physical, or all"
    }
    if failures > 0 {
      item.condition = .failed
      item.reason = "the kernel's statistics cannot be read since \(failures) polls"
    }
    item.add("polling_seconds", running)
    let sequences = sequences
    item.add("interfaces", sequences.count)
    item.add("samples", sequences.values.reduce(UInt64(0)) { $0 + UInt64($1) })
    var items = [item]
    for interface in interfaces.table.all {
      let isOn = running > 0 && isPolled(interface)
      var of = Item(.interface, interface.name, .off)
      of.add("counters", isOn)
      if isOn { of.add("counter_samples", sequences[interface.index] ?? 0) }
      items.append(of)
    }
    return items
  }
}

extension PacketLogModule {
  var report: [Item] {
    var items: [Item] = []
    for key in sources.keys.sorted() {
      guard let report = sources[key]?.report else { continue }
      var item = Item(.source, report.name)
      item.take(report.state, since: report.since, now: context.loop.now)
      if item.condition == .running, report.delivered == 0 {
        item.condition = .waiting
        (item.reason, item.remedy) = silence(key)
      } else if report.rate == 0 {
        item.condition = .off
        item.reason = "sampling is 0: no packet becomes a sample"
        item.remedy = "set sampling"
      }
      item.add("sampling", report.rate)
      // From the kernel's log to the sample: what was seen is delivered or lost, what is delivered is sampled,
      // skipped or not understood.
      let sampled = report.interfaces.reduce(UInt64(0)) { $0 &+ $1.samples }
      let done = sampled &+ report.unknown
      if item.condition == .running, done == 0, report.rate > 0 {
        item.reason = "no sample yet: \(report.delivered) packets came, and few of them become one"
      }
      item.add("seen", report.delivered &+ report.lost)
      item.add("delivered", report.delivered)
      item.add("skipped", report.delivered > done ? report.delivered - done : 0)
      item.add("sampled", sampled)
      item.add("lost", report.lost)
      item.add("overruns", report.overruns)
      item.add("unknown", report.unknown)
      items.append(item)
      for of in report.interfaces {
        guard let name = context.interfaces.table[of.index]?.name else { continue }
        var item = Item(.interface, name)
        item.add("sampling", report.rate)
        item.add("rule", "sampling and probability of \(report.name)")
        item.add("samples", of.samples)
        item.add("drops", of.drops)
        items.append(item)
      }
    }
    return items
  }
}

extension CaptureModule {
  var report: [Item] {
    let reports = capture.reports
    guard isConfigured else { return [] }
    let tapped = reports.count { $0.outcome == .tapped }
    var whole = Item(.source, "pcap", tapped > 0 ? .running : .waiting)
    let missing = reports.filter { $0.outcome == .missing }.map(\.name)
    if tapped == 0 {
      whole.reason = "no interface is tapped"
      whole.remedy = "hsflowctl explain interface says why"
    }
    if !missing.isEmpty {
      whole.condition = .waiting
      whole.reason = "there is no interface \(missing.map { "\"\($0)\"" }.joined(separator: ", "))"
      whole.remedy = "it is tapped as soon as it appears; or correct dev in pcap { }"
    }
    whole.add("interfaces", tapped)
    let seen = seen
    whole.add("seen", seen.values.reduce(0, &+))
    whole.add("sampled", reports.reduce(UInt64(0)) { $0 + $1.samples })
    whole.add("lost", reports.reduce(UInt64(0)) { $0 + $1.drops })
    whole.add("unknown", reports.reduce(UInt64(0)) { $0 + $1.unknown })
    return [whole] + reports.map { item(of: $0, seen: seen[$0.index]) }
  }

  private func item(of report: CaptureReport, seen: UInt64?) -> Item {
    var item = Item(.interface, report.name)
    switch report.outcome {
    case .tapped:
      item.take(report.state, since: report.since, now: loop.now)
      if item.condition == .running, report.samples == 0, let seen {
        item.reason =
          seen == 0
          ? "no sample yet: no packet has crossed it"
          : "no sample yet: \(seen) packets crossed it, and 1 in \(report.rate) is taken by chance"
      }
    case .down:
      item.condition = .waiting
      item.reason = "the interface is down"
      item.remedy = "ip link set \(report.name) up"
    case .left(let reason):
      item.condition = .off
      item.reason = "not sampled: \(reason)"
    case .missing:
      item.condition = .waiting
      item.reason = "there is no such interface"
      item.remedy = "it is tapped as soon as it appears; or correct dev in pcap { }"
    }
    guard report.rate > 0 else { return item }
    item.add("sampling", report.rate)
    item.add("rule", report.rule)
    item.add("promiscuous", report.isPromiscuous)
    if let bond = report.bond { item.add("bond", bond) }
    if let seen { item.add("seen", seen) }
    item.add("samples", report.samples)
    item.add("drops", report.drops)
    item.add("unknown", report.unknown)
    return item
  }
}
