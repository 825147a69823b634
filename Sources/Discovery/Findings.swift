public import Config
internal import Linux

/// What one round of questions to DNS came to.
public enum Outcome: Equatable, Sendable {
  /// Not known; what was in force stays.
  case failed(String)
  /// The name servers say that there is no such service: nothing is to be sent.
  case nothing
  case found(Findings)
}

/// What DNS says of the service.
public struct Findings: Equatable, Sendable {
  /// The name at which it was found.
  public var name: String
  public var settings: DiscoveredSettings
  /// What is to be said of records that could not be used, with their text.
  public var remarks: [String] = []
  /// For how long the answer may be kept, in seconds; `nil` if it does not say.
  public var lifetime: UInt32?
  /// The servers of a lower priority stand in, as none of the best has an address.
  public var isStandIn = false
}

extension Findings {
  /// More collectors than anybody means.
  private static let mostServers = 64
  /// Each name without an address can take a resolver half a minute.
  private static let mostLookUps = 8

  /// Asks DNS. Blocks for as long as the resolver likes.
  /// - Parameters:
  ///   - inUse: the collectors in use, for whom a name server that is ill now is no reason to be replaced.
  ///   - features: what this build can do.
  static func look(
    for domain: String, inUse: [Settings.Collector], features: Set<Feature>, _ source: NameSource
  ) -> Outcome {
    let records: ServiceRecords?
    do throws(ServiceRecords.Failure) {
      records = try ServiceRecords.look(for: domain, source)
    } catch {
      return .failed("\(error)")
    }
    guard let records else { return .nothing }
    var findings = Findings(name: records.name, settings: DiscoveredSettings(), lifetime: records.lifetime)
    let servers = findings.servers(of: records.services)
    // Servers there are, only none that makes sense: a mistake, not the wish for silence.
    guard !servers.isEmpty else { return .failed(findings.remarks.joined(separator: "; ")) }
    findings.remarks += findings.settings.take(records.strings, features: features)
    let chosen = choose(among: servers, inUse: inUse, source)
    findings.isStandIn = chosen.isStandIn
    findings.settings.collectors = chosen.collectors + findings.settings.collectors
    return .found(findings)
  }

  /// The usable servers in groups of one priority, best first, in an order that does not depend on that of the answer.
  private mutating func servers(of services: [DNSMessage.Service]) -> [[Settings.Collector]] {
    let sorted = services.sorted { ($0.priority, $0.target, $0.port) < ($1.priority, $1.target, $1.port) }
    var groups: [[Settings.Collector]] = []
    var last: UInt16?
    for service in sorted {
      guard let collector = DiscoveredSettings.collector(host: service.target, port: service.port) else {
        remarks.append(
          "SRV \(service.priority) \(service.weight) \(service.port) \(service.target) is ignored: "
            + (service.port == 0 ? "the port is 0" : "the target is no host name"))
        continue
      }
      if groups.reduce(0, { $0 + $1.count }) == Self.mostServers {
        remarks.append("the SRV records after the first \(Self.mostServers) servers are ignored")
        break
      }
      if last != service.priority { groups.append([]) }
      last = service.priority
      // The same server with two weights is one.
      if !groups[groups.count - 1].contains(collector) { groups[groups.count - 1].append(collector) }
    }
    return groups
  }

  /// The first group of which a member has an address; the best if none has.
  private static func choose(
    among groups: [[Settings.Collector]], inUse: [Settings.Collector], _ source: NameSource
  ) -> (collectors: [Settings.Collector], isStandIn: Bool) {
    guard groups.count > 1 else { return (groups[0], false) }
    var lookUps = 0
    for (i, group) in groups.enumerated() {
      let hasAddress = group.contains { collector in
        guard case .name(let name) = collector.host else { return true }
        lookUps += 1
        if lookUps > mostLookUps { return false }
        switch source.resolve(name) {
        case .success: return true
        case .failure(let error): return error.isTemporary && inUse.contains(collector)
        }
      }
      if hasAddress { return (group, i > 0) }
    }
    return (groups[0], false)
  }
}
