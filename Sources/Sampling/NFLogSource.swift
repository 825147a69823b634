internal import Bytes
public import Config
public import Linux
public import Logging
internal import Netlink
internal import SFlow
internal import SystemPackage

/// Flow samples from a log group of netfilter (`nflog { }`): a firewall rule picks packets, the kernel copies their
/// first octets here, and of these every so-manieth becomes a sample.
///
/// A class because it owns the reader of the socket.
public final class NFLogSource {
  public struct Settings: Equatable, Sendable {
    public var group: UInt16
    /// How the rule's probability and `sampling` work together.
    public var rate: Config.Settings.PacketLog.Rate
    /// Octets of each packet that are sent.
    public var headerBytes: Int

    public init(group: UInt16, rate: Config.Settings.PacketLog.Rate, headerBytes: Int) {
      self.group = group
      self.rate = rate
      self.headerBytes = headerBytes
    }
  }

  private let loop: any EventLoop
  private let sink: any FlowSampleSink
  private(set) var settings: Settings
  private(set) var health: SourceHealth?
  private var reader: LogReader?
  private let receiveBuffer: CInt
  private var requests: UInt32 = 0

  // The packets: counted as they come, and told apart by interface once sampled.
  private var skip: RandomSkip
  /// All packets of the group, those that were lost too.
  public private(set) var packets = SequenceGap()
  /// Lost packets that no sample has told of yet.
  private var untoldDrops: UInt64 = 0
  private(set) var sources = FlowSources()
  /// Packets that could not become a sample: nothing of them was copied, or they are no IP packet nor Ethernet frame.
  public private(set) var unknown: UInt64 = 0

  /// As much as the kernel allows in one message.
  private static let messageSize = 131_072

  /// - Parameter receiveBuffer: bytes that the kernel may hold for us; 8 MiB are enough for half a second of a
  ///   flood (measured: 100,000 packets a second).
  public init(
    _ settings: Settings, loop: any EventLoop, sink: any FlowSampleSink, logger: Logger,
    receiveBuffer: CInt = 8 << 20
  ) {
    self.settings = settings
    self.receiveBuffer = receiveBuffer
    self.loop = loop
    self.sink = sink
    skip = RandomSkip(rate: settings.rate.subsampling)
    health = SourceHealth("nflog group \(settings.group)", loop: loop, logger: logger) {
      [unowned self] () throws(SourceFailure) in try open()
    }
  }

  deinit { close() }

  public func start() { health?.start() }

  public func stop() {
    health?.stop()
    close()
  }

  /// Takes over another rate or header size. Another group needs another source.
  public func apply(_ new: Settings) {
    let isLonger = new.headerBytes > settings.headerBytes
    settings.headerBytes = new.headerBytes
    settings.rate = new.rate
    skip.setRate(new.rate.subsampling)
    reader?.rests = !new.rate.samplesAll
    // The kernel copies as much as it was told when the group was bound.
    if isLonger, reader != nil { health?.start() }
  }

  /// The interfaces samples came from, by ifIndex.
  public var sampledIndexes: [UInt32] { sources.all.map(\.dataSource.index) }

  /// The interface is gone: a later one with its index begins anew.
  public func forget(_ index: UInt32) { sources.remove(index) }

  // MARK: - Opening

  private func open() throws(SourceFailure) {
    close()
    do throws(Errno) {
      let socket = try NetfilterSocket(receiveBuffer: receiveBuffer, messageSize: Self.messageSize)
      try bind(socket)
      reader = try LogReader(
        socket, loop: loop, rests: !settings.rate.samplesAll,
        onError: { [unowned self] in readFailed($0) }
      ) { [unowned self] in take($0) }
    } catch {
      throw Self.failure(error, group: settings.group)
    }
  }

  private func close() { reader = nil }

