import Bytes

extension OpticalModule {
  /// A lane of an optical module: all words.
  ///
  ///      0  index           4  tx_bias_current
  ///      8  tx_power       12  tx_power_min     16  tx_power_max    20  tx_wavelength
  ///     24  rx_power       28  rx_power_min     32  rx_power_max    36  rx_wavelength
  public struct Lane: Equatable, Sendable {
    /// Number of the lane in the module, from 1; 0 unknown.
    public var index: UInt32 = 0
    /// Laser bias current, microamperes.
    public var txBiasMicroAmperes: UInt32 = 0
    /// Power sent, microwatts.
    public var txMicroWatts: UInt32 = 0
    /// Lowest power that is in order, microwatts.
    public var txMinimumMicroWatts: UInt32 = 0
    /// Highest power that is in order, microwatts.
    public var txMaximumMicroWatts: UInt32 = 0
    /// Wavelength sent, nanometres.
    public var txNanometres: UInt32 = 0
    /// Power received, microwatts.
    public var rxMicroWatts: UInt32 = 0
    /// Lowest power that is in order, microwatts.
    public var rxMinimumMicroWatts: UInt32 = 0
    /// Highest power that is in order, microwatts.
    public var rxMaximumMicroWatts: UInt32 = 0
    /// Wavelength received, nanometres.
    public var rxNanometres: UInt32 = 0

    public init() {}
  }
}

extension OpticalModule.Lane: XDRElement, CustomStringConvertible {
  static var minimumOctets: Int { 40 }

  func encode(into writer: inout XDRWriter) {
    writer.u32(index)
    writer.u32(txBiasMicroAmperes)
    writer.u32(txMicroWatts)
    writer.u32(txMinimumMicroWatts)
    writer.u32(txMaximumMicroWatts)
    writer.u32(txNanometres)
    writer.u32(rxMicroWatts)
    writer.u32(rxMinimumMicroWatts)
    writer.u32(rxMaximumMicroWatts)
    writer.u32(rxNanometres)
  }

  init(decoding reader: inout XDRReader) throws(WireError) {
    index = try reader.u32()
    txBiasMicroAmperes = try reader.u32()
    txMicroWatts = try reader.u32()
    txMinimumMicroWatts = try reader.u32()
    txMaximumMicroWatts = try reader.u32()
    txNanometres = try reader.u32()
    rxMicroWatts = try reader.u32()
    rxMinimumMicroWatts = try reader.u32()
    rxMaximumMicroWatts = try reader.u32()
    rxNanometres = try reader.u32()
  }

  public var description: String {
    """
    \(index) tx \(txBiasMicroAmperes) µA \(txMicroWatts) µW (\(txMinimumMicroWatts)...\(txMaximumMicroWatts)) \
    \(txNanometres) nm rx \(rxMicroWatts) µW (\(rxMinimumMicroWatts)...\(rxMaximumMicroWatts)) \
    \(rxNanometres) nm
    """
  }
}
