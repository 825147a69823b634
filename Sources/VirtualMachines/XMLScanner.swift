/// The elements of an XML document one after the other, as far as libvirt's descriptions of guests need it: names,
/// attributes, text. No document types, no namespaces; entities are the five of XML and characters by number.
///
/// Never traps and always ends: what is not well-formed is an `XMLError`.
struct XMLScanner {
  enum Event: Equatable {
    case open(String, [String: String])
    case text(String)
    /// Also follows the `open` of an element without content.
    case close(String)
  }

  private let document: [UInt8]
  private var position = 0
  private var opened: [String] = []
  /// The last element had no content: its end comes next.
  private var closesAtOnce = false

  /// Elements in each other; a guest's description has some ten.
  private static let deepest = 64

  init(_ document: [UInt8]) { self.document = document }

  /// `nil` at the end of the document, where all elements are closed.
  mutating func next() throws(XMLError) -> Event? {
    if closesAtOnce {
      closesAtOnce = false
      return .close(opened.removeLast())
    }
    while position < document.count {
      guard document[position] == UInt8(ascii: "<") else { return .text(try text()) }
      if take("<!--") {
        try skip(past: "-->")
      } else if take("<![CDATA[") {
        let start = position
        try skip(past: "]]>")
        return .text(String(decoding: document[start..<position - 3], as: UTF8.self))
      } else if take("<?") {
        try skip(past: "?>")
      } else if take("</") {
        let name = try name()
        guard name == opened.popLast() else { throw fail("another end of an element") }
        skipBlanks()
        try expect(">")
        return .close(name)
      } else {
        return try open()
      }
    }
    if !opened.isEmpty { throw fail("the end of \(opened.last ?? "")") }
    return nil
  }

  private mutating func open() throws(XMLError) -> Event {
    try expect("<")
    let name = try name()
    guard opened.count < Self.deepest else { throw fail("fewer elements in each other") }
    opened.append(name)
    var attributes: [String: String] = [:]
    while true {
      skipBlanks()
      if take("/>") {
        closesAtOnce = true
        return .open(name, attributes)
      }
      if take(">") { return .open(name, attributes) }
      let key = try self.name()
      skipBlanks()
      try expect("=")
      skipBlanks()
      guard position < document.count else { throw fail("a value") }
      let quote = document[position]
      guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { throw fail("a quote") }
      position += 1
      guard let end = document[position...].firstIndex(of: quote) else { throw fail("the end of a value") }
      attributes[key] = try decoded(document[position..<end])
      position = end + 1
    }
  }

  private mutating func text() throws(XMLError) -> String {
    let end = document[position...].firstIndex(of: UInt8(ascii: "<")) ?? document.endIndex
    defer { position = end }
    return try decoded(document[position..<end])
  }

  private mutating func name() throws(XMLError) -> String {
    let end = document[position...].firstIndex { !Self.isOfName($0) } ?? document.endIndex
    guard end > position else { throw fail("a name") }
    defer { position = end }
    return String(decoding: document[position..<end], as: UTF8.self)
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "."), 0x80...:
      true
    default: false
    }
  }

  // MARK: - Entities

  private func decoded(_ raw: ArraySlice<UInt8>) throws(XMLError) -> String {
    guard raw.contains(UInt8(ascii: "&")) else { return String(decoding: raw, as: UTF8.self) }
    var text = ""
    var rest = raw
    while let start = rest.firstIndex(of: UInt8(ascii: "&")) {
      text += String(decoding: rest[..<start], as: UTF8.self)
      guard let end = rest[start...].firstIndex(of: UInt8(ascii: ";")),
        let character = Self.character(String(decoding: rest[(start + 1)..<end], as: UTF8.self))
      else { throw XMLError(offset: start, expected: "an entity") }
      text.unicodeScalars.append(character)
      rest = rest[(end + 1)...]
    }
    return text + String(decoding: rest, as: UTF8.self)
  }

  private static func character(_ entity: String) -> Unicode.Scalar? {
    switch entity {
    case "amp": "&"
    case "lt": "<"
    case "gt": ">"
    case "quot": "\""
    case "apos": "'"
    case _ where entity.hasPrefix("#x"): UInt32(entity.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
    case _ where entity.hasPrefix("#"): UInt32(entity.dropFirst()).flatMap(Unicode.Scalar.init)
    default: nil
    }
  }

  // MARK: - Bytes

  private mutating func take(_ literal: StaticString) -> Bool {
    let count = literal.utf8CodeUnitCount
    guard count <= document.count - position else { return false }
    for i in 0..<count {
      // `i` is below the literal's own length.
      guard unsafe literal.utf8Start[i] == document[position + i] else { return false }
    }
    position += count
    return true
  }

  private mutating func expect(_ literal: StaticString) throws(XMLError) {
    if !take(literal) { throw fail("\(literal)") }
  }

  private mutating func skip(past literal: StaticString) throws(XMLError) {
    while !take(literal) {
      guard position < document.count else { throw fail("\(literal)") }
      position += 1
    }
  }

  private mutating func skipBlanks() {
    while position < document.count, document[position] <= 0x20 { position += 1 }
  }

  private func fail(_ expected: String) -> XMLError { XMLError(offset: position, expected: expected) }
}

/// Why a document could not be understood, and where.
struct XMLError: Error, Equatable, CustomStringConvertible {
  var offset: Int
  var expected: String

  var description: String { "expected \(expected) at byte \(offset)" }
}
