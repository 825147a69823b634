internal import ControlProtocol
internal import FoundationEssentials

/// The items as JSON: an object with an array for each kind.
enum JSONText {
  static func of(_ items: [Item], pretty: Bool) throws -> String {
    var kinds: [String: [JSONItem]] = [:]
    for item in items { kinds[item.kind.rawValue, default: []].append(JSONItem(item: item)) }
    return try encode(kinds, pretty: pretty)
  }

  static func encode(_ value: some Encodable, pretty: Bool) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting =
      pretty
      ? [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      : [
        .sortedKeys, .withoutEscapingSlashes,
      ]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

/// A name that only the data know.
struct JSONKey: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }
  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { nil }
}

/// `name`, `condition`, `seconds`, `reason`, `remedy`, and the values under their own names.
private struct JSONItem: Encodable {
  var item: Item

  func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: JSONKey.self)
    for value in item.values {
      switch value.content {
      case .number(let number): try object.encode(number, forKey: JSONKey(value.name))
      case .text(let text): try object.encode(text, forKey: JSONKey(value.name))
      case .truth(let truth): try object.encode(truth, forKey: JSONKey(value.name))
      }
    }
    try object.encode(item.name, forKey: JSONKey("name"))
    try object.encode(item.condition.rawValue, forKey: JSONKey("condition"))
    if let seconds = item.seconds { try object.encode(seconds, forKey: JSONKey("seconds")) }
    if !item.reason.isEmpty { try object.encode(item.reason, forKey: JSONKey("reason")) }
    if !item.remedy.isEmpty { try object.encode(item.remedy, forKey: JSONKey("remedy")) }
  }
}
