import Bytes
import Config
import Foundation
import HostCounters
import Linux
import Logging
import Netlink
import SFlow
import SystemPackage
import Testing

@testable import Agent
@testable import Sampling
@testable import VirtualMachines

/// Thirty days (three, unless HSFLOWD_LONG_TESTS is 1) of guests that come and go, on a libvirt that does too.
@Suite struct GuestMonthTests {
  @Test func `a month of guests that come and go is complete and keeps nothing`() async {
    // In a process of its own, for the sake of memory.
    await #expect(processExitsWith: .success) {
      let days = ProcessInfo.processInfo.environment["HSFLOWD_LONG_TESTS"] == "1" ? 30 : 3
      let month = try GuestMonth()
      var ends: [Int] = []
      for hour in 0..<days * 24 {
        // Three are new every hour, and stay for two.
        month.fake.guests =
          (0..<5).map { runningGuest($0) } + (3 * hour..<3 * hour + 6).map { runningGuest(100 + $0) }
        month.tell(uuid(100 + 3 * hour + 5))
        if hour % 6 == 5 { month.breakConnection() }
        month.loop.run(for: .seconds(3600))
        guard hour % 24 == 23 else { continue }
        #expect(month.exporter.telemetry.droppedSamples == 0)
        ends.append(try anonymousKiB())
      }
      #expect(month.wrong.isEmpty, "\(month.wrong.prefix(5))")
      // Five that are always there are told of at each poll, but at those that a broken connection has swallowed.
      let polls = days * 288
      for number in 0..<5 {
        let found = month.numbers.number(for: uuid(number))
        let index = try #require(found)
        let samples = Int(month.samples[index] ?? 0)
        #expect(samples <= polls && samples >= polls - 4 * days, "\(samples) of \(polls)")
      }
      // Those that were forgotten gave their numbers back: eleven are there, and three of which forgetVMs still knows.
      #expect(month.module.report.count <= 1 + 14, "\(month.module.report.count)")
      let (first, last) = (try #require(ends.first), try #require(ends.last))
      #expect(last < first + 256, "RssAnon at the end of each day: \(ends) KiB")
    }
  }
}

/// Guests as data sources, on a simulated clock.
private final class GuestMonth {
  let loop = SimulatedLoop()
  let fake = FakeHypervisor()
  let exporter: Exporter
  let module: VirtualMachinesModule
  /// What the agent made of the guests' UUIDs, made here once more.
  var numbers = EntityNumbers()
  private(set) var samples: [UInt32: UInt32] = [:]
  private(set) var wrong: [String] = []
  private var machines: VirtualMachines?

  /// Does at once what it is asked to do.
  private final class Runner: BackgroundRunner {
    func run<R: Sendable>(
      _ name: String, within limit: Duration, _ work: @escaping @Sendable () -> R,
      then: @escaping (R?) -> Void
    ) { then(work()) }
  }

  private final class Interfaces: HostInterfaces {
    var table = InterfaceTable()
    var onChange: (InterfaceChanges) -> Void = { _ in }
    func start() {}
    func readStatistics(_ body: (UInt32, LinkStatistics64) -> Void) throws(FileError) {}
    func readMembership(of member: UInt32, in bond: UInt32) throws(FileError) -> LAGPortStats? { nil }
  }

  private final class Network: CollectorNetwork {
    func open(_ address: SocketAddress, _ settings: Settings.Collector) throws(Errno) -> any DatagramSender {
      throw .networkUnreachable
    }
    func resolve(
      _ name: String, port: UInt16, then: @escaping (Result<[SocketAddress], ResolverError>?) -> Void
    ) {}
  }

  init() throws {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    exporter = Exporter(
      subAgentID: 100_000, datagramBytes: 1400, loop: loop, network: Network(), logger: logger)
    exporter.setAgentAddress(.v4(IPv4Address(192, 0, 2, 1)))
    let (interfaces, runner, libvirt) = (Interfaces(), Runner(), fake.libvirt)
    let machines = try VirtualMachines(loop: loop, background: runner, logger: logger) {
      () throws(LibvirtFailure) in libvirt
    }
    self.machines = machines
    module = VirtualMachinesModule(
      ModuleContext(
        loop: loop, background: runner, exporter: exporter,
        hostRecords: HostRecords.all(
          FileRoot("/"), uuid: Bytes.UUID(), interfaces: interfaces, background: runner, logger: logger),
        interfaces: interfaces, transceivers: { _ in .failure(.notSupportedOnSocket) },
        sampledInterfaces: SampledInterfaces(), logger: logger)
    ) { (_) throws(Errno) in machines }
    exporter.onDatagram = { [unowned self] in take($0) }
    fake.guests = (0..<5).map { runningGuest($0) }
    var settings = Settings()
    settings.kvm = .init()
    settings.kvm?.uri = fake.uri
    settings.polling = 300
    module.apply(settings)
  }

  /// An event of a guest.
  func tell(_ guest: Bytes.UUID) {
    fake.tell(guest)
    if let machines { loop.makeReadable(machines.mailbox.descriptor) }
  }

  func breakConnection() {
    fake.breakConnection()
    if let machines { loop.makeReadable(machines.mailbox.descriptor) }
    fake.isAlive = true
  }

  /// Each data source counts its samples; a guest that is new begins at 1.
  private func take(_ payload: Span<UInt8>) {
    func word(_ place: Int) -> UInt32 { (0..<4).reduce(0) { $0 << 8 | UInt32(payload[place + $1]) } }
    var place = 28
    for _ in 0..<word(24) {
      let (number, index) = (word(place + 8), word(place + 16))
      if number != 1, number != samples[index, default: 0] + 1 {
        wrong.append("sample \(number) of \(index) after \(samples[index] ?? 0)")
      }
      samples[index] = number
      place += 8 + Int(word(place + 4))
    }
  }
}

/// `RssAnon` of this process.
private func anonymousKiB() throws -> Int {
  let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
  let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") })
  return try #require(line.split(separator: "\t").last?.split(separator: " ").first.flatMap { Int($0) })
}
