/// IPv4 packets of the far end, made by hand, good and bad ones.
enum TruthFrames {
  static let host: [UInt8] = [10, 98, 0, 1]
  static let far: [UInt8] = [10, 98, 0, 2]

  /// The Internet checksum, RFC 1071.
  static func checksum(_ octets: [UInt8]) -> [UInt8] {
    var sum = 0
    for i in stride(from: 0, to: octets.count, by: 2) {
      sum += Int(octets[i]) << 8 + (i + 1 < octets.count ? Int(octets[i + 1]) : 0)
    }
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    return LabFrame.u16(~sum & 0xFFFF)
  }

  /// - Parameters:
  ///   - fragment: flags and offset, as in the header.
  ///   - options: a multiple of four octets.
  ///   - isDamaged: the header's checksum is wrong.
  static func packet(
    _ number: UInt8, _ payload: [UInt8], from: [UInt8] = TruthFrames.far, to: [UInt8] = TruthFrames.host,
    tos: UInt8 = 0,
    ttl: UInt8 = 64,
    id: Int = 0x4711, fragment: Int = 0, options: [UInt8] = [], isDamaged: Bool = false
  ) -> [UInt8] {
    let words = UInt8(5 + options.count / 4)
    var header = [0x40 | words, tos] + LabFrame.u16(20 + options.count + payload.count) + LabFrame.u16(id)
    header += LabFrame.u16(fragment) + [ttl, number, 0, 0] + from + to + options
    header.replaceSubrange(10..<12, with: checksum(header))
    if isDamaged { header[10] ^= 0x55 }
    return header + payload
  }

  static func frame(_ packet: [UInt8]) -> [UInt8] { LabFrame.ethernet(0x0800, packet) }

  static func icmp(_ type: UInt8, code: UInt8 = 0, _ body: [UInt8] = [0, 0, 0, 0]) -> [UInt8] {
    let message = [type, code, 0, 0] + body
    return [type, code] + checksum(message) + body
  }

  /// What an ICMP error says of a packet of the host's to a port that nobody knows.
  static let quotation: [UInt8] = {
    let udp: [UInt8] = LabFrame.u16(4000) + LabFrame.u16(9) + [0, 28, 0, 0]
    return [0, 0, 0, 0] + packet(17, udp, from: host, to: far)
  }()

  /// One of each that moves a counter of `/proc/net/snmp`, to the agent's end.
  static func all(second: Int) -> [[UInt8]] {
    let noPort = LabFrame.udp(40)
    let elsewhere: [UInt8] = [10, 99, 0, 2]
    let echo = icmp(8, [0, 7, 0, 1] + LabFrame.filler(56))
    // Wrong checksums.
    let (badUDP, badICMP) = (replaced(noPort, 6, [0x12, 0x34]), replaced(echo, 2, [0, 1]))
    let badTCP: [UInt8] =
      LabFrame.u16(4000) + LabFrame.u16(9) + [0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 255, 255, 0, 0, 0, 0]
    var packets: [[UInt8]] = [
      packet(17, noPort, isDamaged: true), packet(253, [1, 2, 3, 4]), packet(17, noPort),
      packet(17, badUDP), packet(1, badICMP), packet(6, badTCP),
    ]
    // An option that is longer than the header.
    packets.append(packet(17, noPort, options: [7, 99, 4, 0]))
    // The first fragment of a packet of which no more comes, and one that is whole.
    let (whole, number) = (LabFrame.udp(1992), second & 0x3FFF)
    packets.append(packet(17, LabFrame.udp(1000), id: number, fragment: 0x2000))
    packets.append(packet(17, Array(whole[..<1000]), id: number | 0x4000, fragment: 0x2000))
    packets.append(packet(17, Array(whole[1000...]), id: number | 0x4000, fragment: 125))
    // For another host: forwarded, too old, too long, back to where it came from.
    packets.append(packet(17, noPort, to: elsewhere))
    packets.append(packet(17, noPort, to: elsewhere, ttl: 1))
    packets.append(packet(17, LabFrame.udp(3000), to: elsewhere, fragment: 0x4000))
    packets.append(packet(17, noPort, to: [10, 98, 0, 78]))
    packets.append(packet(1, echo))
    let bodies: [(UInt8, [UInt8])] = [
      (0, [0, 7, 0, 1]), (3, quotation), (4, quotation), (5, quotation), (11, quotation), (12, quotation),
      (13, [UInt8](repeating: 0, count: 16)), (17, [UInt8](repeating: 0, count: 8)),
      (18, [0, 7, 0, 1, 255, 255, 255, 0]),
    ]
    for (type, body) in bodies { packets.append(packet(1, icmp(type, code: type == 3 ? 3 : 0, body))) }
    return packets.map(frame)
  }

  private static func replaced(_ octets: [UInt8], _ place: Int, _ new: [UInt8]) -> [UInt8] {
    Array(octets[..<place]) + new + Array(octets[(place + new.count)...])
  }

  /// In VXLAN network 7: a packet in whose outer header congestion is told of, which the inner cannot (RFC 6040).
  static let congested: [UInt8] = {
    let inner = frame(packet(17, [0, 1, 0, 9, 0, 8, 0, 0]))
    let ports: [UInt8] = LabFrame.u16(4000) + LabFrame.u16(4789) + LabFrame.u16(16 + inner.count)
    let tunnel: [UInt8] = ports + [0, 0, 8, 0, 0, 0, 0, 0, 7, 0]
    return frame(packet(17, tunnel + inner, tos: 3))
  }()
}
