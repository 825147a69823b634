public import Bytes

/// Packs samples into datagrams of one sub-agent, in one buffer that is allocated once.
///
/// Samples are written where they will be sent from. One that does not fit behind those pending causes these
/// to be sent first; one that would not even fit alone is dropped and counted. The packer has no clock: its
/// owner sets `uptime`, and calls `flush` at the latest a second after `isEmpty` became false.
public struct DatagramPacker: ~Copyable {
  /// What `maximumPayload` may be.
  public static let payloadSizes = 200...8192

  // Who sends.

  /// Identifies the agent.
  public private(set) var agentAddress: IPAddress
  /// Each sub-agent of an agent numbers its own datagrams.
  public let subAgentID: UInt32
  /// The most octets of a UDP payload.
  public private(set) var maximumPayload: Int
  /// The most samples in a datagram.
  public let maximumSamples: Int
  /// Milliseconds since the agent started, modulo 2³²: what the next datagram says.
  public var uptime: UInt32 = 0
  private let send: (Span<UInt8>) -> Void

  // The pending datagram: its head is written when it is sent, its samples end at `end`.

  private var buffer: [UInt8]
  private var end = Self.headRoom
  /// Samples that wait to be sent.
  public private(set) var pendingSamples = 0

  // Counters, since the packer was made.

  /// Number of the last datagram sent, 0 if none was since the last restart.
  public private(set) var sequence: UInt32 = 0
  /// Datagrams sent.
  public private(set) var datagrams: UInt64 = 0
  /// Samples sent or pending.
  public private(set) var samples: UInt64 = 0
  /// Samples dropped because they would not fit into a datagram of their own.
  public private(set) var oversizedSamples: UInt64 = 0

  /// Room for the longest head; a shorter one is written at the end of it.
  private static let headRoom = 40

  /// - Parameters:
  ///   - maximumPayload: brought into `payloadSizes`.
  ///   - send: takes a datagram, which is overwritten when it returns. It must not touch the packer.
  public init(
    agentAddress: IPAddress, subAgentID: UInt32, maximumPayload: Int = 1400, maximumSamples: Int = 64,
    send: @escaping (Span<UInt8>) -> Void
  ) {
    self.agentAddress = agentAddress
    self.subAgentID = subAgentID
    self.maximumPayload = Self.clamp(maximumPayload)
    self.maximumSamples = max(1, maximumSamples)
    self.send = send
    // Behind a full datagram there is room for the greatest sample that may come.
    buffer = [UInt8](repeating: 0, count: Self.headRoom + 2 * Self.payloadSizes.upperBound)
  }

  private static func clamp(_ size: Int) -> Int {
    min(max(size, payloadSizes.lowerBound), payloadSizes.upperBound)
  }

  /// Whether nothing waits to be sent.
  public var isEmpty: Bool { pendingSamples == 0 }

  // MARK: - Samples

  /// Adds a counters sample with the records that `body` appends. Nothing is added if `body` throws or appends
  /// nothing.
  ///
  /// - Parameter sequence: number of the sample among the counter samples of `source`; the caller keeps it.
  /// - Returns: whether the sample will be sent.
  @discardableResult
  public mutating func appendCounterSample<E: Error>(
    source: DataSource, sequence: UInt32, _ body: (inout CounterSampleWriter) throws(E) -> Void
  ) throws(E) -> Bool {
    let room = makeRoom()
    var sample = SampleWriter(XDRWriter(buffer.mutableSpan, in: room), .countersSampleExpanded)
    CounterSample.encodeHead(sequence: sequence, source: source, into: &sample.xdr)
    sample.beginRecords()
    var writer = CounterSampleWriter(sample)
    try body(&writer)
    return settle(writer.finish())
  }

  /// Adds a flow sample with the records that `body` appends. Nothing is added if `body` throws or appends
  /// nothing.
  ///
  /// - Parameters:
  ///   - sequence: number of the sample among the flow samples of `source`; the caller keeps it.
  ///   - rate: one packet in this many is sampled.
  ///   - pool: packets that could have been sampled, modulo 2³².
  ///   - drops: samples lost to lack of resources, modulo 2³².
  /// - Returns: whether the sample will be sent.
  @discardableResult
  public mutating func appendFlowSample<E: Error>(
    source: DataSource, sequence: UInt32, rate: UInt32, pool: UInt32, drops: UInt32, input: Interface,
    output: Interface, _ body: (inout FlowSampleWriter) throws(E) -> Void
  ) throws(E) -> Bool {
    let room = makeRoom()
    var sample = SampleWriter(XDRWriter(buffer.mutableSpan, in: room), .flowSampleExpanded)
    FlowSample.encodeHead(
      sequence: sequence, source: source, rate: rate, pool: pool, drops: drops, input: input, output: output,
      into: &sample.xdr)
    sample.beginRecords()
    var writer = FlowSampleWriter(sample)
    try body(&writer)
    return settle(writer.finish())
  }

