import Bytes

/// What may stand after a key.
public enum ValueType: Sendable, Equatable {
  /// A 32-bit number; hexadecimal with `0x`, octal with a leading 0, and K, M or G for powers of 1000.
  case integer(ClosedRange<UInt32>, unit: String)
  /// A number that may have a fraction.
  case real(ClosedRange<Double>)
  /// `on` or `off`, in any case.
  case flag
  /// An address or a name to be resolved.
  case host
  /// An address.
  case address
  /// `[!]address/bits` or `[!]address/mask`
  case prefix
  /// Link speeds.
  case speeds
  case uuid
  /// A POSIX extended regular expression.
  case regex
  case path
  /// Any text, described by what it is.
  case text(String)
  /// One of these words, in any case.
  case oneOf([String])

  /// What is allowed, for a person.
  public var allowed: String {
    switch self {
    case .integer(let range, let unit):
      "an integer from \(range.lowerBound) to \(range.upperBound)" + (unit.isEmpty ? "" : " (\(unit))")
    case .real(let range): "a number from \(Self.plain(range.lowerBound)) to \(Self.plain(range.upperBound))"
    case .flag: "on or off"
    case .host: "an IPv4 or IPv6 address or a host name"
    case .address: "an IPv4 or IPv6 address"
    case .prefix: "ADDRESS/BITS or ADDRESS/MASK, with ! in front to avoid these addresses"
    case .speeds: "a speed in bit/s or a range of them: 1G, 1G- or 1G-10G"
    case .uuid: "16 octets in hexadecimal"
    case .regex: "a POSIX extended regular expression"
    case .path: "a path"
    case .text(let what): what
    case .oneOf(let words): words.joined(separator: " or ")
    }
  }

  /// "1" for 1.0.
  private static func plain(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? String(value)
  }
}

/// A value as its type understands it.
enum Value: Equatable {
  case integer(UInt32)
  case real(Double)
  case flag(Bool)
  case host(HostAddress)
  case address(IPAddress)
  case prefix(AgentPrefix)
  case speeds(SpeedRange)
  case uuid(UUID)
  case text(String)
}

/// How a text was understood.
enum Reading: Equatable {
  /// As it stands.
  case exact(Value)
  /// Somehow, as the C agent does; the second text says how, the third how to write it better.
  case lenient(Value, String, hint: String? = nil)
  case outOfRange
  case wrongType
}

extension ValueType {
  func read(_ text: String, validateRegex: (String) -> String?) -> Reading {
    switch self {
    case .integer(let range, _): return Self.integer(text, in: range)
    case .real(let range): return Self.real(text, in: range)
    case .flag:
      switch text.lowercased() {
      case "on": return .exact(.flag(true))
      case "off": return .exact(.flag(false))
      default: return .wrongType
      }
    case .host: return Self.host(text)
    case .address: return IPAddress(text).map { .exact(.address($0)) } ?? .wrongType
    case .prefix: return Self.prefix(text).map { .exact(.prefix($0)) } ?? .wrongType
    case .speeds: return Self.speeds(text)
    case .uuid: return UUID(text).map { .exact(.uuid($0)) } ?? .wrongType
    case .regex: return validateRegex(text) == nil ? .exact(.text(text)) : .wrongType
    case .path: return text.isEmpty ? .wrongType : .exact(.text(text))
    case .text: return .exact(.text(text))
    case .oneOf(let words):
      let word = text.lowercased()
      return words.contains(word) ? .exact(.text(word)) : .wrongType
    }
  }
}
