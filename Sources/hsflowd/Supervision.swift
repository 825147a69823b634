internal import Agent
internal import Linux
internal import Logging
internal import SystemPackage

/// Tells the service manager what goes on: that the agent is ready, reloads, ends, and that its loop turns.
///
/// A class because the loop's deadline refers to it.
final class Supervision {
  private let manager: ServiceManager
  private let agent: Agent
  private let loop: any EventLoop
  private let logger: Logger
  private var deadline: Deadline?
  private var refusedReloads: UInt64 = 0
  private var hasFailed = false

  /// `nil` for a process that no service manager started.
  init?(_ agent: Agent, loop: any EventLoop, logger: Logger) {
    guard let manager = ServiceManager() else { return nil }
    self.manager = manager
    self.agent = agent
    self.loop = loop
    self.logger = logger
    deadline = Deadline { [unowned self] in tell(.alive, .status(status)) }
  }

  deinit { if let deadline { loop.disarm(deadline) } }

  /// The configuration is in force.
  func ready() { tell(.ready, .status(status)) }

  /// Runs `body`, which reads the configuration anew.
  func reload(_ body: () -> Void) {
    tell(.reloading(loop.now), .status("reading the configuration"))
    let refused = agent.refusedReloads
    body()
    refusedReloads = agent.refusedReloads - refused
    ready()
  }

  func stopping() { tell(.stopping, .status("ending")) }

  private var status: String {
    (refusedReloads > 0 ? "the configuration was refused, the old one is in force: see the log; " : "")
      + agent.summary
  }

  /// Sends, and arms the next sign of life: twice within the time that the manager allows.
  private func tell(_ messages: ServiceManager.Message...) {
    var next = (manager.watchdog ?? .seconds(60)) / 2
    do throws(Errno) {
      try manager.tell(messages)
      hasFailed = false
    } catch {
      if !hasFailed { logger.warning("cannot tell the service manager how it goes: \(error.explanation)") }
      hasFailed = true
      next = min(next, .seconds(1))
    }
    if let deadline { loop.arm(deadline, after: next) }
  }
}
