public import Bytes
public import Config
internal import ControlProtocol
internal import Discovery
internal import HostCounters
public import Linux
public import Logging
internal import SFlow
public import SystemPackage

/// The daemon behind its process: the settings in force, the modules, and what happens when something changes.
///
/// Everything here runs on the loop's thread. A class because the loop's actions refer to it.
public final class Agent {
  /// What the command line decides.
  public struct Options: Sendable {
    /// `-f`
    public var configurationPath = "/etc/hsflowd.conf"
    /// `-o`: where the settings in force are published for sub-agents; `nil`: nowhere.
    public var autoFilePath: String? = "/etc/hsflowd.auto"
    /// `-u`
    public var uuid: UUID?
    /// `-m`
    public var machineID: UUID?
    /// Where `/proc`, `/sys` and `/etc` are.
    public var root = FileRoot("/")
    /// `--control`: where `hsflowctl` is answered; `nil`: nowhere.
    public var controlPath: String?
    /// Where it is answered unless somebody says otherwise.
    public static let usualControlPath = Conversation.defaultPath
    /// The program's, for those who ask.
    public var version = ""
    /// The folder of credentials, systemd.exec(5): the service manager reads for us what only root may read.
    public var credentials: FileRoot?

    public init() {}
  }

  let options: Options
  let loop: any EventLoop
  private let logger: Logger
  let interfaces: any HostInterfaces
  let exporter: Exporter
  let identity: AgentIdentity.Found
  let autoFile: AutoFileWriter?
  private(set) var inForce: SettingsInForce
  var settings: Settings { inForce.settings }
  private(set) var discovery: ServiceDiscovery?
  private var watch: ConfigurationWatch?
  private(set) var addressKeeper: AddressKeeper?
  private(set) var modules: [any Module] = []
  private var control: ControlSocket?
  private(set) var textfile: TextfileWriter?
  private var controlRetry: Deadline?
  private var controlComplaint: UnixListener.Failure?
  /// When the agent was made, and why the last reload was refused.
  let birth: Instant
  private(set) var refusal: String?

  /// - Parameters:
  ///   - settings: as the configuration says.
  ///   - background: for what may block.
  ///   - names: for questions to the resolver, which must hold up nothing else.
  public convenience init(
    _ settings: Settings, options: Options, loop: any EventLoop, background: any BackgroundRunner,
    names: any BackgroundRunner, logger: Logger
  ) {
    self.init(
      settings, options: options, loop: loop, background: background,
      network: KernelNetwork(background: names),
      interfaces: InterfaceMonitor(loop: loop, logger: logger),
      names: names, logger: logger)
  }

  /// - Parameters:
  ///   - network: how collectors are reached.
  ///   - interfaces: the interfaces of the host.
  ///   - transceivers: reads what is plugged into them.
  ///   - nameSource: what DNS-SD asks.
  init(
    _ settings: Settings, options: Options, loop: any EventLoop, background: any BackgroundRunner,
    network: any CollectorNetwork, interfaces: any HostInterfaces,
    transceivers: @escaping OpticalModules.Reader = OpticalModules.read, names: any BackgroundRunner,
    nameSource: NameSource = .system, logger: Logger
  ) {
    inForce = SettingsInForce(file: settings)
    self.options = options
    self.loop = loop
    birth = loop.now
    self.logger = logger
    self.interfaces = interfaces
    identity = AgentIdentity.uuid(
      configured: settings.uuid, option: options.uuid, machineID: options.machineID, root: options.root,
      credentials: options.credentials)
    autoFile = options.autoFilePath.map { AutoFileWriter(path: $0, loop: loop, logger: logger) }
    exporter = Exporter(
      subAgentID: AgentIdentity.subAgentID(settings), datagramBytes: settings.datagramBytes, loop: loop,
      network: network, logger: logger)
    modules = Catalogue.modules(
      ModuleContext(
        loop: loop, background: background, exporter: exporter,
        hostRecords: HostRecords.all(
          options.root, uuid: identity.uuid, interfaces: interfaces, background: background, logger: logger),
        interfaces: interfaces, transceivers: transceivers, sampledInterfaces: SampledInterfaces(),
        logger: logger))
    addressKeeper = AddressKeeper(loop: loop, interfaces: interfaces, network: network, logger: logger) {
      [unowned self] in
      exporter.setAgentAddress(addressKeeper?.address)
      publish()
    }
    exporter.onCollectorAddressChange = { [unowned self] in publish() }
    discovery = ServiceDiscovery(
      loop: loop, background: names, source: nameSource, features: Catalogue.features, logger: logger
    ) { [unowned self] in takeDiscovered() }
    controlRetry = Deadline { [unowned self] in openControl() }
    watch = ConfigurationWatch(options.configurationPath, loop: loop, logger: logger) { [unowned self] in
      reload()
    }
  }

