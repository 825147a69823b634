internal import Bytes

/// The answer section of a DNS message (RFC 1035), as far as discovery needs it. Names are in text, `\DDD` for octets that
/// are neither letter, digit, `-` nor `_`.
struct DNSMessage: Equatable {
  enum RecordType {
    static let canonicalName: UInt16 = 5
    static let text: UInt16 = 16
    static let service: UInt16 = 33
  }

  /// SRV, RFC 2782.
  struct Service: Equatable, Sendable {
    var priority: UInt16
    var weight: UInt16
    var port: UInt16
    /// Empty for the root, which means that there is no such service.
    var target: String
  }

  enum Content: Equatable {
    case canonicalName(String)
    /// The strings of a TXT record.
    case text([[UInt8]])
    case service(Service)
  }

  struct Record: Equatable {
    var name: String
    /// Seconds for which it may be kept.
    var lifetime: UInt32
    var content: Content
  }

  /// Records of class IN and of the types above; others are stepped over.
  private(set) var answers: [Record] = []

  init(parsing message: Span<UInt8>) throws(WireError) {
    var reader = ByteReader(message)
    try reader.skip(4)
    let questions = try reader.u16()
    let count = try reader.u16()
    try reader.skip(4)
    var offset = reader.offset
    for _ in 0..<questions {
      offset = try Self.name(in: message, at: offset).end + 4
      if offset > message.count { throw .truncated(at: message.count) }
    }
    for _ in 0..<count { offset = try record(in: message, at: offset) }
  }

  /// Reads one record; the offset behind it.
  private mutating func record(in message: Span<UInt8>, at start: Int) throws(WireError) -> Int {
    let (name, end) = try Self.name(in: message, at: start)
    var reader = ByteReader(message)
    try reader.skip(end)
    let type = try reader.u16()
    let recordClass = try reader.u16()
    // RFC 2181 section 8: with the highest bit set it counts as 0.
    let stated = try reader.u32()
    let lifetime = stated >> 31 == 0 ? stated : 0
    let length = Int(try reader.u16())
    let start = reader.offset
    var data = try reader.sub(length)
    guard recordClass == 1 else { return start + length }
    func nameToTheEnd(at offset: Int) throws(WireError) -> String {
      let (name, end) = try Self.name(in: message, at: offset)
      if end != start + length { throw .invalid(at: offset, "a name that does not fill its record") }
      return name
    }
    switch type {
    case RecordType.canonicalName:
      let target = try nameToTheEnd(at: start)
      answers.append(Record(name: name, lifetime: lifetime, content: .canonicalName(target)))
    case RecordType.service:
      let (priority, weight, port) = (try data.u16(), try data.u16(), try data.u16())
      let target = try nameToTheEnd(at: start + 6)
      let service = Service(priority: priority, weight: weight, port: port, target: target)
      answers.append(Record(name: name, lifetime: lifetime, content: .service(service)))
    case RecordType.text:
      var strings: [[UInt8]] = []
      while !data.isAtEnd { strings.append([UInt8](copying: try data.take(Int(try data.u8())))) }
      answers.append(Record(name: name, lifetime: lifetime, content: .text(strings)))
    default: break
    }
    return start + length
  }

  /// A name that may end in a pointer to an earlier one (RFC 1035 4.1.4), and the offset behind it.
  ///
  /// Each pointer must lead further back than the one before, so that there is no way round in circles.
  static func name(in message: Span<UInt8>, at start: Int) throws(WireError) -> (text: String, end: Int) {
    var text = ""
    var length = 1
    var (segment, end): (Int, Int?) = (start, nil)
    var reader = ByteReader(message)
    try reader.skip(start)
    while true {
      let offset = reader.offset
      let octet = try reader.u8()
      switch octet {
      case 0:
        return (text, end ?? reader.offset)
      case 1...63:
        length += Int(octet) + 1
        if length > 255 { throw .invalid(at: offset, "a name of more than 255 octets") }
        if !text.isEmpty { text += "." }
        text += label(try reader.take(Int(octet)))
      case 0xC0...:
        let target = Int(octet & 0x3F) << 8 | Int(try reader.u8())
        guard target < segment else { throw .invalid(at: offset, "a pointer that does not lead back") }
        end = end ?? reader.offset
        segment = target
        reader = ByteReader(message)
        try reader.skip(target)
      default:
        throw .invalid(at: offset, "an unknown kind of label")
      }
    }
  }

  private static func label(_ octets: RawSpan) -> String {
    [UInt8](copying: octets).reduce(into: "") { text, octet in
      switch octet {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"):
        text.unicodeScalars.append(Unicode.Scalar(octet))
      default:
        text += "\\" + String(repeating: "0", count: octet < 10 ? 2 : octet < 100 ? 1 : 0) + String(octet)
      }
    }
  }
}

extension DNSMessage {
  /// The records of `name`, and of the names that it is an alias of.
  /// - Returns: also the last of these names, and the shortest lifetime of all; 0 counts as none.
  func records(of name: String) -> (records: [Record], name: String, lifetime: UInt32?) {
    var (owner, seen, found): (String, Set<String>, [Record]) = (name, [], [])
    // Aliases can come in any order, and in circles.
    while seen.insert(owner.lowercased()).inserted {
      let own = answers.filter { $0.name.lowercased() == owner.lowercased() }
      found += own
      if let alias = own.lazy.compactMap(\.alias).first { owner = alias }
    }
    return (found.filter { $0.alias == nil }, owner, found.map(\.lifetime).filter { $0 > 0 }.min())
  }
}

extension DNSMessage.Record {
  fileprivate var alias: String? { if case .canonicalName(let target) = content { target } else { nil } }
}
