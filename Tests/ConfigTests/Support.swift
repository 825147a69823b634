import Config
import Testing

/// What the tests call the file.
let file = "hsflowd.conf"

/// Every feature, a regex library that knows one bad expression, and a file system with one missing path.
let everything = ParseOptions(
  features: Set(Feature.allCases), validateRegex: { $0 == "[" ? "unmatched [" : nil },
  pathExists: { $0 != "/missing" })

func parse(_ text: String, _ options: ParseOptions = everything) -> ParseOutcome {
  Configuration.parse(Array(text.utf8), file: file, options: options)
}

/// The diagnostics as they are printed, without the name of the file.
func report(_ text: String, _ options: ParseOptions = everything) -> [String] {
  parse(text, options).diagnostics.map { String($0.description.dropFirst(file.count + 1)) }
}

/// `inside` in `sflow { }` on line 1, with a collector on line 2.
func around(_ inside: String) -> String { "sflow { \(inside)\ncollector { ip = 10.0.0.1 } }" }

/// The settings of `inside`, which must be in order.
func settings(_ inside: String) throws -> Settings {
  try #require(parse(around(inside)).settings, "\(report(around(inside)))")
}
