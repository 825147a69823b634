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

    @Test func `the guest of libvirt's test driver is told of as virsh shows it`() throws {
      let lab = try Lab()
      let collector = try lab.collector()
      let before = try Self.truth()
      let agent = try Agent(
        "sflow { polling = 1 collector { ip = 10.99.0.2 } kvm { uri = \"\(Self.uri)\" } }", in: lab.hostPath)
      var found: CounterSample?
      try #require(
        try eventually {
          for case .countersExpanded(let sample) in try collector.next(within: .seconds(1))?.samples ?? []
          where sample.source.type == .logicalEntity { found = sample }
          return found != nil
        }, "\(agent.log)")
      let after = try Self.truth()
      let sample = try #require(found)
      func lies(_ value: UInt64?, _ name: String) -> Bool {
        guard let value, let low = before[name], let high = after[name] else { return false }
        return Double(value) >= low && Double(value) <= high
      }
      // Modulo 2³²; virsh's `unit` is larger than the record's.
      func lies(_ value: UInt32?, _ name: String, unit: Double = 1, rounded: Double = 0) -> Bool {
        guard let value, let low = before[name], let high = after[name] else { return false }
        let first = UInt32(truncatingIfNeeded: UInt64((low - rounded) * unit))
        return value &- first <= UInt32(truncatingIfNeeded: UInt64((high + rounded) * unit)) &- first
      }

      #expect(sample.record(HostDescription.self)?.hostname == "test")
      let cpu = try #require(sample.record(VirtualCPU.self))
      #expect(cpu.state == .running && Double(cpu.virtualCPUs) == before["CPU(s)"])
      // virsh says it in tenths of a second.
      #expect(lies(cpu.cpuMS, "CPU time", unit: 1000, rounded: 0.1))
      let memory = try #require(sample.record(VirtualMemory.self))
      #expect(Double(memory.usedBytes >> 10) == before["Used memory"])
      #expect(Double(memory.maximumBytes >> 10) == before["Max memory"])
      let disk = try #require(sample.record(VirtualDiskIO.self))
      #expect(lies(disk.capacityBytes, "Capacity") && lies(disk.allocationBytes, "Allocation"))
      #expect(lies(disk.availableBytes, "Physical"))
      #expect(lies(disk.readRequests, "rd_req") && lies(disk.readBytes, "rd_bytes"))
      #expect(lies(disk.writeRequests, "wr_req") && lies(disk.writtenBytes, "wr_bytes"))
      #expect(lies(disk.errors, "errs"))
      let net = try #require(sample.record(VirtualNetworkIO.self))
      #expect(lies(net.inBytes, "rx_bytes") && lies(net.inPackets, "rx_packets"))
      #expect(lies(net.inErrors, "rx_errs") && lies(net.inDrops, "rx_drop"))
      #expect(lies(net.outBytes, "tx_bytes") && lies(net.outPackets, "tx_packets"))
      #expect(lies(net.outErrors, "tx_errs") && lies(net.outDrops, "tx_drop"))
      // There is no such device on the host.
      #expect(sample.record(HostAdapters.self)?.adapters.map(\.index) == [0])
      #expect(agent.program.end() == 0)
    }
  }
}
