import Bytes
public import Netlink
import SFlow

extension SampledFrame {
  /// A packet of a log group.
  ///
  /// The length is that of the IP header (or of what else there is) rather than of the octets copied. A VLAN that
  /// the kernel keeps beside the packet is not counted and not put back: a bridge that filters VLANs keeps one for
  /// untagged frames too. It belongs into an `ExtendedSwitch`.
  @_lifetime(copy packet)
  public init(_ packet: borrowing NFLogPacket) throws(FrameError) {
    let payload = packet.payload
    guard !payload.isEmpty else { throw .empty }
    if packet.beginsWithLinkHeader {
      let length = payload.byteCount
      guard length >= Self.ethernetLength else { throw .truncated }
      let behind = payload.extracting(Self.ethernetLength...)
      let stated = StatedLength.of(behind, etherType: payload.etherTypeOfEthernetHeader ?? 0) ?? 0
      try self.init(ethernet: payload, length: Self.ethernetLength + stated)
      return
    }
    let link = packet.hardwareHeader.isEmpty ? packet.linkHeader : packet.hardwareHeader
    try self.init(link: link, payload, etherType: packet.etherType)
  }

  /// A packet logged by ULOG.
  @_lifetime(copy packet)
  public init(_ packet: borrowing ULogPacket) throws(FrameError) {
    guard !packet.payload.isEmpty else { throw .empty }
    let ip = HeaderProtocol(ofIP: packet.payload)
    try self.init(link: packet.hardwareHeader, packet.payload, etherType: ip?.etherType)
  }

  /// A packet and what the kernel says was in front of it. A device without link-layer headers, or the way out
  /// of another one, makes that something else: it is taken for an Ethernet header only if it fits.
  /// - Parameter etherType: of `payload`, by the kernel; for 802.3 any number below a true one.
  @_lifetime(copy link, copy payload)
  private init(link: RawSpan, _ payload: RawSpan, etherType: UInt16?) throws(FrameError) {
    if link.byteCount == Self.ethernetLength, let inHeader = link.etherTypeOfEthernetHeader,
      inHeader == etherType || max(inHeader, etherType ?? 0) < EtherType.lowest,
      !link.isLoopbackHeader || HeaderProtocol(ofIP: payload) == nil
    {
      self.init(link: link, payload, length: StatedLength.of(payload, etherType: inHeader) ?? 0)
      return
    }
    let ip = HeaderProtocol(ofIP: payload)
    try self.init(
      ip: payload, length: ip.flatMap { StatedLength.of(payload, etherType: $0.etherType) } ?? 0)
  }
}

extension NFLogPacket {
  /// Whether the payload is a frame: on the way out of ARP and netdev hooks the kernel has not stepped over the
  /// header.
  fileprivate var beginsWithLinkHeader: Bool {
    family == .arp && hook == .arpOut || family == .netdev && hook == .netdevEgress
  }
}

extension RawSpan {
  /// Octets 12 and 13.
  fileprivate var etherTypeOfEthernetHeader: UInt16? {
    var reader = ByteReader(self)
    guard (try? reader.skip(12)) != nil else { return nil }
    return try? reader.u16()
  }
}
