import Foundation
import Testing

/// The UDP payloads of a classic pcap file of Ethernet frames, in order.
struct PcapFile {
  let payloads: [[UInt8]]

  /// A file of `Vectors`, without its extension.
  init(_ name: String) throws {
    let url = try #require(
      Bundle.module.url(forResource: name, withExtension: "pcap", subdirectory: "Vectors"))
    payloads = Self.payloads([UInt8](try Data(contentsOf: url)))
  }

  private static func payloads(_ file: [UInt8]) -> [[UInt8]] {
    func little32(_ at: Int) -> Int {
      Int(file[at]) | Int(file[at + 1]) << 8 | Int(file[at + 2]) << 16 | Int(file[at + 3]) << 24
    }
    precondition(little32(0) == 0xA1B2_C3D4 && little32(20) == 1, "a pcap file of little end and Ethernet")
    var payloads: [[UInt8]] = []
    var at = 24
    while at < file.count {
      let length = little32(at + 8)
      let frame = file[(at + 16)..<(at + 16 + length)]
      let ip = frame.startIndex + 14
      let udp = file[ip] >> 4 == 4 ? ip + Int(file[ip] & 15) * 4 : ip + 40
      let udpLength = Int(file[udp + 4]) << 8 | Int(file[udp + 5])
      payloads.append(Array(frame[(udp + 8)..<(udp + udpLength)]))
      at += 16 + length
    }
    return payloads
  }

  static let names = [
    "hsflowd-run1-ipv4", "hsflowd-run2-ipv6", "hsflowd-run3-json", "reflib-compact", "reflib-expanded",
    "reflib-expanded-ipv6agent", "synthetic-decoder-stress", "synthetic-spec-only",
  ]
}
