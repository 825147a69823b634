import Bytes
import Netlink
import Testing

/// All packets in `octets`, which may also hold other messages.
func packets(_ octets: [UInt8]) throws -> [Logged] {
  var messages = Messages(octets.span)
  var all: [Logged] = []
  while let message = try messages.next() {
    if let packet = try NFLogPacket(parsing: message) { all.append(Logged(packet)) }
  }
  return all
}

@Suite struct NFLogPacketTests {
  @Test(arguments: NFLogRecordings.all) func `reads what the kernel sent`(
    name: String, expected: [Logged]
  ) throws {
    #expect(try packets(fixture("nflog/\(name)")) == expected)
  }

  /// Recorded: input-ipv4, without its data.
  @Test func `reads every attribute of a packet`() throws {
    let octets = hex(
      """
      98000000 0004 0000 00000000 00000000  NFULNL_MSG_PACKET
      02 00 0065                            IPv4, group 101
      0800 0100 0800 01 00                  NFULA_PACKET_HDR: 0x0800, LOCAL_IN
      0a00 0a00 703130312000 0000           NFULA_PREFIX "p101 "
      0800 0400 0000000a                    NFULA_IFINDEX_INDEV
      1000 0800 0006 0000 0200000000b2 0000 NFULA_HWADDR
      0600 0f00 0001 0000                   NFULA_HWTYPE: Ethernet
      0600 1100 000e 0000                   NFULA_HWLEN
      1200 1000 020000000010 0200000000b2 0800 0000  NFULA_HWHEADER
      1400 0300 000000006b0121dd 000000000000592b    NFULA_TIMESTAMP
      0800 0c00 00000000                    NFULA_SEQ
      1800 0900 45000080907e4000401125ebc0000202c0000201  NFULA_PAYLOAD
      """)
    #expect(
      try packets(octets) == [
        Logged(
          .ipv4, 101, hook: 1, etherType: 0x0800, inDevice: 10, hardwareType: 1,
          hardwareHeader: "0200000000100200000000b20800", octets: 20,
          payload: "45000080907e4000401125ebc0000202c0000201", sequence: 0,
          timestampNS: 1_795_236_317_022_827_000)
      ])
  }

  @Test func `a packet may have no attribute at all`() throws {
    let octets = message(.nfLogPacket, hex("07 00 ffff"))
    #expect(try packets(octets) == [Logged(.bridge, 65535, hook: 0, etherType: 0)])
  }

  @Test(arguments: [
    "0700 0100 0800 01",  // NFULA_PACKET_HDR without its last octet: that one is padding
    "0800 0100 0800 00 00 0500 0900 ff", "0400 0900", "0400 1400",
    "0c00 1480 0600 0100 8100 0000",  // NFULA_VLAN with NLA_F_NESTED, one of two attributes
  ]) func `odd attributes are read`(text: String) throws {
    let all = try packets(message(.nfLogPacket, hex("02 00 0001") + hex(text)))
    #expect(all.count == 1)
    #expect(all.first?.vlan == nil)
  }

  @Test(arguments: [
    "0600 0100 0800 0000", "0400 0100", "0700 0400 00000000", "1300 0300 000000000000000000000000000000 00",
    "0700 0c00 00000000", "0500 0f00 00 000000", "0300 0900", "0900 0900 ffffffff", "0800 1400 0500 0100",
    "0900 1400 0500 0100 00 000000",
  ]) func `short attributes are errors`(text: String) {
    #expect(throws: WireError.self) {
      try packets(message(.nfLogPacket, hex("02 00 0001") + hex(text)))
    }
  }

  @Test(arguments: ["", "02", "02 00 00"]) func `a short head is an error`(text: String) {
    #expect(throws: WireError.self) { try packets(message(.nfLogPacket, hex(text))) }
  }

  @Test func `other messages are not packets`() throws {
    #expect(try packets(fixture("nflog/config-acks")).isEmpty)
    #expect(try packets(message(.done, hex("00 00 0065")) + message(.nfLogConfiguration, [])).isEmpty)
  }

  @Test func `a tag has an identifier and a priority`() {
    let vlan = PacketVLAN(etherType: 0x8100, control: 0xB005)
    #expect(vlan.id == 5)
    #expect(vlan.priority == 5)
    #expect(PacketVLAN(etherType: 0x8100, control: 0xFFFF).id == 4095)
  }
}

