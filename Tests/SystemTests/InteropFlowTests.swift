import Bytes
import Foundation
import Linux
import SFlow
import Testing

extension SystemTests {
  /// Packets, interfaces and guests in the eyes of four collectors.
  @Suite(
    .enabled(
      if: InteropFlowRun.isPossible,
      "needs tshark, pmacct, nfdump, nfdump-sflow, ganglia-monitor, valgrind, iptables, virsh"))
  struct InteropFlowTests {
    let run: InteropFlowRun
    typealias Key = SentPackets.Key

    init() throws { run = try InteropFlowRun.result.get() }

    var sent: [SentPackets] { (0...1).flatMap { SentPackets.half($0, run.w0, run.v0) } }

    @Test func `no datagram is missing, and the agent has nothing to complain of`() {
      for agent in InteropFlowRun.agents {
        let numbers = run.datagrams.filter { "\($0.agentAddress)" == agent }.map(\.sequence)
        #expect(numbers == Array(1...UInt32(max(1, numbers.count))))
      }
      let complaints = run.log.split(separator: "\n").filter {
        $0.contains("warning") || $0.contains("error")
      }
      #expect(complaints.isEmpty, "\(complaints)")
    }

    // tshark 4.0 knows none of the structures of hosts and guests and loses its way in them (`HostRecords.all`), so
    // datagrams with such a sample are left out, and counted.
    @Test func `tshark shows packets and interfaces field by field as listen does`() throws {
      let datagrams = try TsharkFields.datagrams(run.listened)
      #expect(datagrams.count == run.tsharkLines.count && datagrams.count >= 2 * run.datagrams.count)
      var (compared, fields, ipv6, records) = (0, 0, 0, [:] as [String: Int])
      for (datagram, line) in zip(datagrams, run.tsharkLines) where TsharkFields.isKnown(datagram) {
        let (shown, expected) = (TsharkFields.values(line), TsharkFields.expected(datagram))
        let number = datagram["sequence"] ?? 0
        #expect(!TsharkFields.isMalformed(line), "datagram \(number)")
        #expect(Set(shown.keys) == Set(expected.keys), "datagram \(number)")
        for (name, values) in expected {
          #expect(shown[name] == values, "\(name) of datagram \(number)")
          fields += values.count
        }
        compared += 1
        if (datagram["source"] as? String)?.contains(":") == true { ipv6 += 1 }
        for record in TsharkFields.samples(datagram).flatMap(TsharkFields.records) {
          records[record["type"] as? String ?? "", default: 0] += 1
        }
      }
      #expect(compared >= 300 && ipv6 >= 150)
      #expect(records["sampled_header", default: 0] >= 2000 && records["extended_switch", default: 0] >= 800)
      #expect(records["if_counters", default: 0] >= 6 && records["lag_port_stats", default: 0] >= 2)
      #expect(records["extended_entities", default: 0] >= 2)
      let malformed = run.tsharkLines.count(where: TsharkFields.isMalformed)
      report(
        "tshark",
        "\(compared) of \(datagrams.count) datagrams, \(fields) fields equal, \(ipv6) over IPv6; \(malformed) "
          + "malformed among the others")
    }

    /// - Parameter counted: packets and octets by key.
    private func compare(_ counted: [Key: (packets: Int, octets: Int)], _ name: String, sent: [SentPackets]) {
      for kind in sent {
        let found = counted[kind.key]
        #expect(found?.packets == kind.packets, "\(name): \(kind.key)")
        #expect(found?.octets == kind.packets * kind.length, "\(name): \(kind.key)")
      }
      // Behind structures that it does not know.
      let madeUp = counted.first { $0.key.port == MadeUpDatagrams.port }?.value
      #expect(madeUp?.packets == MadeUpDatagrams.flowSamples * Int(MadeUpDatagrams.rate))
      report(
        name,
        "\(counted.values.reduce(0) { $0 + $1.packets }) packets in \(counted.count) rows, those sent equal")
    }

    @Test func `sfacctd counts the packets and octets that were sent`() throws {
      var counted: [Key: (packets: Int, octets: Int)] = [:]
      for row in try TsharkFields.datagrams(run.sfacctdFlows) {
        func text(_ name: String) -> String { row[name] as? String ?? "" }
        func number(_ name: String) -> Int { row[name] as? Int ?? 0 }
        let protocols = ["udp": 17, "tcp": 6]
        let key = Key(
          agent: text("peer_ip_src"), source: text("ip_src"), destination: text("ip_dst"),
          port: number("port_dst"), number: protocols[text("ip_proto")] ?? 0, vlan: number("vlan"),
          input: UInt32(number("iface_in")), output: UInt32(number("iface_out")))
        let old = counted[key] ?? (packets: 0, octets: 0)
        counted[key] = (old.packets + number("packets"), old.octets + number("bytes"))
      }
      compare(counted, "sfacctd", sent: sent)
      let complaints = run.sfacctdLog.split(separator: "\n").filter { line in
        ["WARN", "ERROR", "DEBUG", "iscard", "nvalid", "alformed"].contains { line.contains($0) }
      }
      #expect(complaints.isEmpty, "\(complaints)")
    }

