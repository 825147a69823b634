import Bytes
import Config
import Linux
import SystemPackage
import Testing

@testable import Agent

/// The real network, on the loopback only.
@Suite struct KernelNetworkTests {
  let network = KernelNetwork(background: FakeRunner())
  let loopback = ip("127.0.0.1")
  let datagram: [UInt8] = [1, 2, 3]
  /// A port that no socket had, as the kernel gives away none so low: a child that another test starts has every
  /// descriptor until its exec, those too that have been closed here.
  static let free: UInt16 = 21_477

  func open(_ port: UInt16, _ change: (inout Settings.Collector) -> Void = { _ in }) throws(Errno)
    -> any DatagramSender
  {
    var settings = Settings.Collector(.literal(loopback), port: port)
    change(&settings)
    return try network.open(SocketAddress(loopback, port: port), settings)
  }

  /// Sends from a sender made as `change` says to a receiver and checks that it came.
  func expectArrival(_ change: (inout Settings.Collector) -> Void) throws {
    var receiver = try UDPReceiver(on: SocketAddress(loopback, port: 0))
    let sender = try open(try receiver.localAddress().port, change)
    try sender.send(datagram.span)
    #expect(try receiver.receive(within: .seconds(10)) == datagram)
  }

  @Test func `datagrams arrive, also by a device and from a given source`() throws {
    try expectArrival { _ in }
    try expectArrival { $0.device = "lo" }
    try expectArrival { $0.source = ip("127.0.0.2") }
  }

  @Test func `a source port is bound, and its second use is an error`() throws {
    let port = Self.free
    let sender = try open(9) { $0.sourcePort = port }
    #expect(throws: Errno.addressInUse) { try open(9) { $0.sourcePort = port } }
    withExtendedLifetime(sender) {}
  }

  @Test func `what is not there is an error and not the end`() {
    #expect(throws: Errno.operationNotSupportedByDevice) { try open(9) { $0.device = "nosuch0" } }
    #expect(throws: Errno.noSuchFileOrDirectory) { try open(9) { $0.namespace = "no-such-namespace" } }
    #expect(throws: Errno.addressNotAvailable) { try open(9) { $0.source = ip("203.0.113.77") } }
    #expect(throws: Errno.self) { try open(9) { $0.source = ip("::1") } }
  }

  /// The kernel tells by the second call that the first datagram was refused, and has not sent the second.
  @Test func `a port where nobody listens is a refusal, datagram for datagram, and one line in the log`()
    throws
  {
    let port = Self.free + 1
    let (loop, log) = (SimulatedLoop(), LogLines())
    let collector = Collector(
      .init(.literal(loopback), port: port), loop: loop, network: network, logger: log.logger
    ) {}
    var one = DatagramBatch()
    one.append(datagram.span)
    for _ in 0..<10 {
      collector.send(one)
      loop.run(for: .seconds(20))
    }
    #expect(collector.datagrams == 10)
    #expect(collector.errors == [Errno.connectionRefused.rawValue: 9])
    #expect(collector.state == .failing(.connectionRefused))
    #expect(log.lines(with: "ECONNREFUSED").count == 1)
    #expect(log.lines(with: "sending again").isEmpty)

    // Somebody listens from now on.
    var receiver = try UDPReceiver(on: SocketAddress(loopback, port: port))
    for _ in 0..<3 {
      collector.send(one)
      loop.run(for: .seconds(20))
    }
    for _ in 0..<3 { #expect(try receiver.receive(within: .seconds(10)) == datagram) }
    #expect(collector.state == .sending)
    #expect(log.lines(with: "sending again after 10 errors").count == 1)
  }

  @Test func `names are resolved in the background`() throws {
    var answer: Result<[SocketAddress], ResolverError>?
    network.resolve("127.0.0.1", port: 7000) { answer = $0 }
    #expect(try answer?.get() == [SocketAddress(loopback, port: 7000)])
  }
}
