internal import Bytes
public import Linux
public import SFlow
public import SystemPackage

/// The optical modules of interfaces, read on the worker thread and seldom: a reading takes long over a slow bus, and
/// meanwhile the kernel lets nobody configure the network.
///
/// A class because readings under way report to it.
public final class OpticalModules {
  /// Reads the module of an interface by its name.
  public typealias Reader = @Sendable (String) -> Result<Ethtool.ModuleMemory, Errno>

  private enum State {
    /// What was read, if it has diagnostics, and when to read again.
    case read(OpticalModule?, again: Instant)
    /// Nothing is plugged in, or the bus does not answer.
    case failed(String, again: Instant)
    /// The driver knows of none. Asked again once the link has changed.
    case absent
  }
  /// By ifIndex.
  private var states: [UInt32: State] = [:]
  /// Interfaces whose reading has not come back, and which attempt it is.
  private var underWay: [UInt32: UInt64] = [:]
  private var lastAttempt: UInt64 = 0

  private let loop: any EventLoop
  private let background: any BackgroundRunner
  private let reader: Reader
  /// As often as the C agent.
  private static let interval = Duration.seconds(300)
  private static let limit = Duration.seconds(10)

  public init(loop: any EventLoop, background: any BackgroundRunner, reader: @escaping Reader = read) {
    self.loop = loop
    self.background = background
    self.reader = reader
  }

  /// Reads with ethtool(8)'s requests.
  public static let read: Reader = { name in
    Result { () throws(Errno) in try Ethtool().moduleMemory(of: name) }
  }

  /// The module of an interface as it was last read, if it is known to have one. Begins a reading if one is due.
  public subscript(interface: Interface) -> OpticalModule? {
    // What a program makes has no cage.
    guard interface.isPhysical else { return nil }
    switch states[interface.index] {
    case .absent: return nil
    case .read(let module, let again):
      if loop.now >= again { begin(interface) }
      return module
    case .failed(_, let again):
      if loop.now >= again { begin(interface) }
      return nil
    case nil:
      begin(interface)
      return nil
    }
  }

  private func begin(_ interface: Interface) {
    let index = interface.index
    guard underWay[index] == nil else { return }
    lastAttempt += 1
    let attempt = lastAttempt
    underWay[index] = attempt
    let (reader, name) = (reader, interface.name)
    background.run("transceiver of \(name)", within: Self.limit, { reader(name) }) { [weak self] result in
      self?.take(result, of: index, attempt)
    }
  }

  private func take(_ result: Result<Ethtool.ModuleMemory, Errno>?, of index: UInt32, _ attempt: UInt64) {
    // Another link since, or another interface with its index.
    guard underWay[index] == attempt else { return }
    underWay[index] = nil
    let again = loop.now + Self.interval
    switch result {
    case .failure(.notSupportedOnSocket): states[index] = .absent
    case .failure(let error): states[index] = .failed(error.explanation, again: again)
    case nil: states[index] = .failed("no answer within \(Self.limit)", again: again)
    case .success(let memory):
      do throws(WireError) {
        states[index] = .read(try OpticalModule(ofInterface: index, memory), again: again)
      } catch {
        states[index] = .failed("its memory: \(error)", again: again)
      }
    }
  }

  /// Why there is nothing of interfaces whose driver knows of transceivers, by ifIndex.
  public var failures: [UInt32: String] {
    states.compactMapValues { if case .failed(let reason, _) = $0 { reason } else { nil } }
  }

  /// Forgets what the changes may have made wrong.
  public func apply(_ changes: InterfaceChanges) {
    let changed = changes.linkChanged.union(changes.renamed).union(changes.added).union(changes.removed.keys)
    for index in changed {
      states[index] = nil
      underWay[index] = nil
    }
  }
}
