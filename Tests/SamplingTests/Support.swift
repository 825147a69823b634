import Bytes
import Foundation
import Netlink
import SFlow
import Sampling

/// The octets in `text`: words of hexadecimal digits. A word with anything else ends what is read of its line.
func hex(_ text: String) -> [UInt8] {
  var octets: [UInt8] = []
  for line in text.split(separator: "\n") {
    for word in line.split(separator: " ") {
      guard word.count % 2 == 0, word.allSatisfy(\.isHexDigit) else { break }
      var rest = word
      while !rest.isEmpty {
        octets.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
        rest = rest.dropFirst(2)
      }
    }
  }
  return octets
}

/// A recording of log packets; the README beside it says where it comes from.
func recording(_ name: String) throws -> [UInt8] {
  let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  return [UInt8](try Data(contentsOf: tests.appending(path: "NetlinkTests/Fixtures/nflog/\(name).bin")))
}

/// What a sample says about a packet, to compare as a whole.
struct Sampled: Equatable, CustomStringConvertible {
  var headerProtocol: HeaderProtocol
  var frameLength: UInt32
  var stripped: UInt32
  var header: [UInt8]

  init(_ headerProtocol: HeaderProtocol, _ frameLength: UInt32, _ stripped: UInt32, _ header: [UInt8]) {
    self.headerProtocol = headerProtocol
    self.frameLength = frameLength
    self.stripped = stripped
    self.header = header
  }

  init(_ frame: borrowing SampledFrame, limit: Int = 128) {
    let header = ([UInt8](copying: frame.link) + [UInt8](copying: frame.octets)).prefix(limit)
    self.init(frame.headerProtocol, frame.frameLength, frame.stripped, Array(header))
  }

  var description: String {
    let octets = header.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return "\(headerProtocol) \(frameLength) B, stripped \(stripped), \(header.count): \(octets)"
  }
}

/// What becomes of a logged packet: the sample, or why there is none, and its interfaces.
struct LoggedSample: Equatable {
  var sample: Result<Sampled, FrameError>
  var path: PacketPath?

  init(_ sample: Result<Sampled, FrameError>, _ path: PacketPath?) {
    self.sample = sample
    self.path = path
  }
}

/// All log packets in `octets`.
func samples(_ octets: [UInt8]) throws -> [LoggedSample] {
  var messages = Messages(octets.span)
  var all: [LoggedSample] = []
  while let message = try messages.next() {
    guard let packet = try NFLogPacket(parsing: message) else { continue }
    let path = PacketPath(packet)
    do throws(FrameError) {
      all.append(LoggedSample(.success(Sampled(try SampledFrame(packet))), path))
    } catch {
      all.append(LoggedSample(.failure(error), path))
    }
  }
  return all
}

extension [UInt8] {
  /// A log message around attributes and a payload.
  static func logMessage(
    _ family: NetfilterFamily, hook: UInt8, etherType: UInt16, hardwareHeader: [UInt8] = [],
    payload: [UInt8] = [], indices: [(type: UInt8, index: UInt8)] = []
  ) -> [UInt8] {
    func attribute(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
      let length = content.count + 4
      return [UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8), type, 0] + content
        + [UInt8](repeating: 0, count: -content.count & 3)
    }
    var body: [UInt8] = [family.rawValue, 0, 0, 5]
    body += attribute(1, [UInt8(etherType >> 8), UInt8(truncatingIfNeeded: etherType), hook, 0])
    for (type, index) in indices { body += attribute(type, [0, 0, 0, index]) }
    if !hardwareHeader.isEmpty { body += attribute(16, hardwareHeader) }
    if !payload.isEmpty { body += attribute(9, payload) }
    let length = UInt32(body.count + 16)
    return (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + [0, 4]
      + [UInt8](repeating: 0, count: 10) + body
  }
}
