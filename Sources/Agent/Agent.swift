public import Bytes
public import Config
internal import HostCounters
public import Linux
public import Logging
internal import SFlow

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
    /// The folder of credentials, systemd.exec(5): the service manager reads for us what only root may read.
    public var credentials: FileRoot?

    public init() {}
  }

  private let options: Options
  private let logger: Logger
  private let interfaces: any HostInterfaces
  let exporter: Exporter
  private let identity: AgentIdentity.Found
  private let autoFile: AutoFileWriter?
  private(set) var settings: Settings
  private var addressKeeper: AddressKeeper?
  private var modules: [any Module] = []

  /// - Parameters:
  ///   - settings: as the configuration says.
  ///   - background: for what may block.
  public convenience init(
    _ settings: Settings, options: Options, loop: any EventLoop, background: any BackgroundRunner,
    logger: Logger
  ) {
    self.init(
      settings, options: options, loop: loop, background: background,
      network: KernelNetwork(background: background),
      interfaces: InterfaceMonitor(loop: loop, logger: logger),
      logger: logger)
  }

  /// - Parameters:
  ///   - network: how collectors are reached.
  ///   - interfaces: the interfaces of the host.
  init(
    _ settings: Settings, options: Options, loop: any EventLoop, background: any BackgroundRunner,
    network: any CollectorNetwork, interfaces: any HostInterfaces, logger: Logger
  ) {
    self.settings = settings
    self.options = options
    self.logger = logger
    self.interfaces = interfaces
    identity = AgentIdentity.uuid(
      configured: settings.uuid, option: options.uuid, machineID: options.machineID, root: options.root,
      credentials: options.credentials)
    autoFile = options.autoFilePath.map { AutoFileWriter(path: $0, logger: logger) }
    exporter = Exporter(
      subAgentID: AgentIdentity.subAgentID(settings), datagramBytes: settings.datagramBytes, loop: loop,
      network: network, logger: logger)
    modules = Catalogue.modules(
      ModuleContext(
        loop: loop, exporter: exporter,
        hostRecords: HostRecords.all(
          options.root, uuid: identity.uuid, interfaces: interfaces, background: background, logger: logger),
        interfaces: interfaces, sampledInterfaces: SampledInterfaces(), logger: logger))
    addressKeeper = AddressKeeper(loop: loop, interfaces: interfaces, network: network, logger: logger) {
      [unowned self] in
      exporter.setAgentAddress(addressKeeper?.address)
      publish()
    }
    exporter.onCollectorAddressChange = { [unowned self] in publish() }
  }

  // MARK: - Life

  /// What still needs the rights the process was started with: interfaces, address, the published file.
  public func prepare() {
    logger.notice("host UUID \(identity.uuid) (\(identity.origin))")
    interfaces.start()
    addressKeeper?.apply(settings)
    // Not before: an election without the settings would announce an address that nobody wants.
    interfaces.onChange = { [unowned self] changes in
      addressKeeper?.elect()
      for module in modules { module.apply(changes) }
    }
    publish()
  }

  /// Begins to poll and send.
  public func start() {
    applyToExporter()
    publish()
    for module in modules { module.apply(settings) }
    logger.notice("sub-agent \(AgentIdentity.subAgentID(settings)), counters every \(settings.polling) s")
    if settings.polling == 0 { logger.warning("polling is 0: no counters are sent") }
    if settings.collectors.isEmpty { logger.warning("there is no collector: nothing is sent") }
  }

  /// Sends what is pending.
  public func shutDown() { exporter.flush() }

  /// Reads the configuration again. A good one takes force without disturbing what it does not change; a bad one
  /// is refused and the old one stays.
  public func reload() {
    guard let new = logger.settings(of: options.configurationPath) else {
      exporter.countReload(accepted: false)
      logger.error("configuration \(options.configurationPath) refused; the old one stays in force")
      return
    }
    exporter.countReload(accepted: true)
    let differences = new.differences(from: settings)
    logger.notice(
      "configuration reloaded: \(differences.isEmpty ? "nothing changed" : differences.joined(separator: ", "))"
    )
    if new.uuid != settings.uuid { logger.warning("a changed uuid takes effect at the next start") }
    settings = new
    addressKeeper?.apply(settings)
    applyToExporter()
    for module in modules { module.apply(settings) }
    publish()
  }

  private func applyToExporter() {
    exporter.apply(
      subAgentID: AgentIdentity.subAgentID(settings), datagramBytes: settings.datagramBytes,
      collectors: settings.collectors)
  }

  /// Tells sub-agents of this host what is in force.
  private func publish() {
    guard let autoFile, let addressKeeper else { return }
    autoFile.write(
      AutoFile(
        state: addressKeeper.address == nil ? .suppressed : .active, hostname: HostName().node,
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

  /// Counters as `name=value`, then the state of every part, one line each.
  public func report() -> [String] {
    var lines = exporter.telemetry.lines
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
      case .error: error("\(diagnostic)")
      case .warning: warning("\(diagnostic)")
      case .note: info("\(diagnostic)")
      }
    }
    return outcome.settings
  }
}
