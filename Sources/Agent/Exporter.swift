internal import Bytes
internal import Config
internal import Linux
internal import Logging
internal import SFlow
internal import Sampling

/// One stream of datagrams and everybody who gets it: packer, agent address, collectors.
///
/// No sample waits longer than half a second. Without an agent address nothing is sent.
/// A class because every source of samples shares it.
final class Exporter {
  private(set) var collectors: [Collector] = []
  private(set) var telemetry = Telemetry()
  /// The address the stream carries; `nil` until one is elected.
  private(set) var agentAddress: IPAddress?
  /// Why nothing is sent for the time being; `nil` if it is. Samples are not even numbered.
  private var muting: String?
  /// Called when a collector got an address, or another.
  var onCollectorAddressChange: () -> Void = {}
  /// The virtual machine behind an interface of the host, by ifIndex. Samples of its packets name it.
  var entities: [UInt32: DataSource] = [:]
  /// Called with each datagram before it is sent.
  var onDatagram: ((Span<UInt8>) -> Void)?

  /// What leaves at the end of this round of the loop.
  private var outbox = DatagramBatch()
  private var delivery: Deadline?

  private let loop: any EventLoop
  private let network: any CollectorNetwork
  private let logger: Logger
  private var packer: DatagramPacker
  /// Those of this packer that are in the telemetry.
  private var oversizedSamples: UInt64 = 0
  /// The size of datagrams that was last said to be too small.
  private var smallPayload: Int?
  /// Datagrams tell the time since then.
  private var streamStart: Instant
  private var hold: Deadline?
  /// When the first of the samples that wait now came.
  private var firstWaits: Instant
  /// Less than the shortest polling interval, or two samples of one source would travel in one datagram, and a
  /// collector that dates samples by their arrival (gmond) would find no time between them.
  private static let longestHold = Duration.milliseconds(500)

  init(
    subAgentID: UInt32, datagramBytes: UInt32, loop: any EventLoop, network: any CollectorNetwork,
    logger: Logger
  ) {
    self.loop = loop
    self.network = network
    self.logger = logger
    streamStart = loop.now
    firstWaits = loop.now
    // Replaced at once; a packer cannot call its owner before the owner is whole.
    packer = DatagramPacker(agentAddress: Self.noAddress, subAgentID: subAgentID) { _ in }
    replacePacker(subAgentID: subAgentID, datagramBytes: datagramBytes)
    hold = Deadline { [unowned self] in endHold() }
    delivery = Deadline { [unowned self] in deliver() }
  }

  deinit {
    if let hold { loop.disarm(hold) }
    if let delivery { loop.disarm(delivery) }
  }

  /// Never sent: without an agent address no sample is accepted.
  private static let noAddress = IPAddress.v4(IPv4Address(0))

  // MARK: - Settings

  /// Takes over the settings that concern the stream. Collectors that stay are not disturbed.
  /// - Parameter muting: why nothing is to be sent for the time being; `nil` if it is.
  func apply(
    subAgentID: UInt32, datagramBytes: UInt32, collectors wanted: [Settings.Collector], muting: String? = nil
  ) {
    // What was measured before leaves before.
    if muting != nil { flush() }
    self.muting = muting
    if subAgentID != packer.subAgentID {
      flush()
      replacePacker(subAgentID: subAgentID, datagramBytes: datagramBytes)
    } else if Int(datagramBytes) != packer.maximumPayload {
      packer.uptime = uptime
      packer.setMaximumPayload(Int(datagramBytes))
    }
    deliver()
    var old = collectors
    collectors = wanted.map { settings in
      if let i = old.firstIndex(where: { $0.settings == settings }) { return old.remove(at: i) }
      return Collector(settings, loop: loop, network: network, logger: logger) { [unowned self] in
        onCollectorAddressChange()
      }
    }
    for collector in collectors { collector.mute(muting) }
  }

  /// A new address begins a new stream: sequence and uptime start again. One that comes back carries its own on.
  func setAgentAddress(_ address: IPAddress?) {
    if address == agentAddress { return }
    flush()
    agentAddress = address
    if let address, address != packer.agentAddress {
      packer.restart(agentAddress: address)
      streamStart = loop.now
    }
  }

