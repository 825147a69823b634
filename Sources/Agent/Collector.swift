internal import Bytes
internal import Config
internal import Linux
internal import Logging
internal import SystemPackage

/// Sends datagrams to one address. `UDPSocket` in production.
protocol DatagramSender: AnyObject {
  func send(_ payload: Span<UInt8>) throws(Errno)
  /// Sends as many as can be.
  /// - Returns: how many were sent, at least one.
  /// - Throws: what became of the first one, if that was not sent.
  func send(_ batch: borrowing DatagramBatch) throws(Errno) -> Int
  /// Whether the network namespace it sends from has lost its name, to another one or altogether.
  var isAstray: Bool { get }
}

/// How a collector reaches the network; replaced in tests.
protocol CollectorNetwork: AnyObject {
  /// Opens a sender to `address` as the settings say: device, source, network namespace.
  func open(_ address: SocketAddress, _ settings: Settings.Collector) throws(Errno) -> any DatagramSender
  /// Looks a host name up in the background; `nil` if the resolver took too long.
  func resolve(
    _ name: String, port: UInt16, then: @escaping (Result<[SocketAddress], ResolverError>?) -> Void)
}

/// One `collector { }` of the configuration and what became of it.
///
/// Whatever goes wrong is counted and said once; sending is tried again for ever.
/// A class because it owns the socket.
final class Collector {
  enum State: Equatable {
    /// The name has no address yet; the text says why not, once an attempt failed.
    case resolving(String?)
    case sending
    /// The last datagram did not leave.
    case failing(Errno)
  }

  let settings: Settings.Collector
  private(set) var state = State.resolving(nil) {
    didSet { if state != oldValue { since = loop.now } }
  }
  /// When it came into this state.
  private(set) var since: Instant
  /// Why nothing is sent to it for the time being, whatever its state; `nil` if it is.
  private(set) var muting: String? {
    didSet { if muting != oldValue { since = loop.now } }
  }
  /// Where datagrams go now.
  private(set) var address: SocketAddress?
  private(set) var datagrams: UInt64 = 0
  private(set) var bytes: UInt64 = 0
  /// Datagrams that did not leave or were refused, by what the kernel said; 0 is "no address yet".
  private(set) var errors: [CInt: UInt64] = [:]
  /// Errors since the state was last `.sending`, and when the last one was.
  private var errorsInARow: UInt64 = 0
  private var lastError: Instant?

  private let loop: any EventLoop
  private let network: any CollectorNetwork
  private let logger: Logger
  /// Called when `address` changed.
  private let onAddressChange: () -> Void
  private var sender: (any DatagramSender)?
  /// The sender failed by itself; what ICMP told of the far end is no fault of it.
  private var needsNewSender = false
  /// When to look next whether its namespace is still the one of that name.
  private var nextLook = Instant(nanoseconds: 0)
  private var isResolving = false
  /// Fires when the name is to be looked up again or the socket opened anew.
  private var retry: Deadline?
  private var backOff = Collector.shortestBackOff

  private static let shortestBackOff = Duration.seconds(1)
  private static let longestBackOff = Duration.seconds(60)
  /// Without an error for so long it works again. ICMP errors are rare and late: the receiver limits their rate.
  private static let quietForRecovery = Duration.seconds(10)
  /// getaddrinfo(3), which alone knows of hosts(5) and all else that nsswitch.conf(5) names, does not tell how long an
  /// answer is good; a cache on the way keeps what may be kept.
  private static let answerIsGoodFor = Duration.seconds(60)
  private static let namespaceIsGoodFor = Duration.seconds(5)

  init(
    _ settings: Settings.Collector, loop: any EventLoop, network: any CollectorNetwork, logger: Logger,
    onAddressChange: @escaping () -> Void
  ) {
    self.settings = settings
    self.loop = loop
    since = loop.now
    self.network = network
    self.logger = logger
    self.onAddressChange = onAddressChange
    retry = Deadline { [unowned self] in retryNow() }
    retryNow()
  }

