import Bytes
import Foundation
import Linux
import SFlow
import Testing

extension SystemTests {
  /// A minute of counters in the eyes of the kernel and of four collectors.
  @Suite(.enabled(if: InteropRun.isPossible, "needs tshark, pmacct, ganglia-monitor, valgrind"))
  struct InteropTests {
    let run: InteropRun

    init() throws { run = try InteropRun.result.get() }

    var samples: [CounterSample] { run.arrivals.flatMap { $0.datagram.hostSamples } }

    @Test func `a sample comes every second and none is lost`() {
      #expect(samples.count >= 55)
      #expect(samples.map(\.sequence) == Array(1...UInt32(samples.count)))
      let datagrams = run.arrivals.map(\.datagram)
      #expect(datagrams.map(\.sequence) == Array(1...UInt32(datagrams.count)))
      // Each second in a datagram of its own: collectors date samples by their arrival.
      #expect(datagrams.allSatisfy { $0.samples.count == 1 })
      #expect(datagrams.allSatisfy { $0.agentAddress == Lab.hostAddress && $0.subAgentID == 100_001 })
      #expect(datagrams.allSatisfy { $0.nonZeroPadding.isEmpty })
      let uptimes = datagrams.map(\.uptime)
      #expect(zip(uptimes, uptimes.dropFirst()).allSatisfy(<))
      #expect(
        run.log.split(separator: "\n").count { $0.contains("warning") || $0.contains("error") } == 0,
        "\(run.log)")
    }

    @Test func `every sample has the ten structures of a host`() {
      let all: Set<UInt32> = [2000, 2001, 2003, 2004, 2005, 2006, 2007, 2008, 2009, 2010]
      for sample in samples {
        #expect(sample.records.count == 10)
        #expect(Set(sample.records.map(\.format.format)) == all)
      }
    }

    @Test func `every field is what the kernel said just before and just after`() throws {
      var comparison = Comparison(run)
      comparison.compareAll()
      #expect(comparison.faults.isEmpty, "\(comparison.faults.prefix(30).joined(separator: "\n"))")
      #expect(comparison.unchecked.isEmpty, "fields without a check: \(comparison.unchecked.sorted())")
      // 20 of host_cpu, 11 of host_memory, 9 of host_disk_io, 8 of host_net_io, 19, 25, 15 and 7 of /proc/net/snmp,
      // 5 of host_descr and the adapter.
      #expect(comparison.fields.count == 120)
      // The traffic was seen: these move from each sample to the next.
      for name in ["bytes_in", "bytes_out", "ipInReceives", "icmpOutDestUnreachs", "udpNoPorts", "contexts"] {
        #expect(comparison.moved.contains(name), "\(name) never moved")
      }
      report(
        "interop",
        "\(run.arrivals.count) datagrams, \(samples.count) samples, \(comparison.fields.count) fields, "
          + "\(comparison.compared) values against \(run.truths.count) readings of the kernel")
    }

