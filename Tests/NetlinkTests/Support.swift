import Bytes
import Foundation
import Netlink
import Testing

/// The octets in `text`: words of an even number of hexadecimal digits. A word with anything else ends what
/// is read of its line, so that the rest of the line can say what the octets are.
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

/// A recorded file; `Fixtures/README.md` says where it comes from.
func fixture(_ name: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: Bundle.module.bundleURL.appending(path: "Fixtures/\(name).bin")))
}

func headers(_ octets: [UInt8]) throws -> [MessageHeader] {
  var messages = Messages(octets.span)
  var headers: [MessageHeader] = []
  while let message = try messages.next() { headers.append(message.header) }
  return headers
}

func links(_ octets: [UInt8]) throws -> [LinkMessage] {
  var messages = Messages(octets.span)
  var links: [LinkMessage] = []
  while let message = try messages.next() {
    if let link = try LinkMessage(parsing: message) { links.append(link) }
  }
  return links
}

func addresses(_ octets: [UInt8]) throws -> [AddressMessage] {
  var messages = Messages(octets.span)
  var addresses: [AddressMessage] = []
  while let message = try messages.next() {
    if let address = try AddressMessage(parsing: message) { addresses.append(address) }
  }
  return addresses
}

/// What an `RTM_NEWSTATS` says.
struct Counted: Equatable {
  var index: UInt32
  var link: LinkStatistics64?
  var lacp: LACPStatistics?
}

func statistics(_ octets: [UInt8]) throws -> [Counted] {
  var messages = Messages(octets.span)
  var all: [Counted] = []
  while let message = try messages.next() {
    guard let one = try StatisticsMessage(parsing: message) else { continue }
    var link = LinkStatistics64()
    let index = try link.update(from: message)
    #expect(index == nil || index == one.index)
    all.append(Counted(index: one.index, link: index.map { _ in link }, lacp: one.lacp))
  }
  return all
}

func acknowledgements(_ octets: [UInt8]) throws -> [Acknowledgement] {
  var messages = Messages(octets.span)
  var all: [Acknowledgement] = []
  while let message = try messages.next() {
    if let one = try Acknowledgement(parsing: message) { all.append(one) }
  }
  return all
}

/// A message with `body`, with its length; flags, sequence and port are 0.
func message(_ type: MessageType, _ body: [UInt8]) -> [UInt8] {
  let length = UInt32(16 + body.count)
  return (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    + [UInt8(truncatingIfNeeded: type.rawValue), UInt8(type.rawValue >> 8)]
    + [UInt8](repeating: 0, count: 10) + body
}
