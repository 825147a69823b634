internal import Bytes
internal import Config
internal import Linux
internal import Logging
internal import SystemPackage

/// Sends datagrams to one address. `UDPSocket` in production.
protocol DatagramSender: AnyObject {
  func send(_ payload: Span<UInt8>) throws(Errno)
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
  private(set) var state = State.resolving(nil)
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
  private var isResolving = false
  /// Fires when the name is to be looked up again or the socket opened anew.
  private var retry: Deadline?
  private var backOff = Collector.shortestBackOff

  private static let shortestBackOff = Duration.seconds(1)
  private static let longestBackOff = Duration.seconds(60)
  /// Without an error for so long it works again. ICMP errors are rare and late: the receiver limits their rate.
  private static let quietForRecovery = Duration.seconds(10)
  /// getaddrinfo(3) does not tell how long an answer is good.
  private static let answerIsGoodFor = Duration.seconds(300)

  init(
    _ settings: Settings.Collector, loop: any EventLoop, network: any CollectorNetwork, logger: Logger,
    onAddressChange: @escaping () -> Void
  ) {
    self.settings = settings
    self.loop = loop
    self.network = network
    self.logger = logger
    self.onAddressChange = onAddressChange
    retry = Deadline { [unowned self] in retryNow() }
    retryNow()
  }

  deinit { if let retry { loop.disarm(retry) } }

  /// Sends one datagram, or counts why not.
  func send(_ payload: Span<UInt8>) {
    guard let sender else { return note(errorOfState) }
    do throws(Errno) {
      do throws(Errno) {
        try sender.send(payload)
      } catch Errno.connectionRefused {
        // That was the verdict on an earlier datagram; this one has not been sent yet.
        note(.connectionRefused)
        fail(.connectionRefused)
        try sender.send(payload)
        count(payload)
        return
      }
      count(payload)
      recover()
    } catch {
      note(error)
      // A full buffer empties by itself.
      if error != .wouldBlock, error != .noBufferSpace { fail(error) }
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

  // MARK: - State

  private func recover() {
    guard state != .sending, lastError.map({ loop.now - $0 >= Self.quietForRecovery }) ?? true else { return }
    logger.notice("collector \(settings): sending again after \(errorsInARow) errors")
    state = .sending
    errorsInARow = 0
    backOff = Self.shortestBackOff
    armForNextAnswer()
  }

  private func fail(_ error: Errno) {
    if state != .failing(error) {
      logger.warning("collector \(settings): \(Self.explanation(of: error)) (will keep trying)")
      state = .failing(error)
      // A new socket would not hear of the refusals to come.
      if error != .connectionRefused { armBackOff() }
    }
  }

  private func armBackOff() {
    guard let retry, retry.time == nil || retry.time! > loop.now + backOff else { return }
    loop.arm(retry, after: backOff)
    backOff = min(backOff * 2, Self.longestBackOff)
  }

  private func armForNextAnswer() {
    guard let retry else { return }
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

  /// Opens the first of `addresses` that can be opened; an address in use that works is kept if it is among them.
  private func open(_ addresses: [SocketAddress]) {
    if state == .sending, let address, addresses.contains(address) { return armForNextAnswer() }
    var failure = Errno.noSuchAddressOrDevice
    for candidate in addresses {
      do throws(Errno) {
        sender = try network.open(candidate, settings)
        if address != candidate {
          logger.notice("collector \(settings): sending to \(candidate)")
          address = candidate
          state = .sending
          onAddressChange()
        } else if state != .sending {
          // Opened anew after a failure: whether it works the next datagram will tell.
          armBackOff()
          return
        }
        backOff = Self.shortestBackOff
        return armForNextAnswer()
      } catch {
        failure = error
      }
    }
    sender = nil
    fail(failure)
    armBackOff()
  }

  private static func explanation(of error: Errno) -> String {
    switch error {
    case .connectionRefused:
      "nobody listens there: the host answers that the port is unreachable (ECONNREFUSED)"
    case .notPermitted: "sending is not permitted: a local firewall rule, or a right is missing (EPERM)"
    case .networkUnreachable: "no route to it (ENETUNREACH)"
    case .noSuchFileOrDirectory: "its network namespace or device does not exist (ENOENT)"
    default: "cannot send: \(error.explanation)"
    }
  }
}

extension Collector {
  /// For a person: "sending, 12 datagrams, 8400 B, 2 times ENETUNREACH".
  var status: String {
    var text =
      switch state {
      case .resolving(let reason): "has no address" + (reason.map { ": \($0)" } ?? " yet")
      case .sending: "sending"
      case .failing(let error): "failing with \(error.name)"
      }
    text += ", \(datagrams) datagrams, \(bytes) B"
    for (number, count) in errors.sorted(by: { $0.key < $1.key }) {
      text += ", \(count) times \(number == 0 ? "no address" : Errno(rawValue: number).name)"
    }
    return text
  }
}
