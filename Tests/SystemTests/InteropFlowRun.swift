import Bytes
import Foundation
import Linux
import SFlow
import SystemPackage
import Testing

/// Everything on: packets from firewall rules and from a device, counters of host, interfaces and guests, five collectors,
/// one of them over IPv6; first with an IPv4 agent address, then with one of IPv6. Beside it tshark, sfacctd, sfcapd
/// and gmond.
struct InteropFlowRun: Sendable {
  /// ifIndexes of the cables to the far end: `w0`, behind firewall rules, and `v0`, tapped.
  var w0: UInt32 = 0
  var v0: UInt32 = 0
  /// The kernel's counters by device, after the first half's packets and before the second's.
  var statistics: [[String: [String: UInt64]]] = []
  /// What one collector of ours got.
  var datagrams: [Datagram] = []
  var log = ""
  /// tshark's capture, decoded by `hsflowctl listen`: a datagram a line.
  var listened = ""
  /// The same by tshark: a packet a line.
  var tsharkLines: [Substring] = []
  var sfacctdLog = ""
  var sfacctdFlows = ""
  var sfacctdCounters = ""
  var sfcapdLog = ""
  var sfcapdFlows = ""
  var gmondOutput = ""
  var gmondXML = ""
  /// The guest of libvirt's test driver, as it was when gmond was asked.
  var guest: CounterSample?
  var node: VirtualNode?

  static let isPossible =
    PacketLab.isPossible
    && [
      "tshark", "sfacctd", "sfcapd", "nfdump", "gmond", "valgrind", "iptables", "ip6tables", "virsh",
    ].allSatisfy { tool($0) != nil }
  /// Packets of each kind that are sent in each half.
  static let packets = 800
  /// One in so many is logged, neither more nor less.
  static let rate = 4
  static let agents = ["10.99.0.1", "fd99::1"]
  /// Where the packets of each half go.
  static let ports = [9, 10]
  static let result = Result { try InteropFlowRun() }

  /// - Parameter extra: settings of the second half.
  private static func configuration(_ port: UInt16, _ extra: String) -> String {
    """
    sflow { polling = 1 sampling = \(rate) interfaceCounters = all \(extra)
      collector { ip = 10.99.0.2 }
      collector { ip = fd99::2 }
      collector { ip = 10.99.0.2 udpport = 6344 }
      collector { ip = 10.99.0.2 udpport = 6345 }
      collector { ip = 10.99.0.2 udpport = 6346 }
      collector { ip = 10.99.0.2 udpport = \(port) }
      nflog { group = 5 probability = \(1 / Double(rate)) }
      pcap { dev = v0 sampling = 1 } }
    """
  }

