internal import Bytes
internal import SFlow

extension OpticalModule {
  /// An SFP, one lane: SFF-8472 rev. 12.4. Offsets of the octets of address A2h are behind the 256 of A0h.
  ///
  ///     A0h   8  cable technology: bits 2 and 3 copper      60  wavelength, nm
  ///          92  diagnostics: bit 6 there are some, bit 4 to be calibrated here
  ///     A2h   0  temperature, 8 voltage, 16 bias, 24 TX power, 32 RX power: each with high and low alarm, high and
  ///              low warning
  ///          56  RX power: five floats, of the fourth power of what is measured down to the constant
  ///          76  bias, 80 TX power, 84 temperature, 88 voltage: slope in 1/256, offset
  ///          96  temperature, 98 voltage, 100 bias, 102 TX power, 104 RX power
  init?(sff8472 octets: MemoryOctets) throws(WireError) {
    let diagnostics = try octets.u8(92)
    guard diagnostics & 1 << 6 != 0 else { return nil }
    let calibration = diagnostics & 1 << 4 == 0 ? nil : try Calibration(octets)
    let a2 = 256

    func linear(_ value: Double, _ line: KeyPath<Calibration, Calibration.Line>) -> Double {
      calibration.map { $0[keyPath: line].slope * value + $0[keyPath: line].offset } ?? value
    }
    func received(_ value: Double) -> Double { calibration?.received(value) ?? value }

    self.init()
    laneCount = 1
    temperatureMilliCelsius = milliCelsius(linear(Double(try octets.i16(a2 + 96)), \.temperature))
    supplyMilliVolts = milliVolts(linear(Double(try octets.u16(a2 + 98)), \.voltage))
    var lane = Lane()
    lane.index = 1
    lane.txBiasMicroAmperes = microAmperes(linear(Double(try octets.u16(a2 + 100)), \.bias))
    lane.txMicroWatts = microWatts(linear(Double(try octets.u16(a2 + 102)), \.sent))
    lane.txMaximumMicroWatts = microWatts(linear(Double(try octets.u16(a2 + 28)), \.sent))
    lane.txMinimumMicroWatts = microWatts(linear(Double(try octets.u16(a2 + 30)), \.sent))
    lane.rxMicroWatts = microWatts(received(Double(try octets.u16(a2 + 104))))
    lane.rxMaximumMicroWatts = microWatts(received(Double(try octets.u16(a2 + 36))))
    lane.rxMinimumMicroWatts = microWatts(received(Double(try octets.u16(a2 + 38))))
    // Of copper these octets say something else.
    if try octets.u8(8) & 0b1100 == 0 {
      lane.txNanometres = UInt32(try octets.u16(60))
      lane.rxNanometres = lane.txNanometres
    }
    lanes = [lane]
  }
}

/// External calibration: the module measures, its reader computes.
private struct Calibration {
  struct Line {
    var slope: Double
    var offset: Double

    init(_ octets: MemoryOctets, at offset: Int) throws(WireError) {
      slope = Double(try octets.u16(offset)) / 256
      self.offset = Double(try octets.i16(offset + 2))
    }
  }
  var bias: Line
  var sent: Line
  var temperature: Line
  var voltage: Line
  /// From the fourth power down to the constant.
  private var coefficients: [Double] = []

  init(_ octets: MemoryOctets) throws(WireError) {
    bias = try Line(octets, at: 256 + 76)
    sent = try Line(octets, at: 256 + 80)
    temperature = try Line(octets, at: 256 + 84)
    voltage = try Line(octets, at: 256 + 88)
    for i in 0..<5 { coefficients.append(try octets.float(256 + 56 + 4 * i)) }
  }

  func received(_ value: Double) -> Double { coefficients.reduce(0) { $0 * value + $1 } }
}
