import Foundation
import SFlow
import Testing

/// `docs/TRUTH.md` says of every field that is sent how it is held against the truth, or why it is not.
@Suite struct TruthDocumentTests {
  private static let structures =
    TruthTable.measured + TruthTable.guests + TruthTable.bonds + TruthTable.unchecked

  /// Cells of the rows of a table, by the title of the section.
  private func tables() throws -> [String: [[String]]] {
    let text = try String(contentsOfFile: Release.package + "/docs/TRUTH.md", encoding: .utf8)
    var tables: [String: [[String]]] = [:]
    var title = ""
    for line in text.split(separator: "\n") {
      if line.hasPrefix("## ") {
        title = String(line.dropFirst(3)).replacing("`", with: "")
      } else if line.hasPrefix("| `") {
        let cells = line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
        tables[title, default: []].append(cells.map { $0.trimmingCharacters(in: .whitespaces) })
      }
    }
    return tables
  }

  @Test func `every field of every structure that is sent is in it, in order`() throws {
    let tables = try tables()
    #expect(Set(tables.keys) == Set(Self.structures.map { type(of: $0).name }))
    for structure in Self.structures {
      let name = type(of: structure).name
      #expect((tables[name] ?? []).map { $0[0] } == structure.fields.map { "`\($0.name)`" }, "\(name)")
    }
  }

  @Test func `what it says of a check is how the check is made`() throws {
    let tables = try tables()
    for structure in TruthTable.measured {
      for row in tables[type(of: structure).name] ?? [] {
        let field = row[0].replacing("`", with: "")
        #expect(row.count == 3 && row[1] == TruthTable.rule(of: field).description, "\(row)")
        // Either what moves it, or why nothing does.
        #expect(row[2].hasPrefix("not moved: ") != TruthTable.moved.contains(field), "\(row)")
      }
    }
    for structure in TruthTable.unchecked {
      for row in tables[type(of: structure).name] ?? [] {
        #expect(row[1].hasPrefix("no check: "), "\(row)")
      }
    }
    for structure in TruthTable.guests + TruthTable.bonds {
      for row in tables[type(of: structure).name] ?? [] { #expect(!row[1].hasPrefix("no check"), "\(row)") }
    }
  }

  @Test func `only what is compared can have been moved`() {
    #expect(TruthTable.moved.isSubset(of: TruthTable.checked))
  }
}
