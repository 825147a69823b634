import Foundation
import Testing

/// What tcpdump(8) sees on an interface while this is.
final class PacketDump {
  private let folder: Folder
  private let program: Program
  private let path: String
  static let isPossible = tool("tcpdump") != nil

  init(of device: String, in namespace: String) throws {
    folder = try Folder()
    path = folder["dump"]
    program = try Program(
      ["tcpdump", "-n", "-U", "-Z", "root", "-s", "256", "-B", "32768", "-i", device, "-w", path],
      in: namespace)
    let program = program
    try #require(eventually { program.errors.contains("listening on") }, "\(program.errors)")
  }

  deinit { program.end() }

  /// A frame: its first octets and how long it was, without FCS.
  struct Frame {
    var octets: [UInt8]
    var length: Int

    var etherType: Int { octets.count < 14 ? 0 : Int(octets[12]) << 8 | Int(octets[13]) }
    var isToHost: Bool { octets.prefix(6) == PacketLab.hostMAC[...] }
    var isFromHost: Bool { octets.count >= 12 && octets[6..<12] == PacketLab.hostMAC[...] }

    /// Without the VLAN tag, the outer one of two.
    var untagged: Frame {
      guard [0x8100, 0x88A8].contains(etherType) else { return self }
      return Frame(octets: Array(octets[..<12] + octets[16...]), length: length - 4)
    }

    /// Without the Ethernet header.
    var packet: Frame { Frame(octets: Array(octets.dropFirst(14)), length: length - 14) }
  }

  /// All until now, from a pcap file of this machine's byte order.
  func frames() -> [Frame] {
    guard let file = FileManager.default.contents(atPath: path) else { return [] }
    var frames: [Frame] = []
    file.withUnsafeBytes { octets in
      func word(_ place: Int) -> Int { Int(octets.loadUnaligned(fromByteOffset: place, as: UInt32.self)) }
      var place = 24
      // The last may not be there whole yet.
      while place + 16 <= octets.count, place + 16 + word(place + 8) <= octets.count {
        let end = place + 16 + word(place + 8)
        frames.append(Frame(octets: Array(octets[place + 16..<end]), length: word(place + 12)))
        place = end
      }
    }
    return frames
  }
}

/// One packet as both sides tell of it, to be compared as a whole.
struct PacketFacts: Hashable, Comparable, CustomStringConvertible {
  /// As a sample has them: ifIndexes, 0 unknown, 0x3FFFFFFF the host itself.
  var input: UInt32
  var output: UInt32
  var headerProtocol: UInt32
  /// With the FCS, and the Ethernet header whether it is shown or not.
  var frameLength: Int
  var header: [UInt8]
  var vlan: UInt32?

  static let host: UInt32 = 0x3FFF_FFFF

  init(_ sample: SeenSample) {
    (input, output) = (sample.input, sample.output)
    (headerProtocol, frameLength) = (sample.headerProtocol, Int(sample.frameLength))
    (header, vlan) = (sample.header, sample.vlan)
  }

  /// - Parameter frame: as it was on the wire; a sample has at most 128 octets of it.
  init(_ frame: PacketDump.Frame, input: UInt32, output: UInt32, vlan: UInt32? = nil) {
    (self.input, self.output, self.vlan) = (input, output, vlan)
    headerProtocol = 1
    frameLength = frame.length + 4
    header = Array(frame.octets.prefix(128))
  }

  /// - Parameter ip: an Ethernet frame whose header the sample does not show.
  init(packetOf frame: PacketDump.Frame, input: UInt32, output: UInt32) {
    self.init(frame.packet, input: input, output: output)
    headerProtocol = (header.first ?? 0) >> 4 == 4 ? 11 : 12
    frameLength = frame.length + 4
  }

  /// ICMPv6, which the kernel speaks by itself and when it likes: listeners of multicast, neighbours.
  var isNeighbourTalk: Bool {
    switch headerProtocol {
    case 1: header.count > 20 && header[12] == 0x86 && header[13] == 0xDD && [0, 58].contains(header[20])
    case 12: header.count > 6 && [0, 58].contains(header[6])
    default: false
    }
  }

  static func < (a: Self, b: Self) -> Bool {
    (a.input, a.output, a.frameLength) != (b.input, b.output, b.frameLength)
      ? (a.input, a.output, a.frameLength) < (b.input, b.output, b.frameLength)
      : a.header.lexicographicallyPrecedes(b.header)
  }

  var description: String {
    let octets = header.prefix(48).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return "\(input)>\(output) protocol \(headerProtocol) \(frameLength) B"
      + (vlan.map { " vlan \($0)" } ?? "") + " [\(header.count)] \(octets)"
  }
}