  // MARK: - Life

  /// What still needs the rights the process was started with: interfaces, address, the published file.
  public func prepare() {
    logger.notice("host UUID \(identity.uuid) (\(identity.origin))")
    interfaces.start()
    addressKeeper?.apply(settings)
    discovery?.apply(inForce.file.dnsSD)
    // Not before: an election without the settings would announce an address that nobody wants.
    interfaces.onChange = { [unowned self] changes in
      addressKeeper?.elect()
      for module in modules { module.apply(changes) }
    }
    publish()
    openControl()
    openTextfile()
  }

  private func openTextfile() {
    if settings.textfile == textfile?.path { return }
    textfile = settings.textfile.map {
      TextfileWriter(path: $0, loop: loop, logger: logger) { [unowned self] in items() }
    }
  }

  deinit { if let controlRetry { loop.disarm(controlRetry) } }

  /// Without it everything but `hsflowctl` works.
  private func openControl() {
    guard let path = options.controlPath else { return }
    do throws(UnixListener.Failure) {
      control = try ControlSocket(at: path, loop: loop, logger: logger) { [unowned self] _ in items() }
      if controlComplaint != nil { logger.notice("control socket \(path): hsflowctl is answered now") }
      controlComplaint = nil
    } catch {
      if error != controlComplaint {
        logger.warning(
          "control socket \(path): \(error); hsflowctl cannot ask this agent (--control PATH takes another; will retry)"
        )
      }
      controlComplaint = error
      if let controlRetry { loop.arm(controlRetry, after: .seconds(10)) }
    }
  }

  /// Begins to poll and send.
  public func start() {
    applyToParts()
    logger.notice("sub-agent \(subAgentID), counters every \(settings.polling) s")
    guard inForce.file.dnsSD == nil else { return }
    if settings.polling == 0 { logger.warning("polling is 0: no counters are sent") }
    if settings.collectors.isEmpty { logger.warning("there is no collector: nothing is sent") }
  }

  /// Sends what is pending.
  public func shutDown() {
    exporter.flush()
    control = nil
    if let controlRetry { loop.disarm(controlRetry) }
  }

  // MARK: - Changes of the settings

  /// Reads the configuration again. A good one takes force without disturbing what it does not change; a bad one
  /// is refused and the old one stays. DNS is asked again.
  public func reload() {
    guard let new = logger.settings(of: options.configurationPath) else {
      exporter.countReload(accepted: false)
      refusal = "the configuration of the last reload was refused; the one before is in force"
      // Who asks may read what the agent's user may not.
      do throws(ConfigurationFile.Unreadable) {
        _ = try ConfigurationFile.read(options.configurationPath)
      } catch {
        refusal =
          "the configuration could not be read at the last reload; the one before is in force: \(error)"
      }
      logger.error("configuration \(options.configurationPath) refused; the old one stays in force")
      return
    }
    exporter.countReload(accepted: true)
    refusal = nil
    if new.uuid != inForce.file.uuid { logger.warning("a changed uuid takes effect at the next start") }
    let isAsked = new.dnsSD != nil && new.dnsSD == inForce.file.dnsSD
    adopt("configuration reloaded") {
      $0.file = new
      discovery?.apply(new.dnsSD)
      $0.answer = discovery?.answer ?? .none
    }
    if isAsked { discovery?.hurry() }
  }

