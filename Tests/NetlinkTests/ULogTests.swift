import Bytes
import Netlink
import Testing

/// What is in a packet of ULOG, to compare as a whole.
struct ULogged: Equatable {
  var hook: UInt8
  var inName: String
  var outName: String
  var hardwareHeader: [UInt8]
  var payload: [UInt8]
  var timestampNS: UInt64

  init(
    hook: UInt8, inName: String, outName: String, hardwareHeader: String, payload: String, timestampNS: UInt64
  ) {
    self.hook = hook
    self.inName = inName
    self.outName = outName
    self.hardwareHeader = hex(hardwareHeader)
    self.payload = hex(payload)
    self.timestampNS = timestampNS
  }

  init(_ packet: borrowing ULogPacket) {
    hook = packet.hook.rawValue
    inName = String(decoding: [UInt8](copying: packet.inName).prefix { $0 != 0 }, as: UTF8.self)
    outName = String(decoding: [UInt8](copying: packet.outName).prefix { $0 != 0 }, as: UTF8.self)
    hardwareHeader = [UInt8](copying: packet.hardwareHeader)
    payload = [UInt8](copying: packet.payload)
    timestampNS = packet.timestampNS
  }
}

/// No kernel at hand has ULOG: the vectors are by hand, the offsets those that the C compiler gives
/// `struct ulog_packet_msg` (linux/netfilter_ipv4/ipt_ULOG.h, Linux 3.16).
@Suite struct ULogPacketTests {
  private static let long64 =
    hex(
      """
      0000000000000000                   mark
      0100000000000000 0200000000000000  1.000002 s
      01000000                           LOCAL_IN
      65746830 00000000 00000000 00000000 indev_name "eth0"
      00000000 00000000 00000000 00000000 outdev_name
      00000000                           padding
      0400000000000000                   data_len
      """) + [UInt8](repeating: 0x70, count: 32)  // prefix
    + hex("0e 020000000010 0200000000b2 0800") + [UInt8](repeating: 0, count: 66)
    + hex("45000004") + [UInt8](repeating: 0, count: 7)

  private static let long32 =
    hex(
      """
      00000000 01000000 02000000 03000000
      00000000 00000000 00000000 00000000
      65746831 00000000 00000000 00000000 outdev_name "eth1"
      02000000                            data_len
      """) + [UInt8](repeating: 0x70, count: 32) + hex("00") + [UInt8](repeating: 0, count: 80)
    + hex("4500") + [UInt8](repeating: 0, count: 3)

  private func packets(_ octets: [UInt8], longSize: Int) throws -> [ULogged] {
    var messages = Messages(octets.span)
    var all: [ULogged] = []
    while let message = try messages.next() {
      if let packet = try ULogPacket(parsing: message, longSize: longSize) { all.append(ULogged(packet)) }
    }
    return all
  }

  private static let received = ULogged(
    hook: 1, inName: "eth0", outName: "", hardwareHeader: "020000000010 0200000000b2 0800",
    payload: "45000004", timestampNS: 1_000_002_000)

  @Test func `reads a packet of a kernel of 64 bits`() throws {
    #expect(try packets(message(.uLogPacket, Self.long64), longSize: 8) == [Self.received])
  }

  @Test func `reads a packet of a kernel of 32 bits`() throws {
    #expect(
      try packets(message(.uLogPacket, Self.long32), longSize: 4) == [
        ULogged(
          hook: 3, inName: "", outName: "eth1", hardwareHeader: "", payload: "4500",
          timestampNS: 1_000_002_000)
      ])
  }

  @Test func `the last packet of several looks like the end of a dump`() throws {
    let octets = message(.uLogPacket, Self.long64) + message(.done, Self.long64)
    #expect(try packets(octets, longSize: 8) == [Self.received, Self.received])
  }

  @Test func `other messages are not packets of ULOG`() throws {
    #expect(try packets(message(.done, hex("00000000")) + message(.noop, []), longSize: 8).isEmpty)
  }

  @Test func `lengths are checked`() {
    var header = Self.long64
    header[104] = 81
    var data = Self.long64
    data[64] = 12
    var huge = Self.long64
    for i in 64..<72 { huge[i] = 0xFF }
    for octets in [header, data, huge, Array(Self.long64.prefix(188))] {
      #expect(throws: WireError.self) { try packets(message(.uLogPacket, octets), longSize: 8) }
    }
  }

  @Test func `a group is a bit`() {
    #expect(ULogGroup.mask(1) == 1)
    #expect(ULogGroup.mask(5) == 16)
    #expect(ULogGroup.mask(32) == 0x8000_0000)
    #expect(ULogGroup.mask(0) == nil)
    #expect(ULogGroup.mask(33) == nil)
  }
}
