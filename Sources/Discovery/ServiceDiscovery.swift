public import Config
public import Linux
public import Logging

/// `dns-sd { }`: asks DNS for collectors and settings, again when the answer has had its time.
///
/// A class because deadlines and answers refer to it.
public final class ServiceDiscovery {
  /// What is in force by DNS.
  public enum Answer: Equatable, Sendable {
    /// There was no usable answer yet.
    case none
    /// There is no such service: nothing is to be sent.
    case stop
    case settings(DiscoveredSettings)
  }

  public private(set) var answer = Answer.none
  /// Where the settings in force were found; for people.
  public private(set) var foundAt: String?

  private let loop: any EventLoop
  private let background: any BackgroundRunner
  private let source: NameSource
  private let features: Set<Feature>
  private let random: (UInt64) -> UInt64
  private let logger: Logger
  /// Called when `answer` changed.
  private let onChange: () -> Void
  private var settings: Settings.DNSSD?
  private var deadline: Deadline?
  /// Answers to questions asked before the last change of the domain do not count.
  private var round: UInt64 = 0
  private var isAsking = false
  /// To be asked again as soon as the question under way is answered.
  private var isHurried = false
  /// Questions in a row without an answer.
  public private(set) var failures = 0
  /// What was said last: why there is no answer, what is wrong with records.
  public private(set) var complaint: String?
  private var remarks: [String] = []
  private var isStandIn = false

  /// Longer than six search domains of which each lets three name servers run out of time, resolv.conf(5).
  private static let limit = Duration.seconds(200)
  private static let firstWithin: UInt64 = 30
  private static let shortestWait: UInt64 = 10
  private static let wait: UInt64 = 300
  private static let longestWait: UInt64 = 86_400
  /// How soon to look whether better servers are back.
  private static let standInWait: UInt64 = 60
  private static let mostRemarks = 20

  /// - Parameters:
  ///   - background: on which questions may block.
  ///   - random: a number below its argument.
  public init(
    loop: any EventLoop, background: any BackgroundRunner, source: NameSource = .system,
    features: Set<Feature>, random: @escaping (UInt64) -> UInt64 = { Host.random(below: $0) },
    logger: Logger, onChange: @escaping () -> Void
  ) {
    self.loop = loop
    self.background = background
    self.source = source
    self.features = features
    self.random = random
    self.logger = logger
    self.onChange = onChange
    deadline = Deadline { [unowned self] in ask() }
  }

  deinit { if let deadline { loop.disarm(deadline) } }

  // MARK: - Settings

  /// Takes over what the file says. Another domain, or none, ends what the old one gave; the caller looks at `answer`.
  public func apply(_ new: Settings.DNSSD?) {
    guard new != settings else { return }
    settings = new
    round += 1
    (isAsking, isHurried, failures, isStandIn) = (false, false, 0, false)
    (answer, foundAt, complaint, remarks) = (.none, nil, nil, [])
    guard let deadline else { return }
    if settings == nil {
      loop.disarm(deadline)
    } else {
      // Hosts that start together do not ask together.
      let wait = 1 + random(Self.firstWithin)
      logger.notice("DNS-SD: asking for \(question) in \(wait) s; nothing is sent before the answer")
      loop.arm(deadline, after: .seconds(wait))
    }
  }

  /// Asks now, not when the answer has had its time.
  public func hurry() {
    guard settings != nil else { return }
    if isAsking { isHurried = true } else { ask() }
  }

  public var question: String { "_sflow._udp" + (settings?.domain ?? "") }

  // MARK: - Questions

  private func ask() {
    guard let settings, !isAsking else { return }
    if let deadline { loop.disarm(deadline) }
    (isAsking, isHurried) = (true, false)
    var inUse: [Settings.Collector] = []
    if case .settings(let found) = answer { inUse = found.collectors }
    let (domain, source, features, asked) = (settings.domain ?? "", source, features, round)
    background.run(
      "DNS-SD", within: Self.limit,
      { [inUse] in Findings.look(for: domain, inUse: inUse, features: features, source) }
    ) { [weak self] outcome in
      guard let self, round == asked else { return }
      isAsking = false
      take(outcome ?? .failed("the resolver does not come back"))
      if isHurried { ask() }
    }
  }

  private func take(_ outcome: Outcome) {
    let before = answer
    switch outcome {
    case .failed(let reason):
      failures += 1
      complain(reason)
      arm(after: min(Self.wait, Self.shortestWait << UInt64(min(failures - 1, 5))))
    case .nothing:
      recover()
      remark([])
      (answer, foundAt, isStandIn) = (.stop, nil, false)
      if before != .stop { logger.warning("DNS-SD: DNS has no server for \(question): nothing is sent") }
      arm(after: Self.wait)
    case .found(let findings):
      recover()
      remark(findings.remarks)
      if before == .stop { logger.notice("DNS-SD: DNS has servers for \(question) again") }
      (answer, foundAt) = (.settings(findings.settings), findings.name)
      if findings.isStandIn != isStandIn {
        isStandIn = findings.isStandIn
        logger.notice(
          isStandIn
            ? "DNS-SD: no server of the best priority has an address; those of the next stand in"
            : "DNS-SD: servers of the best priority have addresses again")
      }
      var wait = findings.lifetime.map(UInt64.init) ?? Self.wait
      if isStandIn { wait = min(wait, Self.standInWait) }
      arm(after: min(max(wait, Self.shortestWait), Self.longestWait))
    }
    if answer != before { onChange() }
  }

  /// A little later than that: hosts that once asked together do not go on so.
  private func arm(after seconds: UInt64) {
    guard let deadline else { return }
    let jitter = Duration.milliseconds(random(min(seconds * 100, 30_000)))
    loop.arm(deadline, after: .seconds(seconds) + jitter)
  }

  // MARK: - Log

  private func complain(_ reason: String) {
    guard reason != complaint else { return }
    complaint = reason
    let consequence =
      switch answer {
      case .none: "nothing is sent until it can"
      case .stop: "still nothing is sent"
      case .settings: "the settings in force stay"
      }
    logger.warning("DNS-SD: cannot ask for \(question): \(reason) (\(consequence); will retry)")
  }

  private func recover() {
    if failures > 0, complaint != nil {
      logger.notice("DNS-SD: DNS answers for \(question) after \(failures) failures")
    }
    (failures, complaint) = (0, nil)
  }

  private func remark(_ new: [String]) {
    guard new != remarks else { return }
    remarks = new
    for text in new.prefix(Self.mostRemarks) { logger.warning("DNS-SD: \(text)") }
    if new.count > Self.mostRemarks {
      logger.warning("DNS-SD: \(new.count - Self.mostRemarks) more records are not as they should be")
    }
  }

  /// When DNS is asked next; `nil` while it is being asked.
  public var nextQuestion: Instant? { isAsking ? nil : deadline?.time }

  /// How it is, one line each, for a person; empty without `dns-sd { }`.
  public var status: [String] {
    guard settings != nil else { return [] }
    var text =
      switch answer {
      case .none: "no answer for \(question) yet"
      case .stop: "DNS has no server for \(question)"
      case .settings: "settings of \(foundAt ?? question)" + (isStandIn ? ", stand-in servers" : "")
      }
    if let complaint { text += ", failing \(failures) times: \(complaint)" }
    if isAsking {
      text += ", asking now"
    } else if let time = deadline?.time {
      text += ", next question in \((time - loop.now).millisecondsRoundedUp / 1000) s"
    }
    return [text] + remarks.prefix(Self.mostRemarks)
  }
}
