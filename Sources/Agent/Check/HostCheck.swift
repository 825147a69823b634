internal import Bytes
public import Config
internal import HostCounters
internal import Linux
internal import Logging
internal import Netlink
internal import Sampling
internal import SystemPackage
internal import VirtualMachines

/// Holds a configuration against this host: what will not work, and what to do about it.
///
/// It sends nothing, changes nothing and takes nothing that a running agent has. It may wait for the resolver.
public struct HostCheck {
  public private(set) var findings: [Finding] = []
  private let settings: Settings
  private let root: FileRoot
  private var interfaces = InterfaceTable()
  private let modes = LinkModes()

  public static func findings(_ settings: Settings) -> [Finding] {
    var check = HostCheck(settings, root: FileRoot("/"))
    check.run()
    return check.findings
  }

  init(_ settings: Settings, root: FileRoot) {
    self.settings = settings
    self.root = root
  }

  mutating func add(_ severity: Finding.Severity, _ subject: String, _ message: String, _ remedy: String = "")
  {
    findings.append(Finding(severity, subject, message, remedy: remedy))
  }

  private mutating func run() {
    readInterfaces()
    checkRights()
    checkAgentAddress()
    for collector in settings.collectors { checkCollector(collector) }
    if settings.polling == 0 {
      add(.warning, "polling", "it is 0: no counters are sent", "set polling = 30")
    }
    checkCaptures()
    checkLogs()
    checkTextfile()
    if let domain = settings.dnsSD.map({ $0.domain ?? "" }) {
      add(
        .note, "dns-sd { }", "DNS supplies collectors, sampling and polling, and is not asked here",
        "dig SRV _sflow._udp\(domain) and dig TXT _sflow._udp\(domain) show what it says")
    }
    if settings.pcap.isEmpty, settings.nflog == nil, settings.ulog == nil, settings.dnsSD == nil {
      add(
        .note, "packets", "there is no source of packets: only counters are sent",
        "for flow samples add pcap { dev = DEVICE }, or nflog { group = 1 } and a firewall rule")
    }
    if settings.kvm != nil || settings.xen != nil {
      checkLibvirt()
    }
  }

  private mutating func readInterfaces() {
    var logger = Logger(label: "check") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    guard let loop = try? EpollLoop() else { return }
    let monitor = InterfaceMonitor(loop: loop, logger: logger)
    monitor.start()
    interfaces = monitor.table
    if interfaces.count == 0 {
      add(
        .error, "interfaces", "the kernel does not tell of its interfaces (rtnetlink)",
        "a sandbox may forbid AF_NETLINK")
    }
  }