  /// DNS says something new.
  private func takeDiscovered() {
    guard let discovery else { return }
    adopt("DNS-SD") { $0.answer = discovery.answer }
    let origins = inForce.origins
    if !origins.isEmpty { logger.info("settings in force: \(origins.joined(separator: ", "))") }
  }

  /// The one way in which settings change while the agent runs: whoever the change comes from, only what it changes
  /// is stopped and started.
  private func adopt(_ cause: String, _ change: (inout SettingsInForce) -> Void) {
    let old = settings
    change(&inForce)
    let differences = settings.differences(from: old)
    logger.notice(
      "\(cause): \(differences.isEmpty ? "nothing changed" : differences.joined(separator: ", "))")
    applyToParts()
  }

  private func applyToParts() {
    let settings = settings
    addressKeeper?.apply(settings)
    exporter.apply(
      subAgentID: subAgentID, datagramBytes: settings.datagramBytes, collectors: settings.collectors,
      muting: inForce.published == .stopped ? discovery.map { "DNS has no server for \($0.question)" } : nil)
    for module in modules { module.apply(settings) }
    watch?.apply(settings.watch)
    publish()
    openTextfile()
  }

  /// Not a matter of DNS-SD: as long as it says nothing there are no sources, but the agent is the same.
  private var subAgentID: UInt32 { AgentIdentity.subAgentID(inForce.file) }

  /// Tells sub-agents of this host what is in force.
  private func publish() {
    guard let autoFile, let addressKeeper else { return }
    autoFile.write(
      AutoFile(
        state: addressKeeper.address == nil ? .suppressed : inForce.published, hostname: HostName().node,
        settings: settings,
        agentAddress: addressKeeper.address, agentDevice: addressKeeper.device,
        collectors: settings.collectors.compactMap { collector in
          address(of: collector).map {
            ResolvedCollector(
              $0, port: collector.port, device: collector.device, namespace: collector.namespace)
          }
        }))
  }

  private func address(of collector: Settings.Collector) -> IPAddress? {
    switch collector.host {
    case .literal(let literal): literal
    case .name: exporter.collectors.first { $0.settings == collector }?.address?.address
    }
  }

  // MARK: - Telling

  /// Called with each datagram before it is sent.
  public func onDatagram(_ action: @escaping (Span<UInt8>) -> Void) { exporter.onDatagram = action }

  /// What was done and lost in all parts.
  var telemetry: Telemetry {
    var telemetry = exporter.telemetry
    telemetry.flowSamplesUnknown = modules.reduce(0) { $0 + $1.unknownPackets }
    return telemetry
  }

  /// Counters as `name=value`, then the state of every part, one line each.
  public func report() -> [String] {
    var lines = telemetry.lines
    lines += (discovery?.status ?? []).map { "DNS-SD: \($0)" }
    lines += inForce.origins.map { "setting \($0)" }
    for module in modules { lines += module.status.map { "\(module.name): \($0)" } }
    for collector in exporter.collectors {
      lines.append("collector \(collector.settings): \(collector.status)")
    }
    return lines
  }
}

extension Logger {
  /// Reads a configuration and says what is wrong with it and worth knowing, each at its level.
  /// - Returns: `nil` if it cannot be used.
  public func settings(of path: String) -> Settings? {
    let outcome: ParseOutcome
    do throws(ConfigurationFile.Unreadable) {
      outcome = try ConfigurationFile.read(path)
    } catch {
      self.error("\(error)")
      return nil
    }
    for diagnostic in outcome.diagnostics {
      switch diagnostic.severity {
      case .error: error("\(diagnostic.said)")
      case .warning: warning("\(diagnostic.said)")
      case .note: info("\(diagnostic.said)")
      }
    }
    return outcome.settings
  }
}

extension Logger {
  /// What works away from the loop has no thread, or has one again.
  public func say(threadFailure: Errno?) {
    if let threadFailure {
      warning(
        "cannot start a thread: \(threadFailure.explanation); file systems, names or guests have to wait (will retry)"
      )
    } else {
      notice("a thread could be started again")
    }
  }
}
