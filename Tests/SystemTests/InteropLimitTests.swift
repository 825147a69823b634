import Foundation
import Linux
import SFlow
import Testing

extension SystemTests {
  /// The smallest and the largest that can be configured: whole for tshark and sfcapd.
  @Suite(
    .enabled(
      if: PacketLab.isPossible && ["tshark", "sfcapd", "nfdump"].allSatisfy { tool($0) != nil },
      "needs root, ip(8), tshark, nfdump, nfdump-sflow"))
  struct InteropLimitTests {
    struct Limits: Sendable {
      var datagramBytes: Int
      var headerBytes: Int
      var collectors = 1
    }

    static let all = [
      Limits(datagramBytes: 200, headerBytes: 0), Limits(datagramBytes: 200, headerBytes: 16),
      Limits(datagramBytes: 400, headerBytes: 128), Limits(datagramBytes: 1400, headerBytes: 256),
      Limits(datagramBytes: 1400, headerBytes: 128, collectors: 8),
      Limits(datagramBytes: 8192, headerBytes: 256),
      Limits(datagramBytes: 8192, headerBytes: 0, collectors: 8),
    ]
    private static let packets = 200
    private static let frame = LabFrame.numbered(1000).frame

    @Test func `datagrams and headers of every size are read`() throws {
      let (lab, folder) = (try PacketLab(isQuiet: true), try Folder())
      for namespace in [lab.lab.host, lab.lab.far] { try lab.lab.ip(namespace, "link set hx0 mtu 9000") }
      let receivers = try (0..<7).map { try lab.lab.collector(port: UInt16(7000 + $0)) }
      let sfcapd = try Program(
        ["sfcapd", "-b", "10.99.0.2", "-p", "6343", "-w", folder.path, "-t", "300"], in: lab.farPath)
      let tshark = try Program(
        ["tshark", "-i", "hx0", "-f", "udp port 6343", "-F", "pcap", "-P", "-l", "-w", folder["capture"]],
        in: lab.farPath)
      try #require(eventually { tshark.errors.contains("Capture started") })
      try #require(eventually { (sfcapd.output + sfcapd.errors).contains("Startup sfcapd") })
      let socket = try FrameSocket(on: "w0", in: lab.farPath)
      // A new agent for each: the numbers of its datagrams begin with 1, which tells them apart.
      for limits in Self.all {
        let others = (0..<limits.collectors - 1).map { "collector { ip = 10.99.0.2 udpport = \(7000 + $0) }" }
        let agent = try Agent(
          """
          sflow { polling = 0 datagramBytes = \(limits.datagramBytes) headerBytes = \(limits.headerBytes)
            collector { ip = 10.99.0.2 } \(others.joined(separator: " ")) pcap { dev = w0 sampling = 1 } }
          """, in: lab.hostPath)
        try #require(agent.runs(), "\(agent.log)")
        for _ in 0..<Self.packets { try socket.send(Self.frame) }
        #expect(eventually { flowSamples(of: agent) >= Self.packets }, "\(agent.log)")
        #expect(agent.program.end() == 0)
        for receiver in receivers.prefix(limits.collectors - 1) {
          let samples = try receiver.drain().reduce(0) { $0 + $1.samples.count }
          #expect(samples == Self.packets)
        }
      }
      // What it has captured it writes a moment later.
      let expected = Self.packets * Self.all.count
      #expect(
        try eventually {
          try datagrams(folder).reduce(0) { $0 + TsharkFields.samples($1).count } >= expected
        })
      tshark.end(SIGINT)
      sfcapd.end(SIGINT)
      try check(folder, sfcapd.output + sfcapd.errors)
    }

    private func datagrams(_ folder: Folder) throws -> [TsharkFields.JSON] {
      let listen = [Release.hsflowctl, "listen", "--pcap", folder["capture"], "--format", "json"]
      return try TsharkFields.datagrams(try Program.run(listen).output)
    }

    /// As it says at SIGUSR1.
    private func flowSamples(of agent: Agent) -> Int {
      agent.telemetry().first?.split(separator: "=").last.flatMap { Int($0) } ?? 0
    }

    private func check(_ folder: Folder, _ sfcapdLog: String) throws {
      let datagrams = try datagrams(folder)
      let lines = try TsharkFields.read(folder["capture"])
      #expect(datagrams.count == lines.count)
      var (run, samples, fields) = (-1, [Int](repeating: 0, count: Self.all.count), 0)
      for (datagram, line) in zip(datagrams, lines) {
        if datagram["sequence"] as? Int == 1 { run += 1 }
        let limits = try #require(Self.all.indices.contains(run) ? Self.all[run] : nil)
        #expect(!TsharkFields.isMalformed(line))
        let (shown, expected) = (TsharkFields.values(line), TsharkFields.expected(datagram))
        #expect(shown == expected, "\(limits) datagram \(datagram["sequence"] ?? 0)")
        fields += expected.values.reduce(0) { $0 + $1.count }
        let headers = expected["sflow_245.header.sampled_header_length"] ?? []
        #expect(headers.allSatisfy { Int($0) == min(limits.headerBytes, Self.frame.count) }, "\(limits)")
        samples[run] += TsharkFields.samples(datagram).count
      }
      #expect(samples == Array(repeating: Self.packets, count: Self.all.count))
      #expect(sfcapdLog.contains("Sequence Errors: 0, Bad Packets: 0"), "\(sfcapdLog)")
      report(
        "limits",
        "\(datagrams.count) datagrams of \(Self.all.count) settings, \(fields) fields equal in tshark")
    }
  }
}
