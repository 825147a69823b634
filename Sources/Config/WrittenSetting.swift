/// A setting as it stands in a file, and what it takes the place of.
public struct WrittenSetting: Sendable {
  /// With its block, unless that is `sflow`: "polling", "nflog.group".
  public var name: String
  /// As it is written, fit for one line.
  public var value: String
  public var file: String
  public var position: SourcePosition
  /// The same setting before, which this one overrides, the first first.
  public internal(set) var earlier: [WrittenSetting] = []

  /// "/etc/hsflowd.conf:2:3"
  public var place: String { "\(file):\(position)" }
}

/// Where the settings are written, in the order of the file.
public struct Provenance: Equatable, Sendable {
  /// `nil` is one that does not count any more.
  private var written: [WrittenSetting?] = []
  /// Where they are in `written`, by what tells them apart.
  private var indices: [String: [Int]] = [:]

  public init() {}

  public var settings: [WrittenSetting] { written.compactMap(\.self) }

  /// Two configurations that say the same are the same, wherever it is written.
  public static func == (a: Provenance, b: Provenance) -> Bool { true }

  /// - Parameter overrides: whether the last one of the same identity does not count any more.
  mutating func note(_ setting: WrittenSetting, _ identity: String, overrides: Bool) {
    var setting = setting
    if overrides, let i = indices[identity]?.popLast(), var before = written[i] {
      written[i] = nil
      setting.earlier = before.earlier
      before.earlier = []
      setting.earlier.append(before)
    }
    indices[identity, default: []].append(written.count)
    written.append(setting)
  }

  /// A setting is at its default again.
  mutating func forget(_ identity: String) {
    for i in indices.removeValue(forKey: identity) ?? [] { written[i] = nil }
  }
}

extension Grammar {
  /// The settings outside of blocks that have a default, and that default as it would be written.
  public static var defaults: [(name: String, value: String)] {
    sflow.keys.compactMap { key in
      key.preferred == nil && key.noEffect == nil ? key.defaultText.map { (key.name, $0) } : nil
    }
  }

  /// What a setting is if it is not written: of "polling", "nflog.group".
  public static func defaultText(of name: String) -> String? {
    if let key = sflow.key(name) { return key.defaultText }
    guard let dot = name.firstIndex(of: "."), let block = sflow.block(String(name[..<dot])) else {
      return nil
    }
    return block.key(String(name[name.index(after: dot)...]))?.defaultText
  }

  /// The way a setting outside of blocks is best written: "headerBytes" for "headerbytes".
  public static func spelling(of name: String) -> String { sflow.key(name)?.name ?? name }
}
