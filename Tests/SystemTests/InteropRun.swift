import Bytes
import Foundation
import Linux
import SFlow
import SystemPackage
import Testing

/// A minute of the agent beside four collectors: ours, tshark, sfacctd and gmond. The kernel's numbers are read ten
/// times a second meanwhile, and both ends of the cable send each other small packets.
struct InteropRun: Sendable {
  struct Arrival: Sendable {
    var datagram: Datagram
    var time: Instant
  }

  var arrivals: [Arrival] = []
  var truths: [Truth] = []
  var uuid = ""
  /// ifIndex and MAC address of `hx0`.
  var adapter: (index: UInt32, mac: String) = (0, "")
  var log = ""
  var auto = ""
  /// tshark's view of every datagram, as PDML.
  var pdml = ""
  var sfacctdLog = ""
  var sfacctdCounters = ""
  var gmondOutput = ""
  var gmondXML = ""

  static let isPossible = ["tshark", "sfacctd", "gmond", "valgrind", "df"].allSatisfy { tool($0) != nil }
  static let seconds = 60
  /// Made once, by the first test that asks.
  static let result = Result { try InteropRun() }

  private init() throws {
    let (lab, folder) = (try Lab(), try Folder())
    let receiver = try lab.collector()
    let link = try Program.run(["ip", "-n", lab.host, "-o", "link", "show", "dev", "hx0"]).output
      .split(separator: " ")
    adapter.index = link.first.flatMap { UInt32($0.dropLast()) } ?? 0
    adapter.mac = link.firstIndex(of: "link/ether").map { String(link[$0 + 1]) } ?? ""

    let sfacctd = try Self.startSfacctd(lab, folder)
    let gmond = try Self.startGmond(lab, folder)
    let tshark = try Program(
      ["tshark", "-i", "hx0", "-f", "udp port 6343", "-P", "-l", "-w", folder["capture"]], in: lab.farPath)
    #expect(eventually { tshark.errors.contains("Capture started") })
    #expect(eventually { (sfacctd.output + sfacctd.errors).contains("waiting for sFlow data") })
    #expect(eventually(within: .seconds(60)) { Self.listens(port: 8649, pid: gmond.pid) })

    // What it sees of the network is what the agent sees, before, while and after that runs.
    let witness = try Program(["sleep", "600"], in: lab.hostPath)
    #expect(eventually { contents("/proc/\(witness.pid)/net/dev").contains("hx0") })
    read(witness.pid)
    let agent = try Agent(
      """
      sflow { polling = 1
        collector { ip = 10.99.0.2 }
        collector { ip = 10.99.0.2 udpport = 6344 }
        collector { ip = 10.99.0.2 udpport = 6345 } }
      """, "-m", "00112233-4455-6677-8899-aabbccddeeff", in: lab.hostPath)
    try watch(witness, receiver, lab)
    #expect(agent.program.end() == 0)
    arrivals += try receiver.drain().map { Arrival(datagram: $0, time: .now) }
    read(witness.pid)
    (log, auto) = (agent.log, agent.auto)

    // It may be about to take the last datagram.
    let memory = arrivals.last?.datagram.hostSamples.last?.record(HostMemory.self)
    let free = memory.map { Double($0.freeBytes / 1024) } ?? 0
    _ = try eventually {
      gmondXML = try Self.askGmond(lab)
      let shown = GmondXML.metrics(gmondXML)["mem_free"].flatMap { Double($0) }
      return abs((shown ?? .infinity) - free) <= 64
    }
    // It prints a line for each packet when it has written it.
    let datagrams = arrivals.count
    #expect(eventually { tshark.output.split(separator: "\n").count >= datagrams })
    #expect(tshark.end(SIGINT) == 0)
    pdml = try Program.run(
      ["tshark", "-r", folder["capture"], "-d", "udp.port==6343,sflow", "-T", "pdml"]
    ).output
    sfacctd.end(SIGINT)
    gmond.end()
    sfacctdLog = sfacctd.output + sfacctd.errors
    sfacctdCounters = contents(folder["counters.json"])
    gmondOutput = gmond.output + gmond.errors
    let firmware = contents("/sys/class/dmi/id/product_uuid").trimmingCharacters(in: .whitespacesAndNewlines)
    // Without a firmware's: as the C agent makes it of that machine-id.
    uuid = firmware.isEmpty ? "bd1be3c0-5df1-5c52-bd1b-e3c05df1fc52" : firmware.lowercased()
  }

