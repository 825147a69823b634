/// The one table of everything `hsflowd.conf` may contain. The parser, its messages and the manual page come from it.
public enum Grammar {
  /// `sflow { }`, which contains everything else.
  public static let sflow = Block(
    "sflow", "The whole configuration.", keys: topLevelKeys + pastKeys, blocks: blocks)

  static let device = ValueType.text("the name of a network device")
  static let packetRate: ClosedRange<UInt32> = 0...10_000_000
  static let refresh: ClosedRange<UInt32> = 60...3600

  private static let topLevelKeys: [Key] = [
    .integer(
      "sampling", packetRate, unit: "1 in so many packets, 0 = off", default: "400",
      "How many packets one sample stands for, unless the speed of the link decides."
    ) { $0.settings.sampling = $1 }.old("packetSamplingRate"),
    .integer(
      "polling", 0...300, unit: "seconds, 0 = off", default: "30",
      "Time between two counter samples of one source."
    ) { $0.settings.polling = $1 }.old("counterPollingInterval"),
    .integer(
      "sampling.<app>", packetRate, unit: "1 in so many, 0 = off",
      "Sampling of one application (http), of links of one speed (10G), or bit/s per unit of the rate (bps_ratio)."
    ) { _, _ in },
    .integer(
      "polling.<app>", 0...300, unit: "seconds, 0 = off",
      "Time between two counter samples of one application."
    ) { _, _ in },
    .text(
      "interfaceCounters", .oneOf(["sampled", "physical", "all"]), default: "sampled",
      "Which interfaces' counters are sent: of those that are sampled, also of all devices, or of all."
    ) { $0.settings.interfaceCounters = Settings.InterfaceChoice(rawValue: $1) ?? .sampled },
    .value("agentIP", .host, "The address the agent reports as its own.") {
      if case .host(let host) = $1 { $0.settings.agentIP = host }
    },
    .text("agent", device, "The device whose address the agent reports as its own.") {
      $0.settings.agent = $1
    },
    .value("agent.cidr", .prefix, "Addresses to prefer, or with ! to avoid, as the agent's own.") {
      if case .prefix(let prefix) = $1 { $0.settings.agentPrefixes.append(prefix) }
    }.repeatable(),
    .integer("subAgentId", 0...199_999, default: "100000", "Tells apart agents that share an address.") {
      $0.settings.subAgentID = $1
    },
    .value("uuid", .uuid, "The UUID of the host, in place of the one the machine has.") {
      if case .uuid(let uuid) = $1 { $0.settings.uuid = uuid }
    },
    .integer("headerBytes", 0...256, unit: "octets", default: "128", "How much of a sampled packet is sent.")
    {
      $0.settings.headerBytes = $1
    },
    .integer("datagramBytes", 200...8192, unit: "octets", default: "1400", "The largest datagram.") {
      $0.settings.datagramBytes = $1
    },
    .ignored(
      "refreshAdaptors", .integer(refresh, unit: "seconds"),
      because: "the kernel tells of every change at once",
      "Meant for the time between complete looks at the interfaces."),
    .ignored(
      "checkAdaptors", .integer(1...3600, unit: "seconds"),
      because: "the kernel tells of every change at once",
      "Meant for the time between short looks at the interfaces."),
    .integer(
      "refreshVMs", refresh, unit: "seconds", default: "60", "Time between listings of virtual machines."
    ) { $0.settings.refreshVMs = $1 },
    .flag("watch", default: "off", "Read this file again when it changes, as at SIGHUP.") {
      $0.settings.watch = $1
    },
    forgetVMs(default: "180") { $0.settings.forgetVMs = $1 },
    .ignored(
      "modules", .path, because: "every feature is part of the program",
      "Where the C agent looks for its modules."),
    .ignored(
      "loopback", .flag, because: "it never had one", "Meant for samples of the loopback interface."),
    .ignored(
      "samplingDirection", .oneOf(["in", "out", "both"]), because: "the source of the packets decides",
      "Meant to choose between received and sent packets."),
  ]

  static func forgetVMs(
    default: String? = nil, _ store: @escaping @Sendable (inout Draft, UInt32) -> Void
  ) -> Key {
    .integer(
      "forgetVMs", 60...UInt32.max, unit: "seconds", default: `default`,
      "How long a virtual machine is remembered, and keeps its number, that is gone or cannot be asked for.",
      store)
  }

  /// Keys that blocks have taken the place of. They still mean what they meant.
  private static let pastKeys: [Key] = [
    .flag("DNSSD", default: "off", "Collectors and rates come from DNS.") { $0.dnsSDEnabled = $1 }
      .replaced(by: "dns-sd { } for on, nothing for off").needs(.dnsSD),
    .text("DNSSD_domain", .text("a domain, with a dot in front"), "The domain to ask.") {
      $0.dnsSDDomain = $1
    }
    .replaced(by: "dns-sd", "domain").needs(.dnsSD),
    .integer("ulogGroup", 1...32, "The group of the firewall rule.") {
      $0.settings.ulog = $0.settings.ulog ?? .init()
      $0.settings.ulog?.group = UInt16(exactly: $1)
    }.replaced(by: "ulog", "group").needs(.ulog),
    .real("ulogProbability", 0...1, "The probability in the firewall rule.") {
      $0.settings.ulog = $0.settings.ulog ?? .init()
      $0.settings.ulog?.probability = $1
    }.replaced(by: "ulog", "probability").needs(.ulog),
    .integer("nflogGroup", 1...UInt32.max, "The group of the firewall rule.") {
      $0.settings.nflog = $0.settings.nflog ?? .init()
      $0.settings.nflog?.group = UInt16(exactly: $1)
    }.replaced(by: "nflog", "group").needs(.nflog),
    .real("nflogProbability", 0...1, "The probability in the firewall rule.") {
      $0.settings.nflog = $0.settings.nflog ?? .init()
      $0.settings.nflog?.probability = $1
    }.replaced(by: "nflog", "probability").needs(.nflog),
    .integer("jsonPort", 1025...65535, "The UDP port of the loopback interface that takes JSON messages.") {
      $0.settings.json = $0.settings.json ?? .init()
      $0.settings.json?.port = UInt16(clamping: $1)
    }.replaced(by: "json", "udpport").needs(.json),
    .text("jsonFIFO", .path, "The named pipe that takes JSON messages.") {
      $0.settings.json = $0.settings.json ?? .init()
      $0.settings.json?.fifo = $1
    }.replaced(by: "json", "fifo").needs(.json),
    .ignored(
      "xen.update.dominfo", .flag, because: "it belongs in xen { update.dominfo }",
      "See xen { update.dominfo }."),
    .ignored("xen.dsk", .flag, because: "it belongs in xen { dsk }", "See xen { dsk }."),
  ]
}
