internal import Bytes
internal import Config
internal import HostCounters
internal import Linux
internal import Logging

/// Elects the agent's address and says so when it changes.
///
/// A class because a name in `agentIP` is resolved in the background.
final class AddressKeeper {
  /// What the last election said.
  private(set) var outcome: AgentAddressElection.Outcome?
  var address: IPAddress? { outcome?.address }
  /// Device that has the address, if it is local.
  var device: String? { outcome?.winner?.device }

  private let loop: any EventLoop
  private let interfaces: any HostInterfaces
  private let network: any CollectorNetwork
  private let logger: Logger
  /// Called after the address or its device changed.
  private let onChange: () -> Void
  private var settings: AgentAddressElection.Settings = .init()
  /// `agentIP`, if it is a name.
  private var name: String?
  private var retry: Deadline?
  private static let resolveAgain = Duration.seconds(60)

  init(
    loop: any EventLoop, interfaces: any HostInterfaces, network: any CollectorNetwork, logger: Logger,
    onChange: @escaping () -> Void
  ) {
    self.loop = loop
    self.interfaces = interfaces
    self.network = network
    self.logger = logger
    self.onChange = onChange
    retry = Deadline { [unowned self] in resolve() }
  }

  deinit { if let retry { loop.disarm(retry) } }

  /// Takes over `agentIP`, `agent` and `agent.cidr`, and elects.
  func apply(_ new: Settings) {
    settings.device = new.agent
    settings.cidrs = new.agentPrefixes.map { AgentCIDR($0.cidr, isNegated: $0.isExcluded) }
    switch new.agentIP {
    case nil: (name, settings.address) = (nil, nil)
    case .literal(let literal): (name, settings.address) = (nil, literal)
    case .name(let new) where new != name:
      (name, settings.address) = (new, nil)
      resolve()
    case .name: break
    }
    elect()
  }

  /// Elects among the interfaces as they are now.
  func elect() {
    let before = outcome
    if name != nil, settings.address == nil {
      // The name has no address yet, and no other will do.
      outcome = nil
    } else {
      outcome = AgentAddressElection.elect(interfaces: interfaces.table.all, settings: settings)
    }
    if let device = settings.device, outcome?.isDeviceMissing == true, before?.isDeviceMissing != true {
      logger.warning("agent address: there is no interface \"\(device)\" (agent): all are candidates")
    }
    guard address != before?.address || device != before?.winner?.device || before == nil else { return }
    announce()
    onChange()
  }

  private func announce() {
    switch (address, outcome?.winner) {
    case (let address?, let winner?):
      logger.notice("agent address: \(address) on \(winner.device) (\(winner.reason))")
    case (let address?, nil):
      logger.notice("agent address: \(address) as agentIP says; no interface has it")
    case (nil, _) where name != nil:
      logger.warning(
        "agent address: none until \"\(name ?? "")\" (agentIP) is resolved; nothing is sent until then")
    case (nil, _):
      logger.warning(
        "agent address: no interface has an IP address; nothing is sent until one has, or set agentIP")
    }
  }

  private func resolve() {
    guard let name else { return }
    network.resolve(name, port: 0) { [weak self] answer in
      guard let self, self.name == name else { return }
      switch answer {
      case .success(let addresses)?:
        settings.address = addresses.first?.address
        elect()
      case .failure(let error)?:
        logger.warning("agent address: cannot resolve \"\(name)\" (agentIP): \(error) (will retry)")
      case nil:
        logger.warning("agent address: the resolver does not answer for \"\(name)\" (agentIP) (will retry)")
      }
      if settings.address == nil, let retry { loop.arm(retry, after: Self.resolveAgain) }
    }
  }
}
