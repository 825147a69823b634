/// A word, a quoted string or a brace of the configuration.
struct Token: Equatable {
  enum Kind: Equatable { case word, quoted, open, close, end }
  /// What is wrong with the spelling of the token itself.
  enum Fault: Equatable { case unterminated, tooLong }

  var kind: Kind
  /// Without the quotes and escapes of a quoted string.
  var text: String
  /// Of the first character, the opening quote included.
  var position: SourcePosition
  var fault: Fault?

  var isText: Bool { kind == .word || kind == .quoted }
  /// As error messages show it.
  var shown: String { kind == .end ? "end of file" : quoted(text) }
}

/// Cuts the bytes of a configuration into tokens.
///
/// `=` and `;` separate words just as blanks and line ends do. Braces are tokens by themselves, `#` starts a comment.
/// A word that begins with `"` goes to the next `"` on the same line; in it `\"` and `\\` stand for `"` and `\`,
/// any other backslash for itself, so that regular expressions can be written as they are.
struct Lexer {
  /// The longest word, in bytes. Nothing sensible comes near it.
  static let longestToken = 4096

  private let bytes: [UInt8]
  private var offset = 0
  private var position = SourcePosition(line: 1, column: 1)

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    // A byte order mark, as some editors write it.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
  }

  mutating func next() -> Token {
    skipBlanksAndComments()
    let start = position
    guard let byte = peek else { return Token(kind: .end, text: "", position: start) }
    switch byte {
    case UInt8(ascii: "{"):
      step()
      return Token(kind: .open, text: "{", position: start)
    case UInt8(ascii: "}"):
      step()
      return Token(kind: .close, text: "}", position: start)
    case UInt8(ascii: "\""):
      return quotedString(from: start)
    default:
      let from = offset
      while let byte = peek, !Self.endsWord(byte) { step() }
      return token(.word, bytes[from..<offset], from: start)
    }
  }

  private mutating func quotedString(from start: SourcePosition) -> Token {
    step()
    var text: [UInt8] = []
    while let byte = peek, byte != 0x0A, byte != 0x0D {
      step()
      if byte == UInt8(ascii: "\"") { return token(.quoted, text[...], from: start) }
      if byte == UInt8(ascii: "\\"), let escaped = peek,
        escaped == UInt8(ascii: "\"") || escaped == UInt8(ascii: "\\")
      {
        step()
        text.append(escaped)
      } else {
        text.append(byte)
      }
    }
    var broken = token(.quoted, text[...], from: start)
    broken.fault = .unterminated
    return broken
  }

  private func token(_ kind: Token.Kind, _ text: ArraySlice<UInt8>, from start: SourcePosition) -> Token {
    Token(
      kind: kind, text: String(decoding: text.prefix(Self.longestToken), as: UTF8.self), position: start,
      fault: text.count > Self.longestToken ? .tooLong : nil)
  }

  private mutating func skipBlanksAndComments() {
    while let byte = peek {
      if byte == UInt8(ascii: "#") {
        while let byte = peek, byte != 0x0A, byte != 0x0D { step() }
      } else if Self.separates(byte) {
        step()
      } else {
        return
      }
    }
  }

  private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  /// Takes one byte that `peek` has shown.
  private mutating func step() {
    let byte = bytes[offset]
    offset += 1
    if byte == 0x0A || (byte == 0x0D && peek != 0x0A) {
      position = SourcePosition(line: position.line + 1, column: 1)
    } else if byte & 0xC0 != 0x80 {
      // UTF-8 continuation bytes belong to the character before them.
      position.column += 1
    }
  }

  private static func separates(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: "="), UInt8(ascii: ";"): true
    default: false
    }
  }

  private static func endsWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "#"): true
    default: separates(byte)
    }
  }
}
