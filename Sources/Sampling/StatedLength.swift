import Bytes

/// How long a packet is by its own headers, of which only the first octets may be here.
enum StatedLength {
  /// Octets of the packet that begins with `octets`; `nil` if its headers do not say or are cut.
  ///
  /// An IPv4 packet beyond 64 KiB (merged by the kernel) says 0, an IPv6 one says so in an option.
  /// - Parameter etherType: what `octets` begins with; below 0x600 a length (802.3).
  static func of(_ octets: RawSpan, etherType: UInt16) -> Int? {
    do throws(WireError) {
      return try read(ByteReader(octets), etherType)
    } catch {
      return nil
    }
  }

  private static func read(_ octets: ByteReader, _ first: UInt16) throws(WireError) -> Int? {
    var reader = octets
    var etherType = first
    while true {
      let before = reader.offset
      switch etherType {
      case ..<EtherType.lowest:
        return before + Int(etherType)
      case EtherType.ipv4:
        guard try reader.u8() >> 4 == 4 else { return nil }
        try reader.skip(1)
        let length = Int(try reader.u16())
        return length == 0 ? nil : before + length
      case EtherType.ipv6:
        guard try reader.u32() >> 28 == 6 else { return nil }
        let length = Int(try reader.u16())
        if length > 0 { return before + 40 + length }
        return try jumbogram(&reader).map { before + 40 + $0 }
      case EtherType.arp:
        return before + 28
      case EtherType.vlan, EtherType.serviceVLAN, EtherType.oldServiceVLAN:
        try reader.skip(2)
        etherType = try reader.u16()
      case EtherType.mpls, EtherType.mplsMulticast:
        let bottomOfStack: UInt32 = 0x100
        while try reader.u32() & bottomOfStack == 0 {}
        var peek = reader
        switch try peek.u8() >> 4 {
        case 4: etherType = EtherType.ipv4
        case 6: etherType = EtherType.ipv6
        default: return nil
        }
      case EtherType.pppoeSession:
        try reader.skip(4)
        return before + 6 + Int(try reader.u16())
      default:
        return nil
      }
    }
  }

  /// The largest packet that Linux merges (`GSO_MAX_SIZE`); what claims to be longer is not believed.
  private static let mostMerged: UInt32 = 8 * 65535

  /// RFC 2675: the length after the IPv6 header, as the first option of a hop-by-hop header.
  private static func jumbogram(_ reader: inout ByteReader) throws(WireError) -> Int? {
    let nextHeader = try reader.u8()
    try reader.skip(1 + 32)
    guard nextHeader == 0 else { return nil }
    try reader.skip(2)
    guard try reader.u16() == 0xC204 else { return nil }
    let length = try reader.u32()
    return length <= mostMerged ? Int(length) : nil
  }
}

/// What comes next in a frame.
enum EtherType {
  /// Below it is a length (802.3).
  static let lowest: UInt16 = 0x600
  static let ipv4: UInt16 = 0x0800
  static let arp: UInt16 = 0x0806
  static let vlan: UInt16 = 0x8100
  static let ipv6: UInt16 = 0x86DD
  static let mpls: UInt16 = 0x8847
  static let mplsMulticast: UInt16 = 0x8848
  static let pppoeSession: UInt16 = 0x8864
  static let serviceVLAN: UInt16 = 0x88A8
  static let oldServiceVLAN: UInt16 = 0x9100
}