  private init() throws {
    let (lab, folder) = (try PacketLab(), try Folder())
    try Self.prepare(lab)
    (w0, v0) = (lab.hostIndex, try PacketLab.index("v0", lab.hostPath))
    let receiver = try lab.lab.collector(port: 6347)
    // tshark listens to nothing: without these the agent would be told that nobody does.
    let far6 = try #require(IPAddress("fd99::2"))
    let ears = [try lab.lab.collector(), try Receiver(on: SocketAddress(far6, port: 6343), in: lab.farPath)]
    defer { withExtendedLifetime(ears) {} }
    let sfacctd = try Self.startSfacctd(lab, folder)
    let sfcapd = try Program(
      ["sfcapd", "-b", "10.99.0.2", "-p", "6346", "-w", try Self.folder("nf", in: folder), "-t", "300"],
      in: lab.farPath)
    let gmond = try InteropRun.startGmond(lab.lab, folder)
    let tshark = try Program(
      ["tshark", "-i", "hx0", "-f", "udp port 6343", "-F", "pcap", "-P", "-l", "-w", folder["capture"]],
      in: lab.farPath)
    try #require(eventually { tshark.errors.contains("Capture started") })
    try #require(eventually { (sfacctd.output + sfacctd.errors).contains("waiting for sFlow data") })
    try #require(eventually { (sfcapd.output + sfcapd.errors).contains("Startup sfcapd") })
    try #require(eventually(within: .seconds(60)) { InteropRun.listens(port: 8649, pid: gmond.pid) })

    let agent = try Agent(Self.configuration(6347, "kvm { uri = \"test:///default\" }"), in: lab.hostPath)
    try #require(agent.runs(2), "\(agent.log)")
    try send(0, lab, receiver)
    statistics.append(try Self.statistics(lab))
    try waitForSamples(2, of: w0, receiver)
    try waitForSamples(2, of: v0, receiver)
    // gmond has rates of the guest from its second sample on.
    let polled = try eventually {
      try take(receiver)
      return lastGuest?.sequence ?? 0 >= 3
    }
    try #require(polled, "\(agent.log)")
    guest = lastGuest
    node = datagrams.flatMap(\.hostSamples).last?.record(VirtualNode.self)
    gmondXML = try InteropRun.askGmond(lab.lab)

    try agent.reconfigure(Self.configuration(6347, "agentIP = fd99::1"))
    let changed = try eventually {
      try take(receiver)
      return datagrams.last?.agentAddress != Lab.hostAddress
    }
    try #require(changed, "\(agent.log)")
    statistics.append(try Self.statistics(lab))
    try send(1, lab, receiver)
    #expect(agent.program.end() == 0)
    try take(receiver)
    log = agent.log
    try Self.sendMadeUp(lab)

    // It prints a line for each packet when it has written it; two collectors, and what is made up for each.
    let expected = 2 * (datagrams.count + MadeUpDatagrams.all.count)
    #expect(eventually { tshark.output.split(separator: "\n").count >= expected }, "\(tshark.errors)")
    // What sfacctd is just writing when it is ended it may write twice.
    let rows = folder["flows.json"]
    #expect(eventually { Self.packets(in: rows) >= Self.allPackets(w0, v0) }, "\(contents(rows))")
    for program in [tshark, sfacctd, sfcapd, gmond] { program.end(SIGINT) }
    sfacctdLog = sfacctd.output + sfacctd.errors
    sfacctdFlows = contents(folder["flows.json"])
    sfacctdCounters = contents(folder["counters.json"])
    sfcapdLog = sfcapd.output + sfcapd.errors
    gmondOutput = gmond.output + gmond.errors
    sfcapdFlows = try Program.run(["nfdump", "-R", folder["nf"], "-o", "json"]).output
    listened = try Program.run(
      [Release.hsflowctl, "listen", "--pcap", folder["capture"], "--format", "json"]
    ).output
    tsharkLines = try TsharkFields.read(folder["capture"])
  }

  private static func packets(in rows: String) -> Int {
    let counted = (try? TsharkFields.datagrams(contents(rows))) ?? []
    return counted.reduce(0) { $0 + ($1["packets"] as? Int ?? 0) }
  }

  private static func allPackets(_ w0: UInt32, _ v0: UInt32) -> Int {
    ports.indices.flatMap { SentPackets.half($0, w0, v0) }.reduce(0) { $0 + $1.packets }
      + MadeUpDatagrams.flowSamples * Int(MadeUpDatagrams.rate)
  }

  private static func folder(_ name: String, in folder: Folder) throws -> String {
    try FileManager.default.createDirectory(atPath: folder[name], withIntermediateDirectories: true)
    return folder[name]
  }

