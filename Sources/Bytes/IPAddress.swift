/// An IPv4 address.
public struct IPv4Address: Hashable, Sendable, BitwiseCopyable {
  /// The address as a number: 10.0.0.1 is 0x0A000001.
  public var value: UInt32
  public init(_ value: UInt32) { self.value = value }
  public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
    value = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
  }
}

/// An IPv6 address.
public struct IPv6Address: Hashable, Sendable, BitwiseCopyable {
  /// The first 8 octets as a number.
  public var high: UInt64
  /// The last 8 octets as a number.
  public var low: UInt64
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
}

/// An address of either family.
public enum IPAddress: Hashable, Sendable {
  case v4(IPv4Address)
  case v6(IPv6Address)
}

extension ByteReader {
  /// 4 octets.
  @_lifetime(self: copy self)
  public mutating func ipv4() throws(WireError) -> IPv4Address { IPv4Address(try u32()) }
  /// 16 octets.
  @_lifetime(self: copy self)
  public mutating func ipv6() throws(WireError) -> IPv6Address {
    IPv6Address(high: try u64(), low: try u64())
  }
}

// MARK: - Text

extension IPv4Address: CustomStringConvertible {
  /// Dotted decimal, four parts. `nil` for anything else: "10.1" and "010.0.0.1" are not addresses here.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var value: UInt32 = 0
    for part in parts {
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ $0 &- 0x30 < 10 }),
        part.utf8.count == 1 || part.first != "0", let octet = UInt8(part)
      else { return nil }
      value = value << 8 | UInt32(octet)
    }
    self.value = value
  }

  public var description: String {
    "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
  }
}

extension IPv6Address: CustomStringConvertible {
  /// The eight 16-bit groups.
  private var groups: [UInt16] {
    (0..<8).map { i in UInt16(truncatingIfNeeded: (i < 4 ? high : low) >> (48 - 16 * UInt64(i % 4))) }
  }

  /// RFC 4291 text, with `::` and a dotted IPv4 tail. No zone: that belongs to an interface.
  public init?(_ text: some StringProtocol) {
    var head: [UInt16] = []
    var tail: [UInt16]?
    var rest = Substring(text)
    if rest.hasPrefix("::") {
      tail = []
      rest.removeFirst(2)
    }
    while !rest.isEmpty {
      let part = rest.prefix { $0 != ":" }
      if part.contains(".") {
        guard part.count == rest.count, let v4 = IPv4Address(part) else { return nil }
        let pair = [UInt16(v4.value >> 16), UInt16(truncatingIfNeeded: v4.value)]
        if tail != nil { tail! += pair } else { head += pair }
        rest = ""
        break
      }
      guard (1...4).contains(part.utf8.count), part.allSatisfy(\.isHexDigit),
        let group = UInt16(part, radix: 16)
      else { return nil }
      if tail != nil { tail!.append(group) } else { head.append(group) }
      rest = rest.dropFirst(part.count)
      if rest.isEmpty { break }
      if rest.hasPrefix("::") {
        guard tail == nil else { return nil }
        tail = []
        rest = rest.dropFirst(2)
      } else {
        rest = rest.dropFirst()
        if rest.isEmpty { return nil }
      }
    }
    let missing = 8 - head.count - (tail?.count ?? 0)
    guard tail == nil ? missing == 0 : missing >= 1 else { return nil }
    let all = head + Array(repeating: 0, count: missing) + (tail ?? [])
    high = all[..<4].reduce(0) { $0 << 16 | UInt64($1) }
    low = all[4...].reduce(0) { $0 << 16 | UInt64($1) }
  }

  /// The canonical text of RFC 5952: lower case, the longest run of at least two zero groups as `::`.
  public var description: String {
    if high == 0, low >> 32 == 0xFFFF { return "::ffff:\(IPv4Address(UInt32(truncatingIfNeeded: low)))" }
    let groups = groups
    var best = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8, groups[end] == 0 { end += 1 }
      if end - start >= 2, end - start > best.count { best = start..<end }
      start = max(end, start + 1)
    }
    func text(_ range: Range<Int>) -> String {
      range.map { String(groups[$0], radix: 16) }.joined(separator: ":")
    }
    return best.isEmpty ? text(0..<8) : text(0..<best.lowerBound) + "::" + text(best.upperBound..<8)
  }
}

extension IPAddress: CustomStringConvertible {
  /// An IPv4 or IPv6 literal.
  public init?(_ text: some StringProtocol) {
    if let v4 = IPv4Address(text) {
      self = .v4(v4)
    } else if let v6 = IPv6Address(text) {
      self = .v6(v6)
    } else {
      return nil
    }
  }

  public var description: String {
    switch self {
    case .v4(let address): address.description
    case .v6(let address): address.description
    }
  }
}

// MARK: - Prefixes

/// An address prefix: 10.0.0.0/8, fd00::/8.
public struct CIDR: Hashable, Sendable {
  public let address: IPAddress
  /// Bits that must agree, 0...32 or 0...128.
  public let bits: Int

  /// `nil` if there are more bits than the family has.
  public init?(_ address: IPAddress, bits: Int) {
    switch address {
    case .v4: guard (0...32).contains(bits) else { return nil }
    case .v6: guard (0...128).contains(bits) else { return nil }
    }
    self.address = address
    self.bits = bits
  }

  public func contains(_ other: IPAddress) -> Bool {
    switch (address, other) {
    case (.v4(let prefix), .v4(let address)):
      return bits == 0 || (prefix.value ^ address.value) >> (32 - UInt32(bits)) == 0
    case (.v6(let prefix), .v6(let address)):
      if bits <= 64 { return bits == 0 || (prefix.high ^ address.high) >> (64 - UInt64(bits)) == 0 }
      return prefix.high == address.high && (prefix.low ^ address.low) >> (128 - UInt64(bits)) == 0
    default:
      return false
    }
  }
}

extension CIDR: CustomStringConvertible {
  public var description: String { "\(address)/\(bits)" }
}