/// The expected octets were accepted by a 6.18 kernel, and the settings took effect.
@Suite struct NFLogRequestTests {
  @Test func `binds a group with all settings`() {
    var settings = NFLogSettings()
    settings.copyRange = 64
    settings.queueThreshold = 3
    #expect(
      NFLogRequest.bind(group: 5, settings, sequence: 7)
        == hex(
          """
          48000000 0104 0500 07000000 00000000  NFULNL_MSG_CONFIG, NLM_F_REQUEST | NLM_F_ACK
          00 00 0005                            group 5
          0500 0100 01 000000                   NFULA_CFG_CMD: bind
          0a00 0200 00000040 02 00 0000         NFULA_CFG_MODE: 64 octets of the packet
          0800 0400 0000000a                    NFULA_CFG_TIMEOUT: 100 ms
          0800 0300 00020000                    NFULA_CFG_NLBUFSIZ: 128 KiB
          0800 0500 00000003                    NFULA_CFG_QTHRESH
          0600 0600 0001 0000                   NFULA_CFG_FLAGS: NFULNL_CFG_F_SEQ
          """))
  }

  @Test func `never asks for whole packets by asking for nothing`() {
    var settings = NFLogSettings()
    settings.copyRange = 0
    settings.isNumbered = false
    let octets = NFLogRequest.bind(group: 0x1234, settings, sequence: 7)
    #expect(Array(octets[16..<40]) == hex("00 00 1234 0500 0100 01000000 0a00 0200 00000001 02000000"))
    #expect(Array(octets.suffix(8)) == hex("0600 0600 0000 0000"))
  }

  @Test func `the kernel acknowledges`() throws {
    #expect(try acknowledgements(fixture("nflog/config-acks")).map(\.code) == [0, 0, 0, 0, 0, 0])
    #expect(try acknowledgements(fixture("nflog/ack-pf-bind")).map(\.code) == [0])
    #expect(try acknowledgements(fixture("nflog/error-busy")).map(\.code) == [1])
    #expect(try acknowledgements(fixture("nflog/error-unbound")).map(\.code) == [19])
  }
}

/// Whatever the octets, decoding ends, with values or with an error.
@Suite struct LogRobustnessTests {
  private static let names = NFLogRecordings.all.map(\.name)

  private func decode(_ octets: [UInt8]) {
    var messages = Messages(octets.span)
    do {
      while let message = try messages.next() {
        // Every decoder by itself: one that throws must not shield the others.
        do { if let packet = try NFLogPacket(parsing: message) { _ = Logged(packet) } } catch {}
        for size in [4, 8] {
          do {
            if let packet = try ULogPacket(parsing: message, longSize: size) { _ = ULogged(packet) }
          } catch {}
        }
      }
    } catch {}
  }

  @Test(arguments: names + ["config-acks", "error-busy"]) func `any cut of a packet ends`(name: String) throws
  {
    let octets = try fixture("nflog/\(name)")
    for count in 0...octets.count { decode(Array(octets.prefix(count))) }
    // The same with the length of the message put right, so that the attributes are cut.
    for count in 20...octets.count {
      decode(message(.nfLogPacket, Array(octets[16..<count])))
      decode(message(.uLogPacket, Array(octets[16..<count])))
    }
  }

  @Test(arguments: names) func `any change of a packet ends`(name: String) throws {
    let octets = try fixture("nflog/\(name)")
    var random = SystemRandomNumberGenerator()
    let special: [UInt8] = [0, 1, 3, 4, 5, 0x7F, 0x80, 0xFF]
    for _ in 0..<1600 {
      var changed = octets
      for _ in 0...Int.random(in: 0...4, using: &random) {
        changed[Int.random(in: 16..<changed.count)] = special.randomElement() ?? 0
      }
      decode(changed)
    }
  }
}
