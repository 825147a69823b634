internal import Bytes
internal import CLinux

/// What the kernel says of a packet in the ring.
public struct RingPacket: Equatable, Sendable {
  /// Octets of the whole packet, its VLAN tag with it, without the FCS.
  public var length: UInt32
  /// Octets in front of the network layer.
  public var linkHeaderLength: Int
  public var direction: Direction
  /// `ARPHRD_*` of the interface.
  public var hardwareType: UInt16
  /// EtherType, in the order of the host.
  public var networkProtocol: UInt16
  /// Since 1970-01-01 UTC, by the kernel's clock.
  public var nanoseconds: UInt64

  public init(
    length: UInt32, linkHeaderLength: Int, direction: Direction, hardwareType: UInt16,
    networkProtocol: UInt16,
    nanoseconds: UInt64
  ) {
    self.length = length
    self.linkHeaderLength = linkHeaderLength
    self.direction = direction
    self.hardwareType = hardwareType
    self.networkProtocol = networkProtocol
    self.nanoseconds = nanoseconds
  }

  /// `PACKET_*` of packet(7): the kernel knows whether it sends or receives, and for whom.
  public enum Direction: UInt8, Sendable {
    /// Received, for this host.
    case host = 0
    case broadcast = 1
    case multicast = 2
    /// Received, for another host.
    case otherHost = 3
    /// Sent.
    case outgoing = 4
  }
}

/// One block of a ring of version 3, in the hands of the program.
///
///     struct tpacket_block_desc
///       8  u32 block_status
///      12  u32 num_pkts
///      16  u32 offset_to_first_pkt        of a chain of
///     struct tpacket3_hdr
///       0  u32 tp_next_offset             from this header
///       4  u32 tp_sec
///       8  u32 tp_nsec
///      12  u32 tp_snaplen                 octets that are here
///      16  u32 tp_len                     octets of the packet
///      20  u32 tp_status
///      24  u16 tp_mac                     from this header to the link layer
///      26  u16 tp_net                     from this header to the network layer
///      28  u32 tp_rxhash
///      32  u32 tp_vlan_tci
///      36  u16 tp_vlan_tpid
///      48  struct sockaddr_ll
///      50  u16 sll_protocol               big-endian
///      56  u16 sll_hatype
///      58  u8  sll_pkttype
@safe struct PacketRingBlock {
  static let headerSize = 48
  /// Octets of a header with its address.
  private static let packetHeaderSize = 68
  /// Room to put in front of each packet for the VLAN tag that the kernel takes out.
  static let reserve = 4

  /// The whole block.
  private let memory: UnsafeMutableRawBufferPointer

  /// - Parameter memory: must stay, and be nobody else's, while this is used.
  init(_ memory: UnsafeMutableRawBufferPointer) { unsafe self.memory = memory }

  /// Gives every packet to `body`, its octets with it: from the link layer on, as far as the filter let through, and
  /// a VLAN tag where it was on the wire. Stops where a number of the kernel leads out of the block.
  /// - Returns: how many there were.
  func forEach(_ body: (RingPacket, Span<UInt8>) -> Void) -> Int {
    var taken = 0
    do throws(WireError) {
      var header = ByteReader(unsafe memory.bytes)
      try header.skip(12)
      let count = try header.native32()
      var offset = Int(try header.native32())
      while taken < count {
        let next = try packet(at: offset, body)
        taken += 1
        // Only the last one leads nowhere.
        guard next >= Self.headerSize else { break }
        offset += next
      }
    } catch {
      // The rest of the block cannot be found.
    }
    return taken
  }

  /// - Returns: the distance to the next packet.
  private func packet(at offset: Int, _ body: (RingPacket, Span<UInt8>) -> Void) throws(WireError) -> Int {
    var header = ByteReader(unsafe memory.bytes)
    try header.skip(offset)
    let next = try header.native32()
    let seconds = try header.native32()
    let nanoseconds = try header.native32()
    var captured = Int(try header.native32())
    var length = try header.native32()
    let status = try header.native32()
    var mac = Int(try header.native16())
    let net = Int(try header.native16())
    try header.skip(4)
    let tci = UInt16(truncatingIfNeeded: try header.native32())
    let tpid = try header.native16()
    try header.skip(10 + 2)
    let networkProtocol = try header.u16()
    try header.skip(4)
    let hardwareType = try header.native16()
    let direction = RingPacket.Direction(rawValue: try header.u8())

    var linkLength = net - mac
    guard mac >= Self.packetHeaderSize, linkLength >= 0 else { throw .invalid(at: offset + 24, "tp_mac") }
    var data = ByteReader(unsafe memory.bytes)
    try data.skip(offset + mac)
    try data.skip(captured)
    if status & UInt32(CL_TP_STATUS_VLAN_VALID) != 0, linkLength >= 14, captured >= 12,
      mac >= Self.packetHeaderSize + Self.reserve
    {
      mac -= 4
      captured += 4
      length &+= 4
      linkLength += 4
      let isKnown = status & UInt32(CL_TP_STATUS_VLAN_TPID_VALID) != 0
      putTag(isKnown ? tpid : 0x8100, tci, at: offset + mac)
    }
    // Another direction is a packet that the kernel only loops back, and no traffic.
    guard let direction else { return Int(next) }
    // `data` found the octets, and the tag lies in the reserve in front of them.
    let bytes = unsafe UnsafeRawBufferPointer(rebasing: memory[offset + mac..<offset + mac + captured])
    body(
      RingPacket(
        length: length, linkHeaderLength: min(linkLength, captured), direction: direction,
        hardwareType: hardwareType, networkProtocol: networkProtocol,
        nanoseconds: UInt64(seconds) &* 1_000_000_000 &+ UInt64(nanoseconds)),
      unsafe bytes.bindMemory(to: UInt8.self).span)
    return Int(next)
  }

  /// Moves two MAC addresses to `start` from 4 octets further on, and puts a tag behind them.
  private func putTag(_ tpid: UInt16, _ tci: UInt16, at start: Int) {
    // The caller saw to it that the octets from `start` to 16 further on are in the block.
    for i in start..<start + 12 { unsafe memory[i] = memory[i + 4] }
    unsafe memory[start + 12] = UInt8(tpid >> 8)
    unsafe memory[start + 13] = UInt8(truncatingIfNeeded: tpid)
    unsafe memory[start + 14] = UInt8(tci >> 8)
    unsafe memory[start + 15] = UInt8(truncatingIfNeeded: tci)
  }
}
