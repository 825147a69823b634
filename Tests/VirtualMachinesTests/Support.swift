import Bytes
import Config
import Linux
import Logging
import Synchronization

@testable import VirtualMachines

/// A log that a test can read.
final class VMLog: Sendable {
  private let entries = Mutex<[String]>([])
  var all: [String] { entries.withLock { $0 } }
  var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

  private struct Handler: LogHandler {
    let lines: VMLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }
    func log(event: LogEvent) { lines.entries.withLock { $0.append("\(event.level): \(event.message)") } }
  }
}

/// Does at once what it is asked to do; while it is frozen every job takes too long.
final class VMRunner: BackgroundRunner {
  private let loop: any EventLoop
  var isFrozen = false
  private(set) var jobs: [String] = []
  private var held: [() -> Void] = []
  private var deadlines: [Deadline] = []

  init(_ loop: any EventLoop) { self.loop = loop }

  func run<R: Sendable>(
    _ name: String, within limit: Duration, _ work: @escaping @Sendable () -> R,
    then: @escaping (R?) -> Void
  ) {
    jobs.append(name)
    guard isFrozen else { return then(work()) }
    held.append { _ = work() }
    let deadline = Deadline { then(nil) }
    deadlines.append(deadline)
    loop.arm(deadline, after: limit)
  }

  /// The calls that were stuck come back, to nobody.
  func thaw() {
    isFrozen = false
    for work in held { work() }
    held = []
  }
}

/// Guests on a simulated clock.
final class VMBench {
  let loop = SimulatedLoop()
  let log = VMLog()
  let fake = FakeHypervisor()
  let runner: VMRunner
  let machines: VirtualMachines
  var polled: [Guest] = []
  var polls = 0
  var changes = 0
  var forgotten: [UUID] = []

  init(_ guests: [FakeHypervisor.Guest] = [], prepare: (FakeHypervisor) -> Void = { _ in }) throws {
    runner = VMRunner(loop)
    fake.guests = guests
    prepare(fake)
    let libvirt = fake.libvirt
    machines = try VirtualMachines(loop: loop, background: runner, logger: log.logger) {
      () throws(LibvirtFailure) in libvirt
    }
    machines.onPoll = { [unowned self] in
      polled = $0.sorted { $0.name < $1.name }
      polls += 1
    }
    machines.onChange = { [unowned self] in changes += 1 }
    machines.onForget = { [unowned self] in forgotten.append($0) }
    start()
  }

  var settings: VirtualMachines.Settings {
    var configuration = Config.Settings()
    configuration.kvm = .init()
    configuration.kvm?.uri = fake.uri
    return VirtualMachines.Settings(configuration)!
  }

  func start() { machines.apply(settings) }

  func deliverEvents() { loop.makeReadable(machines.mailbox.descriptor) }

  func poll() { machines.poll() }

  func guest(_ name: String) -> Guest? { polled.first { $0.name == name } }
}

func uuid(_ number: Int) -> UUID { UUID(high: 0x1111_2222_3333_4444, low: UInt64(number)) }

func mac(_ number: Int) -> String {
  "52:54:00:"
    + [number >> 16, number >> 8, number].map { part in
      let text = String(part & 0xFF, radix: 16)
      return text.count == 1 ? "0" + text : text
    }.joined(separator: ":")
}

/// XML and parameters of a running guest, as libvirt 9 writes them, with counters of `base`.
func runningGuest(_ number: Int, disks: Int = 1, adaptors: Int = 1, base: UInt64 = 1000)
  -> FakeHypervisor.Guest
{
  var guest = FakeHypervisor.Guest(uuid: uuid(number), name: "guest\(number)", identifier: UInt32(number + 1))
  var devices = ""
  var parameters: [(String, FakeHypervisor.Value)] = [
    ("state.state", .int(1)), ("state.reason", .int(1)), ("cpu.time", .ulong(base * 1_000_000)),
    ("cpu.user", .ulong(1)), ("balloon.current", .ulong(1 << 20)), ("balloon.maximum", .ulong(2 << 20)),
    ("vcpu.current", .uint(2)), ("vcpu.maximum", .uint(4)), ("vcpu.0.state", .int(1)),
    ("vcpu.0.time", .ulong(5)), ("net.count", .uint(UInt32(adaptors))),
  ]
  for i in 0..<adaptors {
    devices +=
      "<interface type='bridge'><mac address='\(mac(number * 256 + i))'/><source bridge='br0'/><target dev='vnet\(number)-\(i)'/></interface>"
    parameters += [
      ("net.\(i).name", .text("vnet\(number)-\(i)")), ("net.\(i).rx.bytes", .ulong(base)),
      ("net.\(i).rx.pkts", .ulong(base + 1)), ("net.\(i).rx.errs", .ulong(base + 2)),
      ("net.\(i).rx.drop", .ulong(base + 3)), ("net.\(i).tx.bytes", .ulong(base + 4)),
      ("net.\(i).tx.pkts", .ulong(base + 5)), ("net.\(i).tx.errs", .ulong(base + 6)),
      ("net.\(i).tx.drop", .ulong(base + 7)),
    ]
  }
  parameters.append(("block.count", .uint(UInt32(disks))))
  for i in 0..<disks {
    devices +=
      "<disk type='block' device='disk'><source dev='/dev/x'/><target dev='vd\(i)' bus='virtio'/></disk>"
    parameters += [
      ("block.\(i).name", .text("vd\(i)")), ("block.\(i).path", .text("/dev/x")),
      ("block.\(i).rd.reqs", .ulong(base)), ("block.\(i).rd.bytes", .ulong(base * 512)),
      ("block.\(i).rd.times", .ulong(1)), ("block.\(i).wr.reqs", .ulong(base + 1)),
      ("block.\(i).wr.bytes", .ulong(base * 1024)), ("block.\(i).fl.reqs", .ulong(7)),
      ("block.\(i).allocation", .ulong(3 << 30)), ("block.\(i).capacity", .ulong(2 << 30)),
      ("block.\(i).physical", .ulong(3 << 30)),
    ]
  }
  guest.parameters = parameters
  guest.xml =
    "<domain type='kvm' id='\(number)'><name>guest\(number)</name><memory unit='KiB'>2097152</memory><vcpu placement='static' current='2'>4</vcpu><os><type arch='x86_64' machine='q35'>hvm</type></os><devices>\(devices)</devices></domain>"
  return guest
}
