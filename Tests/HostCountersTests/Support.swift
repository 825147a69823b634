import Bytes
import Netlink
import Testing

@testable import HostCounters

/// A link as one line: the ifIndex, the name and any of
/// `up`, `lo`, a kind, `in:MASTER`, `over:LOWER`, `over:LOWER@elsewhere`, `parent:BUS/DEVICE`, `mac:xx:..`,
/// `nomac`, `type:ARPHRD`, `alias:TEXT`. Unless said otherwise it is Ethernet with a MAC address.
func link(_ text: String) throws -> LinkMessage {
  let words = text.split(separator: " ")
  try #require(words.count >= 2)
  var link = LinkMessage(index: try number(words[0]))
  link.name = String(words[1])
  link.mac = MACAddress(0x0200_0000_0000 + UInt64(link.index))
  for word in words.dropFirst(2) {
    let value = word.firstIndex(of: ":").map { String(word[word.index(after: $0)...]) } ?? ""
    switch word.prefix(while: { $0 != ":" }) {
    case "up": link.flags.insert([.up, .lowerUp])
    case "lo":
      link.flags.insert(.loopback)
      link.hardwareType = .loopback
      link.mac = MACAddress(0)
    case "in": link.master = try number(value)
    case "over":
      let parts = value.split(separator: "@")
      link.lowerIndex = try number(parts[0])
      if parts.count > 1 { link.linkNamespace = 0 }
    case "parent":
      let parts = value.split(separator: "/")
      link.parentBus = String(parts[0])
      link.parentDevice = String(parts[1])
    case "mac":
      link.mac = MACAddress(try #require(UInt64(value.split(separator: ":").joined(), radix: 16)))
    case "nomac": link.mac = nil
    case "type": link.hardwareType = HardwareType(rawValue: try #require(UInt16(value)))
    case "alias": link.alias = value
    default: link.kind = String(word)
    }
  }
  return link
}

private func number(_ text: some StringProtocol) throws -> UInt32 { try #require(UInt32(text)) }

/// A table of links, one a line.
func table(_ text: String) throws -> InterfaceTable {
  var table = InterfaceTable()
  for line in text.split(separator: "\n") where !line.isEmpty { table.apply(try link(String(line))) }
  return table
}

func address(
  _ index: UInt32, _ text: String, flags: AddressFlags = .permanent, label: String? = nil,
  isDeletion: Bool = false
) throws -> AddressMessage {
  let parts = text.split(separator: "/")
  return AddressMessage(
    index: index, address: try #require(IPAddress(parts[0])),
    prefixLength: try #require(parts.count > 1 ? UInt8(parts[1]) : 24), flags: flags, label: label,
    isDeletion: isDeletion)
}
