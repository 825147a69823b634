internal import Bytes
internal import Config
public import Linux
public import Logging
internal import Netlink
internal import SFlow
public import SystemPackage

/// Flow samples from a group of ULOG (`ulog { }`), which Linux had up to 3.16: as `NFLogSource`, but the kernel gives
/// packets no numbers, names interfaces instead of numbering them, and logs for any number of listeners.
///
/// A class because it owns the reader of the socket.
public final class ULogSource: PacketLogSource {
  /// Opens the socket of a group.
  public typealias Opener = () throws(Errno) -> NetfilterSocket

  private let loop: any EventLoop
  private let sink: any FlowSampleSink
  private let interfaceIndex: (String) -> UInt32?
  private let opener: Opener
  private(set) var settings: NFLogSource.Settings
  private(set) var health: SourceHealth?
  private var reader: LogReader?

  // The packets: counted as they come, and told apart by interface once sampled.
  private var skip: RandomSkip
  /// All packets of the group, those that were lost too as far as is known.
  public private(set) var packets = SequenceGap()
  /// Lost packets that no sample has told of yet.
  private var untoldDrops: UInt64 = 0
  private(set) var sources = FlowSources()
  /// Packets that could not become a sample: of an interface that is gone, or no IP packet nor Ethernet frame.
  public private(set) var unknown: UInt64 = 0

  /// The kernel batches packets in one message up to this (`nlbufsiz` of ipt_ULOG, at most 128 KiB).
  static let messageSize = 131_072

  /// Whether this kernel has ULOG.
  public static var isKnownToKernel: Bool { NetfilterSocket.Family.uLog(groups: 0).isKnown }

  /// - Parameters:
  ///   - interfaceIndex: ifIndex of the interface with a name.
  ///   - opener: `nil` for the kernel's socket.
  public init(
    _ settings: NFLogSource.Settings, loop: any EventLoop, sink: any FlowSampleSink, logger: Logger,
    interfaceIndex: @escaping (String) -> UInt32?, opener: Opener? = nil
  ) {
    self.settings = settings
    self.loop = loop
    self.sink = sink
    self.interfaceIndex = interfaceIndex
    self.opener = opener ?? Self.opener(ofGroup: settings.group)
    skip = RandomSkip(rate: settings.rate.subsampling)
    health = SourceHealth("ulog group \(settings.group)", loop: loop, logger: logger) {
      [unowned self] () throws(SourceFailure) in try open()
    }
  }

  /// The kernel's socket.
  private static func opener(ofGroup group: UInt16) -> Opener {
    { () throws(Errno) in
      guard let mask = ULogGroup.mask(group) else { throw .invalidArgument }
      return try NetfilterSocket(.uLog(groups: mask), receiveBuffer: 8 << 20, messageSize: messageSize)
    }
  }

  deinit { close() }

  public func start() { health?.start() }

  public func stop() {
    health?.stop()
    close()
  }

  public func apply(_ new: NFLogSource.Settings) {
    settings.headerBytes = new.headerBytes
    settings.rate = new.rate
    skip.setRate(new.rate.subsampling)
    reader?.rests = !new.rate.samplesAll
  }

  public func forget(_ index: UInt32) { sources.remove(index) }

  // MARK: - Opening

  private func open() throws(SourceFailure) {
    close()
    do throws(Errno) {
      let socket = try opener()
      reader = try LogReader(
        socket, loop: loop, rests: !settings.rate.samplesAll,
        onError: { [unowned self] in readFailed($0) }
      ) { [unowned self] in take($0) }
    } catch {
      throw failure(error)
    }
  }

  private func close() { reader = nil }

  /// What the operator can do about it.
  private func failure(_ error: Errno) -> SourceFailure {
    let what = "cannot listen to ULOG group \(settings.group): \(error.explanation)"
    return switch error {
    case .notPermitted: SourceFailure(what, remedy: "the agent needs CAP_NET_ADMIN")
    case .protocolNotSupported: SourceFailure(what, remedy: "this kernel has no ULOG: modprobe ipt_ULOG")
    default: SourceFailure(what)
    }
  }

  // MARK: - Packets

  /// The kernel had no room, or the socket is of no use any more.
  private func readFailed(_ error: Errno) {
    switch error {
    case .noBufferSpace, .messageTooLong:
      packets.overrun()
      // At least one, and nothing says how many.
      untoldDrops &+= 1
    default:
      close()
      health?.fail(failure(error))
    }
  }

  private func take(_ octets: Span<UInt8>) {
    var messages = Messages(octets)
    while let message = try? messages.next() { take(message) }
  }

  /// Counts one packet, and makes a sample of it if it is its turn.
  private func take(_ message: borrowing Message) {
    guard message.isULogPacket else { return }
    packets.count()
    if skip.pick() { sample(message) }
  }

  private func sample(_ message: borrowing Message) {
    guard let packet = try? ULogPacket(parsing: copy message) else {
      unknown += 1
      return
    }
    let path = PacketPath(
      family: .ipv4, hook: packet.hook, inDevice: index(packet.inName), outDevice: index(packet.outName))
    guard let path, let frame = try? SampledFrame(packet) else {
      unknown += 1
      return
    }
    let source = sources[path.source]
    source.drops &+= untoldDrops
    source.pool &+= UInt64(settings.rate.effective) &+ untoldDrops &* UInt64(max(1, settings.rate.ofRule))
    untoldDrops = 0
    source.sample(to: sink, rate: settings.rate.effective, input: path.input, output: path.output) { writer in
      frame.write(to: &writer, limit: settings.headerBytes)
    }
  }

  /// 0 for none.
  private func index(_ name: RawSpan) -> UInt32 {
    let octets = [UInt8](copying: name).prefix { $0 != 0 }
    return octets.isEmpty ? 0 : interfaceIndex(String(decoding: octets, as: UTF8.self)) ?? 0
  }

  // MARK: - Telling

  public var status: [String] {
    let name = health?.name ?? ""
    return [
      "\(name): \(health?.status ?? ""), 1 in \(settings.rate.effective), \(packets.seen) packets, "
        + "\(packets.overruns) overruns, \(unknown) unknown"
    ] + sources.all.map { "source \($0.dataSource): \($0.samples) samples, \($0.drops) drops" }
  }
}