  /// Adds a discarded packet with the records that `body` appends. Nothing is added if `body` throws or appends
  /// nothing.
  ///
  /// - Parameters:
  ///   - sequence: number of the sample among the discards of `source`; the caller keeps it.
  ///   - drops: notifications suppressed, modulo 2³².
  ///   - input: ifIndex, 0 unknown.
  ///   - output: ifIndex, 0 unless it was dropped on egress.
  /// - Returns: whether the sample will be sent.
  @discardableResult
  public mutating func appendDiscardedPacket<E: Error>(
    source: DataSource, sequence: UInt32, drops: UInt32, input: UInt32, output: UInt32, reason: DropReason,
    _ body: (inout FlowSampleWriter) throws(E) -> Void
  ) throws(E) -> Bool {
    let room = makeRoom()
    var sample = SampleWriter(XDRWriter(buffer.mutableSpan, in: room), .discardedPacket)
    DiscardedPacket.encodeHead(
      sequence: sequence, source: source, drops: drops, input: input, output: output, reason: reason,
      into: &sample.xdr)
    sample.beginRecords()
    var writer = FlowSampleWriter(sample)
    try body(&writer)
    return settle(writer.finish())
  }

  /// Sends what is pending, and then a sample in a datagram of its own.
  ///
  /// - Returns: whether the sample was sent.
  @discardableResult
  public mutating func appendStandalone(_ sample: some StandaloneSample) -> Bool {
    flush()
    let room = makeRoom()
    var writer = XDRWriter(buffer.mutableSpan, in: room)
    let start = writer.open(type(of: sample).format)
    sample.encodeBody(into: &writer)
    writer.close(start)
    guard settle(writer.overflowed ? .tooLarge : .octets(writer.written)) else { return false }
    flush()
    return true
  }

  /// The part of the buffer that the next sample is written to: as much as a sample may have at all.
  private mutating func makeRoom() -> Range<Int> {
    if pendingSamples == maximumSamples { flush() }
    return end..<end + maximumPayload - Datagram.headOctets(agentAddress)
  }

  /// Takes the sample behind `end` into the pending datagram, or leaves it.
  private mutating func settle(_ outcome: SampleOutcome) -> Bool {
    guard case .octets(let count) = outcome else {
      if case .tooLarge = outcome { oversizedSamples += 1 }
      return false
    }
    let sample = end
    if sample + count - start > maximumPayload {
      flush()
      let room = makeRoom()
      var writer = XDRWriter(buffer.mutableSpan, in: room)
      writer.move(from: sample, count: count)
    }
    end += count
    pendingSamples += 1
    samples += 1
    return true
  }

  // MARK: - Sending

  /// Where the head of the datagram begins in the buffer.
  private var start: Int { Self.headRoom - Datagram.headOctets(agentAddress) }

  /// Sends what is pending, if anything is.
  public mutating func flush() {
    if isEmpty { return }
    sequence &+= 1
    let datagram = Datagram(
      agentAddress: agentAddress, subAgentID: subAgentID, sequence: sequence, uptime: uptime, samples: [])
    let (whole, count) = (start..<end, UInt32(pendingSamples))
    var writer = XDRWriter(buffer.mutableSpan, in: whole)
    datagram.encodeHead(sampleCount: count, into: &writer)
    send(buffer.span.extracting(whole))
    datagrams += 1
    end = Self.headRoom
    pendingSamples = 0
  }

  /// Sends what is pending, if anything is.
  public mutating func flush(uptime: UInt32) {
    self.uptime = uptime
    flush()
  }

  /// Changes the most octets of a payload, brought into `payloadSizes`. What is pending is sent first.
  public mutating func setMaximumPayload(_ size: Int) {
    flush()
    maximumPayload = Self.clamp(size)
  }

  /// Begins anew as another agent: the next datagram has number 1. What is pending is sent first, as the old one.
  public mutating func restart(agentAddress: IPAddress) {
    flush()
    self.agentAddress = agentAddress
    sequence = 0
  }
}
