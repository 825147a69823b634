/// One setting: what the parser, its error messages and the manual page know of it.
public struct Key: Sendable {
  /// As it is best written.
  public let name: String
  /// Other spellings, just as good.
  public internal(set) var aliases: [String] = []
  /// Spellings of the past: understood, with a warning.
  public internal(set) var oldNames: [String] = []
  public let type: ValueType
  /// The value it has if it is not set, as it would be written. `nil`: none.
  public let defaultText: String?
  /// One sentence.
  public let summary: String
  /// What to write now, for a key of the past: `nflog { group }`.
  public internal(set) var preferred: String?
  /// Why the key is accepted but does nothing. `nil`: it is honoured.
  public internal(set) var noEffect: String?
  /// It may be written more than once; all count.
  public internal(set) var isRepeatable = false
  /// Without this feature the key is ignored. Most keys of features stand in the feature's own block.
  public internal(set) var feature: Feature?

  /// What it is called when two spellings set the same thing; the object and `.` are put before it otherwise.
  var identity: String?
  let store: @Sendable (inout Draft, Value) -> Void
}

/// One block of settings.
public struct Block: Sendable {
  /// What it means to write the block again.
  public enum Repetition: Sendable {
    /// One more of its kind.
    case appends
    /// The settings go on where they were left.
    case continues
    /// The settings begin at their defaults again.
    case startsOver
  }

  public let name: String
  public let aliases: [String]
  /// One sentence.
  public let summary: String
  public let repetition: Repetition
  /// Without this feature the block is checked and then ignored.
  public let feature: Feature?
  public let keys: [Key]
  public let blocks: [Block]

  let open: @Sendable (inout Draft) -> Void
  let close: @Sendable (inout Draft) -> Void
  /// Index of every spelling, in lower case, in `keys` and in `blocks`.
  private let keyIndex: [String: Int]
  private let blockIndex: [String: Int]
  /// What may stand in it as it is best written, and in lower case.
  let names: [(written: String, lowercase: String)]

  init(
    _ name: String, aliases: [String] = [], _ summary: String, repetition: Repetition = .continues,
    feature: Feature? = nil, keys: [Key] = [], blocks: [Block] = [],
    open: @escaping @Sendable (inout Draft) -> Void = { _ in },
    close: @escaping @Sendable (inout Draft) -> Void = { _ in }
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.repetition = repetition
    self.feature = feature
    self.keys = keys
    self.blocks = blocks
    self.open = open
    self.close = close
    var index: [String: Int] = [:]
    for (i, key) in keys.enumerated() {
      for spelling in [key.name] + key.aliases + key.oldNames { index[spelling.lowercased()] = i }
    }
    keyIndex = index
    index = [:]
    for (i, block) in blocks.enumerated() {
      for spelling in [block.name] + block.aliases { index[spelling.lowercased()] = i }
    }
    blockIndex = index
    names = (keys.map(\.name) + blocks.map(\.name)).map { ($0, $0.lowercased()) }
  }

  /// As messages show it: "collector { }".
  var shown: String { name + " { }" }

  func key(_ text: String) -> Key? { keyIndex[text.lowercased()].map { keys[$0] } }
  func block(_ text: String) -> Block? { blockIndex[text.lowercased()].map { blocks[$0] } }
  func knows(_ text: String) -> Bool {
    let text = text.lowercased()
    return keyIndex[text] != nil || blockIndex[text] != nil
  }
}

// MARK: - How the tables are written

extension Key {
  private init(
    _ name: String, _ type: ValueType, _ defaultText: String?, _ summary: String,
    store: @escaping @Sendable (inout Draft, Value) -> Void
  ) {
    self.name = name
    self.type = type
    self.defaultText = defaultText
    self.summary = summary
    self.store = store
  }

  static func integer(
    _ name: String, _ range: ClosedRange<UInt32>, unit: String = "", default: String? = nil,
    _ summary: String,
    _ store: @escaping @Sendable (inout Draft, UInt32) -> Void
  ) -> Key {
    Key(name, .integer(range, unit: unit), `default`, summary) { draft, value in
      if case .integer(let number) = value { store(&draft, number) }
    }
  }

  static func real(
    _ name: String, _ range: ClosedRange<Double>, _ summary: String,
    _ store: @escaping @Sendable (inout Draft, Double) -> Void
  ) -> Key {
    Key(name, .real(range), nil, summary) { draft, value in
      if case .real(let number) = value { store(&draft, number) }
    }
  }

  static func flag(
    _ name: String, default: String? = nil, _ summary: String,
    _ store: @escaping @Sendable (inout Draft, Bool) -> Void
  ) -> Key {
    Key(name, .flag, `default`, summary) { draft, value in
      if case .flag(let flag) = value { store(&draft, flag) }
    }
  }

  /// `type` is one whose value is text.
  static func text(
    _ name: String, _ type: ValueType, default: String? = nil, _ summary: String,
    _ store: @escaping @Sendable (inout Draft, String) -> Void
  ) -> Key {
    Key(name, type, `default`, summary) { draft, value in
      if case .text(let text) = value { store(&draft, text) }
    }
  }

  /// For the types that few keys have.
  static func value(
    _ name: String, _ type: ValueType, _ summary: String,
    _ store: @escaping @Sendable (inout Draft, Value) -> Void
  ) -> Key {
    Key(name, type, nil, summary, store: store)
  }

  /// A key that is checked and does nothing.
  static func ignored(_ name: String, _ type: ValueType, because reason: String, _ summary: String) -> Key {
    var key = Key(name, type, nil, summary) { _, _ in }
    key.noEffect = reason
    return key
  }

  func alias(_ names: String...) -> Key { changed { $0.aliases = names } }
  func old(_ names: String...) -> Key { changed { $0.oldNames = names } }
  func repeatable() -> Key { changed { $0.isRepeatable = true } }
  func needs(_ feature: Feature) -> Key { changed { $0.feature = feature } }
  /// A key of the past that sets the same as `key` in `block`.
  func replaced(by block: String, _ key: String) -> Key {
    changed {
      $0.preferred = "\(block) { \(key) }"
      $0.identity = "\(block).\(key)"
    }
  }

  /// A key of the past that a block stands for now.
  func replaced(by block: String) -> Key { changed { $0.preferred = block } }

  private func changed(_ change: (inout Key) -> Void) -> Key {
    var copy = self
    change(&copy)
    return copy
  }
}