  /// Takes what comes, reads the kernel, and makes traffic, until the last sample.
  private mutating func watch(_ witness: Program, _ receiver: Receiver, _ lab: Lab) throws {
    let there = try NetworkNamespace.run(inNamespaceAt: lab.hostPath) { () throws(Errno) in
      try UDPSocket(to: SocketAddress(Lab.farAddress, port: 9))
    }
    let back = try NetworkNamespace.run(inNamespaceAt: lab.farPath) { () throws(Errno) in
      try UDPSocket(to: SocketAddress(Lab.hostAddress, port: 9))
    }
    let packet = [UInt8](repeating: 7, count: 200)
    var nextTruth = Instant.now
    let end = Instant.now + .seconds(Self.seconds * 2)
    while (arrivals.last?.datagram.hostSamples.last?.sequence ?? 0) < Self.seconds, Instant.now < end {
      if let datagram = try receiver.next(within: .milliseconds(20)) {
        arrivals.append(Arrival(datagram: datagram, time: .now))
      }
      // Nobody listens there: the kernel counts that too, and says so at the next call.
      try? there.send(packet.span)
      try? back.send(packet.span)
      if Instant.now >= nextTruth {
        read(witness.pid)
        nextTruth = .now + .milliseconds(100)
      }
    }
  }

  private static let mounts = (try? Truth.mounts()) ?? []
  private static let disks = Truth.disks()

  private mutating func read(_ pid: pid_t) {
    truths.append(
      Truth(
        of: pid, ticks: UInt64(sysconf(Int32(_SC_CLK_TCK))),
        pageKiB: UInt64(sysconf(Int32(_SC_PAGESIZE)) / 1024),
        mounts: Self.mounts, disks: Self.disks))
  }

  // MARK: - Collectors of others

  private static func startSfacctd(_ lab: Lab, _ folder: Folder) throws -> Program {
    let file = try folder.write(
      """
      daemonize: false
      sfacctd_ip: 10.99.0.2
      sfacctd_port: 6344
      plugins: print[a]
      aggregate[a]: src_host
      print_output[a]: json
      print_output_file[a]: \(folder["flows.json"])
      print_refresh_time[a]: 10
      sfacctd_counter_file: \(folder["counters.json"])
      sfacctd_counter_output: json

      """, to: "sfacctd.conf")
    return try Program(["sfacctd", "-f", file], in: lab.farPath)
  }

  /// Debian's gmond cuts pointers to 32 bits: valgrind puts them where they fit.
  static func startGmond(_ lab: Lab, _ folder: Folder) throws -> Program {
    let file = try folder.write(
      """
      globals { daemonize = no setuid = no mute = yes deaf = no host_dmax = 86400 }
      cluster { name = "test" }
      udp_recv_channel { port = 6345 }
      tcp_accept_channel { port = 8649 bind = 10.99.0.2 }
      sflow { udp_port = 6345 }

      """, to: "gmond.conf")
    return try Program(["valgrind", "-q", "--tool=none", "gmond", "-c", file, "-f"], in: lab.farPath)
  }

  /// Whether somebody in the network namespace of `pid` listens on a TCP port.
  static func listens(port: UInt16, pid: pid_t) -> Bool {
    let hex = ":" + String(port, radix: 16, uppercase: true)
    return contents("/proc/\(pid)/net/tcp").split(separator: "\n").contains { line in
      let words = line.split(separator: " ")
      return words[1].hasSuffix(hex) && words[3] == "0A"
    }
  }

  /// All that gmond tells who connects.
  static func askGmond(_ lab: Lab) throws -> String {
    let connection = try NetworkNamespace.run(inNamespaceAt: lab.farPath) { () throws(Errno) in
      let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = UInt16(8649).bigEndian
      address.sin_addr.s_addr = UInt32(0x0A63_0002).bigEndian
      let status = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      if status != 0 { throw Errno(rawValue: errno) }
      return number
    }
    let data = try FileHandle(fileDescriptor: connection, closeOnDealloc: true).readToEnd()
    return String(decoding: data ?? Data(), as: UTF8.self)
  }
}
