import Bytes
public import SFlow

/// Why a packet cannot become a sample.
public enum FrameError: Error, Equatable {
  /// Not an octet of it was copied, as with `snaplen 0`.
  case empty
  /// Shorter than the header that it should begin with.
  case truncated
  /// Neither an Ethernet frame nor an IP packet.
  case unknownProtocol
}

/// A packet as a sample shows it: a view of its octets where they lie, and what is said about them.
///
/// An Ethernet frame is protocol 1 and has lost its FCS (4 octets). An IP packet that has no Ethernet header, or
/// only the zeros of the loopback, is protocol 11 or 12 and counts as a frame that has lost 18 octets, header
/// and FCS, like the C agent's.
public struct SampledFrame: ~Escapable {
  public let headerProtocol: HeaderProtocol
  /// Octets of the original frame, those of `stripped` included.
  public let frameLength: UInt32
  /// Octets of it that `link` and `octets` never have.
  public let stripped: UInt32
  /// The Ethernet header, if it does not lie in front of `octets`; otherwise empty.
  public let link: RawSpan
  /// The frame, or the packet behind `link`, as far as it was copied.
  public let octets: RawSpan
  private static let fcsLength = 4
  static let ethernetLength = 14

  /// - Parameter length: octets of the original, without FCS.
  @_lifetime(copy link, copy octets)
  private init(
    _ headerProtocol: HeaderProtocol, length: Int, stripped: Int, link: RawSpan, octets: RawSpan
  ) {
    self.headerProtocol = headerProtocol
    frameLength = UInt32(clamping: length + stripped)
    self.stripped = UInt32(clamping: stripped)
    self.link = link
    self.octets = octets
  }

  /// An Ethernet frame in one piece.
  /// - Parameter length: of the original, header included; what was copied counts if that is more.
  @_lifetime(copy octets)
  init(ethernet octets: RawSpan, length: Int) throws(FrameError) {
    guard octets.byteCount >= Self.ethernetLength else { throw octets.isEmpty ? .empty : .truncated }
    if octets.isLoopbackHeader {
      let packet = octets.extracting(Self.ethernetLength...)
      if let ip = HeaderProtocol(ofIP: packet) {
        self.init(ip, packet: packet, length: length - Self.ethernetLength)
        return
      }
    }
    self.init(
      .ethernet, length: max(length, octets.byteCount), stripped: Self.fcsLength,
      link: octets.extracting(first: 0), octets: octets)
  }

  /// An Ethernet header and what followed it.
  /// - Parameter length: of what followed it, in the original.
  @_lifetime(copy link, copy octets)
  init(link: RawSpan, _ octets: RawSpan, length: Int) {
    self.init(
      .ethernet, length: Self.ethernetLength + max(length, octets.byteCount), stripped: Self.fcsLength,
      link: link, octets: octets)
  }

  /// An IP packet.
  /// - Parameter length: of the original.
  @_lifetime(copy packet)
  init(ip packet: RawSpan, length: Int) throws(FrameError) {
    guard let ip = HeaderProtocol(ofIP: packet) else { throw packet.isEmpty ? .empty : .unknownProtocol }
    self.init(ip, packet: packet, length: length)
  }

  @_lifetime(copy packet)
  private init(_ ip: HeaderProtocol, packet: RawSpan, length: Int) {
    self.init(
      ip, length: max(length, packet.byteCount), stripped: Self.ethernetLength + Self.fcsLength,
      link: packet.extracting(first: 0), octets: packet)
  }
}

extension HeaderProtocol {
  /// IPv4 or IPv6 by the version that the packet begins with; `nil` if it is neither.
  init?(ofIP packet: RawSpan) {
    var reader = ByteReader(packet)
    switch (try? reader.u8()).map({ $0 >> 4 }) {
    case 4: self = .ipv4
    case 6: self = .ipv6
    default: return nil
    }
  }

  /// What such a packet would be in an Ethernet frame.
  var etherType: UInt16 { self == .ipv6 ? EtherType.ipv6 : EtherType.ipv4 }
}

extension RawSpan {
  /// Whether this is an Ethernet header whose addresses are zeros, as the loopback has it. (Two octets of the
  /// source are enough: that is what the C agent looks at.)
  var isLoopbackHeader: Bool {
    var reader = ByteReader(self)
    return (try? reader.u64()) == 0
  }
}
