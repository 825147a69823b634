import Bytes
internal import Linux
import SFlow

extension SampledFrame {
  /// A packet of a tap, Ethernet or IP by what the interface is.
  /// - Parameter octets: as much of it as was copied.
  @_lifetime(copy octets)
  init(_ packet: RingPacket, _ octets: RawSpan) throws(FrameError) {
    switch packet.hardwareType {
    case 1, 772:
      // ARPHRD_ETHER, ARPHRD_LOOPBACK
      try self.init(ethernet: octets, length: Int(packet.length))
    default:
      // Tunnels, PPP, IP over InfiniBand: the kernel knows where the IP packet begins.
      try self.init(
        ip: octets.extracting(packet.linkHeaderLength...),
        length: Int(packet.length) - packet.linkHeaderLength)
    }
  }

  /// The VLAN tag of an Ethernet frame: the outer one, if it has several.
  var vlanTag: (vlan: UInt32, priority: UInt32)? {
    guard headerProtocol == .ethernet else { return nil }
    var reader = ByteReader(octets)
    guard (try? reader.skip(12)) != nil, let type = try? reader.u16(), let control = try? reader.u16() else {
      return nil
    }
    // 802.1Q, 802.1ad, and what was used before it.
    guard type == 0x8100 || type == 0x88A8 || type == 0x9100 else { return nil }
    return (UInt32(control & 0xFFF), UInt32(control >> 13))
  }
}