  /// Whether the agent's user may write there is not known here; whether there is a folder is.
  private mutating func checkTextfile() {
    guard let path = settings.textfile, let end = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return }
    let folder = String(path[..<end])
    if !folder.isEmpty, !root.exists(folder) {
      add(.warning, "telemetry { }", "textfile: there is no folder \(folder)", "make it, or correct textfile")
    }
  }

  // MARK: - Rights

  private mutating func checkRights() {
    let rights = Capabilities.effective
    if !settings.pcap.isEmpty, !rights.contains(.netRaw) {
      add(
        .warning, "rights", "whoever runs this has not CAP_NET_RAW, which pcap { } needs",
        "check as root, and see that the agent has it: systemctl show hsflowd -p AmbientCapabilities")
    }
    if settings.nflog != nil || settings.ulog != nil, !rights.contains(.netAdmin) {
      add(
        .warning, "rights", "whoever runs this has not CAP_NET_ADMIN, which nflog { } needs",
        "check as root, and see that the agent has it: systemctl show hsflowd -p AmbientCapabilities")
    }
  }

  /// As the agent will: a library that is there may lack another.
  private mutating func checkLibvirt() {
    do throws(LibvirtFailure) {
      _ = try Libvirt.open()
    } catch {
      add(.error, settings.kvm != nil ? "kvm { }" : "xen { }", error.reason, error.remedy ?? "")
    }
  }

  // MARK: - The agent's address

  private mutating func checkAgentAddress() {
    var election = AgentAddressElection.Settings()
    election.device = settings.agent
    election.cidrs = settings.agentPrefixes.map { AgentCIDR($0.cidr, isNegated: $0.isExcluded) }
    switch settings.agentIP {
    case .literal(let address)?: election.address = address
    case .name(let name)?:
      if case .failure(let error) = Resolver.resolve(name, port: 0) {
        add(.error, "agentIP", "\"\(name)\" cannot be resolved: \(error)", "write an address")
      }
      return
    case nil: break
    }
    let outcome = AgentAddressElection.elect(interfaces: interfaces.all, settings: election)
    guard let address = outcome.address else {
      return add(
        .error, "agent address", "no interface has an IP address: nothing will be sent",
        "give an interface an address, or set agentIP")
    }
    if outcome.isDeviceMissing, let device = settings.agent {
      add(
        .warning, "agent", "there is no interface \"\(device)\": all are candidates",
        "correct agent = \(device)")
    }
    let reason =
      outcome.winner.map { "on \($0.device) (\($0.reason))" } ?? "as agentIP says; no interface has it"
    let isOdd = outcome.winner.map { $0.score < AgentAddressClass.vlan6.score } ?? false
    add(
      isOdd ? .warning : .note, "agent address", "\(address) \(reason)",
      isOdd ? "collectors know the agent by it: set agentIP, or agent = DEVICE" : "")
  }

  // MARK: - Collectors

  private mutating func checkCollector(_ collector: Settings.Collector) {
    let subject = "collector \(collector)"
    var addresses: [SocketAddress] = []
    switch collector.host {
    case .literal(let address): addresses = [SocketAddress(address, port: collector.port)]
    case .name(let name):
      switch Resolver.resolve(name, port: collector.port) {
      case .success(let found): addresses = found
      case .failure(let error):
        return add(
          .error, subject, "\"\(name)\" cannot be resolved: \(error)",
          "correct the name, or the host's resolver (/etc/resolv.conf), or give an address")
      }
    }
    if let namespace = collector.namespace, !root.exists("/var/run/netns/\(namespace)") {
      return add(
        .error, subject, "there is no network namespace \"\(namespace)\"",
        Collector.remedy(for: .noSuchFileOrDirectory, collector))
    }
    guard let address = addresses.first else { return }
    do throws(Errno) {
      let route = try KernelNetwork.route(to: address, collector)
      if let mtu = route.mtu, Int(settings.datagramBytes) + route.headerBytes > mtu {
        add(
          .warning, subject,
          "datagrams of \(settings.datagramBytes) octets do not fit the path's MTU of \(mtu): they are fragmented",
          "set datagramBytes = \(mtu - route.headerBytes) or less")
      }
      if let source = route.source { add(.note, subject, "is reached from \(source.address)") }
      if case .name(let name) = collector.host, collector.namespace == nil,
        !name.hasPrefix("localhost"), address.address.isLoopback
      {
        add(
          .warning, subject, "\"\(name)\" is this host itself: \(address.address)",
          "correct the name, or what /etc/hosts says of it; an address instead is not looked up")
      }
    } catch .addressInUse {
      add(
        .warning, subject, "sourcePort is in use: by the agent that runs, or by another program",
        "ss -unp shows whose it is")
    } catch {
      add(.error, subject, Collector.explanation(of: error), Collector.remedy(for: error, collector))
    }
  }

  // MARK: - pcap

  private mutating func checkCaptures() {
    guard !settings.pcap.isEmpty else { return }
    if !root.exists("/proc/net/packet") {
      add(.error, "pcap { }", "the kernel has no packet sockets", "modprobe af_packet")
    }
    let devices = interfaces.all.map { CaptureDevice($0, modes) }
    let reports = Capture.plan(settings, devices)
    for report in reports { check(report) }
    if !reports.contains(where: { $0.outcome == .tapped || $0.outcome == .down }) {
      add(
        .error, "pcap { }", "no interface is tapped",
        "ip link shows what is there: correct dev or dev.pattern")
    }
    for block in settings.pcap {
      guard let pattern = block.devicePattern, let regex = try? PosixRegex(pattern) else { continue }
      if !interfaces.all.contains(where: { regex.matches($0.name) }) {
        add(
          .warning, "pcap { }", "dev.pattern \"\(pattern)\" fits no interface", "ip link shows what is there")
      }
    }
    let rates = Set(reports.filter { $0.outcome == .tapped }.map(\.rate))
    if settings.sampling != Settings().sampling, !rates.isEmpty, !rates.contains(settings.sampling) {
      add(
        .warning, "sampling", "it is \(settings.sampling), but every tapped interface has another rate",
        "sampling.bps_ratio = 0 makes it the rate of all")
    }
  }

  private mutating func check(_ report: CaptureReport) {
    let subject = "pcap \(report.name)"
    let isNamed = settings.pcap.contains { $0.device == report.name }
    switch report.outcome {
    case .tapped: add(.note, subject, "1 in \(report.rate) packets: \(report.rule)")
    case .down: add(.warning, subject, "the interface is down", "ip link set \(report.name) up")
    case .missing:
      add(.error, subject, "there is no such interface", "correct dev: ip link shows what is there")
    case .left(let reason) where isNamed: add(.warning, subject, "not tapped: \(reason)")
    case .left(let reason):
      let isMeant = settings.pcap.contains { block in
        block.devicePattern.flatMap { try? PosixRegex($0) }?.matches(report.name) ?? false
      }
      add(isMeant ? .warning : .note, subject, "not tapped: \(reason)")
    }
  }

  // MARK: - nflog

  private mutating func checkLogs() {
    let logs = [("nflog", settings.nflog), ("ulog", settings.ulog)]
    guard logs.contains(where: { $0.1?.group != nil }) else { return }
    let firewall = FirewallView(root)
    for (block, log) in logs {
      if let log, let group = log.group { check(log, group, "\(block) group \(group)", firewall) }
    }
  }

  private mutating func check(
    _ log: Settings.PacketLog, _ group: UInt16, _ subject: String, _ firewall: FirewallView
  ) {
    guard root.exists("/proc/net/netfilter/nfnetlink_log") || root.exists("/sys/module/nfnetlink_log") else {
      return add(.error, subject, "the kernel has no nfnetlink_log", "modprobe nfnetlink_log")
    }
    if log.rate(sampling: settings.sampling).subsampling == 0 {
      add(.warning, subject, "sampling is 0: no packet becomes a sample", "set sampling")
    }
    checkOwner(group, subject)
    let example = PacketLogModule.rule(log, group)
    guard let rules = firewall.rules else {
      return add(.warning, subject, "cannot see whether a rule is for it: \(firewall.why)", "check as root")
    }
    let own = rules.filter { $0.logGroup == group }
    if own.isEmpty, firewall.hidesLegacyRules {
      add(
        .warning, subject, "no rule that can be seen is for it, and those of iptables-legacy cannot be seen",
        "iptables-legacy-save | grep NFLOG; for example \(example)")
    } else if let (reason, remedy) = firewall.silence(of: group, example: "for example \(example)") {
      let isOpen = own.contains { firewall.isReached($0) }
      // That a rule has taken no packet yet need not be wrong.
      add(isOpen ? .note : .error, subject, isOpen ? reason : "\(reason): nothing will arrive", remedy)
    }
    if own.isEmpty {
      for name in FirewallView.namespaces(with: group, root) {
        add(
          .warning, subject,
          "a rule in network namespace \(name) is for it, but only listeners of that namespace get its packets",
          "run the agent there (ip netns exec \(name)), or write the rule in the agent's namespace")
      }
    }
    for rule in own where firewall.isReached(rule) { check(rule, log, subject) }
  }

  /// A group has one listener. The kernel lists group and netlink port of each, and the port of a program's first
  /// socket is its process number.
  private mutating func checkOwner(_ group: UInt16, _ subject: String) {
    let table = (try? WholeFile.read(root.path("/proc/net/netfilter/nfnetlink_log"))) ?? []
    for line in table.split(separator: 0x0A) {
      let words = line.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
      guard words.count > 1, UInt16(words[0]) == group else { continue }
      let name = ((try? WholeFile.read(root.path("/proc/\(words[1])/comm"))) ?? []).prefix { $0 != 0x0A }
      if name.elementsEqual("hsflowd".utf8) { return }
      let owner =
        name.isEmpty ? "port \(words[1])" : "\(String(decoding: name, as: UTF8.self)), process \(words[1])"
      add(
        .error, subject, "another program has this group: \(owner)",
        "choose another group here and in the firewall rule")
    }
  }

  private mutating func check(_ rule: FirewallRule, _ log: Settings.PacketLog, _ subject: String) {
    let picked = rule.probability ?? 1
    let said = log.probability ?? 1
    let place = FirewallView.place(rule)
    guard abs(picked - said) > said * 0.01 else {
      let count = rule.packets.map { " and has taken \($0) so far" } ?? ""
      return add(
        .note, subject, "\(place) picks 1 in \(Int((1 / max(picked, 1e-9)).rounded())) packets\(count)")
    }
    add(
      .warning, subject,
      "\(place) picks packets with probability \(Self.short(picked)), and the configuration says \(Self.short(said)): all figures will be wrong by that",
      "make them the same")
  }

  /// At most six digits behind the point.
  private static func short(_ value: Double) -> String { "\((value * 1_000_000).rounded() / 1_000_000)" }
}

extension IPAddress {
  /// 127.0.0.0/8, ::1
  fileprivate var isLoopback: Bool {
    switch self {
    case .v4(let four): four.value >> 24 == 127
    case .v6(let six): six.high == 0 && six.low == 1
    }
  }
}
