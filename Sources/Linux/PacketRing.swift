internal import CLinux
public import SystemPackage

/// Packets of one interface, both directions, through a ring in memory that kernel and program share: packet(7)
/// with `TPACKET_V3`. One wake-up takes a block of packets; the filter chooses them before anything is copied.
///
/// Not through libpcap: its smallest ring of this version is 256 KiB, and on Ethernet it keeps to itself whether the
/// kernel sent or received a packet.
///
/// A class because it owns the socket and the memory.
@safe public final class PacketRing {
  /// How much the ring holds. All of it is in memory as long as the ring is.
  public struct Size: Equatable, Sendable {
    /// A multiple of the page size.
    public var blockBytes: UInt32
    public var blocks: UInt32

    /// - Parameter blockBytes: a power of two, made larger where pages are.
    public init(blockBytes: UInt32, blocks: UInt32) {
      self.blockBytes = max(blockBytes, UInt32(clamping: Host.pageBytes))
      self.blocks = max(1, blocks)
    }

    public var bytes: Int { Int(blockBytes) * Int(blocks) }
  }

  /// What could not be done.
  public struct Failure: Error, Equatable, CustomStringConvertible {
    public enum Step: String, Sendable {
      case socket = "open a packet socket"
      case filter = "attach the packet filter"
      case ring = "make the packet ring"
      case promiscuous = "make the interface promiscuous"
      case bind = "bind to the interface"
    }

    public var step: Step
    public var error: Errno

    public init(step: Step, error: Errno) {
      self.step = step
      self.error = error
    }

    /// "cannot open a packet socket: EPERM (Operation not permitted)"
    public var description: String { "cannot \(step.rawValue): \(error.explanation)" }
  }

  private let descriptor: Descriptor
  private let size: Size
  private let memory: UnsafeMutableRawPointer
  /// The block that the kernel hands over next.
  private var next: UInt32 = 0

  /// - Parameters:
  ///   - interface: an ifIndex; may be down.
  ///   - filter: chooses the packets and how much of each is kept.
  ///   - latency: a block that is not full is handed over so long after its first packet.
  ///   - isPromiscuous: also what is for other hosts.
  public init(
    interface: UInt32, filter: PacketFilter, size: Size, latency: Duration, isPromiscuous: Bool
  ) throws(Failure) {
    // The order matters: nothing comes in before the protocol is known, and that is last.
    let descriptor = Descriptor(owning: try Self.step(.socket) { cl_packet_socket() })
    let number = descriptor.rawValue
    try Self.attach(filter, to: number)
    try Self.step(.ring) {
      cl_packet_ring(
        number, size.blockBytes, size.blocks, UInt32(clamping: latency.millisecondsRoundedUp),
        UInt32(PacketRingBlock.reserve))
    }
    if isPromiscuous { try Self.step(.promiscuous) { cl_packet_promiscuous(number, interface) } }
    guard let memory = unsafe cl_map(number, size.bytes) else {
      throw Failure(step: .ring, error: .latest)
    }
    self.size = size
    unsafe self.memory = memory
    self.descriptor = descriptor
    // From here on `deinit` unmaps.
    try Self.step(.bind) { cl_packet_bind(number, interface) }
    // Says ENETDOWN if the interface is down; it begins by itself when that goes up.
    _ = takeError()
  }

  deinit { unsafe cl_unmap(memory, size.bytes) }

  @discardableResult
  private static func step(_ step: Failure.Step, _ call: () -> CInt) throws(Failure) -> CInt {
    do throws(Errno) { return try systemCall(call) } catch { throw Failure(step: step, error: error) }
  }

  private static func attach(_ filter: PacketFilter, to number: CInt) throws(Failure) {
    let program = filter.instructions.map(\.packed)
    try step(.filter) {
      // An empty program is EINVAL before anything is read.
      unsafe program.withUnsafeBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return -1 }
        return unsafe cl_packet_filter(number, start, buffer.count)
      }
    }
  }

  /// For `EventLoop.watch`.
  public var rawDescriptor: CInt { descriptor.rawValue }

  /// Chooses by another filter from now on. Packets already in the ring stay.
  public func setFilter(_ filter: PacketFilter) throws(Failure) {
    try Self.attach(filter, to: descriptor.rawValue)
  }

  /// Gives the packets of all blocks that are ready to `body`, and the blocks back to the kernel. The octets of a
  /// packet begin with the link layer, go as far as the filter let through, and have the VLAN tag where it was on the
  /// wire.
  /// - Parameter onLoss: called when `takeStatistics` may have drops to tell: first of all if the ring is full, and
  ///   before the packets of a block at whose end the kernel had some. To ask at every wake-up would cost a system
  ///   call.
  /// - Returns: how many there were.
  @discardableResult
  public func read(onLoss: () -> Void = {}, _ body: (RingPacket, Span<UInt8>) -> Void) -> Int {
    var count = 0
    if unsafe cl_load_acquire(word((next + size.blocks - 1) % size.blocks)) & Self.isOurs != 0 { onLoss() }
    // Once around, so that a flood leaves the loop time for others.
    for _ in 0..<size.blocks {
      let word = unsafe word(next)
      let status = unsafe cl_load_acquire(word)
      guard status & Self.isOurs != 0 else { break }
      if status & UInt32(CL_TP_STATUS_LOSING) != 0 { onLoss() }
      let start = unsafe word - Self.statusOffset
      let block = unsafe UnsafeMutableRawBufferPointer(start: start, count: Int(size.blockBytes))
      count += unsafe PacketRingBlock(block).forEach(body)
      unsafe cl_store_release(word, 0)
      next = (next + 1) % size.blocks
    }
    return count
  }

  /// Where a block has its status. `i` is below the number of blocks.
  private func word(_ i: UInt32) -> UnsafeMutableRawPointer {
    unsafe memory + Int(i) * Int(size.blockBytes) + Self.statusOffset
  }

  private static let statusOffset = 8
  private static let isOurs = UInt32(CL_TP_STATUS_USER)

  /// Packets that passed the filter since the last call, and how many of them found no room in the ring.
  public func takeStatistics() -> (packets: UInt32, drops: UInt32) {
    var (packets, drops): (UInt32, UInt32) = (0, 0)
    // Cannot fail on a packet socket.
    _ = unsafe cl_packet_statistics(descriptor.rawValue, &packets, &drops)
    return (packets, drops)
  }

  /// What the kernel reported outside of any call: ENETDOWN when the interface went down or away.
  public func takeError() -> Errno? {
    var code: CInt = 0
    var length = socklen_t(MemoryLayout<CInt>.size)
    let result = unsafe getsockopt(descriptor.rawValue, SOL_SOCKET, SO_ERROR, &code, &length)
    return result == 0 && code != 0 ? Errno(rawValue: code) : nil
  }

  /// Whether the interface exists. A new one with its index or name is another.
  public var isAttached: Bool { cl_packet_interface(descriptor.rawValue) != 0 }
}
