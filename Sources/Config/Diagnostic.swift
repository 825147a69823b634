/// A place in a configuration file.
public struct SourcePosition: Hashable, Sendable {
  /// Line, from 1. Lines end at LF, CR or CR LF.
  public var line: Int
  /// Column in characters, from 1. A tab is one character.
  public var column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

extension SourcePosition: Comparable, CustomStringConvertible {
  public static func < (a: SourcePosition, b: SourcePosition) -> Bool {
    (a.line, a.column) < (b.line, b.column)
  }
  /// "3:14"
  public var description: String { "\(line):\(column)" }
}

/// What the reader of a configuration file has to say about one place in it.
public struct Diagnostic: Equatable, Sendable {
  public enum Severity: String, Sendable {
    /// The file cannot be used.
    case error
    /// The file is used, but perhaps not as its author meant.
    case warning
    /// Worth knowing: how settings act together.
    case note
  }

  public var severity: Severity
  public var file: String
  public var position: SourcePosition
  /// What was found.
  public var message: String
  /// What is allowed, or what was probably meant.
  public var hint: String?
}

extension Diagnostic: CustomStringConvertible {
  /// `hsflowd.conf:2:3: error: unexpected "poling" in sflow { }; did you mean "polling"?`
  public var description: String { "\(file):\(position): \(severity.rawValue): \(text)" }

  /// The same for a log, whose lines have a severity already.
  public var said: String { "\(file):\(position): \(text)" }

  private var text: String { message + (hint.map { "; \($0)" } ?? "") }
}

/// The diagnostics of one file, bounded: a broken file does not flood the log.
struct Report {
  static let mostErrors = 20
  static let mostRemarks = 100

  let file: String
  private(set) var diagnostics: [Diagnostic] = []
  private(set) var errors = 0
  private var remarks = 0

  init(file: String) { self.file = file }

  /// There is no point in reading on.
  var isFull: Bool { errors >= Self.mostErrors }

  mutating func error(_ position: SourcePosition, _ message: String, hint: String? = nil) {
    if isFull { return }
    errors += 1
    add(.error, position, message, hint)
    if isFull { add(.note, position, "too many errors: the rest is not checked", nil) }
  }

  mutating func warning(_ position: SourcePosition, _ message: String, hint: String? = nil) {
    remark(.warning, position, message, hint)
  }

  mutating func note(_ position: SourcePosition, _ message: String, hint: String? = nil) {
    remark(.note, position, message, hint)
  }

  private mutating func remark(
    _ severity: Diagnostic.Severity, _ position: SourcePosition, _ message: String, _ hint: String?
  ) {
    remarks += 1
    if remarks <= Self.mostRemarks {
      add(severity, position, message, hint)
    } else if remarks == Self.mostRemarks + 1 {
      add(.note, position, "too many warnings: the rest is left out", nil)
    }
  }

  private mutating func add(
    _ severity: Diagnostic.Severity, _ position: SourcePosition, _ message: String, _ hint: String?
  ) {
    diagnostics.append(
      Diagnostic(severity: severity, file: file, position: position, message: message, hint: hint))
  }
}

/// `text` in double quotes, fit for one line of a log: at most 60 characters, nothing that moves a cursor.
func quoted(_ text: String) -> String {
  var result = "\""
  var count = 0
  for scalar in text.unicodeScalars {
    if count == 60 { return result + "…\"" }
    count += 1
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator:
      result += "\\u{\(String(scalar.value, radix: 16))}"
    default:
      result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
