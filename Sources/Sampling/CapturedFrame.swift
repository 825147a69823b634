import Bytes

/// What a capture begins its packets with: `DLT_*` of libpcap on Linux, and the numbers of files (`LINKTYPE_*`)
/// where they differ.
public struct LinkType: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// 4 octets of address family.
  public static let null = LinkType(rawValue: 0)
  public static let ethernet = LinkType(rawValue: 1)
  /// An IP packet: tunnels.
  public static let raw = LinkType(rawValue: 12)
  /// `raw` in files.
  public static let rawInFiles = LinkType(rawValue: 101)
  /// 4 octets of address family.
  public static let loop = LinkType(rawValue: 108)
  /// `SLL`: the device "any", and devices with headers unknown to libpcap.
  public static let linuxCooked = LinkType(rawValue: 113)
  public static let ipv4 = LinkType(rawValue: 228)
  public static let ipv6 = LinkType(rawValue: 229)
  public static let infiniBand = LinkType(rawValue: 247)
  /// `SLL2`: the same with an interface index.
  public static let linuxCooked2 = LinkType(rawValue: 276)
}

/// Where a captured packet was going: `PACKET_*` of `sll_pkttype`.
public struct PacketType: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// To this host. `PACKET_HOST`.
  public static let host = PacketType(rawValue: 0)
  /// `PACKET_BROADCAST`.
  public static let broadcast = PacketType(rawValue: 1)
  /// `PACKET_MULTICAST`.
  public static let multicast = PacketType(rawValue: 2)
  /// Seen only because the device is promiscuous. `PACKET_OTHERHOST`.
  public static let otherHost = PacketType(rawValue: 3)
  /// Leaving by the device. `PACKET_OUTGOING`.
  public static let outgoing = PacketType(rawValue: 4)
}

extension SampledFrame {
  /// A captured packet.
  ///
  ///     SLL                    SLL2
  ///     0  packet type  2      0   EtherType     2
  ///     2  hardware     2      2   reserved      2
  ///     4  address len  2      4   ifIndex       4
  ///     6  address      8      8   hardware      2
  ///     14 EtherType    2      10  packet type   1
  ///                            11  address len   1
  ///                            12  address       8
  ///
  /// - Parameters:
  ///   - captured: as much of it as was copied.
  ///   - length: octets of the original, in the capture's terms.
  @_lifetime(copy captured)
  public init(_ captured: RawSpan, length: Int, linkType: LinkType) throws(FrameError) {
    guard !captured.isEmpty else { throw .empty }
    let length = Int(UInt32(clamping: length))
    switch linkType {
    case .ethernet: try self.init(ethernet: captured, length: length)
    case .raw, .rawInFiles, .ipv4, .ipv6: try self.init(ip: captured, length: length)
    case .null, .loop: try self.init(behind: 4, of: captured, length: length)
    case .infiniBand: try self.init(infiniBand: captured, length: length)
    case .linuxCooked:
      try self.init(behind: 16, of: captured, length: length)
      var reader = ByteReader(captured)
      packetType = (try? reader.u16()).map { PacketType(rawValue: UInt8(truncatingIfNeeded: $0)) }
    case .linuxCooked2:
      try self.init(behind: 20, of: captured, length: length)
      var reader = ByteReader(captured)
      try? reader.skip(4)
      device = (try? reader.u32()) ?? 0
      try? reader.skip(2)
      packetType = (try? reader.u8()).map { PacketType(rawValue: $0) }
    default: throw .unknownLinkType(linkType.rawValue)
    }
  }

  /// An IP packet behind a header that was never on the wire.
  @_lifetime(copy captured)
  private init(behind headerLength: Int, of captured: RawSpan, length: Int) throws(FrameError) {
    guard captured.byteCount > headerLength else { throw .truncated }
    try self.init(ip: captured.extracting(headerLength...), length: length - headerLength)
  }
}
