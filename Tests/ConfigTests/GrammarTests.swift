import Bytes
import Config
import Testing

/// A key with the block it stands in.
struct Entry: Sendable, CustomTestStringConvertible {
  var block: Block
  /// Blocks around it, the outermost first.
  var path: [String]
  var key: Key

  /// A whole file with only what the key needs.
  func file(_ spelling: String, _ value: String) -> String {
    let address = block.name == "collector" && key.name != "ip" ? "ip = 10.0.0.2 " : ""
    let setting = spelling.isEmpty ? "" : "\(spelling.replacing("<app>", with: "http")) = \(value)"
    let text = path.reversed().reduce(address + setting) { "\($1) { \($0) }" }
    return "sflow { \(text)\ncollector { ip = 10.0.0.1 } }"
  }
  var testDescription: String { (path + [key.name]).joined(separator: ".") }

  static let all: [Entry] = entries(of: Grammar.sflow, path: [])
  private static func entries(of block: Block, path: [String]) -> [Entry] {
    block.keys.map { Entry(block: block, path: path, key: $0) }
      + block.blocks.flatMap { entries(of: $0, path: path + [$0.name]) }
  }

  /// A value that is allowed.
  var example: String {
    switch key.type {
    case .integer(let range, _): "\(range.upperBound)"
    case .real: "0.5"
    case .flag: "on"
    case .host, .address: "10.0.0.1"
    case .prefix: "10.0.0.0/8"
    case .speeds: "1G-"
    case .uuid: "00112233-4455-6677-8899-aabbccddeeff"
    case .regex: "^eth"
    case .path: "/etc"
    case .text: "eth7"
    case .oneOf(let words): words[words.count - 1]
    }
  }
}

@Suite struct GrammarTests {
  @Test(arguments: Entry.all)
  func `every key is understood under each of its names`(entry: Entry) throws {
    for name in [entry.key.name] + entry.key.aliases + entry.key.oldNames {
      for spelling in [name, name.uppercased()] where !name.hasSuffix("<app>") || spelling == name {
        let outcome = parse(entry.file(spelling, entry.example))
        #expect(outcome.settings != nil, "\(outcome.diagnostics)")
        let isOld = entry.key.oldNames.contains(name) || entry.key.preferred != nil
        #expect(outcome.diagnostics.contains { $0.message.hasSuffix("of the past") } == isOld)
        #expect(
          outcome.diagnostics.contains { $0.message.hasSuffix("has no effect") }
            == (entry.key.noEffect != nil))
      }
    }
  }

  @Test(arguments: Entry.all)
  func `the default in the table is the default of the settings`(entry: Entry) throws {
    guard let text = entry.key.defaultText else { return }
    let isOther = entry.key.defaultText == "on" ? "off" : entry.example
    let without = parse(entry.file("", "")).settings
    let written = parse(entry.file(entry.key.name, text)).settings
    #expect(written != nil)
    #expect(written == without)
    if entry.key.noEffect == nil { #expect(parse(entry.file(entry.key.name, isOther)).settings != written) }
  }

  @Test(arguments: Entry.all)
  func `integers are held to the range in the table`(entry: Entry) throws {
    guard case .integer(let range, _) = entry.key.type else { return }
    #expect(parse(entry.file(entry.key.name, "\(range.lowerBound)")).settings != nil)
    #expect(parse(entry.file(entry.key.name, "\(range.upperBound)")).settings != nil)
    let allowed = "is out of range for \"\(entry.key.name.replacing("<app>", with: "http"))\""
    for beyond in [UInt64(range.upperBound) + 1]
      + (range.lowerBound > 0 ? [UInt64(range.lowerBound) - 1] : [])
    {
      let outcome = parse(entry.file(entry.key.name, "\(beyond)"))
      #expect(outcome.settings == nil)
      #expect(outcome.diagnostics.map(\.message) == ["\"\(beyond)\" \(allowed)"])
    }
  }

  @Test func `every block is understood and belongs to a feature or to all`() throws {
    for block in Grammar.sflow.blocks where block.name != "collector" {
      for name in [block.name] + block.aliases {
        #expect(parse(around("\(name) { }")).settings != nil, "\(name)")
        #expect(parse(around("\(name.uppercased()){}")).settings != nil, "\(name)")
      }
    }
    #expect(Set(Grammar.sflow.blocks.compactMap(\.feature)) == Set(Feature.allCases))
  }

  /// By hand from section "keys directly inside sflow { }": name, lowest, highest, default.
  @Test(
    arguments: [
      ("sampling", 0, 10_000_000, "400"), ("polling", 0, 300, "30"), ("subAgentId", 0, 199_999, "100000"),
      ("headerBytes", 0, 256, "128"), ("datagramBytes", 200, 8192, "1400"),
      ("refreshAdaptors", 60, 3600, nil), ("checkAdaptors", 1, 3600, nil), ("refreshVMs", 60, 3600, "60"),
      ("forgetVMs", 60, .max, "180"),
    ] as [(String, UInt32, UInt32, String?)])
  func `ranges and defaults are those of the C agent`(
    name: String, lowest: UInt32, highest: UInt32, text: String?
  ) {
    let key = Grammar.sflow.keys.first { $0.name == name }
    guard case .integer(let range, _)? = key?.type else { return #expect(Bool(false)) }
    #expect(range == lowest...highest)
    #expect(key?.defaultText == text)
  }

  @Test func `every key says what it is for in one sentence`() {
    for entry in Entry.all {
      #expect(entry.key.summary.hasSuffix("."), "\(entry.key.name)")
      #expect(entry.key.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
    }
  }
}