  deinit { if let retry { loop.disarm(retry) } }

  /// Sends datagrams, or counts why not.
  func send(_ batch: borrowing DatagramBatch) {
    if muting != nil || batch.isEmpty { return }
    if settings.namespace != nil { followNamespace() }
    // One by one as long as there is something wrong: of several the kernel only tells how many it took, and forgets
    // what ICMP said of them.
    var next = 0
    if state == .sending, batch.count > 1, let sender {
      do throws(Errno) {
        next = try sender.send(batch)
        for i in 0..<next { count(batch[i]) }
      } catch {
        next = 1
        failed(batch[0], by: sender, error)
      }
    }
    for i in next..<batch.count { send(batch[i]) }
  }

  private func send(_ payload: Span<UInt8>) {
    guard let sender else { return note(errorOfState) }
    do throws(Errno) {
      try sender.send(payload)
      count(payload)
      recover()
    } catch {
      failed(payload, by: sender, error)
    }
  }

  private func failed(_ payload: Span<UInt8>, by sender: any DatagramSender, _ error: Errno) {
    note(error)
    if !error.isFullBuffer { resend(payload, by: sender, after: error) }
  }

  /// An error may be what ICMP told of an earlier datagram (udp(7)); then this one was not tried yet.
  private func resend(_ payload: Span<UInt8>, by sender: any DatagramSender, after first: Errno) {
    do throws(Errno) {
      try sender.send(payload)
      count(payload)
      fail(first, needsNewSender: false)
    } catch {
      if error != first { note(error) }
      if error.isFullBuffer { fail(first, needsNewSender: false) } else { fail(error, needsNewSender: true) }
    }
  }

  private func count(_ payload: Span<UInt8>) {
    datagrams += 1
    bytes += UInt64(payload.count)
  }

  private func note(_ error: Errno) {
    errors[error.rawValue, default: 0] += 1
    errorsInARow += 1
    lastError = loop.now
  }

  /// Why there is no socket; 0 while there is no address.
  private var errorOfState: Errno {
    if case .failing(let error) = state { error } else { Errno(rawValue: 0) }
  }

  /// A socket stays in the namespace it was made in, and keeps it and its devices alive: the name may long be that of
  /// another one.
  private func followNamespace() {
    guard let sender, let address, loop.now >= nextLook else { return }
    nextLook = loop.now + Self.namespaceIsGoodFor
    guard sender.isAstray else { return }
    needsNewSender = true
    open([address])
    if !needsNewSender {
      logger.notice("collector \(settings): its network namespace was made anew; sending from the new one")
    }
  }

  // MARK: - State

  /// Sends nothing and looks nothing up until it is called again with `nil`. What it knows and has open stays.
  func mute(_ reason: String?) {
    guard reason != muting else { return }
    muting = reason
    if reason == nil { retryNow() } else if let retry { loop.disarm(retry) }
  }

  private func recover() {
    guard state != .sending, lastError.map({ loop.now - $0 >= Self.quietForRecovery }) ?? true else { return }
    logger.notice("collector \(settings): sending again after \(errorsInARow) errors")
    state = .sending
    errorsInARow = 0
    backOff = Self.shortestBackOff
    armForNextAnswer()
  }

  private func fail(_ error: Errno, needsNewSender: Bool) {
    if state != .failing(error) {
      if state == .sending { errorsInARow = 1 }
      logger.warning(
        "collector \(settings): \(Self.explanation(of: error)); \(Self.remedy(for: error, settings)) (will keep trying)"
      )
      state = .failing(error)
    }
    self.needsNewSender = needsNewSender
    if needsNewSender { armBackOff() }
  }

  private func armBackOff() {
    guard muting == nil, let retry, retry.time == nil || retry.time! > loop.now + backOff else { return }
    loop.arm(retry, after: backOff)
    backOff = min(backOff * 2, Self.longestBackOff)
  }

