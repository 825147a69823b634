/// What the daemon answers, as lines of text whose fields are parted by tabs:
///
///     hsflowd 1                                          the version of this protocol
///     item  KIND  NAME  CONDITION  SECONDS  REASON  REMEDY
///     n     NAME  123                                    values of the item before
///     t     NAME  text
///     b     NAME  0 or 1
///     end                                                nothing is missing
///
/// or `error  WHY` in place of everything behind the first line. In fields `\\`, `\t`, `\n` and `\r` stand for a
/// backslash, a tab and line ends.
public enum Answer: Equatable, Sendable {
  case items([Item])
  /// Why there is no answer: "busy".
  case error(String)

  static let head = "hsflowd 1"

  public func encode() -> [UInt8] {
    var text: [UInt8] = []
    put(&text, Self.head)
    switch self {
    case .error(let why): put(&text, "error", why)
    case .items(let items):
      for item in items {
        put(
          &text, "item", item.kind.rawValue, item.name, item.condition.rawValue,
          item.seconds.map { "\($0)" } ?? "", item.reason, item.remedy)
        for value in item.values {
          switch value.content {
          case .number(let number): put(&text, "n", value.name, "\(number)")
          case .text(let string): put(&text, "t", value.name, string)
          case .truth(let truth): put(&text, "b", value.name, truth ? "1" : "0")
          }
        }
      }
      put(&text, "end")
    }
    return text
  }

  private func put(_ text: inout [UInt8], _ fields: String...) {
    for (i, field) in fields.enumerated() {
      if i > 0 { text.append(0x09) }
      for byte in field.utf8 {
        switch byte {
        case 0x5C: text += [0x5C, 0x5C]
        case 0x09: text += [0x5C, UInt8(ascii: "t")]
        case 0x0A: text += [0x5C, UInt8(ascii: "n")]
        case 0x0D: text += [0x5C, UInt8(ascii: "r")]
        default: text.append(byte)
        }
      }
    }
    text.append(0x0A)
  }
}

/// Why an answer could not be understood.
public struct AnswerError: Error, Equatable, CustomStringConvertible {
  /// The line, from 1.
  public var line: Int
  public var what: String
  public var description: String { "line \(line) of the answer: \(what)" }
}

extension Answer {
  public init(decoding bytes: [UInt8]) throws(AnswerError) {
    var items: [Item] = []
    var number = 0
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      let fields = line.split(separator: 0x09, omittingEmptySubsequences: false).map(Self.field)
      if number == 1 {
        guard fields == [Self.head] else {
          throw AnswerError(line: 1, what: "this is no hsflowd, or one of another version")
        }
        continue
      }
      switch (fields[0], fields.count) {
      case ("item", 7):
        guard let condition = Item.Condition(rawValue: fields[3]),
          fields[4].isEmpty || UInt64(fields[4]) != nil
        else { throw AnswerError(line: number, what: "unknown condition") }
        items.append(
          Item(
            Item.Kind(rawValue: fields[1]), fields[2], condition, seconds: UInt64(fields[4]),
            reason: fields[5], remedy: fields[6]))
      case ("n", 3), ("t", 3), ("b", 3):
        guard !items.isEmpty, let content = Self.content(fields[0], fields[2]) else {
          throw AnswerError(line: number, what: "a value that is none")
        }
        items[items.count - 1].values.append(Item.Value(fields[1], content))
      case ("end", 1):
        self = .items(items)
        return
      case ("error", 2) where items.isEmpty:
        self = .error(fields[1])
        return
      default:
        // The last line may be cut off, which is what the missing end says.
        if line.isEmpty { break }
        throw AnswerError(line: number, what: "not understood")
      }
    }
    throw AnswerError(line: number, what: "the answer ends too early")
  }

  private static func content(_ type: String, _ text: String) -> Item.Value.Content? {
    switch (type, text) {
    case ("n", _): UInt64(text).map { .number($0) }
    case ("t", _): .text(text)
    case ("b", "0"): .truth(false)
    case ("b", "1"): .truth(true)
    default: nil
    }
  }

  private static func field(_ bytes: ArraySlice<UInt8>) -> String {
    guard bytes.contains(0x5C) else { return String(decoding: bytes, as: UTF8.self) }
    var plain: [UInt8] = []
    var isEscaped = false
    for byte in bytes {
      switch (isEscaped, byte) {
      case (false, 0x5C):
        isEscaped = true
        continue
      case (true, UInt8(ascii: "t")): plain.append(0x09)
      case (true, UInt8(ascii: "n")): plain.append(0x0A)
      case (true, UInt8(ascii: "r")): plain.append(0x0D)
      default: plain.append(byte)
      }
      isEscaped = false
    }
    return String(decoding: plain, as: UTF8.self)
  }
}
