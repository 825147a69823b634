import Config
import Foundation
import Testing

/// `docs/man/hsflowd.conf.5`, held against the table that the parser uses. `make manual` writes it.
@Suite struct ManualPageTests {
  static let path =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/docs/man/hsflowd.conf.5"
  private static let begin = ".\\\" Between here and the next line of this kind"
  private static let end = ".\\\" End of what is made.\n"

  @Test func `the manual page has every key of the table, as the table has it`() throws {
    let page = try String(contentsOfFile: Self.path, encoding: .utf8)
    let begin = try #require(page.range(of: Self.begin))
    let start = try #require(page[begin.upperBound...].firstIndex(of: "\n"))
    let end = try #require(page.range(of: Self.end))
    let made = Roff.page(of: Grammar.sflow)
    if ProcessInfo.processInfo.environment["HSFLOWD_MANUAL"] == "write" {
      let new = page[...start] + made + page[end.lowerBound...]
      try new.write(toFile: Self.path, atomically: true, encoding: .utf8)
    } else {
      #expect(page[page.index(after: start)..<end.lowerBound] == made, "make manual")
    }
  }
}

/// The keys of a block in the language of man(7).
private enum Roff {
  static func page(of top: Block) -> String {
    var text = ".SH SETTINGS\nDirectly in sflow { }:\n"
    text += keys(top.keys.filter { $0.preferred == nil && $0.noEffect == nil })
    text += ".SH BLOCKS\n"
    for block in top.blocks { text += section(block, in: []) }
    text += ".SH SETTINGS OF THE PAST\nUnderstood, with a warning that names what to write now:\n"
    text += keys(top.keys.filter { $0.preferred != nil })
    text += ".PP\nUnderstood, and without effect:\n"
    text += keys(top.keys.filter { $0.noEffect != nil })
    return text
  }

  private static func section(_ block: Block, in path: [String]) -> String {
    let path = path + [block.name]
    var text =
      ".SS \(escaped(path.map { "\($0) {" }.joined(separator: " "))) \(path.map { _ in "}" }.joined(separator: " "))\n"
    text += escaped(block.summary) + "\n"
    if !block.aliases.isEmpty { text += "Also written \(escaped(block.aliases.joined(separator: ", "))).\n" }
    switch block.repetition {
    case .appends: text += "May be repeated: each is one more.\n"
    case .startsOver: text += "Written again, it begins at its defaults.\n"
    case .continues: break
    }
    text += keys(block.keys)
    for inner in block.blocks { text += section(inner, in: path) }
    return text
  }

  private static func keys(_ keys: [Key]) -> String {
    keys.map { key in
      var text =
        ".TP\n\\fB\(escaped(key.name))\\fR = \\fI\(escaped(key.type.allowed))\\fR\n\(escaped(key.summary))\n"
      if let value = key.defaultText { text += "The default is \\fB\(escaped(value))\\fR.\n" }
      if key.isRepeatable { text += "May be repeated: all count.\n" }
      let others = key.aliases + key.oldNames
      if !others.isEmpty { text += "Also understood: \(escaped(others.joined(separator: ", "))).\n" }
      if let preferred = key.preferred { text += "Write \(escaped(preferred)) now.\n" }
      if let reason = key.noEffect { text += "It has no effect: \(escaped(reason)).\n" }
      return text
    }.joined()
  }

  /// Hyphens are to be copied as they are, and no text may begin a request.
  private static func escaped(_ text: String) -> String {
    let text = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
    return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
  }
}
