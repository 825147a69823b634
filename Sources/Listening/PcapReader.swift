public import Bytes

/// The packets of a classic pcap file, pcap-savefile(5).
public struct PcapReader {
  /// Why the file cannot be read, and what to do.
  public struct Failure: Error, Equatable, CustomStringConvertible {
    public var description: String
  }

  public struct Packet: Equatable, Sendable {
    /// Of the wall clock.
    public var seconds: UInt32
    public var nanoseconds: UInt32
    /// As much as was captured.
    public var octets: [UInt8]
  }

  /// What a packet begins with: a LINKTYPE_ number.
  public let linkType: UInt32
  /// The file ends within a packet, or what follows is no packet.
  public private(set) var isCut = false
  private let file: [UInt8]
  private let isBigEndian: Bool
  private let isNanoseconds: Bool
  private var at = 24

  /// Longer packets are no packets.
  private static let longestPacket = 1 << 20

  public init(_ file: [UInt8]) throws(Failure) {
    guard file.count >= 24 else { throw Failure(description: "too short for a pcap file") }
    let magic = Array(file[0..<4])
    switch magic {
    case [0xD4, 0xC3, 0xB2, 0xA1]: (isBigEndian, isNanoseconds) = (false, false)
    case [0x4D, 0x3C, 0xB2, 0xA1]: (isBigEndian, isNanoseconds) = (false, true)
    case [0xA1, 0xB2, 0xC3, 0xD4]: (isBigEndian, isNanoseconds) = (true, false)
    case [0xA1, 0xB2, 0x3C, 0x4D]: (isBigEndian, isNanoseconds) = (true, true)
    case [0x0A, 0x0D, 0x0D, 0x0A]:
      throw Failure(description: "a pcapng file: make a pcap file of it with editcap -F pcap IN OUT")
    default: throw Failure(description: "no pcap file")
    }
    self.file = file
    linkType = Self.word(file, 20, isBigEndian) & 0xFFFF
  }

  public mutating func next() -> Packet? {
    guard at < file.count else { return nil }
    guard at + 16 <= file.count else { return end() }
    let length = Int(word(at + 8))
    guard length <= Self.longestPacket, at + 16 + length <= file.count else { return end() }
    let (seconds, fraction) = (word(at), word(at + 4))
    let octets = Array(file[(at + 16)..<(at + 16 + length)])
    at += 16 + length
    return Packet(
      seconds: seconds, nanoseconds: isNanoseconds ? fraction : fraction &* 1000, octets: octets)
  }

  private mutating func end() -> Packet? {
    isCut = true
    at = file.count
    return nil
  }

  private func word(_ at: Int) -> UInt32 { Self.word(file, at, isBigEndian) }

  private static func word(_ file: [UInt8], _ at: Int, _ isBigEndian: Bool) -> UInt32 {
    let bytes = file[at..<(at + 4)].map { UInt32($0) }
    let ordered = isBigEndian ? bytes : bytes.reversed()
    return ordered.reduce(0) { $0 << 8 | $1 }
  }
}

/// Writes a pcap file of UDP packets without a link layer (LINKTYPE_RAW), little-endian.
public enum PcapWriter {
  public static var head: [UInt8] {
    little(0xA1B2_3C4D) + [2, 0, 4, 0] + little(0) + little(0) + little(65535) + little(101)
  }

  /// One datagram as an IP packet.
  public static func packet(
    _ payload: [UInt8], from source: IPAddress, port: UInt16, to destination: IPAddress, port toPort: UInt16,
    seconds: UInt32, nanoseconds: UInt32
  ) -> [UInt8] {
    let udp = big(port) + big(toPort) + big(UInt16(clamping: 8 + payload.count)) + [0, 0] + payload
    var packet: [UInt8]
    switch (source, destination) {
    case (.v4(let from), .v4(let to)):
      packet = [0x45, 0] + big(UInt16(clamping: 20 + udp.count)) + [0, 0, 0x40, 0, 64, 17, 0, 0]
      packet += big(from.value) + big(to.value)
      let sum = checksum(packet)
      packet.replaceSubrange(10..<12, with: big(sum))
    default:
      packet = [0x60, 0, 0, 0] + big(UInt16(clamping: udp.count)) + [17, 64]
      packet += sixteen(source) + sixteen(destination)
    }
    packet += udp
    let length = UInt32(clamping: packet.count)
    return little(seconds) + little(nanoseconds) + little(length) + little(length) + packet
  }

  /// Of IPv4 in the form that sockets of both families use (RFC 4291, 2.5.5.2).
  private static func sixteen(_ address: IPAddress) -> [UInt8] {
    switch address {
    case .v4(let v4): [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + big(v4.value)
    case .v6(let v6): big(v6.high) + big(v6.low)
    }
  }

  /// RFC 1071.
  private static func checksum(_ header: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for i in stride(from: 0, to: header.count - 1, by: 2) {
      sum += UInt32(header[i]) << 8 | UInt32(header[i + 1])
    }
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    return ~UInt16(truncatingIfNeeded: sum)
  }

  private static func big(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
    (0..<(value.bitWidth / 8)).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func little(_ value: UInt32) -> [UInt8] { big(value).reversed() }
}
