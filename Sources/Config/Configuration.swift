/// What the reader of a configuration cannot know by itself.
public struct ParseOptions: Sendable {
  /// What this build can do; blocks of other features are checked, reported and ignored.
  public var features: Set<Feature>
  /// Says what is wrong with a POSIX extended regular expression, or `nil`.
  public var validateRegex: @Sendable (String) -> String?
  /// Whether a file is there. If not, that is a warning.
  public var pathExists: @Sendable (String) -> Bool

  public init(
    features: Set<Feature> = [], validateRegex: @escaping @Sendable (String) -> String? = { _ in nil },
    pathExists: @escaping @Sendable (String) -> Bool = { _ in true }
  ) {
    self.features = features
    self.validateRegex = validateRegex
    self.pathExists = pathExists
  }
}

/// What came of reading a configuration.
public struct ParseOutcome: Equatable, Sendable {
  /// `nil` if there is an error among the diagnostics.
  public var settings: Settings?
  /// In the order of the file.
  public var diagnostics: [Diagnostic]
}

/// The text of `hsflowd.conf`.
public enum Configuration {
  /// The largest file that is read, in octets.
  static let largestFile = 4 << 20

  /// - Parameter file: its name, for the diagnostics.
  public static func parse(_ text: [UInt8], file: String, options: ParseOptions = ParseOptions())
    -> ParseOutcome
  {
    guard text.count <= largestFile else {
      var report = Report(file: file)
      report.error(SourcePosition(line: 1, column: 1), "the file is larger than \(largestFile) octets")
      return ParseOutcome(settings: nil, diagnostics: report.diagnostics)
    }
    var parser = Parser(text, file: file, options: options)
    parser.parse()
    // Checks of the whole come last but speak of places before; equal places keep their order.
    let diagnostics = parser.report.diagnostics.enumerated()
      .sorted { ($0.element.position, $0.offset) < ($1.element.position, $1.offset) }.map(\.element)
    return ParseOutcome(
      settings: parser.report.errors == 0 ? parser.draft.settings : nil, diagnostics: diagnostics)
  }
}
