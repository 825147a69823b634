import Foundation
import Testing

@testable import SFlow

/// The table of `docs/INTEROP.md` has a row for everything that the agent can send, and for nothing else.
@Suite struct InteropDocumentTests {
  /// "host_cpu 0:2003", of every row whose first cell is "`host_cpu` 0:2003".
  private static func rows() throws -> [String] {
    let text = try String(contentsOfFile: packageFolder + "/docs/INTEROP.md", encoding: .utf8)
    return text.split(separator: "\n").filter { $0.hasPrefix("| `") }.compactMap { line in
      line.split(separator: "|").first?.filter { $0 != "`" }.trimmingCharacters(in: .whitespaces)
    }
  }

  /// Lines of what makes samples, without comments.
  private static let code = ArchitectureTests.sources.filter {
    ["Agent", "HostCounters", "Sampling", "VirtualMachines"].contains($0.target)
  }.flatMap(\.lines).map { line in line.range(of: "//").map { line[..<$0.lowerBound] } ?? line }

  /// Structures of this library that the code speaks of, by name or by a writer of their own.
  private static func records() -> [String] {
    let words = Set(code.flatMap { $0.split { !$0.isLetter && !$0.isNumber } })
    return [RecordTypes.counters, RecordTypes.flows].flatMap(\.values).filter { type in
      let name = "\(type)"
      return words.contains(Substring(name)) || words.contains("append\(name)")
    }.map { "\($0.name) \($0.format)" }
  }

  private static let samples = [
    "appendCounterSample": "counters_sample_expanded 0:4", "appendFlowSample": "flow_sample_expanded 0:3",
    "appendDiscardedPacket": "discarded_packet 0:5", "appendStandalone": "rtmetric 4300:1002",
  ]

  @Test func `every structure that can be sent has a row, and every row is of such a structure`() throws {
    let rows = try Self.rows()
    #expect(Set(rows).count == rows.count)
    let calls = Set(
      Self.code.flatMap { line in
        line.components(separatedBy: "packer.").dropFirst().map { $0.prefix(while: \.isLetter) }
      }.filter { $0.hasPrefix("append") })
    let samples = try calls.map { try #require(Self.samples[String($0)], "a way to send samples: \($0)") }
    #expect(samples.count >= 2 && Self.records().count >= 24)
    #expect(Set(rows) == Set(samples + Self.records()))
  }
}
