import Bytes
import HostCounters
import Linux
import SFlow
import Testing

/// Memories of transceivers by hand, from the tables of SFF-8472 rev. 12.4 and SFF-8636 rev. 2.10a.
@Suite struct OpticalRecordTests {
  /// `size` octets of zero but for those that are named: offset, hexadecimal digits.
  private static func memory(_ size: Int, _ parts: [(offset: Int, text: String)]) -> [UInt8] {
    var octets = [UInt8](repeating: 0, count: size)
    for part in parts {
      let digits = part.text.filter { $0 != " " }
      var place = part.offset
      var rest = Substring(digits)
      while !rest.isEmpty {
        octets[place] = UInt8(rest.prefix(2), radix: 16) ?? 0
        rest = rest.dropFirst(2)
        place += 1
      }
    }
    return octets
  }

  private static let a2 = 256
  /// A 10GBASE-LR module, calibrated by itself.
  private static let sfp: [(Int, String)] = [
    (0, "03"),  // SFP
    (8, "00"),  // no copper
    (60, "051e"),  // 1310 nm
    (92, "68"),  // diagnostics, internally calibrated, average power
    (a2 + 28, "3DE8"),  // TX power high warning 1584.8 µW
    (a2 + 30, "04EB"),  // TX power low warning 125.9 µW
    (a2 + 36, "2710"),  // RX power high warning 1000.0 µW
    (a2 + 38, "0190"),  // RX power low warning 40.0 µW
    (a2 + 96, "1F80"),  // 31.5 °C
    (a2 + 98, "80E8"),  // 3.3000 V
    (a2 + 100, "3A98"),  // 30.000 mA
    (a2 + 102, "15B3"),  // 555.5 µW
    (a2 + 104, "1009"),  // 410.5 µW
  ]

  private static func lane(
    _ index: UInt32, bias: UInt32, tx: (UInt32, UInt32, UInt32), rx: (UInt32, UInt32, UInt32), nm: UInt32
  ) -> OpticalModule.Lane {
    var lane = OpticalModule.Lane()
    lane.index = index
    lane.txBiasMicroAmperes = bias
    (lane.txMicroWatts, lane.txMinimumMicroWatts, lane.txMaximumMicroWatts) = tx
    (lane.rxMicroWatts, lane.rxMinimumMicroWatts, lane.rxMaximumMicroWatts) = rx
    lane.txNanometres = nm
    lane.rxNanometres = nm
    return lane
  }

  private func module(_ layout: Ethtool.ModuleMemory.Layout, _ octets: [UInt8]) throws -> OpticalModule? {
    try OpticalModule(ofInterface: 7, Ethtool.ModuleMemory(layout, octets))
  }