  private func replacePacker(subAgentID: UInt32, datagramBytes: UInt32) {
    packer = DatagramPacker(
      agentAddress: agentAddress ?? Self.noAddress, subAgentID: subAgentID, maximumPayload: Int(datagramBytes)
    ) { [unowned self] in send($0) }
    oversizedSamples = 0
  }

  // MARK: - Samples

  /// Adds a counter sample. The sequence number moves on only if it is accepted.
  func appendCounterSample(
    of source: DataSource, sequence: inout UInt32, _ body: (inout CounterSampleWriter) -> Void
  ) {
    guard agentAddress != nil, muting == nil else {
      telemetry.counterSamplesSuppressed += 1
      return
    }
    packer.uptime = uptime
    if packer.appendCounterSample(source: source, sequence: sequence &+ 1, body) {
      sequence &+= 1
      telemetry.counterSamples += 1
    } else {
      telemetry.droppedSamples += 1
      noteOversized(source)
    }
    armHold()
  }

  private func armHold() {
    if packer.pendingSamples == 1 { firstWaits = loop.now }
    if let hold, !packer.isEmpty, hold.time == nil { loop.arm(hold, after: Self.longestHold) }
  }

  /// A datagram that was full has left meanwhile; the samples behind it have their half second too.
  private func endHold() {
    let end = firstWaits + Self.longestHold
    if let hold, end > loop.now { loop.arm(hold, at: end) } else { flush() }
  }

  private func noteOversized(_ source: DataSource) {
    guard packer.oversizedSamples > oversizedSamples else { return }
    if packer.maximumPayload != smallPayload {
      smallPayload = packer.maximumPayload
      logger.warning("samples of \(source) are dropped: larger than datagramBytes = \(packer.maximumPayload)")
    }
    telemetry.oversizedSamples += packer.oversizedSamples - oversizedSamples
    oversizedSamples = packer.oversizedSamples
  }

  /// Sends what is pending.
  func flush() {
    if let hold { loop.disarm(hold) }
    packer.flush(uptime: uptime)
    deliver()
  }

  private var uptime: UInt32 {
    UInt32(truncatingIfNeeded: (loop.now.nanoseconds - streamStart.nanoseconds) / 1_000_000)
  }

  private func send(_ datagram: Span<UInt8>) {
    telemetry.datagrams += 1
    onDatagram?(datagram)
    outbox.append(datagram)
    if outbox.isFull {
      deliver()
    } else if let delivery, delivery.time == nil {
      loop.arm(delivery, at: loop.now)
    }
  }

  private func deliver() {
    guard !outbox.isEmpty else { return }
    if let delivery { loop.disarm(delivery) }
    for collector in collectors { collector.send(outbox) }
    outbox.removeAll()
  }

  /// Counts what happened to the configuration.
  func countReload(accepted: Bool) {
    if accepted { telemetry.reloads += 1 } else { telemetry.reloadsRefused += 1 }
  }
}

extension Exporter: FlowSampleSink {
  func appendFlowSample(_ head: FlowSampleHead, _ body: (inout FlowSampleWriter) -> Void) -> Bool {
    guard agentAddress != nil, muting == nil else {
      telemetry.flowSamplesSuppressed += 1
      return false
    }
    packer.uptime = uptime
    let isTaken = packer.appendFlowSample(
      source: head.source, sequence: head.sequence, rate: head.rate, pool: head.pool, drops: head.drops,
      input: head.input, output: head.output
    ) { writer in
      body(&writer)
      if !entities.isEmpty { nameEntities(of: head, in: &writer) }
    }
    if isTaken {
      telemetry.flowSamples += 1
    } else {
      telemetry.droppedSamples += 1
      telemetry.oversizedSamples = packer.oversizedSamples
    }
    armHold()
    return isTaken
  }

  /// Says which virtual machine the packet came from and which one it went to, if there is one and room for it.
  @_lifetime(writer: copy writer)
  private func nameEntities(of head: FlowSampleHead, in writer: inout FlowSampleWriter) {
    let (source, destination) = (entity(behind: head.input), entity(behind: head.output))
    guard source != nil || destination != nil, writer.remainingInSample >= 24 else { return }
    let unknown = DataSource(.interface, 0)
    writer.append(ExtendedEntities(source: source ?? unknown, destination: destination ?? unknown))
  }

  private func entity(behind interface: Interface) -> DataSource? {
    interface.format == 0 ? entities[interface.value] : nil
  }
}
