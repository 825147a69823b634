// Blocks that say where samples go and where packets come from.

extension Grammar {
  static let blocks: [Block] =
    [collector, dnsSD, nflog, ulog, psample, pcap, epcap, dropmon, tcp, json] + hostBlocks + platformBlocks

  private static let udpPort: ClosedRange<UInt32> = 1...65535

  private static let collector = Block(
    "collector", "Where datagrams go. One block for each collector.", repetition: .appends,
    keys: [
      .value("ip", .host, "The collector's address or name; required.") {
        if case .host(let host) = $1 { $0.collector.host = host }
      },
      .integer("udpport", udpPort, default: "6343", "The collector's UDP port.") {
        $0.collector.port = UInt16(clamping: $1)
      },
      .text("dev", device, "The device by which datagrams leave.") { $0.collector.device = $1 },
      .text(
        "namespace", .text("the name of a network namespace"), "The network namespace they are sent from."
      ) {
        $0.collector.namespace = $1
      },
      .value("source", .address, "The local address they are sent from, for firewalls.") {
        if case .address(let address) = $1 { $0.collector.source = address }
      },
      .integer("sourcePort", udpPort, "The local UDP port they are sent from, for firewalls.") {
        $0.collector.sourcePort = UInt16(clamping: $1)
      }.alias("source-port"),
    ],
    open: { $0.collector = CollectorDraft() },
    close: { if let collector = $0.collector.finished { $0.settings.collectors.append(collector) } })

  private static let dnsSD = Block(
    "dns-sd", "Collectors, sampling and polling come from DNS (SRV and TXT of _sflow._udp).", feature: .dnsSD,
    keys: [
      .text("domain", .text("a domain, with a dot in front"), "The domain to ask instead of the host's own.")
      {
        $0.dnsSDDomain = $1
      }.old("DNSSD_domain")
    ],
    open: { $0.dnsSDEnabled = true })

  private static let nflog = Block(
    "nflog", "Packets that firewall rules pick with the target NFLOG (nftables: log group).", feature: .nflog,
    keys: [
      // The C agent ends at 32 here, but the kernel and `nflogGroup` do not.
      .integer("group", 1...65535, "The group in the rule.") {
        $0.settings.nflog?.group = UInt16(exactly: $1)
      },
      .real("probability", 0...1, "The probability in the rule.") { $0.settings.nflog?.probability = $1 },
    ],
    open: { $0.settings.nflog = $0.settings.nflog ?? .init() })

  private static let ulog = Block(
    "ulog", "Packets that firewall rules pick with the target ULOG, the predecessor of NFLOG.",
    feature: .ulog,
    keys: [
      .integer("group", 1...32, "The group in the rule.") { $0.settings.ulog?.group = UInt16(exactly: $1) },
      .real("probability", 0...1, "The probability in the rule.") { $0.settings.ulog?.probability = $1 },
    ],
    open: { $0.settings.ulog = $0.settings.ulog ?? .init() })

  private static let psample = Block(
    "psample", "Packets that the kernel or a switch samples by itself (tc action sample).",
    repetition: .startsOver,
    feature: .psample,
    keys: [
      .integer("group", 1...32, default: "1", "The group of received packets; that of sent ones is the next.")
      {
        $0.settings.psample?.group = $1
      },
      .flag("ingress", default: "on", "Take received packets.") { $0.settings.psample?.ingress = $1 },
      .flag("egress", default: "off", "Take sent packets.") { $0.settings.psample?.egress = $1 },
    ],
    open: { $0.settings.psample = .init() })

  private static let captureKeys: [Key] = [
    .text("dev", device, "The device.") { $0.capture.device = $1 },
    .text("dev.pattern", .regex, "Every device whose name matches.") { $0.capture.devicePattern = $1 },
    .value("speed", .speeds, "Every device of this speed.") {
      if case .speeds(let range) = $1 { $0.capture.speed = range }
    },
    .flag("promisc", default: "off", "Also take packets that are for other hosts.") {
      $0.capture.promiscuous = $1
    },
    .flag("vport", "Also send counters of the ports of a bridge; without it, as fits the device.") {
      $0.capture.virtualPort = $1
    },
    .integer(
      "sampling", packetRate, unit: "1 in so many packets, 0 = off", "Instead of the rate by link speed."
    ) {
      $0.capture.sampling = $1
    },
    .flag("dynamic", default: "off", "Only when another feature asks for the device.") {
      $0.capture.dynamic = $1
    },
  ]

