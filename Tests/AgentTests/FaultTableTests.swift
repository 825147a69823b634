import Foundation
import Testing

/// `docs/FAULTS.md`: every test that it names exists.
@Suite struct FaultTableTests {
  /// The tests of the package, "Suite: name", by the files they are in. A file may have several suites.
  private static let tests: Set<String> = {
    let folder = packageFolder + "/Tests"
    let paths = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    var tests: Set<String> = []
    for path in paths where path.hasSuffix(".swift") {
      guard let text = try? String(contentsOfFile: folder + "/" + path, encoding: .utf8) else { continue }
      let suites = text.matches(of: /(?:struct|class|extension) (?:\w+\.)?(\w+Tests)\b/).map(\.output.1)
      for name in text.matches(of: /func `([^`]+)`/) {
        for suite in suites { tests.insert("\(suite): \(name.output.1)") }
      }
    }
    return tests
  }()

  @Test func `every row has a test, and every test that is named exists`() throws {
    let table = try String(contentsOfFile: packageFolder + "/docs/FAULTS.md", encoding: .utf8)
    let rows = table.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasSuffix("| test |") }
    #expect(rows.count > 60)
    for row in rows {
      let named = row.matches(of: /`(\w+Tests: [^`]+)`/).map { String($0.output.1) }
      #expect(!named.isEmpty, "\(row)")
      for test in named { #expect(Self.tests.contains(test), "\(test)") }
    }
  }
}
