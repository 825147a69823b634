import Bytes
import ProcFS
import Testing

private func parsed(_ text: String) throws -> Snmp { try Snmp(parsing: Array(text.utf8).span) }

private func snmp(ip: [UInt64?], icmp: [UInt64?], tcp: [UInt64?], udp: [UInt64?]) -> Snmp {
  var snmp = Snmp()
  snmp.ip = Snmp.IP(ip)
  snmp.icmp = Snmp.ICMP(icmp)
  snmp.tcp = Snmp.TCP(tcp)
  snmp.udp = Snmp.UDP(udp)
  return snmp
}

/// What the composed hosts from Linux 3.10 on have in common.
private let ip: [UInt64?] = [
  2, 64, 8_217_734, 0, 2, 0, 0, 0, 8_217_001, 7_423_110, 20, 8, 0, 12, 6, 0, 4, 0, 8,
]
private let icmp: [UInt64?] = [
  48, 5, 11, 0, 0, 0, 0, 37, 0, 0, 0, 0, 0, 51, 0, 14, 0, 0, 0, 0, 0, 37, 0, 0, 0, 0,
]
private let tcp: [UInt64?] = [
  1, 200, 120_000, .max, 34_011, 52_108, 311, 907, 23, 7_998_123, 9_120_344, 2112, 4, 3318, 2,
]
private let udp: [UInt64?] = [188_211, 14, 6, 190_022, 6, 0, 1]

@Suite struct SnmpTests {
  @Test func `every field of a group is set by its own column`() throws {
    #expect(Snmp.IP.fields.count == 19)
    #expect(Snmp.ICMP.fields.count == 26)  // 25 on the wire, and InTimestampReps
    #expect(Snmp.TCP.fields.count == 15)
    #expect(Snmp.UDP.fields.count == 7)
  }

  @Test func `a recorded host`() throws {
    let text = try Fixture("debian12-vm-6.18").bytes("proc/net/snmp")
    #expect(
      try Snmp(parsing: text.span)
        == snmp(
          ip: [2, 64, 1054, 0, 0, 0, 0, 0, 1054, 640, 0, 0, 0, 0, 0, 0, 0, 0, 0],
          icmp: [1, 0, 1] + Array(repeating: 0, count: 23),
          tcp: [1, 200, 120_000, .max, 24, 3, 1, 0, 0, 1008, 595, 0, 0, 25, 0],
          udp: [45, 0, 0, 46, 0, 0, 0]))
  }

  @Test(
    arguments: [
      ("debian12-virtio-6.1", 2), ("rhel7-3.10", 1), ("ubuntu2204-nvme-lvm-snaps-5.15", 2),
      ("zfs-root-6.8", 1),
    ] as [(String, UInt64)])
  func `columns are taken by name, whatever was put between them`(host: String, forwarding: UInt64) throws {
    let text = try Fixture(host).bytes("proc/net/snmp")
    #expect(
      try Snmp(parsing: text.span) == snmp(ip: [forwarding] + ip.dropFirst(), icmp: icmp, tcp: tcp, udp: udp))
  }

  @Test func `Linux 2·6 has no InCsumErrors, and once had no buffer errors`() throws {
    let text = try Fixture("centos6-2.6.32").bytes("proc/net/snmp")
    #expect(
      try Snmp(parsing: text.span)
        == snmp(ip: ip, icmp: icmp, tcp: tcp.dropLast() + [nil], udp: udp.dropLast() + [nil]))
    let older = try Fixture("rhel5-2.6.18").bytes("proc/net/snmp")
    #expect(
      try Snmp(parsing: older.span)
        == snmp(
          ip: [2, 64, 91_120, 0, 0, 0, 0, 0, 91_001, 88_112] + Array(repeating: 0, count: 9),
          icmp: [8, 0, 8] + Array(repeating: 0, count: 10) + [9, 0, 9] + Array(repeating: 0, count: 10),
          tcp: [0, 200, 120_000, .max, 112, 98, 4, 2, 3, 88_112, 79_112, 21, 0, 12, nil],
          udp: [2112, 9, 0, 2110, nil, nil, nil]))
  }

  @Test func `groups and values that are missing are nil, those too many are ignored`() throws {
    var expected = Snmp()
    #expect(try parsed("") == expected)
    #expect(try parsed("UdpLite: NoPorts\nUdpLite: 5\nIcmpMsg: InType3\nIcmpMsg: 7\n") == expected)
    expected.udp = Snmp.UDP([5, nil, nil, nil, nil, nil, nil])
    #expect(try parsed("Udp: InDatagrams NoPorts\nUdp: 5\n") == expected)
    #expect(try parsed("Udp: InDatagrams\nUdp: 5 6 7\n") == expected)
  }

  @Test func `minus one is all ones in its low 32 bits`() throws {
    let tcp = try parsed("Tcp: MaxConn\nTcp: -1\n").tcp
    #expect(tcp?.maximumConnections.map { UInt32(truncatingIfNeeded: $0) } == 0xFFFF_FFFF)
  }

  @Test func `values without their label, or not numbers, say where`() {
    #expect(throws: TextError(at: 14, expected: "'Tcp:'")) { try parsed("Tcp: MaxConn \nUdp: 5\n") }
    #expect(throws: TextError(at: 13, expected: "'Tcp:'")) { try parsed("Tcp: MaxConn\n") }
    #expect(throws: TextError(at: 18, expected: "a number")) { try parsed("Tcp: MaxConn\nTcp: x\n") }
    #expect(throws: TextError(at: 19, expected: "a number")) { try parsed("Tcp: MaxConn\nTcp: -\n") }
  }
}
