import Bytes
import Testing

@testable import SFlow

/// Records with lists and octets, by hand from the layout tables of the specification.
struct VariableRecordGoldenTests {
  @Test func `host_adapters has a count of MAC addresses in each adapter`() throws {
    let value = HostAdapters(adapters: [
      .init(index: 3, addresses: [MACAddress(2, 0, 0, 0, 0, 0x10)]),
      .init(index: 4, addresses: [MACAddress(2, 0, 0, 0, 0, 0x30), MACAddress(2, 0, 0, 0, 0, 0x31)]),
    ])
    try expect(
      value,
      """
      000007d1           tag 0:2001
      0000002c           44 octets follow
      00000002           adapters
      00000003           ifIndex
      00000001           mac_address
      02000000 00100000
      00000004           ifIndex
      00000002           mac_address
      02000000 00300000
      02000000 00310000
      """)
  }

  @Test func `host_adapters without adapters is a count of zero`() throws {
    try expect(
      HostAdapters(),
      """
      000007d1  tag 0:2001
      00000004  4 octets follow
      00000000  adapters
      """)
  }

  @Test func `host_cpu of the specification of 2010 has no steal and guest times`() throws {
    var value = HostCPU()
    value.loadOne = 1.5
    value.userMS = 661760
    value.contextSwitches = 17
    value.hasGuestTimes = false
    value.stealMS = .max
    try expect(
      value,
      """
      000007d3                             tag 0:2003
      00000044                             68 octets follow
      3fc00000 bf800000 bf800000           load_one = 1.5, load_five and load_fifteen unknown
      00000000 00000000 00000000 00000000  proc_run, proc_total, cpu_num, cpu_speed
      00000000                             uptime
      000a1900                             cpu_user = 661760
      ffffffff ffffffff ffffffff ffffffff  cpu_nice, cpu_system, cpu_idle, cpu_wio
      ffffffff ffffffff ffffffff           cpu_intr, cpu_sintr, interrupts
      00000011                             contexts = 17
      """)
    #expect(value.fields.last?.name == "contexts")
  }

  @Test func `sfp has a signed temperature and 40 octets for each lane`() throws {
    var lane = OpticalModule.Lane()
    lane.index = 1
    lane.txBiasMicroAmperes = 35000
    lane.txMicroWatts = 600
    lane.txMinimumMicroWatts = 500
    lane.txMaximumMicroWatts = 1200
    lane.txNanometres = 850
    lane.rxMicroWatts = 400
    lane.rxMinimumMicroWatts = 100
    lane.rxMaximumMicroWatts = 1300
    lane.rxNanometres = 851
    let value = OpticalModule(
      id: 2, laneCount: 4, supplyMilliVolts: 3300, temperatureMilliCelsius: -1500, lanes: [lane])
    try expect(
      value,
      """
      0000000a  tag 0:10
      0000003c  60 octets follow
      00000002  module_id = 2
      00000004  module_num_lanes = 4
      00000ce4  module_supply_voltage = 3300
      fffffa24  module_temperature = -1500
      00000001  lanes
      00000001  index = 1
      000088b8  tx_bias_current = 35000
      00000258  tx_power = 600
      000001f4  tx_power_min = 500
      000004b0  tx_power_max = 1200
      00000352  tx_wavelength = 850
      00000190  rx_power = 400
      00000064  rx_power_min = 100
      00000514  rx_power_max = 1300
      00000353  rx_wavelength = 851
      """)
  }

  @Test func `sampled_header counts the octets without their padding`() throws {
    let value = SampledHeader(
      headerProtocol: .ipv4, frameLength: 23, stripped: 18, header: [0x45, 0, 0, 5, 0x99])
    try expect(
      value,
      """
      00000001           tag 0:1
      00000018           24 octets follow
      0000000b           protocol = 11
      00000017           frame_length = 23
      00000012           stripped = 18
      00000005           header
      45000005 99000000
      """)
  }

  @Test func `extended_gateway has segments of a path`() throws {
    var value = ExtendedGateway()
    value.nextHop = .v4(IPv4Address(192, 0, 2, 1))
    value.system = 65000
    value.sourceAS = 65010
    value.sourcePeerAS = 65011
    value.destinationPath = [
      ASPathSegment(.sequence, [65001, 65002]),
      ASPathSegment(.set, [65003]),
    ]
    value.communities = [0xFDE8_029A]
    value.localPreference = 100
    try expect(
      value,
      """
      000003eb           tag 0:1003
      00000040           64 octets follow
      00000001 c0000201  nexthop = 192.0.2.1
      0000fde8           as
      0000fdf2           src_as
      0000fdf3           src_peer_as
      00000002           dst_as_path
      00000002           AS_SEQUENCE
      00000002 0000fde9 0000fdea
      00000001           AS_SET
      00000001 0000fdeb
      00000001 fde8029a  communities
      00000064           localpref
      """)
  }

  @Test func `an unknown address is its type alone`() throws {
    try expect(
      ExtendedNAT(),
      """
      000003ef  tag 0:1007
      00000008  8 octets follow
      00000000  src_address unknown
      00000000  dst_address unknown
      """)
  }

  @Test func `a string is cut in front of the character that crosses its limit`() {
    // 62 octets, and a character of two that would end at 64: the limit of a host name is 63.
    let name = String(repeating: "h", count: 62) + "é"
    #expect(encode(HostDescription(hostname: name)).prefix(12) == hex("000007d0 00000060 0000003e")[...])
    let record = encode(AppInitiator(actor: String(repeating: "x", count: 70)))
    #expect(record.count == 8 + 4 + 64)
    #expect(
      encode(AppInitiator(actor: String(repeating: "x", count: 70)), cutsStrings: false).count == 8 + 4 + 72)
    // Continuation octets only cannot be in a String; a character wider than the limit leaves nothing.
    #expect(encode(AppTarget(actor: "")).count == 8 + 4)
  }
}
