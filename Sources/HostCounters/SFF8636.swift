internal import Bytes
internal import SFlow

extension OpticalModule {
  /// A QSFP, QSFP+ or QSFP28, four lanes: SFF-8636 rev. 2.10a, and SFF-8436 before it. The lower page, then upper pages
  /// 0 to 3 of 128 octets each, which are numbered from 128 in the standard.
  ///
  ///     lower   0  identifier: 0x0C, 0x0D, 0x11       2  bit 2: there is only page 0
  ///            22  temperature   26  voltage   34  RX power   42  bias   50  TX power, of four lanes each
  ///     page 0  147  bits 4 to 7, from 0xA: copper   186  wavelength, 1/20 nm   220  bit 2: TX power is measured
  ///     page 3  176  RX power, 192 TX power: high and low alarm, high and low warning
  init?(sff8636 octets: MemoryOctets) throws(WireError) {
    guard [0x0C, 0x0D, 0x11].contains(try octets.u8(0)), try octets.u8(147) >> 4 < 0xA else { return nil }
    self.init()
    laneCount = 4
    temperatureMilliCelsius = milliCelsius(Double(try octets.i16(22)))
    supplyMilliVolts = milliVolts(Double(try octets.u16(26)))
    let nanometres = UInt32(try octets.u16(186)) / 20
    let measuresSent = try octets.u8(220) & 1 << 2 != 0
    // Page 3 lies behind the lower page and pages 0 to 2.
    let page3 = try octets.u8(2) & 1 << 2 == 0 && octets.count >= 640 ? 128 * 4 - 128 : nil
    for number in 0..<4 {
      var lane = Lane()
      lane.index = UInt32(number) + 1
      lane.rxMicroWatts = microWatts(Double(try octets.u16(34 + 2 * number)))
      lane.txBiasMicroAmperes = microAmperes(Double(try octets.u16(42 + 2 * number)))
      if measuresSent { lane.txMicroWatts = microWatts(Double(try octets.u16(50 + 2 * number))) }
      lane.txNanometres = nanometres
      lane.rxNanometres = nanometres
      if let page3 {
        lane.rxMaximumMicroWatts = microWatts(Double(try octets.u16(page3 + 180)))
        lane.rxMinimumMicroWatts = microWatts(Double(try octets.u16(page3 + 182)))
        lane.txMaximumMicroWatts = microWatts(Double(try octets.u16(page3 + 196)))
        lane.txMinimumMicroWatts = microWatts(Double(try octets.u16(page3 + 198)))
      }
      lanes.append(lane)
    }
  }
}
