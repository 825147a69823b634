import Foundation
import Linux
import SFlow
import Testing

extension SystemTests {
  /// Ten minutes (or 20 s) of every counter of the host and of interfaces of four kinds, under load that moves them,
  /// beside the kernel's own numbers, read ten times a second.
  @Suite(
    .enabled(
      if: TruthLoad.isPossible && tool("df") != nil,
      "needs root, ip(8), df(1) and a kernel with veth, macvlan, bridge and vxlan"))
  struct TruthTests {
    private static let seconds = areTestsLong ? 600 : 20

    @Test func `under load every number is what the kernel said just before and just after`() throws {
      let lab = try PacketLab()
      let receiver = try lab.lab.collector()
      let load = try TruthLoad(lab)
      let witness = try Witness(of: lab)
      var (arrivals, truths) = ([InteropRun.Arrival](), [witness.read()])
      let agent = try Agent(
        "sflow { polling = 1 interfaceCounters = all collector { ip = 10.99.0.2 } }", "-m",
        "00112233-4455-6677-8899-aabbccddeeff", in: lab.hostPath)
      func take(within limit: Duration) throws {
        if let datagram = try receiver.next(within: limit) {
          arrivals.append(InteropRun.Arrival(datagram: datagram, time: .now))
        }
      }
      #expect(agent.says("counters every 1 s"))
      for second in 1...Self.seconds {
        let end = Instant.now + .seconds(1)
        try load.make(second)
        var next = Instant.now
        while Instant.now < end {
          try take(within: .milliseconds(20))
          guard Instant.now >= next else { continue }
          truths.append(witness.read())
          next = next + .milliseconds(100)
        }
      }
      #expect(agent.program.end() == 0)
      arrivals += try receiver.drain().map { InteropRun.Arrival(datagram: $0, time: .now) }
      truths.append(witness.read())

      var comparison = Comparison(arrivals, truths, uuid: witness.uuid, adapters: try witness.adapters())
      // The test is not at the socket while it makes a second's load.
      comparison.patience = .milliseconds(2500)
      comparison.compareAll()
      #expect(comparison.faults.isEmpty, "\(comparison.faults.prefix(30).joined(separator: "\n"))")
      #expect(comparison.unchecked.isEmpty, "fields without a check: \(comparison.unchecked.sorted())")
      #expect(
        comparison.fields == TruthTable.checked,
        "\(comparison.fields.symmetricDifference(TruthTable.checked))")
      var still = TruthTable.moved.subtracting(comparison.moved)
      if !load.movesSwap { still.subtract(["swap_in", "swap_out", "swap_free"]) }
      #expect(still.isEmpty, "never moved: \(still.sorted())")
      // A tolerance is for what happens between two readings: not every sample needs it.
      for (name, values) in comparison.close where values.all >= 10 {
        #expect(
          values.between * 2 >= values.all, "\(name): \(values.between) of \(values.all) without tolerance")
      }
      let samples = arrivals.flatMap(\.datagram.samples).count
      let more = comparison.moved.subtracting(TruthTable.moved).sorted().joined(separator: " ")
      report(
        "truth",
        "\(samples) samples in \(Self.seconds) s, \(comparison.fields.count) fields, \(comparison.moved.count) of "
          + "them moved, \(comparison.compared) values against \(truths.count) readings of the kernel"
          + "\(load.movesSwap ? "" : ", no swap space"); moved too: \(more)")
    }

    @Test(.enabled(if: tool("nstat") != nil && tool("free") != nil, "needs nstat(8) and free(1)"))
    func `the readings are what ip, nstat, df and free tell`() throws {
      let lab = try PacketLab()
      let load = try TruthLoad(lab)
      let witness = try Witness(of: lab)
      for second in 1...2 { try load.make(second) }
      let before = witness.read()
      let told = try Self.told(lab)
      let after = witness.read()
      var wrong: [String] = []
      for (name, value) in told {
        let bounds = [before, after].compactMap { $0.numbers[name].map { Double($0) } }
        let slack: Double =
          switch TruthTable.rule(of: String(name.split(separator: "/").last ?? "")) {
          case .gauge(let tolerance): tolerance
          default: 0
          }
        // df(1) says whole percents, rounded up.
        let isRight =
          name == "part_max_used"
          ? value >= bounds[0] - slack && value < bounds[1] + 100 + slack
          : bounds.count == 2 && value >= bounds[0] - slack && value <= bounds[1] + slack
        if !isRight { wrong.append("\(name): \(value), read \(bounds)") }
      }
      #expect(wrong.isEmpty, "\(wrong)")
      #expect(told.count > 100)
      report("truth", "\(told.count) readings are those of ip(8), nstat(8), df(1) and free(1)")
    }

    /// By the names of the readings.
    private static func told(_ lab: PacketLab) throws -> [String: Double] {
      var values: [String: Double] = [:]
      for line in try Program.run(["nstat", "-asz"], in: lab.hostPath).output.split(separator: "\n") {
        let words = line.split(separator: " ")
        guard words.count > 1, ["Ip", "Icmp", "Tcp", "Udp"].contains(where: { words[0].hasPrefix($0) }) else {
          continue
        }
        let name = Truth.name(ofColumn: words[0].prefix(1).lowercased() + words[0].dropFirst())
        // Gauges are not among them, and what IcmpMsg counts by type is not in the structures.
        if Self.nstat.contains(name) { values[name] = Double(words[1]) }
      }
      let output = try Program.run(["ip", "-n", lab.lab.host, "-s", "-j", "link"]).output
      let links = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [[String: Any]] ?? []
      for link in links {
        guard let name = link["ifname"] as? String, TruthLoad.links[name] != nil,
          let counters = link["stats64"] as? [String: [String: Double]], let rx = counters["rx"],
          let tx = counters["tx"]
        else { continue }
        let fields = [
          ("ifInOctets", rx["bytes"]), ("ifInMulticastPkts", rx["multicast"]), ("ifInErrors", rx["errors"]),
          ("ifInDiscards", rx["dropped"]), ("ifOutOctets", tx["bytes"]), ("ifOutUcastPkts", tx["packets"]),
          ("ifOutErrors", tx["errors"]), ("ifOutDiscards", tx["dropped"]),
        ]
        for (field, value) in fields { values["\(name)/\(field)"] = value }
      }
      // total, used, free, shared, buffers, cache
      for line in try Program.run(["free", "-b", "-w"]).output.split(separator: "\n").dropFirst() {
        let words = line.split(separator: " ").map { Double($0) ?? 0 }
        let names =
          line.hasPrefix("Mem:")
          ? ["mem_total": 1, "mem_free": 3, "mem_shared": 4, "mem_buffers": 5, "mem_cached": 6]
          : ["swap_total": 1, "swap_free": 3]
        for (name, column) in names { values[name] = words[column] }
      }
      let df = try Program.run(["df", "-B1", "--output=size,avail,pcent"] + Truth.mounts()).output
      let disks = df.split(separator: "\n").dropFirst().map {
        $0.split { " %".contains($0) }.map { Double($0) ?? 0 }
      }
      values["disk_total"] = disks.reduce(0) { $0 + $1[0] }
      values["disk_free"] = disks.reduce(0) { $0 + $1[1] }
      values["part_max_used"] = disks.map { $0[2] * 100 }.max()
      return values
    }

    private static let nstat: Set = Set(
      (HostIPGroup().fields + HostICMPGroup().fields + HostTCPGroup().fields + HostUDPGroup().fields)
        .map(\.name)
    ).subtracting([
      "ipForwarding", "ipDefaultTTL", "tcpRtoAlgorithm", "tcpRtoMin", "tcpRtoMax", "tcpMaxConn",
      "tcpCurrEstab",
    ])
  }
}

