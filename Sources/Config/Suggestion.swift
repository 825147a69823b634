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
    if let near = nearest(to: text, in: block)
      ?? block.names.first(where: { text.utf8.count > 3 && $0.written.hasSuffix(text) })?.written
    {
      return "did you mean \(quoted(near))?"
    }
    for home in Grammar.blocks where home.name != block.name {
      if let near = nearest(to: text, in: home) {
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

  private static func nearest(to text: String, in block: Block) -> String? {
    var best: (name: String, distance: Int)?
    for name in block.names {
      let distance = distance(text, name.lowercase)
      if let distance, distance < best?.distance ?? .max { best = (name.written, distance) }
    }
    return best?.name
  }

  static func isNear(_ a: String, _ b: String) -> Bool { distance(a, b) != nil }

  /// Insertions, deletions, replacements and swaps of neighbours that make `b` of `a`, if they are few: one in a
  /// short word, two in a longer one.
  static func distance(_ a: String, _ b: String) -> Int? {
    edits(a.utf8.span, b.utf8.span, atMost: b.utf8.count < 3 ? 0 : b.utf8.count < 6 ? 1 : 2)
  }

  /// The least number of edits that make `b` of `a`; `nil` if there are more than `most`.
  private static func edits(_ a: Span<UInt8>, _ b: Span<UInt8>, atMost most: Int) -> Int? {
    guard abs(a.count - b.count) <= most else { return nil }
    var same = 0
    while same < a.count, same < b.count, a[same] == b[same] { same += 1 }
    let a = a.extracting(droppingFirst: same)
    let b = b.extracting(droppingFirst: same)
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    if most == 0 { return nil }
    // They differ in their first octet: it is deleted, inserted, replaced or swapped.
    let restOfA = a.extracting(droppingFirst: 1)
    let restOfB = b.extracting(droppingFirst: 1)
    var best = edits(restOfA, restOfB, atMost: most - 1) ?? .max
    best = min(best, edits(restOfA, b, atMost: most - 1) ?? .max)
    best = min(best, edits(a, restOfB, atMost: most - 1) ?? .max)
    if a.count > 1, b.count > 1, a[0] == b[1], a[1] == b[0] {
      let swapped = edits(
        a.extracting(droppingFirst: 2), b.extracting(droppingFirst: 2), atMost: most - 1)
      best = min(best, swapped ?? .max)
    }
    return best == .max ? nil : best + 1
  }
}
