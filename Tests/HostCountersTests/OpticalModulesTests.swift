import HostCounters
import Linux
import Netlink
import SFlow
import Synchronization
import SystemPackage
import Testing

@Suite struct OpticalModulesTests {
  /// Transceivers that answer as they are told.
  private final class Cages: Sendable {
    private let state = Mutex<(answer: Result<Ethtool.ModuleMemory, Errno>, asked: [String])>(
      (.failure(.notSupportedOnSocket), []))
    var asked: [String] { state.withLock { $0.asked } }
    func set(_ answer: Result<Ethtool.ModuleMemory, Errno>) { state.withLock { $0.answer = answer } }
    func read(_ name: String) -> Result<Ethtool.ModuleMemory, Errno> {
      state.withLock { state in
        state.asked.append(name)
        return state.answer
      }
    }
  }

  /// Does what it is given when it is told to, or gives it up.
  private final class Worker: BackgroundRunner {
    private var jobs: [(Bool) -> Void] = []
    func run<R: Sendable>(
      _ name: String, within limit: Duration, _ work: @escaping @Sendable () -> R,
      then: @escaping (R?) -> Void
    ) {
      jobs.append { then($0 ? work() : nil) }
    }
    func finish(_ finishes: Bool = true) {
      let now = jobs
      jobs = []
      for job in now { job(finishes) }
    }
  }

  private let loop = SimulatedLoop()
  private let worker = Worker()
  private let cages = Cages()
  private let modules: OpticalModules
  private let eth0 = HostCounters.Interface(index: 7, name: "eth0")

  init() {
    modules = OpticalModules(loop: loop, background: worker) { [cages] in cages.read($0) }
  }

  /// An SFP with diagnostics of zeros.
  private var memory: Ethtool.ModuleMemory {
    var octets = [UInt8](repeating: 0, count: 512)
    octets[92] = 0x68
    return Ethtool.ModuleMemory(.sff8472, octets)
  }

  private func change(_ path: WritableKeyPath<InterfaceChanges, Set<UInt32>>) {
    var changes = InterfaceChanges()
    changes[keyPath: path] = [7]
    modules.apply(changes)
  }

  @Test func `a module is read away from the loop, and again after 300 s at the earliest`() {
    cages.set(.success(memory))
    #expect(modules[eth0] == nil)
    #expect(modules[eth0] == nil)
    worker.finish()
    #expect(modules[eth0]?.laneCount == 1)
    #expect(modules[eth0]?.id == 7)
    loop.run(for: .seconds(299))
    #expect(modules[eth0] != nil)
    worker.finish()
    #expect(cages.asked == ["eth0"])
    loop.run(for: .seconds(1))
    // The old one stays until the new one is there.
    #expect(modules[eth0] != nil)
    #expect(modules[eth0] != nil)
    worker.finish()
    #expect(cages.asked == ["eth0", "eth0"])
  }

  @Test func `a driver that knows of none is asked again once the link has changed`() {
    _ = modules[eth0]
    worker.finish()
    loop.run(for: .seconds(86_400))
    #expect(modules[eth0] == nil)
    worker.finish()
    #expect(cages.asked.count == 1)
    cages.set(.success(memory))
    change(\.linkChanged)
    _ = modules[eth0]
    worker.finish()
    #expect(modules[eth0] != nil)
    #expect(modules.failures.isEmpty)
  }

  @Test func `an empty cage is asked again after 300 s, and the status says why`() {
    cages.set(.failure(.ioError))
    _ = modules[eth0]
    worker.finish()
    #expect(modules.failures == [7: "EIO (Input/output error)"])
    loop.run(for: .seconds(299))
    _ = modules[eth0]
    worker.finish()
    #expect(cages.asked.count == 1)
    loop.run(for: .seconds(1))
    _ = modules[eth0]
    worker.finish(false)
    #expect(modules.failures == [7: "no answer within 10.0 seconds"])
    loop.run(for: .seconds(300))
    cages.set(.success(Ethtool.ModuleMemory(.sff8472, [3])))
    _ = modules[eth0]
    worker.finish()
    #expect(modules.failures == [7: "its memory: truncated at octet 0"])
  }

  @Test func `a reading of an interface that changed meanwhile is not believed`() {
    cages.set(.success(memory))
    _ = modules[eth0]
    change(\.renamed)
    worker.finish()
    #expect(modules[eth0] == nil)
    worker.finish()
    #expect(modules[eth0] != nil)
  }

  @Test func `what a program makes is not asked`() {
    for kind in ["veth", "bridge", "bond", "vlan", "dummy", "tun"] {
      _ = modules[HostCounters.Interface(index: 9, name: kind, kind: kind)]
    }
    worker.finish()
    #expect(cages.asked.isEmpty)
  }

  @Test func `the loopback's driver knows of no transceiver`() {
    guard case .failure(let error) = OpticalModules.read("lo") else { return #expect(Bool(false)) }
    // EPERM where the test has no CAP_NET_ADMIN.
    #expect(error == .notSupportedOnSocket || error == .notPermitted)
  }
}
