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
  /// What was said last: that there is an address or none, that `agent` is missing, why the name has no address.
  private var hasAnnounced = false
  private var missingDevice: String?
  private var complaint: String?
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
      (name, settings.address, complaint) = (new, nil, nil)
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
    let missing = settings.address == nil && outcome?.isDeviceMissing == true
    if missing, let device = settings.device, device != missingDevice {
      logger.warning("agent address: there is no interface \"\(device)\" (agent): all are candidates")
    }
    missingDevice = missing ? settings.device : nil
    guard address != before?.address || device != before?.winner?.device || !hasAnnounced else { return }
    hasAnnounced = true
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
        complaint = nil
        elect()
      case .failure(let error)?: complain("\(error)")
      case nil: complain("the resolver does not answer")
      }
      if settings.address == nil, let retry { loop.arm(retry, after: Self.resolveAgain) }
    }
  }

  private func complain(_ reason: String) {
    if reason != complaint {
      logger.warning("agent address: cannot resolve \"\(name ?? "")\" (agentIP): \(reason) (will retry)")
    }
    complaint = reason
  }
}
