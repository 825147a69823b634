import Foundation
import SFlow
import Testing

/// `docs/METRICS.md` has every field that is sent, and no other.
@Suite struct MetricsDocumentTests {
  /// The structures of the counter samples of host, interfaces and guests in the order of the document.
  private static let structures: [any SFlowRecord] = [
    HostDescription(), HostCPU(), HostMemory(), HostDiskIO(), HostNetworkIO(), HostIPGroup(), HostICMPGroup(),
    HostTCPGroup(), HostUDPGroup(), HostAdapters(), InterfaceCounters(), PortName(),
    LAGPortStats(), OpticalModule(), VirtualNode(), HostParent(), VirtualCPU(), VirtualMemory(),
    VirtualDiskIO(), VirtualNetworkIO(),
  ]

  /// A section of the document about a structure: "`host_cpu`, 0:2003" and the rows of its table.
  private struct Section {
    var title: String
    var rows: [[String]] = []
  }

  private func sections() throws -> [Section] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/METRICS.md")
    var sections: [Section] = []
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      if line.hasPrefix("## ") {
        sections.append(Section(title: String(line.dropFirst(3))))
      } else if line.hasPrefix("| `"), !sections.isEmpty {
        let cells = line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
        sections[sections.count - 1].rows.append(cells.map { $0.trimmingCharacters(in: .whitespaces) })
      }
    }
    return sections.filter { $0.title.hasPrefix("`") }
  }

  @Test func `the document has every structure once`() throws {
    #expect(
      try sections().map(\.title) == Self.structures.map { "`\(type(of: $0).name)`, \(type(of: $0).format)" })
  }

  @Test(arguments: structures.indices)
  func `each table has exactly the fields of its structure, in their order`(i: Int) throws {
    let sections = try sections()
    try #require(sections.count == Self.structures.count)
    #expect(sections[i].rows.compactMap(\.first) == Self.structures[i].fields.map { "`\($0.name)`" })
  }

  @Test func `each row says meaning, unit, source, conversion and difference`() throws {
    for section in try sections() {
      for row in section.rows {
        #expect(row.count == 6, "\(row)")
        // Only what is the same on all hosts has no source.
        let empty = row.indices.filter { row[$0].isEmpty }
        #expect(empty.isEmpty || row[0] == "`os_name`" && empty == [3], "\(row)")
      }
    }
  }

  @Test func `units are those that people are shown`() throws {
    let units = [
      "bytes": "B", "B": "B", "bit/s": "bit/s", "ms": "ms", "s": "s", "MHz": "MHz", "mV": "mV", "m°C": "m°C",
    ]
    for (section, structure) in zip(try sections(), Self.structures) {
      for (row, field) in zip(section.rows, structure.fields) {
        #expect(units[row[2], default: ""] == field.unit, "\(row)")
      }
    }
  }
}
