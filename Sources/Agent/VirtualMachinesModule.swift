internal import Bytes
internal import Config
internal import ControlProtocol
internal import HostCounters
internal import Linux
internal import Logging
internal import SFlow
internal import SystemPackage
internal import VirtualMachines

/// `kvm { }` and `xen { }`: the guests that libvirt knows, data sources 3:number.
///
/// One question to libvirt a poll for all of them. The samples leave a few at a time: those of hundreds of guests are
/// hundreds of datagrams, more than the receive buffer of a collector holds.
final class VirtualMachinesModule: Module {
  var name: String { "virtual machines" }
  private let context: ModuleContext
  private let makeMachines: (ModuleContext) throws(Errno) -> VirtualMachines
  private var machines: VirtualMachines?
  private var schedule: PollSchedule?
  /// Seconds; 0 is never.
  private var interval: UInt32 = 0
  private var sendsDisks = true
  private var wanted: VirtualMachines.Settings?
  /// Why there are no `machines`, and when they are tried again.
  private var failure: Errno?
  private var retry: Deadline?
  private var backOff = VirtualMachinesModule.shortestBackOff
  private static let shortestBackOff = Duration.seconds(1)
  private static let longestBackOff = Duration.seconds(60)

  // The guests as data sources.
  private var numbers = EntityNumbers()
  private var sequences: [UUID: UInt32] = [:]

  /// The samples of a poll that are still to be sent, and when the next ones are.
  private var unsent: ArraySlice<Guest> = []
  private var next: Deadline?
  private static let samplesAtOnce = 32
  private static let pause = Duration.milliseconds(50)

  init(
    _ context: ModuleContext,
    machines: @escaping (ModuleContext) throws(Errno) -> VirtualMachines = { (context) throws(Errno) in
      // A worker of its own: where libvirt hangs, file systems and names must not wait for it.
      let background = try BackgroundWork(loop: context.loop)
      background.onThreadFailure = { [logger = context.logger] in logger.say(threadFailure: $0) }
      return try VirtualMachines(loop: context.loop, background: background, logger: context.logger)
    }
  ) {
    self.context = context
    makeMachines = machines
    schedule = PollSchedule(loop: context.loop) { [unowned self] in self.machines?.poll() }
    next = Deadline { [unowned self] in send() }
    retry = Deadline { [unowned self] in begin() }
  }

  deinit { for deadline in [next, retry] { if let deadline { context.loop.disarm(deadline) } } }

  func apply(_ settings: Settings) {
    wanted = VirtualMachines.Settings(settings)
    sendsDisks = settings.kvm != nil || settings.xen?.disks != false
    if settings.kvm != nil, settings.xen != nil {
      context.logger.notice(
        "virtual machines: kvm { } counts, xen { } does not: both are the guests of libvirt")
    }
    begin()
    reschedule(wanted == nil ? 0 : settings.polling)
  }

  private func begin() {
    if wanted != nil, machines == nil { make() }
    machines?.apply(wanted)
  }

  private func make() {
    do throws(Errno) {
      let machines = try makeMachines(context)
      machines.onPoll = { [unowned self] guests in take(guests) }
      machines.onChange = { [unowned self] in nameInterfaces() }
      machines.onForget = { [unowned self] uuid in
        numbers.release(uuid)
        sequences[uuid] = nil
      }
      self.machines = machines
      if failure != nil { context.logger.notice("virtual machines: a mailbox could be made") }
      (failure, backOff) = (nil, Self.shortestBackOff)
      if let retry { context.loop.disarm(retry) }
    } catch {
      if failure != error {
        context.logger.warning("virtual machines: cannot make a mailbox: \(error.explanation) (will retry)")
      }
      failure = error
      if let retry { context.loop.arm(retry, after: backOff) }
      backOff = min(backOff * 2, Self.longestBackOff)
    }
  }

  private func reschedule(_ wanted: UInt32) {
    guard wanted != interval else { return }
    interval = wanted
    unsent = []
    if let next { context.loop.disarm(next) }
    guard wanted > 0 else {
      schedule?.stop()
      context.hostRecords.virtualNode?.activeDomains = nil
      return
    }
    let phase = Duration.milliseconds(Host.random(below: UInt64(wanted) * 1000) + 1)
    schedule?.start(every: .seconds(wanted), phase: phase)
  }

  // MARK: - Guests as data sources

  private func source(of uuid: UUID) -> DataSource? {
    numbers.number(for: uuid).map { DataSource(.logicalEntity, $0) }
  }

