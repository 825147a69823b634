public import Bytes
public import Linux
public import Logging
public import SystemPackage

/// The guests of this host as libvirt shows them.
///
/// libvirt is asked on a worker thread; every answer has a time limit. When it does not come the connection is given up
/// and made anew, with back-off. Guests that libvirt does not have any more, or cannot be asked for, are remembered for
/// `forgetVMs`.
///
/// A class because it owns the connection, and the loop's deadlines refer to it.
public final class VirtualMachines {
  enum State: Equatable {
    case off
    case connecting
    case connected(uri: String, hasEvents: Bool)
    /// Tried again at the next deadline.
    case failed(LibvirtFailure)
  }

  // What is known.
  private(set) var state = State.off
  private var table: [UUID: Guest] = [:]
  private var busy = BusyGuests()
  private var lastPoll: (began: Instant, took: Duration)?
  public private(set) var polls: UInt64 = 0
  /// Polls that libvirt did not answer.
  public private(set) var missedPolls: UInt64 = 0

  // The connection, and what is to be done with it, one thing at a time.
  private var settings: Settings?
  private var connection: LibvirtConnection?
  private var connections: UInt64 = 0
  private var isAtWork = false
  private var wantsListing = false
  private var wantsPoll = false
  /// Connections whose calls did not come back.
  private var stuck: [LibvirtConnection] = []

  // Time.
  private var refresh: Deadline?
  private var listing: Deadline?
  private var retry: Deadline?
  private var backOff = shortestBackOff
  private static let shortestBackOff = Duration.seconds(1)
  private static let longestBackOff = Duration.seconds(60)
  /// Events come in bursts: a host that starts has hundreds.
  private static let burst = Duration.milliseconds(300)
  /// Guests that one job asks for one by one: its answer must come within the limit.
  private static let batch = 10
  /// Threads that may hang in calls that do not come back.
  private static let mostStuck = 3

  private let loop: any EventLoop
  private let background: any BackgroundRunner
  private let limits: Limits
  private let openLibrary: @Sendable () throws(LibvirtFailure) -> Libvirt
  let mailbox: Mailbox<LibvirtEvent>
  private let logger: Logger

  /// A poll is complete. Called with the guests that libvirt has.
  public var onPoll: ([Guest]) -> Void = { _ in }
  /// Guests came, went, or changed their devices.
  public var onChange: () -> Void = {}
  /// A guest is forgotten.
  public var onForget: (UUID) -> Void = { _ in }

  /// - Parameters:
  ///   - background: nothing else should be waiting there: libvirt may take its time.
  ///   - openLibrary: called by the worker.
  public init(
    loop: any EventLoop, background: any BackgroundRunner, limits: Limits = Limits(), logger: Logger,
    openLibrary: @escaping @Sendable () throws(LibvirtFailure) -> Libvirt = { () throws(LibvirtFailure) in
      try Libvirt.open()
    }
  ) throws(Errno) {
    self.loop = loop
    self.background = background
    self.limits = limits
    self.logger = logger
    self.openLibrary = openLibrary
    mailbox = try Mailbox()
    refresh = Deadline { [unowned self] in refreshNow() }
    listing = Deadline { [unowned self] in list() }
    retry = Deadline { [unowned self] in connect() }
    try loop.watch(mailbox.descriptor) { [unowned self] in takeEvents() }
  }

  deinit {
    loop.unwatch(mailbox.descriptor)
    for deadline in [refresh, listing, retry] { if let deadline { loop.disarm(deadline) } }
    connection?.abandon()
  }

  // MARK: - Settings

  /// All guests, those too that are gone and not forgotten.
  public var guests: some Collection<Guest> { table.values }

  public func apply(_ new: Settings?) {
    guard new != settings else { return }
    let old = settings
    settings = new
    guard let new else { return stop() }
    if let refresh { loop.arm(refresh, after: new.refresh) }
    if old == nil || old?.uri != new.uri {
      drop()
      if old != nil { forget { _ in true } }
      backOff = Self.shortestBackOff
      connect()
    }
  }

  private func stop() {
    for deadline in [refresh, listing, retry] { if let deadline { loop.disarm(deadline) } }
    drop()
    state = .off
    forget { _ in true }
  }

  private func refreshNow() {
    if let refresh, let settings { loop.arm(refresh, after: settings.refresh) }
    forgetMissing()
    list()
  }

  // MARK: - Connection

