import Foundation
import Linux
import SFlow
import Testing

extension SystemTests {
  /// The driver that libvirt brings for tests: the real library in the agent, no daemon, and virsh(1) beside it. What
  /// its guest counts grows with the clock.
  @Suite(.enabled(if: tool("virsh") != nil, "needs virsh"))
  struct TestDriverTests {
    private static let uri = "test:///default"

    /// "rd_req" of "vda rd_req 17", "Used memory" of "Used memory:    2097152 KiB".
    private static func virsh(_ words: String...) throws -> [String: Double] {
      let result = try Program.run(["virsh", "-q", "-c", uri] + words)
      try #require(result.status == 0, "virsh \(words): \(result.errors)")
      var values: [String: Double] = [:]
      for line in result.output.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 1)
        let words = (parts.last ?? "").split(separator: " ")
        let (name, value) =
          parts.count == 2 ? (parts[0], words.first) : (words.dropFirst().first ?? "", words.last)
        values[String(name)] = value.flatMap { Double($0.filter { $0.isNumber || $0 == "." }) }
      }
      return values
    }

    private static func truth() throws -> [String: Double] {
      try [
        virsh("dominfo", "test"), virsh("domblkstat", "test", "vda"), virsh("domblkinfo", "test", "vda"),
        virsh("domifstat", "test", "testnet0"),
      ].reduce(into: [:]) { $0.merge($1) { _, new in new } }
    }

    /// virsh's words for fields, how many of the field's units theirs is, and how far they are rounded.
    private static let words: [String: (name: String, unit: Double, rounded: Double)] = [
      // In tenths of a second.
      "virt_cpu.cpuTime": ("CPU time", 1000, 0.1), "virt_cpu.nrVirtCpu": ("CPU(s)", 1, 0),
      "virt_memory.memory": ("Used memory", 1024, 0), "virt_memory.maxMemory": ("Max memory", 1024, 0),
      "virt_disk_io.capacity": ("Capacity", 1, 0), "virt_disk_io.allocation": ("Allocation", 1, 0),
      "virt_disk_io.available": ("Physical", 1, 0), "virt_disk_io.rd_req": ("rd_req", 1, 0),
      "virt_disk_io.rd_bytes": ("rd_bytes", 1, 0), "virt_disk_io.wr_req": ("wr_req", 1, 0),
      "virt_disk_io.wr_bytes": ("wr_bytes", 1, 0), "virt_disk_io.errs": ("errs", 1, 0),
      "virt_net_io.rx_bytes": ("rx_bytes", 1, 0), "virt_net_io.rx_packets": ("rx_packets", 1, 0),
      "virt_net_io.rx_errs": ("rx_errs", 1, 0), "virt_net_io.rx_drop": ("rx_drop", 1, 0),
      "virt_net_io.tx_bytes": ("tx_bytes", 1, 0), "virt_net_io.tx_packets": ("tx_packets", 1, 0),
      "virt_net_io.tx_errs": ("tx_errs", 1, 0), "virt_net_io.tx_drop": ("tx_drop", 1, 0),
    ]

    @Test func `every field of the guest of libvirt's test driver is what virsh shows`() throws {
      let lab = try Lab()
      let collector = try lab.collector()
      let before = try Self.truth()
      let agent = try Agent(
        "sflow { polling = 1 collector { ip = 10.99.0.2 } kvm { uri = \"\(Self.uri)\" } }", in: lab.hostPath)
      var guest: CounterSample?
      var host: CounterSample?
      try #require(
        try eventually {
          for case .countersExpanded(let sample) in try collector.next(within: .seconds(1))?.samples ?? [] {
            if sample.source.type == .logicalEntity { guest = sample }
            if sample.record(VirtualNode.self) != nil { host = sample }
          }
          return guest != nil && host != nil
        }, "\(agent.log)")
      let after = try Self.truth()
      let sample = try #require(guest)
      var seen: Set<String> = []
      for case .known(let record) in sample.records {
        for field in record.fields {
          let name = "\(type(of: record).name).\(field.name)"
          guard let word = Self.words[name] else { continue }
          seen.insert(name)
          let (low, high) = (try #require(before[word.name]), try #require(after[word.name]))
          let (value, first, last) = (
            try #require(UInt64(field.value)), UInt64(max(0, low - word.rounded) * word.unit),
            UInt64((high + word.rounded) * word.unit)
          )
          // Counts are modulo 2³².
          let isRight =
            field.unit == "B"
            ? value >= first && value <= last
            : UInt32(truncatingIfNeeded: value &- first) <= UInt32(truncatingIfNeeded: last &- first)
          #expect(isRight, "\(name) \(value), virsh \(first)...\(last)")
        }
      }
      #expect(sample.record(HostDescription.self)?.hostname == "test")
      #expect(sample.record(VirtualCPU.self)?.state == .running)
      #expect(sample.record(HostParent.self)?.container == .host)
      // There is no such device on the host.
      #expect(sample.record(HostAdapters.self)?.adapters.map(\.index) == [0])
      seen.formUnion(["virt_cpu.state", "host_parent.container"])

      // The node is the host.
      let node = try #require(host?.record(VirtualNode.self))
      let (cpu, memory) = (host?.record(HostCPU.self), host?.record(HostMemory.self))
      #expect(node.megahertz == cpu?.megahertz && node.cpus == cpu?.cpuCount)
      #expect(node.memoryBytes == memory?.totalBytes && node.memoryFreeBytes == memory?.freeBytes)
      #expect(node.activeDomains == 1)
      seen.formUnion(node.fields.map { "virt_node.\($0.name)" })
      #expect(
        seen
          == Set(
            TruthTable.guests.flatMap { record in record.fields.map { "\(type(of: record).name).\($0.name)" }
            }))
      #expect(agent.program.end() == 0)
    }
  }
}
