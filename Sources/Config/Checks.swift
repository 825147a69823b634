import Bytes

// What only the whole file shows: what is missing, and how settings act together.

extension Parser {
  /// - Parameter start: where `sflow` stands.
  mutating func check(sflow start: SourcePosition) {
    if draft.dnsSDEnabled {
      draft.settings.dnsSD = Settings.DNSSD(domain: draft.dnsSDDomain)
    } else if draft.dnsSDDomain != nil, let place = draft.places["dns-sd.domain"] {
      report.warning(place, "the domain is not used", hint: "dns-sd { } is not turned on")
    }
    checkCollectors(start)
    checkDiscovery()
    checkAgent()
    checkLinkSpeeds()
    checkPacketLog("nflog", draft.settings.nflog)
    checkPacketLog("ulog", draft.settings.ulog)
  }

  private mutating func checkCollectors(_ start: SourcePosition) {
    let settings = draft.settings
    if settings.collectors.isEmpty, draft.collectorPlaces.isEmpty,
      settings.dnsSD == nil, !settings.eapi, settings.sonic == nil
    {
      let hint =
        options.features.contains(.dnsSD)
        ? "write collector { ip = ADDRESS } or dns-sd { }" : "write collector { ip = ADDRESS }"
      if draft.lacksSupplier {
        // The file is good; this build cannot do what it says.
        report.warning(start, "no collectors are defined: nothing is sent", hint: hint)
      } else {
        report.error(start, "no collectors are defined", hint: hint)
      }
    }
    for place in draft.collectorPlaces where !place.hasHost {
      report.error(
        place.position, "collector { } has no \"ip\"", hint: "write ip = ADDRESS or ip = NAME in it")
    }
    var seen: Set<Settings.Collector> = []
    // Each place has a collector only if none lacks its address.
    guard settings.collectors.count == draft.collectorPlaces.count else { return }
    for (collector, place) in zip(settings.collectors, draft.collectorPlaces) {
      if !seen.insert(collector).inserted {
        report.warning(
          place.position, "collector \(collector) is written twice", hint: "it gets every datagram twice")
      }
      switch (collector.host, collector.source) {
      case (.literal(.v4), .v6?), (.literal(.v6), .v4?):
        report.error(place.position, "\"ip\" and \"source\" are of different families")
      default: break
      }
    }
  }

  private mutating func checkDiscovery() {
    guard draft.settings.dnsSD != nil else { return }
    for (other, isOn) in [("sonic", draft.settings.sonic != nil), ("eapi", draft.settings.eapi)] where isOn {
      if let place = draft.blockPlaces[other] {
        report.error(
          place, "\(other) { } and dns-sd { } together", hint: "both supply the collectors: keep one")
      }
    }
    if let domain = draft.dnsSDDomain, !domain.isEmpty, !domain.hasPrefix("."),
      let place = draft.places["dns-sd.domain"]
    {
      report.warning(
        place, "the domain does not begin with a dot",
        hint: "it is appended to _sflow._udp as it stands: write \(quoted("." + domain))")
    }
    let supplied = draft.places.filter { identity, _ in
      ["sflow.sampling", "sflow.polling", "sflow.headerBytes"].contains(identity)
        || identity.hasPrefix("sflow.sampling.") || identity.hasPrefix("sflow.polling.")
    }
    for (identity, place) in supplied.sorted(by: { $0.value < $1.value }) {
      report.warning(
        place, "\(quoted(String(identity.dropFirst(6)))) is ignored", hint: "dns-sd { } supplies it")
    }
    for place in draft.collectorPlaces {
      report.warning(place.position, "collector { } is ignored", hint: "dns-sd { } supplies the collectors")
    }
  }

  private mutating func checkAgent() {
    guard draft.settings.agentIP != nil else { return }
    for key in ["agent", "agent.cidr"] {
      if let place = draft.places["sflow.\(key)"] {
        report.note(place, "\"\(key)\" does not choose the address", hint: "\"agentIP\" is set")
      }
    }
  }

  /// The rate by link speed takes the place of `sampling` more often than its name suggests.
  private mutating func checkLinkSpeeds() {
    for application in draft.settings.applications where application.sampling != nil {
      if let unit = application.name.utf8.last, unit >= UInt8(ascii: "a"), unitFactor(unit) != nil,
        application.name.dropLast().utf8.allSatisfy({ $0 &- 0x30 < 10 }), application.name.utf8.count > 1,
        let place = draft.places["sflow.sampling.\(application.name)"]
      {
        report.warning(
          place, "\"sampling.\(application.name)\" fits no link",
          hint: "speeds have capital letters: \"sampling.\(application.name.uppercased())\"")
      }
    }
    let settings = draft.settings
    guard settings.dnsSD == nil, let place = draft.places["sflow.sampling"],
      settings.application("bps_ratio")?.sampling != 0
    else { return }
    var blocks: [String] = []
    if settings.pcap.contains(where: { $0.sampling == nil }) { blocks.append("pcap { }") }
    // `epcap` has no rate of its own.
    if !settings.epcap.isEmpty { blocks.append("epcap { }") }
    if settings.dent != nil { blocks.append("dent { }") }
    if settings.cumulus != nil { blocks.append("cumulus { }") }
    if settings.sonic != nil { blocks.append("sonic { }") }
    if blocks.isEmpty { return }
    report.note(
      place,
      "\"sampling\" is not the rate of \(blocks.joined(separator: ", ")) where the speed of the link is known",
      hint: "sampling.bps_ratio = 0 makes it so")
  }

  private mutating func checkPacketLog(_ name: String, _ log: Settings.PacketLog?) {
    guard let log else { return }
    let place =
      draft.blockPlaces[name] ?? draft.places["\(name).group"] ?? draft.places["\(name).probability"]
    if log.group == nil, let place {
      report.warning(
        place, "\(name) { } has no usable group: no packet arrives", hint: "groups are 1 to 65535")
    }
    guard draft.settings.dnsSD == nil, let probability = log.probability,
      let place = draft.places["\(name).probability"]
    else { return }
    let rate = log.rate(sampling: draft.settings.sampling)
    if rate.subsampling > 1 || rate.effective != draft.settings.sampling, rate.ofRule > 0, rate.effective > 0
    {
      report.note(
        place,
        "probability \(probability) counts as 1 in \(rate.ofRule), and sampling is 1 in \(draft.settings.sampling)",
        hint: rate.subsampling > 1
          ? "1 in \(rate.subsampling) of these packets is taken, 1 in \(rate.effective) of all"
          : "every one of these packets is taken, 1 in \(rate.effective) of all")
    }
  }
}