  private func connect() {
    guard let settings else { return }
    stuck.removeAll { !$0.isBusy }
    // Each holds a thread. They come back when libvirtd goes on, or ends.
    if stuck.count >= Self.mostStuck { return armRetry() }
    connections += 1
    let new = LibvirtConnection(number: connections, mailbox: mailbox, openLibrary: openLibrary)
    connection = new
    if state == .off { state = .connecting }
    let (wanted, keepAlive) = (settings.uri, limits.keepAlive)
    run("connect", within: limits.connect) { (connection) throws(LibvirtFailure) in
      try connection.open(wanted ?? DefaultURI.find(), keepAlive: keepAlive)
    } then: { [unowned self] found in
      let before = state
      state = .connected(uri: found.uri, hasEvents: found.hasEvents)
      for uuid in table.keys { table[uuid]?.needsDescription = true }
      wantsListing = true
      let events = found.hasEvents ? "" : ", which tells of no events"
      if case .failed = before { logger.notice("virtual machines: libvirt answers again") }
      logger.notice("virtual machines: connected to \(found.uri)\(events)")
    }
  }

  /// Has the worker do something with the connection. What comes back after it was given up is nobody's.
  private func run<R: Sendable>(
    _ what: String, within limit: Duration,
    _ work: @escaping @Sendable (LibvirtConnection) throws(LibvirtFailure) -> R, then: @escaping (R) -> Void
  ) {
    guard let connection else { return }
    isAtWork = true
    background.run("libvirt: \(what)", within: limit) { () -> Result<R, LibvirtFailure> in
      do throws(LibvirtFailure) { return .success(try work(connection)) } catch { return .failure(error) }
    } then: { [weak self] result in
      guard let self, self.connection === connection else { return }
      isAtWork = false
      switch result {
      case .success(let value)?:
        then(value)
        advance()
      case .failure(let failure)?: fail(failure)
      case nil: fail(LibvirtFailure("libvirt gave no answer within \(limit.components.seconds) s (\(what))"))
      }
    }
  }

  private func fail(_ failure: LibvirtFailure) {
    drop()
    if state != .failed(failure) { logger.warning("virtual machines: \(failure) (will retry)") }
    state = .failed(failure)
    for uuid in table.keys where table[uuid]?.missingSince == nil { table[uuid]?.missingSince = loop.now }
    onChange()
    armRetry()
  }

  private func armRetry() {
    if let retry { loop.arm(retry, after: backOff) }
    backOff = min(backOff * 2, Self.longestBackOff)
  }

  /// Gives the connection up.
  private func drop() {
    if wantsPoll { missedPolls += 1 }
    (isAtWork, wantsListing, wantsPoll) = (false, false, false)
    polled = []
    if let listing { loop.disarm(listing) }
    if let retry { loop.disarm(retry) }
    guard let old = connection.take() else { return }
    old.abandon()
    if old.isBusy {
      // It is closed when that call comes back.
      stuck.append(old)
    } else {
      // Takes no answer if libvirt is gone; if it is frozen, the worker is.
      background.run("libvirt: close", within: limits.answer) {
        old.closeIfAbandoned()
      } then: { _ in
      }
    }
  }

  private func takeEvents() {
    for event in mailbox.takeAll() where event.connection == connection?.number {
      switch event.what {
      case .lost(let reason): fail(LibvirtFailure(reason))
      case .changed(let uuid):
        table[uuid]?.needsDescription = true
        if let listing, listing.time == nil { loop.arm(listing, after: Self.burst) }
      }
    }
  }

  // MARK: - Work

  /// Asks libvirt about all guests; `onPoll` has the answer. While there is no connection, or the poll before is still
  /// waiting for its answer, nothing is asked.
  public func poll() {
    forgetMissing()
    guard case .connected = state, !wantsPoll else {
      if state != .off, state != .connecting { missedPolls += 1 }
      return
    }
    wantsPoll = true
    advance()
  }

  private func list() {
    guard case .connected = state else { return }
    wantsListing = true
    advance()
  }

  private func advance() {
    guard !isAtWork, case .connected = state else { return }
    if wantsListing { return takeListing() }
    if wantsPoll { return polled.isEmpty ? takePoll() : takeSingles() }
    describe()
  }

  private func takeListing() {
    run("list", within: limits.answer) { (connection) throws(LibvirtFailure) in
      try connection.list()
    } then: { [unowned self] listed in
      backOff = Self.shortestBackOff
      wantsListing = false
      // Without events a change of devices shows in the statistics, and in nothing else.
      if case .connected(_, hasEvents: false) = state {
        for uuid in table.keys { table[uuid]?.needsDescription = true }
      }
      see(listed)
    }
  }

  /// The guests that libvirt has, all of them.
  private func see(_ listed: [ListedGuest]) {
    var missing = Set(table.keys)
    let before = (count: table.count, active: activeGuests)
    for guest in listed {
      missing.remove(guest.uuid)
      if table[guest.uuid] == nil { table[guest.uuid] = Guest(guest) }
      table[guest.uuid]?.update(guest)
    }
    for uuid in missing where table[uuid]?.missingSince == nil { table[uuid]?.missingSince = loop.now }
    forgetMissing()
    if before != (table.count, activeGuests) { onChange() }
  }

