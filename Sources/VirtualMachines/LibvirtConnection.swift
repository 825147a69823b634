internal import Bytes
internal import CLibvirt
internal import Linux
internal import Synchronization

/// A guest as a listing shows it.
struct ListedGuest: Sendable {
  var uuid: UUID
  var name: String
  /// Negative while the guest does not run.
  var identifier: Int32
}

/// The answer to a poll.
struct Poll: Sendable {
  var guests: [(listed: ListedGuest, statistics: GuestStatistics)] = []
  /// The driver answers in bulk. Otherwise the guests must be asked for one by one.
  var isWhole = true
}

/// A connection to libvirt. All calls are made by jobs of the worker, one at a time; each may block for as long as the
/// daemon is frozen. A job that took too long is left to itself: the loop abandons the connection, which is closed by
/// that job if it ever returns (keep-alive messages see to that), and makes another.
///
/// A class because loop and worker mean the same connection.
final class LibvirtConnection: Sendable {
  struct State: Sendable {
    var handle: Handle?
    var events: [CInt] = []
    /// Drivers that know nothing of VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT refuse it.
    var waitsForBusyGuests = false
    /// The driver has no bulk statistics, or only the state of guests.
    var needsSingleCalls = false
  }

  /// libvirt allows the use of its objects by any thread; the mutex sees to one at a time.
  @safe struct Handle: @unchecked Sendable { let pointer: virConnectPtr }

  /// Tells its events from those of earlier connections.
  let number: UInt64
  private let state = Mutex(State())
  private let isAbandoned = Atomic(false)
  private let openLibrary: @Sendable () throws(LibvirtFailure) -> Libvirt
  private let mailbox: Mailbox<LibvirtEvent>

  init(
    number: UInt64, mailbox: Mailbox<LibvirtEvent>,
    openLibrary: @escaping @Sendable () throws(LibvirtFailure) -> Libvirt
  ) {
    self.number = number
    self.mailbox = mailbox
    self.openLibrary = openLibrary
  }

  // MARK: - On the loop

  /// The loop will not use it any more. A job that is at work with it closes it when it comes back.
  func abandon() { isAbandoned.store(true, ordering: .sequentiallyConsistent) }

  /// A job is at work with it: the call that is stuck.
  var isBusy: Bool { state.withLockIfAvailable { _ in } == nil }

  // MARK: - On the worker

  /// Closes an abandoned connection that no job is at work with.
  func closeIfAbandoned() {
    guard isAbandoned.load(ordering: .sequentiallyConsistent) else { return }
    _ = state.withLockIfAvailable { state in
      guard let handle = state.handle.take(), let libvirt = try? openLibrary() else { return }
      let connection = unsafe handle.pointer
      // A registration holds on to the connection.
      for event in state.events { _ = unsafe libvirt.calls.deregister_event(connection, event) }
      _ = unsafe libvirt.calls.unregister_close_callback(connection, EventSink.closed)
      _ = unsafe libvirt.calls.close(connection)
    }
  }

  /// Connects.
  /// - Parameter keepAlive: seconds between messages; after three that are not answered the connection is closed.
  /// - Returns: the URI of what answered, and whether it tells of events.
  func open(
    _ uri: String?, keepAlive: UInt32
  ) throws(LibvirtFailure) -> (uri: String, hasEvents: Bool) {
    defer { closeIfAbandoned() }
    let libvirt = try openLibrary()
    let hasEventLoop = try libvirt.startEventLoop()
    return try state.withLock { (state) throws(LibvirtFailure) in
      guard let connection = unsafe libvirt.calls.open_read_only(uri) else {
        throw libvirt.failure("cannot connect to \(uri ?? "libvirt")")
      }
      unsafe state.handle = Handle(pointer: connection)
      if hasEventLoop {
        _ = unsafe libvirt.calls.set_keep_alive(connection, CInt(keepAlive), 3)
        let sink = EventSink(connection: number, libvirt: libvirt, mailbox: mailbox)
        unsafe sink.registerClosing(with: connection)
        state.events = unsafe sink.register(with: connection)
      }
      var found = uri ?? "libvirt"
      if let text = unsafe libvirt.calls.uri(connection) {
        found = unsafe String(cString: text)
        unsafe libvirt.calls.free_memory(text)
      }
      return (found, state.events.count == EventSink.kinds)
    }
  }

  /// Runs `body` with the open connection.
  func use<R: Sendable>(
    _ body: (Libvirt, virConnectPtr, inout State) throws(LibvirtFailure) -> R
  ) throws(LibvirtFailure) -> R {
    defer { closeIfAbandoned() }
    let libvirt = try openLibrary()
    return try state.withLock { (state) throws(LibvirtFailure) in
      guard let handle = state.handle else { throw LibvirtFailure("the connection is closed") }
      return try unsafe body(libvirt, handle.pointer, &state)
    }
  }

  /// All guests, running or not. One round trip.
  func list() throws(LibvirtFailure) -> [ListedGuest] {
    try unsafe use { (libvirt, connection, _) throws(LibvirtFailure) in
      var domains: UnsafeMutablePointer<virDomainPtr?>?
      let count = unsafe libvirt.calls.list_domains(connection, &domains, 0)
      guard count >= 0, let list = unsafe domains else { throw libvirt.failure("cannot list the guests") }
      defer { unsafe libvirt.calls.free_memory(list) }
      var guests: [ListedGuest] = []
      for i in 0..<Int(count) {
        // libvirt says how many there are.
        guard let domain = unsafe list[i] else { continue }
        if let guest = unsafe libvirt.listed(domain) { guests.append(guest) }
        _ = unsafe libvirt.calls.free_domain(domain)
      }
      return guests
    }
  }

  /// The descriptions of some guests, in the form that libvirt gives them. Two round trips each.
  func descriptions(of guests: [UUID]) throws(LibvirtFailure) -> [UUID: [UInt8]] {
    try unsafe use { (libvirt, connection, _) throws(LibvirtFailure) in
      var found: [UUID: [UInt8]] = [:]
      for uuid in guests {
        guard let domain = unsafe libvirt.domain(uuid, connection) else {
          try unsafe libvirt.check(connection)
          continue
        }
        defer { _ = unsafe libvirt.calls.free_domain(domain) }
        guard let text = unsafe libvirt.calls.xml(domain, 0) else {
          try unsafe libvirt.check(connection)
          continue
        }
        found[uuid] = unsafe Array(String(cString: text).utf8)
        unsafe libvirt.calls.free_memory(text)
      }
      return found
    }
  }
}

extension Libvirt {
  /// What is known of a domain without asking.
  func listed(_ domain: virDomainPtr) -> ListedGuest? {
    guard let uuid = unsafe uuid(of: domain), let name = unsafe calls.name(domain) else { return nil }
    let identifier = unsafe calls.identifier(domain)
    return ListedGuest(
      uuid: uuid, name: unsafe String(cString: name),
      identifier: identifier == .max ? -1 : Int32(clamping: identifier)
    )
  }

  func domain(_ uuid: UUID, _ connection: virConnectPtr) -> virDomainPtr? {
    var octets: [UInt8] = []
    for word in [uuid.high, uuid.low] {
      for shift in stride(from: UInt64(56), through: 0, by: -8) {
        octets.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    // VIR_UUID_BUFLEN octets.
    return unsafe calls.look_up(connection, octets)
  }

  /// A call about one guest has failed. If the connection is still good, it is that guest: it is gone, or its like.
  func check(_ connection: virConnectPtr) throws(LibvirtFailure) {
    let failure = failure("libvirt does not answer")
    if unsafe calls.is_alive(connection) != 1 { throw failure }
  }
}