/// Reads the kernel in the agent's network namespace.
private final class Witness {
  private let program: Program
  private let lab: PacketLab
  private let mounts: [String]
  private let disks = Truth.disks()
  let uuid: String

  init(of lab: PacketLab) throws {
    self.lab = lab
    mounts = try Truth.mounts()
    // With a /sys of that namespace.
    let program = try Program(["ip", "netns", "exec", lab.lab.host, "sleep", "10000"])
    self.program = program
    try #require(eventually { !contents("/proc/\(program.pid)/root/sys/class/net/w0/ifindex").isEmpty })
    let firmware = contents("/sys/class/dmi/id/product_uuid").trimmingCharacters(in: .whitespacesAndNewlines)
    // Without a firmware's: as the C agent makes it of that machine-id.
    uuid = firmware.isEmpty ? "bd1be3c0-5df1-5c52-bd1b-e3c05df1fc52" : firmware.lowercased()
  }

  func read() -> Truth {
    Truth(
      of: program.pid, ticks: UInt64(sysconf(Int32(_SC_CLK_TCK))),
      pageKiB: UInt64(sysconf(Int32(_SC_PAGESIZE)) / 1024), mounts: mounts, disks: disks,
      counted: TruthLoad.counted, links: TruthLoad.links)
  }

  /// MAC addresses by ifIndex.
  func adapters() throws -> [UInt32: String] {
    let folder = "/proc/\(program.pid)/root/sys/class/net/"
    return try Dictionary(
      uniqueKeysWithValues: TruthLoad.links.keys.map { name in
        let address = contents(folder + name + "/address").trimmingCharacters(in: .newlines)
        return (try PacketLab.index(name, lab.hostPath), address)
      })
  }
}