  /// How many run; `nil` while libvirt does not answer.
  public var activeGuests: Int? {
    guard case .connected = state else { return nil }
    return table.values.count { $0.isActive && $0.missingSince == nil }
  }

  private func describe() {
    let wanted = Array(
      table.values.lazy.filter { $0.needsDescription && $0.missingSince == nil }.map(\.uuid).prefix(
        Self.batch))
    guard !wanted.isEmpty else { return }
    for uuid in wanted { table[uuid]?.needsDescription = false }
    run("describe", within: limits.answer) { (connection) throws(LibvirtFailure) in
      try connection.descriptions(of: wanted).mapValues { try? GuestDescription(parsing: $0) }
    } then: { [unowned self] found in
      for (uuid, description) in found {
        if let description {
          table[uuid]?.description = description
        } else {
          logger.debug("virtual machines: \(uuid): libvirt's description is not understood")
        }
      }
      onChange()
    }
  }

  // MARK: - Polls

  private var pollBegan = Instant(nanoseconds: 0)
  /// The guests that are still to be asked for one by one, the last one first; and what has been answered.
  private var polled: [UUID] = []
  private var answers: [(listed: ListedGuest, statistics: GuestStatistics)] = []

  private func takePoll() {
    pollBegan = loop.now
    run("poll", within: limits.answer) { (connection) throws(LibvirtFailure) in
      try connection.poll()
    } then: { [unowned self] answer in
      if answer.isWhole { return finish(answer.guests) }
      answers = []
      // Those without a description would have no devices.
      polled = table.values.filter { $0.missingSince == nil }.map(\.uuid)
      if polled.isEmpty { finish([]) }
    }
  }

  private func takeSingles() {
    let wanted = polled.suffix(Self.batch).map { ($0, table[$0]?.description) }
    run("poll guests", within: limits.answer) { (connection) throws(LibvirtFailure) in
      try connection.statistics(of: wanted)
    } then: { [unowned self] found in
      polled.removeLast(min(wanted.count, polled.count))
      answers += found
      if polled.isEmpty {
        finish(answers)
        answers = []
      }
    }
  }

  private func finish(_ found: [(listed: ListedGuest, statistics: GuestStatistics)]) {
    wantsPoll = false
    polls += 1
    backOff = Self.shortestBackOff
    see(found.map(\.listed))
    for (listed, statistics) in found { table[listed.uuid]?.update(statistics) }
    busy.update(table.values, logger)
    lastPoll = (pollBegan, loop.now - pollBegan)
    // One that has just come has no description yet; the next poll has it.
    onPoll(
      found.compactMap { table[$0.listed.uuid] }.filter { $0.description != nil || !$0.needsDescription })
  }

  // MARK: - Forgetting

  private func forgetMissing() {
    guard let settings else { return }
    forget { guest in guest.missingSince.map { loop.now - $0 >= settings.forget } ?? false }
  }

  private func forget(_ isForgotten: (Guest) -> Bool) {
    let gone = table.values.filter(isForgotten).map(\.uuid)
    for uuid in gone {
      table[uuid] = nil
      onForget(uuid)
    }
    if !gone.isEmpty { onChange() }
  }

  /// Why libvirt does not answer now.
  public var failure: LibvirtFailure? { if case .failed(let failure) = state { failure } else { nil } }

  public var isConnected: Bool { if case .connected = state { true } else { false } }

  // MARK: - For a person

  public var status: [String] {
    let waiting = stuck.count { $0.isBusy }
    let hung = waiting > 0 ? ", \(waiting) calls have not come back" : ""
    switch state {
    case .off: return []
    case .connecting: return ["connecting to libvirt\(hung)"]
    case .failed(let failure): return ["\(failure) (will retry)\(hung); \(table.count) guests remembered"]
    case .connected(let uri, let hasEvents):
      let missing = table.values.count { $0.missingSince != nil }
      var line = "connected to \(uri), \(table.count - missing) guests, \(activeGuests ?? 0) of them running"
      if missing > 0 { line += ", \(missing) gone and not forgotten" }
      if !busy.names.isEmpty { line += ", \(busy.names.count) busy" }
      line += hasEvents ? ", events" : ", no events"
      line += "; \(polls) polls, \(missedPolls) without an answer"
      if let lastPoll { line += ", the last took \(lastPoll.took.milliseconds) ms" }
      return [line + hung]
    }
  }
}

extension Duration {
  fileprivate var milliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}