    // tshark 4.0 knows none of 2000 to 2010. It shows "Unknown sample format" and goes on 8 octets later, within the
    // unknown record, as if there were the next one: what it shows of the bodies is made up, and where it takes
    // text or a float for a length it ends the datagram as "Malformed Packet". So only what stands in front of the
    // first record can be held against ours, and of several samples in a datagram only the first. Whether a
    // datagram ends as malformed depends on the order of the records: with host_descr and host_cpu in front nearly
    // all do, with the groups of MIB-II in front, as we send them, few.
    @Test func `tshark reads the heads of datagrams and samples as we do`() throws {
      let packets = run.pdml.components(separatedBy: "<packet>").dropFirst().filter {
        $0.contains("name=\"sflow\"")
      }
      #expect(packets.count == run.arrivals.count)
      var malformed = 0
      for (packet, arrival) in zip(packets, run.arrivals) {
        let (datagram, fields) = (arrival.datagram, PDML.fields(packet))
        let sample = try #require(datagram.hostSamples.first)
        let expected: [(String, String)] = [
          ("sflow_245.version", "5"), ("sflow_245.agenttype", "1"),
          ("sflow_245.agent", "\(datagram.agentAddress)"),
          ("sflow_245.sub_agent_id", "\(datagram.subAgentID)"),
          ("sflow_245.sequence_number", "\(datagram.sequence)"),
          ("sflow_245.sysuptime", "\(datagram.uptime)"),
          ("sflow_245.numsamples", "\(datagram.samples.count)"),
          ("sflow.counters_sample.sequence_number", "\(sample.sequence)"),
          ("sflow.counters_sample.source_id_type", "2"), ("sflow.counters_sample.source_id_index", "1"),
          ("sflow.counters_sample.counters_records", "\(sample.records.count)"),
        ]
        for (name, value) in expected {
          #expect(
            fields.first { $0.name == name }?.value == value, "\(name) of datagram \(datagram.sequence)")
        }
        // Whatever it complains of lies behind the tag of the first record.
        let firstRecord = fields.firstIndex { $0.name == "sflow.counters_sample.counters_records" } ?? .max
        let complaint = fields.firstIndex { $0.name.hasPrefix("_ws.") } ?? .max
        #expect(complaint > firstRecord)
        if packet.contains("_ws.malformed") { malformed += 1 }
      }
      #expect(malformed <= packets.count / 10)
      report(
        "tshark", "\(packets.count) datagrams, heads equal, \(malformed) malformed behind the first record")
    }

    @Test func `sfacctd takes every datagram without complaint`() {
      let complaints = run.sfacctdLog.split(separator: "\n").filter { line in
        ["WARN", "ERROR", "DEBUG", "iscard", "nvalid", "alformed"].contains { line.contains($0) }
      }
      #expect(complaints.isEmpty, "\(complaints)")
      // It knows none of the structures, and writes a line for each: all samples were walked through to their end.
      let lines = run.sfacctdCounters.split(separator: "\n").filter { $0.contains("\"event_type\": \"log\"") }
      #expect(lines.allSatisfy { $0.contains("\"peer_ip_src\": \"10.99.0.1\"") })
      for sample in samples {
        let own = lines.count { $0.contains("\"sflow_cnt_seq\": \(sample.sequence)}") }
        #expect(own == sample.records.count, "sample \(sample.sequence)")
      }
      report("sfacctd", "\(lines.count) records of \(samples.count) samples, no complaint")
    }

    @Test func `gmond shows this host with our values`() throws {
      #expect(run.gmondOutput.split(separator: "\n").isEmpty, "\(run.gmondOutput)")
      #expect(run.gmondXML.contains(" IP=\"10.99.0.1\""))
      let values = GmondXML.metrics(run.gmondXML)
      let last = try #require(samples.last)
      let cpu = try #require(last.record(HostCPU.self))
      let memory = try #require(last.record(HostMemory.self))
      let disk = try #require(last.record(HostDiskIO.self))
      let exact: [(String, Double, tolerance: Double)] = [
        ("load_one", Double(cpu.loadOne), 0.01), ("load_five", Double(cpu.loadFive), 0.01),
        ("load_fifteen", Double(cpu.loadFifteen), 0.01), ("proc_run", Double(cpu.processesRunning), 0),
        ("proc_total", Double(cpu.processesTotal), 0), ("cpu_num", Double(cpu.cpuCount), 0),
        ("cpu_speed", Double(cpu.megahertz), 0), ("mem_total", Double(memory.totalBytes / 1024), 64),
        // gmond prints floats of 24 bits.
        ("mem_free", Double(memory.freeBytes / 1024), 64),
        ("mem_shared", Double(memory.sharedBytes / 1024), 64),
        ("mem_buffers", Double(memory.buffersBytes / 1024), 64),
        ("mem_cached", Double(memory.cachedBytes / 1024), 64),
        ("swap_total", Double(memory.swapTotalBytes / 1024), 64),
        ("swap_free", Double(memory.swapFreeBytes / 1024), 64),
        ("disk_total", Double(disk.totalBytes) / 0x1p30, 0.001),
        ("disk_free", Double(disk.freeBytes) / 0x1p30, 0.001),
        ("part_max_used", Double(disk.fullestPartition.hundredths) / 100, 0.01),
      ]
      for (name, value, tolerance) in exact {
        let shown = try #require(values[name].flatMap { Double($0) }, "no \(name)")
        #expect(abs(shown - value) <= tolerance, "\(name): gmond \(shown), ours \(value)")
      }
      #expect(values["os_name"] == "Linux")
      var names = utsname()
      uname(&names)
      let machine = withUnsafeBytes(of: names.machine) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      #expect(values["machine_type"] == (machine == "aarch64" ? "arm" : machine))
      #expect(values["os_release"] == last.record(HostDescription.self)?.osRelease)
      #expect(values["uuid"] == run.uuid)

      // Rates between the last two samples, by gmond's clock of their arrivals.
      let (a, b) = (samples[samples.count - 2], last)
      let before = try #require(a.record(HostNetworkIO.self))
      let after = try #require(b.record(HostNetworkIO.self))
      for (name, ours) in [
        ("bytes_in", Double(after.inBytes - before.inBytes)),
        ("bytes_out", Double(after.outBytes - before.outBytes)),
        ("pkts_in", Double(after.inPackets - before.inPackets)),
        ("pkts_out", Double(after.outPackets - before.outPackets)),
      ] {
        let shown = try #require(values[name].flatMap { Double($0) }, "no \(name)")
        #expect(
          shown > ours * 0.7 && shown < ours * 1.4, "\(name): gmond \(shown)/s, ours \(ours) in a second")
      }
      report("gmond", "\(values.count) metrics, \(exact.count + 8) of them compared")
    }

    @Test func `the settings are published for sub-agents`() {
      for line in ["polling=1", "agentIP=10.99.0.1", "agent=hx0", "collector=10.99.0.2 6345", "rev_end=1"] {
        #expect(run.auto.split(separator: "\n").contains(Substring(line)))
      }
    }
  }
}

/// What is wanted of tshark's PDML: names and values of the fields in their order.
enum PDML {
  static func fields(_ packet: String) -> [(name: String, value: String)] {
    packet.components(separatedBy: "<").compactMap { element in
      attribute("name", of: element).map { ($0, attribute("show", of: element) ?? "") }
    }
  }

  static func attribute(_ name: String, of element: String) -> String? {
    let parts = element.components(separatedBy: " \(name)=\"")
    return parts.count > 1 ? parts[1].components(separatedBy: "\"")[0] : nil
  }
}

enum GmondXML {
  static func metrics(_ xml: String) -> [String: String] {
    var values: [String: String] = [:]
    for element in xml.components(separatedBy: "<METRIC ").dropFirst() {
      if let name = PDML.attribute("NAME", of: " " + element) {
        values[name] = PDML.attribute("VAL", of: element)
      }
    }
    return values
  }
}
