import Bytes
import Foundation
import Listening
import SFlow
import Testing

/// The captures of Tests/SFlowTests/Vectors, in the forms that `hsflowctl listen` prints.
@Suite struct ListeningTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("SFlowTests/Vectors").path
  static let names = try! FileManager.default.contentsOfDirectory(atPath: folder)
    .filter { $0.hasSuffix(".pcap") }.sorted()

  static func arrivals(_ name: String) throws -> [Arrival] {
    let file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
    var reader = try PcapReader(file)
    var arrivals: [Arrival] = []
    while let packet = reader.next() {
      let datagram = try #require(CapturedDatagram(packet.octets, linkType: reader.linkType))
      arrivals.append(Arrival(from: datagram.source, at: packet.seconds, datagram.payload))
    }
    #expect(!reader.isCut)
    return arrivals
  }

  /// Fields of tshark that mean what a tag means, where its decoder gets that far.
  static let tsharkFields: [(field: String, tag: String)] = [
    ("sflow_245.agent", "agent"), ("sflow_245.sub_agent_id", "agentSubId"),
    ("sflow_245.sequence_number", "packetSequenceNo"), ("sflow_245.sysuptime", "sysUpTime"),
    ("sflow_245.numsamples", "samplesInPacket"),
  ]

  /// Of if_counters. ifStatus is two fields there.
  static let counterFields: [(field: String, tag: String)] = [
    ("ifindex", "ifIndex"), ("iftype", "networkType"), ("ifspeed", "ifSpeed"), ("ifdirection", "ifDirection"),
    ("ifinoct", "ifInOctets"), ("ifinpkt", "ifInUcastPkts"), ("ifinmcast", "ifInMulticastPkts"),
    ("ifinbcast", "ifInBroadcastPkts"), ("ifindisc", "ifInDiscards"), ("ifinerr", "ifInErrors"),
    ("ifinunk", "ifInUnknownProtos"), ("ifoutoct", "ifOutOctets"), ("ifoutpkt", "ifOutUcastPkts"),
    ("ifoutmcast", "ifOutMulticastPkts"), ("ifoutbcast", "ifOutBroadcastPkts"),
    ("ifoutdisc", "ifOutDiscards"), ("ifouterr", "ifOutErrors"), ("ifpromisc", "ifPromiscuousMode"),
  ]

  @Test(arguments: names) func `every capture is read, and every line is a tag and a value`(_ name: String)
    throws
  {
    let arrivals = try Self.arrivals(name)
    #expect(!arrivals.isEmpty)
    for arrival in arrivals {
      let lines = TagText(arrival).lines
      #expect(lines.first == "startDatagram =================================")
      #expect(lines.last == "endDatagram   =================================")
      for line in lines { #expect(line.contains(" ") && !line.contains("\n"), "\(line)") }
      if case .success(let datagram) = arrival.content {
        #expect(lines.count { $0.hasPrefix("startSample ") } == datagram.samples.count)
      } else {
        #expect(lines.contains { $0.hasPrefix("decodeError ") })
      }
    }
  }

  static let tshark = ["/usr/bin/tshark"].first { FileManager.default.isExecutableFile(atPath: $0) }

  // tshark is right about heads of datagrams, raw headers and interface counters, unless an unknown record stands in
  // front (it then reads on within it): of the samples the first is compared, if its first record is one of these.
  @Test(.enabled(if: tshark != nil, "needs tshark"), arguments: names)
  func `heads of datagrams, the packets and the counters of interfaces in them are what tshark reads`(
    _ name: String
  ) throws {
    let fields =
      Self.tsharkFields.map(\.field) + [
        "sflow_245.agent.v6", "sflow_245.header.frame_length", "sflow_245.header.payload_stripped",
        "sflow_245.header.sampled_header_length",
      ] + Self.counterFields.map { "sflow_245.\($0.field)" }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.tshark))
    process.arguments =
      ["-r", Self.folder + "/" + name, "-T", "fields", "-E", "occurrence=f"] + fields.flatMap { ["-e", $0] }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let rows = output.split(separator: "\n", omittingEmptySubsequences: true)
    let arrivals = try Self.arrivals(name)
    #expect(rows.count == arrivals.count)
    var (headers, counters) = (0, 0)
    for (row, arrival) in zip(rows, arrivals) {
      // What we refuse is out of the specification, and tshark makes something of it.
      guard case .success(let datagram) = arrival.content else { continue }
      let values = row.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      var tags: [String: String] = [:]
      for line in TagText(arrival).lines {
        let parts = line.split(separator: " ", maxSplits: 1)
        if parts.count == 2, tags[String(parts[0])] == nil { tags[String(parts[0])] = String(parts[1]) }
      }
      for (i, (_, tag)) in Self.tsharkFields.enumerated() where !values[i].isEmpty {
        #expect(tags[tag] == values[i], "\(name): \(tag)")
      }
      if !values[5].isEmpty { #expect(tags["agent"] == values[5]) }
      // The first record of the first sample: nothing unknown can stand in front of it.
      guard let sample = datagram.samples.first else { continue }
      if let record = sample.records.first, record.value(as: InterfaceCounters.self) != nil {
        counters += 1
        for (i, (_, tag)) in Self.counterFields.enumerated() { #expect(tags[tag] == values[9 + i], "\(tag)") }
      }
      // It does not know discarded packets.
      if sample.format != .discardedPacket, sample.records.first?.value(as: SampledHeader.self) != nil {
        headers += 1
        #expect(tags["sampledPacketSize"] == values[6])
        #expect(tags["strippedBytes"] == values[7])
        #expect(tags["headerLen"] == values[8])
      }
    }
    #expect(headers > 0 && counters > 0 || !name.hasPrefix("reflib"))
  }

  @Test func `the tags of a sampled packet are those that scripts know`() throws {
    let lines = TagText(try Self.arrivals("reflib-compact.pcap")[0]).lines
    for line in [
      "sampleType FLOWSAMPLE", "sourceId 0:2", "meanSkipCount 400", "flowSampleType HEADER",
      "headerProtocol 1",
      "dstMAC 020000000002", "srcIP 10.99.0.1", "dstIP 10.99.0.2", "IPProtocol 6", "TCPSrcPort 40000",
      "TCPDstPort 80", "TCPFlags 2", "IPSize 48",
    ] {
      #expect(lines.contains(line), "\(line)")
    }
    guard case .success(let datagram) = try Self.arrivals("reflib-compact.pcap")[0].content else { return }
    #expect(
      LineText(datagram).lines == [
        "FLOW,10.99.0.1,2,1073741823,020000000001,020000000002,0x0800,0,0,10.99.0.1,10.99.0.2,6,0x00,64,40000,80,0x02,66,48,400"
      ])
  }

  @Test func `what is written to a capture is read back as it was`() throws {
    let four = (IPAddress.v4(IPv4Address(10, 0, 0, 1)), IPAddress.v4(IPv4Address(10, 0, 0, 2)))
    let six = (IPAddress.v6(IPv6Address(high: 1, low: 2)), IPAddress.v6(IPv6Address(high: 3, low: 4)))
    for (from, to) in [four, six] {
      for count in [0, 1, 4, 1400, 65000] {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let file =
          PcapWriter.head
          + PcapWriter.packet(payload, from: from, port: 7, to: to, port: 6343, seconds: 5, nanoseconds: 999)
        var reader = try PcapReader(file)
        let first = reader.next()
        let packet = try #require(first)
        #expect(packet.seconds == 5 && packet.nanoseconds == 999)
        let datagram = try #require(CapturedDatagram(packet.octets, linkType: reader.linkType))
        #expect(datagram.source == from && datagram.destination == to)
        #expect(datagram.sourcePort == 7 && datagram.destinationPort == 6343)
        #expect(datagram.payload == payload)
        let second = reader.next()
        #expect(second == nil && !reader.isCut)
      }
    }
  }

  @Test func `truncated, mutated and hostile datagrams never crash it`() throws {
    var random = SystemRandomNumberGenerator()
    let seeds = try Self.names.flatMap { try Self.arrivals($0).prefix(40) }.map(\.payload)
    var decoded = 0
    for i in 0..<30_000 {
      var octets = seeds[i % seeds.count]
      if i % 5 == 0 { octets.removeLast(Int.random(in: 0...octets.count, using: &random)) }
      for _ in 0..<Int.random(in: 1...6, using: &random) where !octets.isEmpty {
        let at = Int.random(in: 0..<octets.count, using: &random)
        octets[at] = [0, 1, 4, 0x7F, 0x80, 0xFF, .random(in: 0...255, using: &random)].randomElement(
          using: &random)!
      }
      let arrival = Arrival(from: .v4(IPv4Address(1)), at: 1, octets)
      let lines = TagText(arrival).lines
      for line in lines where line.utf8.contains(where: { $0 < 0x20 }) {
        Issue.record("a control character in \(line.debugDescription)")
      }
      if case .success(let datagram) = arrival.content {
        decoded += 1
        _ = LineText(datagram)
      }
    }
    #expect(decoded > 5000)
  }

  @Test func `a later fragment of IPv6 tells its protocol and has no ports`() {
    let addresses = [UInt8](repeating: 0x20, count: 32)
    func packet(_ offset: UInt8) -> PacketHeader {
      // 16 octets follow: a fragment header, and the first half of one of UDP.
      let fragment: [UInt8] = [17, 0, 0, offset, 0, 0, 0, 1]
      let udp: [UInt8] = [0, 53, 0, 54, 0, 8, 0, 0]
      return PacketHeader([0x60, 0, 0, 0, 0, 16, 44, 64] + addresses + fragment + udp, startingWith: .ip)
    }
    let (first, later) = (packet(1), packet(8 + 1))
    #expect(first.network?.ipProtocol == 17 && later.network?.ipProtocol == 17)
    #expect(first.network?.fragmentOffset == 0 && later.network?.fragmentOffset == 1)
    #expect(first.transport == .udp(source: 53, destination: 54, length: 8))
    #expect(later.transport == nil)
  }

  @Test func `a pcapng file is refused with the way to convert it`() {
    do {
      _ = try PcapReader([0x0A, 0x0D, 0x0D, 0x0A] + [UInt8](repeating: 0, count: 60))
      Issue.record("it was taken for a pcap file")
    } catch {
      #expect("\(error)".contains("editcap"))
    }
  }

  @Test func `mutated captures and packets never crash it`() throws {
    var random = SystemRandomNumberGenerator()
    let file = Array(
      [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.folder + "/reflib-compact.pcap"))).prefix(4000))
    for i in 0..<5000 {
      var octets = Array(file.prefix(Int.random(in: 0...file.count, using: &random)))
      for _ in 0..<8 where octets.count > 24 {
        octets[Int.random(in: 16..<octets.count, using: &random)] = .random(in: 0...255, using: &random)
      }
      guard var reader = try? PcapReader(octets) else { continue }
      while let packet = reader.next() {
        _ = CapturedDatagram(packet.octets, linkType: UInt32([0, 1, 101, 113, 276, 7][i % 6]))
        _ = PacketHeader(packet.octets, startingWith: i % 2 == 0 ? .ethernet : .ip)
      }
    }
    #expect(throws: PcapReader.Failure.self) { try PcapReader([]) }
    #expect(throws: PcapReader.Failure.self) { try PcapReader([UInt8](repeating: 0, count: 100)) }
  }
}