  func apply(_ changes: InterfaceChanges) {
    if wanted != nil, !changes.added.isEmpty || !changes.removed.isEmpty || !changes.renamed.isEmpty {
      nameInterfaces()
    }
  }

  /// Tells the exporter whose the taps are.
  private func nameInterfaces() {
    var entities: [UInt32: DataSource] = [:]
    // In an order that is always the same: guests whose hashes meet get their numbers in it.
    let guests = machines.map {
      $0.guests.sorted { ($0.uuid.high, $0.uuid.low) < ($1.uuid.high, $1.uuid.low) }
    }
    for guest in guests ?? [] {
      guard let source = source(of: guest.uuid) else { continue }
      for adaptor in guest.description?.adaptors ?? [] {
        if let index = index(of: adaptor) { entities[index] = source }
      }
    }
    context.exporter.entities = entities
    context.hostRecords.virtualNode?.guestInterfaces = Set(entities.keys)
    tellHost()
  }

  private func tellHost() {
    context.hostRecords.virtualNode?.activeDomains = machines?.activeGuests.map { UInt32(clamping: $0) }
  }

  private func index(of adaptor: GuestDescription.Adaptor) -> UInt32? {
    adaptor.device.flatMap { context.interfaces.table.interface(named: $0)?.index }
  }

  // MARK: - Samples

  private func take(_ guests: [Guest]) {
    tellHost()
    // What has not been sent of the poll before has been overtaken.
    unsent = guests[...]
    send()
  }

  private func send() {
    for guest in unsent.prefix(Self.samplesAtOnce) { append(guest) }
    unsent = unsent.dropFirst(Self.samplesAtOnce)
    if !unsent.isEmpty, let next { context.loop.arm(next, after: Self.pause) }
  }

  /// What has a size of its own goes first; the adaptors of the guest take the room that is left, as many as fit.
  /// The order is for Wireshark's sake, which loses its way in structures that it does not know (`HostRecords.all`): of 600
  /// made-up guests it finds 109 malformed, and 300 with processor and memory in front.
  private func append(_ guest: Guest) {
    guard let source = source(of: guest.uuid) else { return }
    context.exporter.appendCounterSample(of: source, sequence: &sequences[guest.uuid, default: 0]) { sample in
      sample.append(HostParent())
      if sendsDisks, let disks = guest.diskIO { sample.append(disks) }
      if let network = guest.networkIO { sample.append(network) }
      sample.append(guest.memory)
      sample.append(guest.cpu)
      sample.append(guest.hostDescription)
      // Tag, length and count.
      let room = max(0, sample.remainingInSample - 12) / HostAdapters.Adapter.octets(addresses: 1)
      let adaptors = (guest.description?.adaptors ?? []).prefix(room)
      sample.append(
        HostAdapters(
          adapters: adaptors.map { HostAdapters.Adapter(index: index(of: $0) ?? 0, addresses: [$0.mac]) }))
    }
  }

  var report: [Item] {
    guard wanted != nil else { return [] }
    var item = Item(.source, "libvirt")
    if let failure = machines?.failure {
      item.condition = .failed
      item.reason = failure.reason
      item.remedy = failure.remedy ?? ""
    } else if let failure {
      item.condition = .failed
      item.reason = failure.explanation
    } else if machines?.isConnected != true {
      item.condition = .waiting
      item.reason = "connecting to libvirt"
    }
    for (i, line) in status.enumerated() { item.add("status_\(i + 1)", line) }
    let guests = (machines.map { Array($0.guests) } ?? []).sorted { $0.name < $1.name }
    return [item]
      + guests.map { guest in
        var of = Item(.machine, guest.name, guest.isActive ? .running : .off)
        of.add("uuid", guest.uuid.description)
        if let number = numbers.number(for: guest.uuid) { of.add("data_source", "3:\(number)") }
        of.add("counter_samples", sequences[guest.uuid] ?? 0)
        if let trouble = guest.trouble {
          (of.condition, of.reason, of.remedy) = (.failed, trouble.reason, trouble.remedy)
        }
        return of
      }
  }

  var status: [String] {
    if wanted != nil, let failure { return ["cannot make a mailbox: \(failure.explanation) (will retry)"] }
    let polling = interval > 0 ? "polled every \(interval) s" : "not polled"
    return (machines?.status ?? []).map { "\($0); \(polling)" }
  }
}