    @Test func `sfcapd counts the packets and octets that were sent`() throws {
      let parsed = try JSONSerialization.jsonObject(with: Data(run.sfcapdFlows.utf8)) as? [[String: Any]]
      var counted: [Key: (packets: Int, octets: Int)] = [:]
      for row in try #require(parsed) {
        func text(_ names: String...) -> String { names.lazy.compactMap { row[$0] as? String }.first ?? "" }
        func number(_ name: String) -> Int { row[name] as? Int ?? 0 }
        let vlan = number("src_vlan")
        let key = Key(
          agent: text("ip4_router", "ip6_router"), source: text("src4_addr", "src6_addr"),
          destination: text("dst4_addr", "dst6_addr"), port: number("dst_port"), number: number("proto"),
          vlan: vlan, input: UInt32(number("input_snmp")), output: UInt32(number("output_snmp")))
        let old = counted[key] ?? (packets: 0, octets: 0)
        counted[key] = (old.packets + number("in_packets"), old.octets + number("in_bytes"))
      }
      // Whose address counts is who sent the datagram, not the agent in it.
      let sent = sent.map { kind in
        var kind = kind
        kind.key.agent = InteropFlowRun.agents[0]
        return kind
      }
      compare(counted, "sfcapd", sent: sent)
      #expect(run.sfcapdLog.contains("Sequence Errors: 0, Bad Packets: 0"), "\(run.sfcapdLog)")
    }

    @Test func `sfacctd's counters of interfaces are the kernel's`() throws {
      let rows = try TsharkFields.datagrams(run.sfacctdCounters).filter {
        $0["sf_cnt_type"] as? String == "sflow_cnt_generic"
          && $0["peer_ip_src"] as? String == InteropFlowRun.agents[0]
      }
      let names = [
        ("ifInOctets", "rx.bytes"), ("ifInErrors", "rx.errors"), ("ifOutOctets", "tx.bytes"),
        ("ifOutUcastPkts", "tx.packets"), ("ifOutDiscards", "tx.dropped"), ("ifOutErrors", "tx.errors"),
        ("ifInUcastPkts", "rx.packets"), ("ifInMulticastPkts", "rx.multicast"),
      ]
      for (device, index) in [("w0", run.w0), ("v0", run.v0)] {
        let row = try #require(rows.last { $0["ifIndex"] as? Int == Int(index) })
        let (before, after) = try (#require(run.statistics[0][device]), #require(run.statistics[1][device]))
        for (name, key) in names {
          var range = try #require(before[key])...#require(after[key])
          if name == "ifInUcastPkts" {
            // Without multicast, which if_counters tells apart.
            range = try range.lowerBound - #require(after["rx.multicast"])...range.upperBound
          }
          let value = try #require(row[name] as? UInt64, "no \(name)")
          #expect(range.contains(value), "\(name) of \(device): \(value), kernel \(range)")
        }
      }
      #expect(try #require(run.statistics[0]["w0"]?["rx.packets"]) >= UInt64(3 * InteropFlowRun.packets))
      report("sfacctd counters", "\(rows.count) rows, \(2 * names.count) values against the kernel's")
    }

    @Test func `gmond shows the guest and the home of guests with our values`() throws {
      #expect(run.gmondOutput.isEmpty, "\(run.gmondOutput)")
      let values = GmondXML.metrics(run.gmondXML)
      let (guest, node) = (try #require(run.guest), try #require(run.node))
      let cpu = try #require(guest.record(VirtualCPU.self))
      let memory = try #require(guest.record(VirtualMemory.self))
      let disk = try #require(guest.record(VirtualDiskIO.self))
      let expected: [(String, Double, tolerance: Double)] = [
        ("test.vcpu_num", Double(cpu.virtualCPUs), 0),
        ("test.vmem_total", Double(memory.maximumBytes >> 10), 0),
        ("test.vmem_util", Double(memory.usedBytes) * 100 / Double(memory.maximumBytes), 0.01),
        ("test.vdisk_capacity", Double(disk.capacityBytes) / 0x1p30, 0.001),
        ("vnode_cpu_num", Double(node.cpus), 0), ("vnode_domains", Double(node.activeDomains), 0),
        ("vnode_cpu_speed", Double(node.megahertz), 1500),
        ("vnode_mem_total", Double(node.memoryBytes >> 10), 64),
      ]
      for (name, value, tolerance) in expected {
        let shown = try #require(values[name].flatMap { Double($0) }, "no \(name)")
        #expect(abs(shown - value) <= tolerance, "\(name): gmond \(shown), ours \(value)")
      }
      #expect(values["test.vcpu_state"] == "Running")
      let guestMetrics = values.keys.count { $0.hasPrefix("test.") }
      #expect(guestMetrics >= 20)
      report("gmond guests", "\(guestMetrics) metrics of the guest, \(expected.count + 1) values compared")
    }
  }
}
