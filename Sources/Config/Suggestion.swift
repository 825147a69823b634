/// What somebody may have meant who wrote a key that is not allowed where it stands.
enum Suggestion {
  /// The nearest sense of `text` in `block`, as a hint. `nil` if there is none.
  static func meant(by text: String, in block: Block) -> String? {
    let text = text.lowercased()
    if block.name != "sflow", let name = topLevelName(text) {
      return "\(quoted(name)) belongs directly in sflow { }: is a \"}\" missing before it?"
    }
    for home in Grammar.blocks where home.name != block.name {
      if let key = home.key(text) { return "\(quoted(key.name)) belongs in \(home.shown)" }
    }
    let here = spellings(of: block)
    if let near = nearest(to: text, among: here)
      ?? here.first(where: { text.utf8.count > 3 && $0.hasSuffix(text) })
    {
      return "did you mean \(quoted(near))?"
    }
    for home in Grammar.blocks where home.name != block.name {
      if let near = nearest(to: text, among: spellings(of: home)) {
        return "did you mean \(quoted(near)) in \(home.shown)?"
      }
    }
    return nil
  }

  /// Everything that may stand in `block`, without the spellings of the past.
  static func list(_ block: Block) -> String {
    let names =
      block.keys.filter { $0.preferred == nil && $0.noEffect == nil }.map(\.name)
      + block.blocks.map { $0.shown }
    return names.isEmpty ? "nothing is set in \(block.shown)" : "allowed: " + names.joined(separator: ", ")
  }

  private static func topLevelName(_ text: String) -> String? {
    if text.hasPrefix("sampling.") || text.hasPrefix("polling.") { return text }
    return Grammar.sflow.key(text)?.name ?? Grammar.sflow.block(text)?.name
  }

  private static func spellings(of block: Block) -> [String] {
    block.keys.map(\.name) + block.blocks.map(\.name)
  }

  private static func nearest(to text: String, among names: [String]) -> String? {
    var best: (name: String, distance: Int)?
    for name in names {
      let distance = distance(text, name.lowercased())
      if let distance, distance < best?.distance ?? .max { best = (name, distance) }
    }
    return best?.name
  }

  static func isNear(_ a: String, _ b: String) -> Bool { distance(a, b) != nil }

  /// Insertions, deletions, replacements and swaps of neighbours that make `b` of `a`, if they are few: one in a
  /// short word, two in a longer one.
  static func distance(_ a: String, _ b: String) -> Int? {
    let a = Array(a.utf8)
    let b = Array(b.utf8)
    let most = b.count < 3 ? 0 : b.count < 6 ? 1 : 2
    guard abs(a.count - b.count) <= most else { return nil }
    var before: [Int] = []
    var above = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var cost = min(above[j] + (a[i] == b[j] ? 0 : 1), above[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
        row.append(cost)
      }
      before = above
      above = row
    }
    return above[b.count] <= most ? above[b.count] : nil
  }
}