  /// A second cable for tagged frames, IPv6 to the collectors, and rules that log every fourth packet.
  private static func prepare(_ lab: PacketLab) throws {
    try lab.lab.ip(lab.lab.host, "link add v0 type veth peer name v0 netns \(lab.lab.far)")
    for (namespace, end) in [(lab.lab.host, 1), (lab.lab.far, 2)] {
      try lab.lab.ip(namespace, "link set v0 addrgenmode none")
      try lab.lab.ip(namespace, "link set v0 up")
      try lab.lab.ip(namespace, "addr add fd99::\(end)/64 dev hx0 nodad")
    }
    let log = "-m statistic --mode nth --every \(rate) --packet 0 -j NFLOG --nflog-group 5"
    try lab.shell(
      """
      iptables -A INPUT -i w0 -p udp \(log)
      iptables -A INPUT -i w0 -p tcp \(log)
      ip6tables -A INPUT -i w0 -p udp \(log)
      iptables -A OUTPUT -o w0 -p udp \(log)
      ip6tables -A OUTPUT -o w0 -p udp \(log)
      """)
  }

  private static func startSfacctd(_ lab: PacketLab, _ folder: Folder) throws -> Program {
    let file = try folder.write(
      """
      daemonize: false
      sfacctd_ip: 10.99.0.2
      sfacctd_port: 6344
      sfacctd_renormalize: true
      plugins: print[a]
      aggregate[a]: src_host,dst_host,dst_port,proto,in_iface,out_iface,vlan,peer_src_ip
      print_output[a]: json
      print_output_file[a]: \(folder["flows.json"])
      print_output_file_append[a]: true
      print_refresh_time[a]: 5
      sfacctd_counter_file: \(folder["counters.json"])
      sfacctd_counter_output: json

      """, to: "sfacctd.conf")
    return try Program(["sfacctd", "-f", file], in: lab.farPath)
  }

  // MARK: - Traffic

  /// Sends a half's packets, no more at once than the sockets of all collectors hold, and waits for their samples.
  private mutating func send(_ half: Int, _ lab: PacketLab, _ receiver: Receiver) throws {
    var expected = flowSamples
    for kind in SentPackets.half(half, w0, v0) {
      guard let frame = kind.frame else { continue }
      let socket = try FrameSocket(on: kind.vlan == 0 ? "w0" : "v0", in: lab.farPath)
      let parts = kind.vlan == 0 ? 1 : 4
      for _ in 0..<parts {
        for _ in 0..<kind.packets / parts { try socket.send(frame) }
        expected += kind.samples / parts
        try waitForFlows(expected, receiver)
      }
    }
    try PacketTraffic(lab: lab).sendDatagrams(
      Array(repeating: 100, count: Self.packets), from: lab.hostPath, to: lab.farPath,
      port: UInt16(Self.ports[half]))
    try waitForFlows(expected + 2 * Self.packets / Self.rate, receiver)
  }

  private mutating func waitForFlows(_ expected: Int, _ receiver: Receiver) throws {
    let came = try eventually {
      try take(receiver)
      return flowSamples >= expected
    }
    try #require(came, "\(flowSamples) of \(expected) flow samples")
  }

  /// Datagrams with structures that this machine cannot bring about, to all but gmond.
  private static func sendMadeUp(_ lab: PacketLab) throws {
    let far6 = try #require(IPAddress("fd99::2"))
    for (address, port) in [
      (Lab.farAddress, 6343), (far6, 6343), (Lab.farAddress, 6344), (Lab.farAddress, 6346),
    ] {
      let socket = try NetworkNamespace.run(inNamespaceAt: lab.hostPath) { () throws(Errno) in
        try UDPSocket(to: SocketAddress(address, port: UInt16(port)))
      }
      for datagram in MadeUpDatagrams.all { try socket.send(datagram.span) }
    }
  }

  // MARK: - What comes

  private mutating func take(_ receiver: Receiver) throws { datagrams += try receiver.drain() }

  private var flowSamples: Int {
    datagrams.reduce(0) { sum, datagram in
      sum + datagram.samples.count { if case .flowExpanded = $0 { true } else { false } }
    }
  }

  private func count(of index: UInt32) -> Int {
    datagrams.reduce(0) { $0 + $1.counters(of: DataSource(.interface, index)).count }
  }

