import Bytes

// Addresses, prefixes and host names as values of keys.

extension ValueType {
  static func host(_ text: String) -> Reading {
    if let address = IPAddress(text) { return .exact(.host(.literal(address))) }
    if let address = shortIPv4(text) {
      return .lenient(.host(.literal(.v4(address))), "\(quoted(text)) is read as \(address)")
    }
    return isHostName(text) || isZonedIPv6(text) ? .exact(.host(.name(text))) : .wrongType
  }

  static func prefix(_ text: String) -> AgentPrefix? {
    let isExcluded = text.hasPrefix("!")
    let parts = text.dropFirst(isExcluded ? 1 : 0).split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(parts[0]), let bits = bits(parts[1], of: address),
      let cidr = CIDR(address, bits: bits)
    else { return nil }
    return AgentPrefix(cidr, isExcluded: isExcluded)
  }

  /// A number of bits, or a mask of the family of `address` whose ones come first.
  private static func bits(_ text: Substring, of address: IPAddress) -> Int? {
    if !text.isEmpty, text.utf8.allSatisfy({ $0 &- 0x30 < 10 }) { return Int(text) }
    switch (address, IPAddress(text)) {
    case (.v4, .v4(let mask)?):
      let ones = (~mask.value).leadingZeroBitCount
      return mask.value.nonzeroBitCount == ones ? ones : nil
    case (.v6, .v6(let mask)?):
      let head = (~mask.high).leadingZeroBitCount
      let ones = head == 64 ? 64 + (~mask.low).leadingZeroBitCount : head
      return mask.high.nonzeroBitCount + mask.low.nonzeroBitCount == ones ? ones : nil
    default:
      return nil
    }
  }

  /// What `inet_aton` and so the resolver takes for an IPv4 address besides four decimal parts: "10.1", "010.0.0.1".
  private static func shortIPv4(_ text: String) -> IPv4Address? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...4).contains(parts.count) else { return nil }
    var value: UInt64 = 0
    for (i, part) in parts.enumerated() {
      // The last part fills what the parts before it left.
      let room = i == parts.count - 1 ? 4 - i : 1
      guard let number = Number(String(part)), number.isWhole, number.value >> (8 * UInt64(room)) == 0 else {
        return nil
      }
      value = value << (8 * UInt64(room)) | number.value
    }
    return IPv4Address(UInt32(truncatingIfNeeded: value))
  }

  /// Letters, digits, `-`, `_` and dots. A last label of digits would be part of an address, and that it is not.
  private static func isHostName(_ text: String) -> Bool {
    let labels = (text.hasSuffix(".") ? text.dropLast() : text[...]).split(
      separator: ".", omittingEmptySubsequences: false)
    guard text.utf8.count <= 254, let last = labels.last, !last.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else {
      return false
    }
    return labels.allSatisfy { label in
      (1...63).contains(label.utf8.count)
        && label.utf8.allSatisfy { byte in
          switch byte {
          case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
          default: byte >= 0x80
          }
        }
    }
  }

  private static func isZonedIPv6(_ text: String) -> Bool {
    let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 && IPv6Address(parts[0]) != nil && !parts[1].isEmpty
      && parts[1].unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7F }
  }
}
