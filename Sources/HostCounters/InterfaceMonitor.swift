public import Linux
public import Logging
public import Netlink
public import SFlow
internal import SystemPackage

/// Keeps an `InterfaceTable` up to date by rtnetlink(7) and reads the counters of the interfaces. No polling:
/// the kernel says what changes.
///
/// A class because it owns the sockets.
public final class InterfaceMonitor: HostInterfaces {
  public private(set) var table = InterfaceTable()

  private let loop: any EventLoop
  private let logger: Logger
  public var onChange: (InterfaceChanges) -> Void = { _ in }
  /// Joined to the groups before the first dump, so that nothing is missed between dump and events.
  private var events: NetlinkSocket?
  /// For counters, so that their many messages don't push events out of the receive buffer.
  private var requests: NetlinkSocket?
  private var sequence: UInt32 = 0
  /// Whether the kernel answers RTM_GETSTATS (Linux 4.7); before that counters come with the links.
  private var hasStatisticsRequest = true
  /// Fires when the table is to be read anew.
  private let receiveBuffer: CInt
  private var resync: Deadline?
  private var failures = 0

  /// - Parameter receiveBuffer: bytes of events that the kernel may hold for us. In its default a hundred find room, and
  ///   a table that lost some is stale until it is read anew.
  public init(loop: any EventLoop, logger: Logger, receiveBuffer: CInt = 4 << 20) {
    self.loop = loop
    self.logger = logger
    self.receiveBuffer = receiveBuffer
    resync = Deadline { [unowned self] in start() }
  }

  deinit {
    if let resync { loop.disarm(resync) }
    if let events { loop.unwatch(events.rawDescriptor) }
  }

  public func start() {
    do throws(Errno) {
      if events == nil {
        let socket = try NetlinkSocket(
          groups: [.links, .ipv4Addresses, .ipv6Addresses], receiveBuffer: receiveBuffer)
        try loop.watch(socket.rawDescriptor) { [unowned self] in readEvents() }
        events = socket
      }
      try readTable()
      if failures > 0 { logger.notice("interfaces: known again after \(failures) attempts") }
      failures = 0
    } catch {
      fail(error)
    }
    announce()
  }

  private func fail(_ error: Errno) {
    if failures == 0 { logger.error("interfaces: cannot read them: \(error.explanation) (will retry)") }
    failures += 1
    if let resync { loop.arm(resync, after: .seconds(min(60, 1 << min(failures, 6)))) }
  }

  private func announce() {
    let changes = table.takeChanges()
    if !changes.isEmpty { onChange(changes) }
  }

  // MARK: - Events

  private func readEvents() {
    guard let events else { return }
    do throws(Errno) {
      while try events.receive(waiting: false, apply) {}
    } catch {
      if error == .noBufferSpace || error == .messageTooLong {
        // More happened than the buffer holds. A moment later it will be calmer. Not put off again while losses go on, or
        // the table would be stale for as long as they do.
        if let resync, resync.time == nil { loop.arm(resync, after: .milliseconds(200)) }
      } else {
        // What is there to read and cannot be read would wake the loop for ever.
        loop.unwatch(events.rawDescriptor)
        self.events = nil
        fail(error)
      }
    }
    announce()
  }

  /// Applies the messages of one receive; those that are malformed are left out.
  private func apply(_ bytes: Span<UInt8>) {
    var messages = Messages(bytes)
    while let message = try? messages.next() { try? table.apply(message) }
  }

  // MARK: - Dumps

  /// Reads links and addresses anew; again if they changed meanwhile, for a dump that was interrupted may lack
  /// what is there.
  private func readTable() throws(Errno) {
    guard let events else { return }
    for _ in 0..<5 {
      table.beginResync()
      let links = try dump(RouteRequest.links, from: events) { message in try? table.apply(message) }
      let addresses = try dump(RouteRequest.addresses, from: events) { message in try? table.apply(message) }
      if links, addresses { return table.endResync() }
    }
    // What is new has been seen; what is gone waits for calmer times.
    if let resync { loop.arm(resync, after: .seconds(1)) }
  }

  private func requestSocket() throws(Errno) -> NetlinkSocket {
    if let requests { return requests }
    let socket = try NetlinkSocket()
    requests = socket
    return socket
  }

  public func readStatistics(_ body: (UInt32, LinkStatistics64) -> Void) throws(FileError) {
    do throws(Errno) {
      let socket = try requestSocket()
      if hasStatisticsRequest {
        do throws(Errno) {
          var link = LinkStatistics64()
          _ = try dump({ RouteRequest.statistics(sequence: $0) }, from: socket) { message in
            if let index = (try? link.update(from: message)) ?? nil { body(index, link) }
          }
          return
        } catch {
          guard error == .notSupportedOnSocket || error == .invalidArgument else { throw error }
          hasStatisticsRequest = false
        }
      }
      _ = try dump(RouteRequest.links, from: socket) { message in
        if let link = try? LinkMessage(parsing: message), let statistics = link.statistics {
          body(link.index, statistics)
        }
      }
    } catch {
      requests = nil
      throw .unreadable(path: "the interface counters (rtnetlink)", error)
    }
  }

  public func readMembership(of member: UInt32, in bond: UInt32) throws(FileError) -> LAGPortStats? {
    do throws(Errno) {
      let socket = try requestSocket()
      var links: [UInt32: LinkMessage] = [:]
      for index in [bond, member] {
        _ = try dump({ RouteRequest.link(index: index, sequence: $0) }, from: socket) { message in
          if let link = try? LinkMessage(parsing: message) { links[link.index] = link }
        }
      }
      guard let bond = links[bond], let member = links[member], member.master == bond.index else {
        return nil
      }
      var lacp: LACPStatistics?
      if bond.bond?.isLACP == true {
        // Before Linux 5.1 there are none, and before 4.7 the question is an error.
        _ = try? dump({ RouteRequest.memberStatistics(index: member.index, sequence: $0) }, from: socket) {
          message in
          lacp = (try? StatisticsMessage(parsing: message))?.lacp
        }
      }
      return LAGPortStats(member, of: bond, lacp)
    } catch {
      // ENODEV
      if error == .operationNotSupportedByDevice { return nil }
      requests = nil
      throw .unreadable(path: "the state of a bond (rtnetlink)", error)
    }
  }

  /// Sends a request and takes messages until its end.
  /// - Returns: false if the kernel's tables changed on the way.
  private func dump(
    _ request: (UInt32) -> [UInt8], from socket: NetlinkSocket, _ take: (borrowing Message) -> Void
  ) throws(Errno) -> Bool {
    sequence &+= 1
    let number = sequence
    var isWhole = true
    var end: Acknowledgement?
    try socket.send(request(number))
    while end == nil {
      let came = try socket.receive(waiting: true) { bytes in
        var messages = Messages(bytes)
        while let message = try? messages.next() {
          if message.header.sequence == number, let ended = try? Acknowledgement(parsing: message) {
            end = ended
          } else {
            if message.header.flags.contains(.dumpInterrupted), message.header.sequence == number {
              isWhole = false
            }
            take(message)
          }
        }
      }
      if !came { throw .timedOut }
    }
    if let end, !end.isSuccess { throw Errno(rawValue: end.code) }
    return isWhole
  }
}