  @Test func `an SFP that calibrates itself`() throws {
    #expect(
      try module(.sff8472, Self.memory(512, Self.sfp))
        == OpticalModule(
          id: 7, laneCount: 1, supplyMilliVolts: 3300, temperatureMilliCelsius: 31_500,
          lanes: [Self.lane(1, bias: 30_000, tx: (555, 125, 1584), rx: (410, 40, 1000), nm: 1310)]))
  }

  @Test func `frost is a negative temperature`() throws {
    let octets = Self.memory(512, Self.sfp + [(Self.a2 + 96, "FE80")])
    #expect(try module(.sff8472, octets)?.temperatureMilliCelsius == -1500)
  }

  @Test func `an SFP that leaves calibration to its reader`() throws {
    let octets = Self.memory(
      512,
      Self.sfp + [
        (92, "58"),  // externally calibrated
        (Self.a2 + 56, "00000000 00000000 00000000"),  // fourth to second power
        (Self.a2 + 68, "3F000000"),  // × 0.5
        (Self.a2 + 72, "42C80000"),  // + 100 (10 µW)
        (Self.a2 + 76, "0200 000A"),  // bias × 2 + 10 (20 µA)
        (Self.a2 + 80, "0080 0064"),  // TX power × 0.5 + 100 (10 µW)
        (Self.a2 + 84, "0100 FF00"),  // temperature × 1 - 256 (1 °C)
        (Self.a2 + 88, "0100 FC18"),  // voltage × 1 - 1000 (100 mV)
      ])
    #expect(
      try module(.sff8472, octets)
        == OpticalModule(
          id: 7, laneCount: 1, supplyMilliVolts: 3200, temperatureMilliCelsius: 30_500,
          lanes: [Self.lane(1, bias: 60_020, tx: (287, 72, 802), rx: (215, 30, 510), nm: 1310)]))
  }

  @Test(arguments: ["7F800000", "FF800000", "7FC00000", "7F7FFFFF"])
  func `a calibration that is no number ends nothing`(constant: String) throws {
    let octets = Self.memory(
      512, Self.sfp + [(92, "58"), (Self.a2 + 56, constant), (Self.a2 + 72, constant)])
    let lane = try #require(try module(.sff8472, octets)?.lanes.first)
    #expect([0, .max].contains(lane.rxMicroWatts))
  }

  @Test func `an SFP without diagnostics, and one of copper, tell nothing`() throws {
    #expect(try module(.sff8472, Self.memory(512, Self.sfp + [(92, "00")])) == nil)
    #expect(try module(.sff8079, Self.memory(256, [])) == nil)
    // Active copper may have diagnostics; what would be its wavelength says something else.
    let lane = try #require(
      try module(.sff8472, Self.memory(512, Self.sfp + [(8, "08"), (60, "0100")]))?.lanes.first)
    #expect(lane.txNanometres == 0 && lane.rxNanometres == 0)
  }

  private static let page3 = 512 - 128
  /// A 100GBASE-LR4 module.
  private static let qsfp: [(Int, String)] = [
    (0, "11"),  // QSFP28
    (2, "00"),  // has page 3
    (22, "2880"),  // 40.5 °C
    (26, "7FBC"),  // 3.2700 V
    (34, "2710 1388 09C4 0000"),  // RX 1000.0, 500.0, 250.0, 0 µW
    (42, "4E20 4E21 4E22 4E23"),  // bias 40.000 to 40.006 mA
    (50, "2EE0 2EE1 2EEA 2EF4"),  // TX 1200.0, 1200.1, 1201.0, 1202.0 µW
    (147, "40"),  // 1310 nm DFB
    (186, "6658"),  // 26200 / 20 = 1310 nm
    (220, "0C"),  // average RX power, TX power measured
    (page3 + 176, "8888 0001 6E17 01DB"),  // RX 3495.2, 0.1, 2818.3, 47.5 µW
    (page3 + 192, "9999 0002 6E18 0A00"),  // TX 3932.1, 0.2, 2818.4, 256.0 µW
  ]

  private static func qsfpModule(
    tx: [UInt32], txRange: (UInt32, UInt32), rxRange: (UInt32, UInt32)
  ) -> OpticalModule {
    OpticalModule(
      id: 7, laneCount: 4, supplyMilliVolts: 3270, temperatureMilliCelsius: 40_500,
      lanes: zip(0..<4, tx).map { i, tx in
        lane(
          UInt32(i) + 1, bias: 40_000 + 2 * UInt32(i), tx: (tx, txRange.0, txRange.1),
          rx: ([1000, 500, 250, 0][i], rxRange.0, rxRange.1), nm: 1310)
      })
  }

  @Test(arguments: [Ethtool.ModuleMemory.Layout.sff8636, .sff8436])
  func `a QSFP has four lanes`(layout: Ethtool.ModuleMemory.Layout) throws {
    #expect(
      try module(layout, Self.memory(640, Self.qsfp))
        == Self.qsfpModule(tx: [1200, 1200, 1201, 1202], txRange: (256, 2818), rxRange: (47, 2818)))
  }

  @Test func `without page 3 no limits are known, and without a meter no power sent`() throws {
    let flat = Self.memory(640, Self.qsfp + [(2, "04"), (220, "00")])
    let expected = Self.qsfpModule(tx: [0, 0, 0, 0], txRange: (0, 0), rxRange: (0, 0))
    #expect(try module(.sff8636, flat) == expected)
    #expect(
      try module(.sff8636, Array(Self.memory(640, Self.qsfp + [(220, "00")]).prefix(256))) == expected)
  }

  @Test func `a QSFP of copper, and what only looks like one, tell nothing`() throws {
    #expect(try module(.sff8636, Self.memory(640, Self.qsfp + [(147, "A0")])) == nil)
    // QSFP-DD: CMIS, which has other things in other places.
    #expect(try module(.sff8636, Self.memory(640, Self.qsfp + [(0, "18")])) == nil)
  }

  @Test func `a memory cut short is an error, wherever`() {
    for length in 0..<(Self.a2 + 106) {
      #expect(throws: WireError.self) {
        try module(.sff8472, Array(Self.memory(512, Self.sfp).prefix(length)))
      }
    }
    for length in 0..<221 {
      #expect(throws: WireError.self) {
        try module(.sff8636, Array(Self.memory(640, Self.qsfp).prefix(length)))
      }
    }
  }
}