  private static let pcap = Block(
    "pcap", "Packets of whole devices. One block for each choice of devices.",
    repetition: .appends, feature: .pcap, keys: captureKeys,
    open: { $0.capture = .init() }, close: { $0.settings.pcap.append($0.capture) })

  private static let epcap = Block(
    "epcap", "Packets of whole devices, through eBPF. One block for each choice of devices.",
    repetition: .appends, feature: .epcap, keys: captureKeys,
    open: { $0.capture = .init() }, close: { $0.settings.epcap.append($0.capture) })

  private static let dropmon = Block(
    "dropmon", "Packets the kernel or a switch drops, with the reason.", repetition: .startsOver,
    feature: .dropmon,
    keys: [
      .flag("start", default: "on", "Start the kernel's drop monitor; otherwise only listen.") {
        $0.settings.dropmon?.start = $1
      },
      .flag("force", default: "on", "Restart it if somebody else uses it.") {
        $0.settings.dropmon?.force = $1
      },
      .flag("sw", default: "on", "Drops in software.") { $0.settings.dropmon?.software = $1 },
      .flag("hw", default: "on", "Drops in hardware.") { $0.settings.dropmon?.hardware = $1 },
      .flag("rn", default: "on", "Use the kernel's names of reasons.") {
        $0.settings.dropmon?.reasonNames = $1
      },
      .flag("sw_passive", default: "off", "Take drops in software if somebody else turns them on.") {
        $0.settings.dropmon?.softwarePassive = $1
      },
      .flag("hw_passive", default: "off", "Take drops in hardware if somebody else turns them on.") {
        $0.settings.dropmon?.hardwarePassive = $1
      },
      .flag("hw_unknown", default: "off", "Take drops in hardware whose reason is unknown.") {
        $0.settings.dropmon?.hardwareUnknown = $1
      },
      .integer("limit", 1...10000, unit: "drops per second", default: "100", "How many are sent.") {
        $0.settings.dropmon?.limit = $1
      },
      .integer(
        "max", 1...UInt32.max, unit: "drops per second", default: "100000",
        "How many are too many for the host."
      ) { $0.settings.dropmon?.most = $1 },
      .integer(
        "max_trip", 1...UInt32.max, unit: "seconds", default: "2",
        "How long there may be too many; then it stops."
      ) { $0.settings.dropmon?.mostTrips = $1 },
      .text("hide", .regex, "Drops whose trap, symbol or reason matches are not sent.") {
        $0.settings.dropmon?.hide = $1
      },
      .ignored(
        "group", .integer(0...UInt32.max, unit: ""), because: "the kernel has one group", "Of the past."),
      .ignored("hw_function", .text("any text"), because: "it never had one", "Of the past."),
    ],
    open: { $0.settings.dropmon = .init() })

  private static let tcp = Block(
    "tcp", "Adds round-trip time and losses to samples of this host's TCP connections.", feature: .tcp,
    keys: [
      .flag("tunnel", default: "off", "Look into tunnels too.") { $0.settings.tcp?.tunnel = $1 },
      .flag("udp", default: "off", "Look for UDP sockets too.") { $0.settings.tcp?.udp = $1 },
      .flag("dump", default: "off", "Look for sockets of any interface.") { $0.settings.tcp?.dump = $1 },
    ],
    open: { $0.settings.tcp = $0.settings.tcp ?? .init() })

  private static let json = Block(
    "json", "Samples and metrics that applications of this host send as JSON.", feature: .json,
    keys: [
      .integer(
        "udpport", 0...65535, unit: "0 = none", default: "0", "The UDP port of the loopback interface."
      ) {
        $0.settings.json?.port = UInt16(clamping: $1)
      }.old("jsonPort"),
      .text("fifo", .path, "A named pipe.") { $0.settings.json?.fifo = $1 }.old("jsonFIFO"),
    ],
    open: { $0.settings.json = $0.settings.json ?? .init() })
}