  private mutating func waitForSamples(_ number: Int, of index: UInt32, _ receiver: Receiver) throws {
    let end = count(of: index) + number
    let came = try eventually {
      try take(receiver)
      return count(of: index) >= end
    }
    #expect(came)
  }

  private var lastGuest: CounterSample? {
    datagrams.flatMap(\.samples).compactMap { sample in
      if case .countersExpanded(let counters) = sample, counters.source.type == .logicalEntity {
        counters
      } else {
        nil
      }
    }.last
  }

  /// "rx.bytes" and so on, of each device.
  private static func statistics(_ lab: PacketLab) throws -> [String: [String: UInt64]] {
    let result = try Program.run(["ip", "-n", lab.lab.host, "-s", "-j", "link"])
    let links = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]] ?? []
    var all: [String: [String: UInt64]] = [:]
    for link in links {
      guard let name = link["ifname"] as? String, let values = link["stats64"] as? [String: [String: Any]]
      else {
        continue
      }
      for (side, numbers) in values {
        for (key, value) in numbers {
          all[name, default: [:]]["\(side).\(key)"] = (value as? NSNumber)?.uint64Value
        }
      }
    }
    return all
  }
}

extension Datagram {
  /// Its counter samples of one data source.
  func counters(of source: DataSource) -> [CounterSample] {
    samples.compactMap {
      if case .countersExpanded(let sample) = $0, sample.source == source { sample } else { nil }
    }
  }
}

/// Packets of one kind, and how a collector must count them.
struct SentPackets {
  /// What stands between agent and collector in a collector's table.
  struct Key: Hashable, Sendable {
    var agent, source, destination: String
    var port, number: Int
    var vlan = 0
    var input, output: UInt32
  }

  var key: Key
  var packets = InteropFlowRun.packets
  /// Octets on the wire, FCS and all.
  var length: Int
  /// To be sent by the far end; `nil` if the agent's host sends it from a socket.
  var frame: [UInt8]?
  var vlan: Int { key.vlan }
  var samples: Int { vlan == 0 ? packets / InteropFlowRun.rate : packets }

  static func half(_ half: Int, _ w0: UInt32, _ v0: UInt32) -> [SentPackets] {
    let (agent, port) = (InteropFlowRun.agents[half], InteropFlowRun.ports[half])
    let host = PacketFacts.host
    func key(_ number: Int, v6: Bool = false, toHost: Bool = true, vlan: Int = 0) -> Key {
      let (near, far) = v6 ? ("fd98::1", "fd98::2") : ("10.98.0.1", "10.98.0.2")
      let index = vlan == 0 ? w0 : v0
      return Key(
        agent: agent, source: toHost ? far : near, destination: toHost ? near : far, port: port,
        number: number, vlan: vlan, input: toHost ? index : host,
        // What a tap sees of packets for another MAC address goes nobody knows where.
        output: vlan > 0 ? 0 : toHost ? host : index)
    }
    let tcp: [UInt8] =
      LabFrame.u16(4000) + LabFrame.u16(port) + [0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 255, 255, 0, 0, 0, 0]
    let udp = LabFrame.udp(200, port: port)
    let kinds: [(Key, [UInt8])] = [
      (key(17), LabFrame.ethernet(0x0800, LabFrame.ipv4(17, udp))),
      (key(6), LabFrame.ethernet(0x0800, LabFrame.ipv4(6, tcp))),
      (key(17, v6: true), LabFrame.ethernet(0x86DD, LabFrame.ipv6(17, udp))),
      (
        key(17, vlan: 5),
        LabFrame.ethernet(0x8100, [0x60, 5] + LabFrame.u16(0x0800) + LabFrame.ipv4(17, udp))
      ),
    ]
    return kinds.map { SentPackets(key: $0, length: $1.count + 4, frame: $1) } + [
      SentPackets(key: key(17, toHost: false), length: 14 + 20 + 8 + 100 + 4),
      SentPackets(key: key(17, v6: true, toHost: false), length: 14 + 40 + 8 + 100 + 4),
    ]
  }
}
