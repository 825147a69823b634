public import Linux
public import Logging

/// Why a source of packets does not run, and what the operator can do about it.
public struct SourceFailure: Error, Equatable, CustomStringConvertible {
  /// "cannot bind NFLOG group 5: EPERM (Operation not permitted)"
  public var reason: String
  /// "another program uses this group; choose another here and in the rule"
  public var remedy: String?
  /// Whether this happens where nothing is wrong, and passes: a warning only if it is still so at the next attempt.
  public var isPassing: Bool

  public init(_ reason: String, remedy: String? = nil, isPassing: Bool = false) {
    self.reason = reason
    self.remedy = remedy
    self.isPassing = isPassing
  }

  public var description: String { reason + (remedy.map { "; \($0)" } ?? "") }
}

/// Starts a source of packets, again with back-off while it fails, and says each change once.
///
/// A class because the loop's deadline refers to it.
public final class SourceHealth {
  public enum State: Equatable {
    case stopped
    case running
    /// Tried again at the next deadline.
    case failed(SourceFailure)
  }

  public private(set) var state = State.stopped {
    didSet { if state != oldValue { since = loop.now } }
  }
  /// When it came into this state.
  public private(set) var since: Instant
  /// "nflog group 5"
  public let name: String
  private let loop: any EventLoop
  private let logger: Logger
  private let open: () throws(SourceFailure) -> Void
  private var retry: Deadline?
  private var backOff = SourceHealth.shortestBackOff
  /// Whether the log has a warning of the failure that `state` tells.
  private var isWarned = false
  private static let shortestBackOff = Duration.seconds(1)
  private static let longestBackOff = Duration.seconds(60)

  /// - Parameter open: opens what the source needs, whole or not at all.
  public init(
    _ name: String, loop: any EventLoop, logger: Logger, open: @escaping () throws(SourceFailure) -> Void
  ) {
    self.name = name
    self.loop = loop
    since = loop.now
    self.logger = logger
    self.open = open
    retry = Deadline { [unowned self] in start() }
  }

  deinit { if let retry { loop.disarm(retry) } }

  /// Opens the source, or arms the next attempt.
  public func start() {
    do throws(SourceFailure) {
      try open()
      if state != .running { logger.notice("source \(name): running") }
      state = .running
      backOff = Self.shortestBackOff
      if let retry { loop.disarm(retry) }
    } catch {
      fail(error)
    }
  }

  /// The source stopped by itself: the reason is said if it is another than before, and it is tried again.
  public func fail(_ failure: SourceFailure) {
    if state != .failed(failure) { isWarned = false }
    if !isWarned {
      isWarned = !failure.isPassing || state == .failed(failure)
      logger.log(level: isWarned ? .warning : .info, "source \(name): \(failure) (will retry)")
    }
    state = .failed(failure)
    if let retry { loop.arm(retry, after: backOff) }
    backOff = min(backOff * 2, Self.longestBackOff)
  }

  /// What it waited for may be there: tries at once if it is not running.
  public func nudge() {
    if case .failed = state { start() }
  }

  public func stop() {
    state = .stopped
    backOff = Self.shortestBackOff
    if let retry { loop.disarm(retry) }
  }

  /// For a person.
  public var status: String {
    switch state {
    case .stopped: "stopped"
    case .running: "running"
    case .failed(let failure): "not running: \(failure)"
    }
  }
}