  private func armForNextAnswer() {
    guard muting == nil, let retry else { return }
    if case .name = settings.host { loop.arm(retry, after: Self.answerIsGoodFor) } else { loop.disarm(retry) }
  }

  private func retryNow() {
    switch settings.host {
    case .literal(let literal): open([SocketAddress(literal, port: settings.port)])
    case .name(let name): resolve(name)
    }
  }

  private func resolve(_ name: String) {
    guard !isResolving else { return }
    isResolving = true
    network.resolve(name, port: settings.port) { [weak self] answer in
      guard let self else { return }
      isResolving = false
      switch answer {
      case .success(let addresses)?:
        open(addresses)
      case .failure(let error)?:
        unresolved("\(error)")
      case nil:
        unresolved("the resolver does not answer")
      }
    }
  }

  /// The name has no address now. One that it had stays in use.
  private func unresolved(_ reason: String) {
    if sender == nil, state != .resolving(reason) {
      logger.warning("collector \(settings): cannot resolve \(settings.host): \(reason) (will keep trying)")
      state = .resolving(reason)
    }
    armBackOff()
  }

  /// Opens the first of `addresses` that can be opened. A sender in use is kept if its address is among them: a new
  /// one would not hear what ICMP tells of the datagrams of the old one.
  private func open(_ addresses: [SocketAddress]) {
    if sender != nil, !needsNewSender, let address, addresses.contains(address) { return armForNextAnswer() }
    var failure = Errno.noSuchAddressOrDevice
    for candidate in addresses {
      do throws(Errno) {
        sender = try network.open(candidate, settings)
        needsNewSender = false
        // To the address that failed before: whether it works now the next datagram will tell.
        if address != candidate {
          logger.notice("collector \(settings): sending to \(candidate)")
          address = candidate
          state = .sending
          backOff = Self.shortestBackOff
          onAddressChange()
        }
        return armForNextAnswer()
      } catch {
        failure = error
      }
    }
    sender = nil
    fail(failure, needsNewSender: true)
  }

  static func explanation(of error: Errno) -> String {
    switch error {
    case .connectionRefused:
      "nobody listens there: the host answers that the port is unreachable (ECONNREFUSED)"
    case .notPermitted: "sending is not permitted: a local firewall rule, or a right is missing (EPERM)"
    case .networkUnreachable: "no route to it (ENETUNREACH)"
    case .noRouteToHost:
      "the way there ends: no host has the address, or a router or firewall rejects it (EHOSTUNREACH)"
    case .permissionDenied: "it is a broadcast address, or a route prohibits it (EACCES)"
    case .invalidArgument:
      "a blackhole route swallows it, or source, dev and ip do not fit together (EINVAL)"
    case .noSuchFileOrDirectory: "its network namespace does not exist (ENOENT)"
    case .operationNotSupportedByDevice: "its device does not exist (ENODEV)"
    default: "cannot send: \(error.explanation)"
    }
  }
}

extension Errno {
  /// A full buffer empties by itself.
  fileprivate var isFullBuffer: Bool { self == .wouldBlock || self == .noBufferSpace }
}

extension Collector {
  /// Whether datagrams get away.
  var isSending: Bool { muting == nil && state == .sending }

  /// For a person: "sending, 12 datagrams, 8400 B, 2 times ENETUNREACH".
  var status: String {
    var text =
      switch state {
      case .resolving(let reason): "has no address" + (reason.map { ": \($0)" } ?? " yet")
      case .sending: "sending"
      case .failing(let error): "failing with \(error.name)"
      }
    if let muting { text = "muted: \(muting)" }
    text += ", \(datagrams) datagrams, \(bytes) B"
    for (number, count) in errors.sorted(by: { $0.key < $1.key }) {
      text += ", \(count) times \(number == 0 ? "no address" : Errno(rawValue: number).name)"
    }
    return text
  }
}