  private func bind(_ socket: NetfilterSocket) throws(Errno) {
    packets.restart()
    requests &+= 1
    var kernel = NFLogSettings()
    // The MAC header comes apart from this.
    kernel.copyRange = UInt32(max(settings.headerBytes, 64))
    kernel.bufferSize = UInt32(Self.messageSize)
    try socket.send(NFLogRequest.bind(group: settings.group, kernel, sequence: requests))
    // Packets may come before the answer.
    var answer: Acknowledgement?
    var receives = 0
    while answer == nil {
      // The answer is behind what the receive buffer holds: this is more.
      receives += 1
      guard receives < 5000, try socket.wait() else { throw .timedOut }
      _ = try socket.receive { bytes in
        var messages = Messages(bytes)
        while let message = try? messages.next() {
          if let ended = try? Acknowledgement(parsing: message) { answer = ended } else { take(message) }
        }
      }
    }
    if let answer, !answer.isSuccess { throw Errno(rawValue: answer.code) }
  }

  /// What the operator can do about it.
  static func failure(_ error: Errno, group: UInt16) -> SourceFailure {
    let what = "cannot listen to NFLOG group \(group): \(error.explanation)"
    switch error {
    case .notPermitted where Capabilities.effective.contains(.netAdmin), .resourceBusy:
      return SourceFailure(
        what, remedy: "another program has this group: choose another here and in the firewall rule")
    case .notPermitted:
      return SourceFailure(what, remedy: "the agent needs CAP_NET_ADMIN")
    case .protocolNotSupported, .noSuchFileOrDirectory, .invalidArgument, .notSupportedOnSocket:
      return SourceFailure(what, remedy: "this kernel has no nfnetlink_log: modprobe nfnetlink_log")
    default:
      return SourceFailure(what)
    }
  }

  // MARK: - Packets

  /// The kernel had no room, or the socket is of no use any more.
  private func readFailed(_ error: Errno) {
    switch error {
    case .noBufferSpace, .messageTooLong: packets.overrun()
    default:
      close()
      health?.fail(Self.failure(error, group: settings.group))
    }
  }

  private func take(_ octets: Span<UInt8>) {
    var messages = Messages(octets)
    while let message = try? messages.next() { take(message) }
  }

  /// Counts one packet, and makes a sample of it if it is its turn.
  @inline(__always)
  private func take(_ message: borrowing Message) {
    guard message.header.type == .nfLogPacket else { return }
    packets.count()
    if skip.pick() { sample(message) }
  }

  private func sample(_ message: borrowing Message) {
    guard let packet = try? NFLogPacket(parsing: copy message) else {
      unknown += 1
      return
    }
    if let sequence = packet.sequence { untoldDrops &+= packets.reconcile(sequence) }
    guard let path = PacketPath(packet), let frame = try? SampledFrame(packet) else {
      unknown += 1
      return
    }
    let source = sources[path.source]
    // What was lost is told of the interface of the next sample; the kernel does not say more.
    source.drops &+= untoldDrops
    source.pool &+= UInt64(settings.rate.effective) &+ untoldDrops &* UInt64(max(1, settings.rate.ofRule))
    untoldDrops = 0
    source.sample(to: sink, rate: settings.rate.effective, input: path.input, output: path.output) { writer in
      frame.write(to: &writer, limit: settings.headerBytes)
      if let vlan = packet.vlan {
        writer.append(ExtendedSwitch(sourceVLAN: UInt32(vlan.id), sourcePriority: UInt32(vlan.priority)))
      }
    }
  }

  // MARK: - Telling

  /// For a person.
  public var status: [String] {
    let rate = settings.rate
    var lines = [
      "\(health?.name ?? ""): \(health?.status ?? ""), 1 in \(rate.effective), \(packets.seen) packets, "
        + "\(packets.lost) lost, \(packets.overruns) overruns, \(unknown) unknown"
    ]
    for source in sources.all {
      lines.append("source \(source.dataSource): \(source.samples) samples, \(source.drops) drops")
    }
    return lines
  }
}
