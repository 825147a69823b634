/// What DNS-SD says: the collectors of the SRV records and the settings of the TXT records.
public struct DiscoveredSettings: Equatable, Sendable {
  public var collectors: [Settings.Collector] = []
  public var sampling: UInt32?
  public var polling: UInt32?
  /// `sampling.<app>` and `polling.<app>`
  public var applications: [Settings.Application] = []
  public var headerBytes: UInt32?
  public var agentIP: HostAddress?
  public var agent: String?
  public var agentPrefixes: [AgentPrefix] = []
  /// `dropLimit`: drops per second that are sent; 0 turns drop monitoring off, `nil` leaves it to the file.
  public var dropLimit: UInt32?
  /// The string of the TXT record that a setting comes from, by its name as it is best written.
  public var texts: [String: String] { records.texts }
  var records = Records()

  /// The same settings are the same, however a record spells them.
  struct Records: Equatable, Sendable {
    var texts: [String: String] = [:]
    static func == (a: Records, b: Records) -> Bool { true }
  }

  public init() {}
}

extension Settings {
  /// These settings of the file with what DNS-SD says in place of the file's collectors and rates.
  ///
  /// The file's `sampling`, `polling`, `headerBytes` and collectors do not count at all, not even as defaults; its
  /// choice of the agent's address counts where DNS-SD makes none.
  public func applying(_ discovered: DiscoveredSettings) -> Settings {
    let defaults = Settings()
    var result = self
    result.collectors = discovered.collectors
    result.sampling = discovered.sampling ?? defaults.sampling
    result.polling = discovered.polling ?? defaults.polling
    result.applications = discovered.applications
    result.headerBytes = min(discovered.headerBytes ?? defaults.headerBytes, 256)
    // An address beats a device, wherever each comes from: that is for the election to decide.
    result.agentIP = discovered.agentIP ?? agentIP
    result.agent = discovered.agent ?? agent
    if !discovered.agentPrefixes.isEmpty { result.agentPrefixes = discovered.agentPrefixes }
    if let limit = discovered.dropLimit {
      if limit == 0 {
        result.dropmon = nil
      } else {
        result.dropmon = dropmon ?? .init()
        result.dropmon?.limit = limit
      }
    }
    return result
  }

  /// These settings of the file while DNS-SD has said nothing yet, or that nothing is to be measured: no collectors, no
  /// polling, and no source of packets. Who the agent is does not depend on it.
  public var withoutCollectors: Settings {
    var result = applying(DiscoveredSettings())
    result.polling = 0
    (result.nflog, result.ulog, result.psample, result.dropmon) = (nil, nil, nil, nil)
    (result.pcap, result.epcap) = ([], [])
    return result
  }
}
