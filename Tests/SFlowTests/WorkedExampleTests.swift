import Bytes
import Testing

@testable import SFlow

/// Whole values of datagrams that the specification explains octet by octet.
struct WorkedExampleTests {
  private func datagram(_ file: String, _ number: Int) throws -> Datagram {
    try decode(try PcapFile(file).payloads[number - 1])
  }

  @Test func `interface counters with the name of the interface`() throws {
    var counters = InterfaceCounters()
    counters.index = 2
    counters.speed = 10_000_000_000
    counters.direction = .fullDuplex
    counters.status = [.adminUp, .operUp]
    counters.inOctets = 0
    counters.inUnicastPackets = 0
    counters.inDiscards = 0
    counters.inErrors = 0
    counters.outOctets = 0
    counters.outUnicastPackets = 0
    counters.outDiscards = 0
    counters.outErrors = 0
    let expected = Datagram(
      agentAddress: .v4(IPv4Address(10, 99, 0, 1)), subAgentID: 100000, sequence: 1, uptime: 4755,
      samples: [
        .countersExpanded(
          CounterSample(
            sequence: 1, source: DataSource(.interface, 2),
            records: [.known(PortName(name: "swv0")), .known(counters)]))
      ])
    #expect(try datagram("hsflowd-run1-ipv4", 1) == expected)
  }

  @Test func `host counters of an IPv6 agent`() throws {
    let datagram = try datagram("hsflowd-run2-ipv6", 1)
    #expect(datagram.agentAddress.description == "fd00:98::1")
    let records = datagram.samples[0].records
    #expect(records.map(\.format.format) == [2001, 2010, 2009, 2008, 2007, 2005, 2004, 2003, 2006, 2000])
    #expect(
      records[0].value()
        == HostAdapters(adapters: [
          .init(index: 3, addresses: [MACAddress(2, 0, 0, 0, 0, 0x10)]),
          .init(index: 4, addresses: [MACAddress(2, 0, 0, 0, 0, 0x30)]),
        ]))
    var cpu = HostCPU()
    cpu.loadOne = 0.17
    cpu.loadFive = 1.32
    cpu.loadFifteen = 1.06
    cpu.processesRunning = 1
    cpu.processesTotal = 125
    cpu.cpuCount = 2
    cpu.megahertz = 2596
    cpu.uptimeSeconds = 1360
    cpu.userMS = 661760
    cpu.niceMS = 0
    cpu.systemMS = 330280
    cpu.idleMS = 1_688_220
    cpu.ioWaitMS = 15990
    cpu.interruptMS = 0
    cpu.softInterruptMS = 11970
    cpu.interrupts = 996812
    cpu.contextSwitches = 2_472_992
    cpu.stealMS = 1840
    cpu.guestMS = 20
    cpu.guestNiceMS = 0
    #expect(records[7].value() == cpu)
    #expect(
      records[9].value()
        == HostDescription(
          hostname: "sflow-ref6",
          uuid: UUID(high: 0x0011_2233_4455_6677, low: 0x8899_AABB_CCDD_EE66),
          machineType: .x86_64, osName: .linux, osRelease: "6.18.44-fc-v669"))
  }

  @Test func `an IP packet without link layer for the host itself`() throws {
    guard case .flowExpanded(let sample) = try datagram("hsflowd-run2-ipv6", 7).samples[0] else {
      Issue.record("no flow sample")
      return
    }
    #expect(sample.source == DataSource(.interface, 3))
    #expect(sample.input == Interface(index: 3) && sample.output == .internal)
    let header = try #require(sample.records[0].value(as: SampledHeader.self))
    #expect(header.headerProtocol == .ipv4 && header.frameLength == 52 && header.stripped == 18)
    #expect(header.header.count == 34 && header.header.first == 0x45)
  }

  @Test func `an operation with its socket, actors and parent`() throws {
    let sample = try #require(try datagram("hsflowd-run3-json", 1).samples.first)
    let expected: [Record] = [
      .known(
        ExtendedSocketIPv4(
          ipProtocol: 6, local: IPv4Address(10, 99, 0, 1), remote: IPv4Address(10, 99, 0, 2), localPort: 25,
          remotePort: 40000)),
      .known(AppTarget(actor: "4567")),
      .known(AppInitiator(actor: "123")),
      .known(AppParentContext(application: "web", operation: "checkout", attributes: "a=1")),
    ]
    #expect(Array(sample.records[..<4]) == expected)
    var operation = AppOperation()
    operation.application = "mail.smtp"
    operation.operation = "deliver"
    operation.attributes = "cc=visa&loc=mobile"
    operation.statusDescription = "mailbox full"
    operation.requestBytes = 1234
    operation.responseBytes = 56
    operation.microseconds = 4321
    operation.status = .tooLarge
    #expect(sample.records[4].value() == operation)
  }

  @Test func `rtmetric of all types`() throws {
    let expected = RTMetric(
      dataSource: "my-app",
      metrics: [
        .init("m_str", .string("hello")), .init("m_c32", .counter32(1334)),
        .init("m_c64", .counter64(5_000_000_000)), .init("m_g32", .gauge32(5)),
        .init("m_g64", .gauge64(6_000_000_000)), .init("m_gf", .gaugeFloat(1.5)),
        .init("m_gd", .gaugeDouble(-2.25)),
      ])
    #expect(try datagram("hsflowd-run3-json", 4).samples == [.rtMetric(expected)])
  }

  @Test func `rtflow of all types`() throws {
    let expected = RTFlow(
      dataSource: "my-app", rate: 10,
      keys: [
        .init("f_str", .string("hello")), .init("f_mac", .mac(MACAddress(2, 3, 4, 5, 6, 7))),
        .init("f_ip", .ipv4(IPv4Address(10, 99, 0, 2))),
        .init("f_ip6", .ipv6(IPv6Address(high: 0xFD00_0099_0000_0000, low: 2))),
        .init("f_i32", .int32(777)), .init("f_i64", .int64(5_000_000_000)), .init("f_fl", .float(1.5)),
        .init("f_db", .double(-2.25)),
      ])
    #expect(try datagram("hsflowd-run3-json", 6).samples == [.rtFlow(expected)])
  }

  @Test func `a discarded packet with function and kernel reason`() throws {
    guard case .discarded(var sample) = try datagram("reflib-expanded", 25).samples[0] else {
      Issue.record("no discarded packet")
      return
    }
    #expect(sample.records.last?.value(as: SampledHeader.self)?.header.count == 62)
    sample.records.removeLast()
    let expected = DiscardedPacket(
      sequence: 1, source: DataSource(.interface, 0), drops: 5, input: 2, reason: .portUnreachable,
      records: [
        .known(ExtendedTimestamp(nanoseconds: 1_795_223_574_221_479_000)),
        .known(ExtendedLinuxDropReason(reason: "NO_SOCKET")),
        .known(ExtendedFunction(symbol: "tcp_v4_rcv+0x7c/0xef0")),
      ])
    #expect(sample == expected)
  }

  @Test func `compact and expanded samples say the same`() throws {
    for number in 1...24 {
      guard case .flow(let compact) = try datagram("reflib-compact", number).samples[0],
        case .flowExpanded(let expanded) = try datagram("reflib-expanded", number).samples[0]
      else {
        Issue.record("datagram \(number)")
        continue
      }
      #expect(compact == expanded)
    }
  }
}
