public import Bytes

/// The headers of a packet, as far as its octets go.
public struct PacketHeader: Equatable, Sendable {
  public enum Start: Equatable, Sendable {
    case ethernet
    /// IPv4 or IPv6, as the first octet says.
    case ip
  }

  /// A tag of 802.1Q.
  public struct Tag: Equatable, Sendable {
    public var vlan: UInt16
    public var priority: UInt8
  }

  public enum Transport: Equatable, Sendable {
    case tcp(source: UInt16, destination: UInt16, flags: UInt8)
    case udp(source: UInt16, destination: UInt16, length: UInt16)
    case icmp(type: UInt8, code: UInt8)
  }

  public struct Network: Equatable, Sendable {
    public var source: IPAddress
    public var destination: IPAddress
    /// IPv4's protocol, or IPv6's last next header.
    public var ipProtocol: UInt8
    /// Type of service, or traffic class.
    public var tos: UInt8
    public var ttl: UInt8
    /// Octets of the packet as its header says.
    public var length: Int
    public var identification: UInt16
    /// In units of 8 octets; only the first fragment has a transport header.
    public var fragmentOffset: UInt16
    /// Flow label; 0 for IPv4.
    public var label: UInt32
    /// Next headers of IPv6 in front of `ipProtocol`.
    public var extensions: [UInt8] = []
  }

  public var destinationMAC: MACAddress?
  public var sourceMAC: MACAddress?
  /// The outermost first.
  public var tags: [Tag] = []
  /// Of the innermost layer 2 header.
  public var etherType: UInt16?
  public var network: Network?
  public var transport: Transport?
  /// Octets in front of the network header, and in front of what the transport header carries.
  public var networkOffset = 0
  public var payloadOffset: Int?

  public init(_ octets: [UInt8], startingWith start: Start) {
    var reader = ByteReader(octets.span)
    // What is cut off stays unknown.
    try? read(start, &reader)
  }

  private mutating func read(_ start: Start, _ reader: inout ByteReader) throws(WireError) {
    if start == .ethernet {
      destinationMAC = try reader.mac()
      sourceMAC = try reader.mac()
      var type = try reader.u16()
      // 802.1Q, 802.1ad, and what was used for nested tags before that.
      while [0x8100, 0x88A8, 0x9100, 0x9200, 0x9300].contains(type) {
        let word = try reader.u16()
        tags.append(Tag(vlan: word & 0xFFF, priority: UInt8(word >> 13)))
        type = try reader.u16()
      }
      etherType = type
      guard type == 0x0800 || type == 0x86DD else { return }
    }
    networkOffset = reader.offset
    let first = try reader.u8()
    switch first >> 4 {
    case 4: try readIPv4(first, &reader)
    case 6: try readIPv6(first, &reader)
    default: break
    }
  }

  private mutating func readIPv4(_ first: UInt8, _ reader: inout ByteReader) throws(WireError) {
    let tos = try reader.u8()
    let length = Int(try reader.u16())
    let identification = try reader.u16()
    let fragment = try reader.u16() & 0x1FFF
    let ttl = try reader.u8()
    let ipProtocol = try reader.u8()
    try reader.skip(2)
    let source = IPAddress.v4(IPv4Address(try reader.u32()))
    let destination = IPAddress.v4(IPv4Address(try reader.u32()))
    network = Network(
      source: source, destination: destination, ipProtocol: ipProtocol, tos: tos, ttl: ttl, length: length,
      identification: identification, fragmentOffset: fragment, label: 0)
    try reader.skip(max(0, Int(first & 15) * 4 - 20))
    if fragment == 0 { try readTransport(ipProtocol, &reader) }
  }

  private mutating func readIPv6(_ first: UInt8, _ reader: inout ByteReader) throws(WireError) {
    let second = try reader.u8()
    let label = UInt32(second & 15) << 16 | UInt32(try reader.u16())
    let length = Int(try reader.u16()) + 40
    var next = try reader.u8()
    let ttl = try reader.u8()
    let source = IPAddress.v6(IPv6Address(high: try reader.u64(), low: try reader.u64()))
    let destination = IPAddress.v6(IPv6Address(high: try reader.u64(), low: try reader.u64()))
    network = Network(
      source: source, destination: destination, ipProtocol: next, tos: first << 4 | second >> 4, ttl: ttl,
      length: length, identification: 0, fragmentOffset: 0, label: label)
    // Hop-by-hop, routing, destination options (RFC 8200, 4), and fragment.
    while [0, 43, 44, 60].contains(next) {
      network?.extensions.append(next)
      let following = try reader.u8()
      let size = Int(try reader.u8())
      if next == 44 {
        let offset = try reader.u16() >> 3
        try reader.skip(4)
        network?.fragmentOffset = offset
        if offset > 0 {
          network?.ipProtocol = following
          return
        }
      } else {
        try reader.skip(size * 8 + 6)
      }
      next = following
      network?.ipProtocol = next
    }
    try readTransport(next, &reader)
  }

  private mutating func readTransport(_ ipProtocol: UInt8, _ reader: inout ByteReader) throws(WireError) {
    switch ipProtocol {
    case 6:
      let (source, destination) = (try reader.u16(), try reader.u16())
      transport = .tcp(source: source, destination: destination, flags: 0)
      try reader.skip(9)
      transport = .tcp(source: source, destination: destination, flags: try reader.u8())
    case 17:
      let (source, destination, length) = (try reader.u16(), try reader.u16(), try reader.u16())
      transport = .udp(source: source, destination: destination, length: length)
      try reader.skip(2)
      payloadOffset = reader.offset
    case 1, 58:
      transport = .icmp(type: try reader.u8(), code: try reader.u8())
    default: break
    }
  }
}

/// A UDP datagram of a captured packet.
public struct CapturedDatagram: Equatable, Sendable {
  public var source: IPAddress
  public var destination: IPAddress
  public var sourcePort: UInt16
  public var destinationPort: UInt16
  public var payload: [UInt8]

  /// - Parameter linkType: LINKTYPE_ number of the file.
  /// - Returns: `nil` for anything that is not a whole UDP datagram.
  public init?(_ octets: [UInt8], linkType: UInt32) {
    var packet = octets[...]
    var start = PacketHeader.Start.ip
    switch linkType {
    case 1: start = .ethernet
    case 12, 14, 101, 228, 229: break
    case 0, 108: packet = octets.dropFirst(4)
    case 113: packet = octets.dropFirst(16)
    case 276: packet = octets.dropFirst(20)
    default: return nil
    }
    let whole = Array(packet)
    let header = PacketHeader(whole, startingWith: start)
    guard let network = header.network, network.fragmentOffset == 0, let offset = header.payloadOffset,
      case .udp(let from, let to, let length)? = header.transport, length >= 8,
      offset + Int(length) - 8 <= whole.count
    else { return nil }
    (source, destination, sourcePort, destinationPort) = (network.source, network.destination, from, to)
    payload = Array(whole[offset..<(offset + Int(length) - 8)])
  }
}
