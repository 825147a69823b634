public import Bytes
public import Linux
public import SFlow

extension OpticalModule {
  /// sfp, 0:10, from the memory of a transceiver; `nil` if that has no diagnostics, as one of copper.
  /// - Throws: for a memory that is shorter than its layout.
  public init?(ofInterface index: UInt32, _ memory: Ethtool.ModuleMemory) throws(WireError) {
    let octets = MemoryOctets(memory.octets)
    switch memory.layout {
    case .sff8079: return nil
    case .sff8472: try self.init(sff8472: octets)
    case .sff8636, .sff8436: try self.init(sff8636: octets)
    }
    id = index
  }
}

/// Numbers at fixed places, most significant octet first.
struct MemoryOctets {
  private let octets: [UInt8]
  var count: Int { octets.count }

  init(_ octets: [UInt8]) { self.octets = octets }

  func u8(_ offset: Int) throws(WireError) -> UInt8 {
    var reader = ByteReader(octets.span)
    try reader.skip(offset)
    return try reader.u8()
  }

  func u16(_ offset: Int) throws(WireError) -> UInt16 {
    var reader = ByteReader(octets.span)
    try reader.skip(offset)
    return try reader.u16()
  }

  func i16(_ offset: Int) throws(WireError) -> Int16 { Int16(bitPattern: try u16(offset)) }

  func float(_ offset: Int) throws(WireError) -> Double {
    var reader = ByteReader(octets.span)
    try reader.skip(offset)
    return Double(Float(bitPattern: try reader.u32()))
  }
}

// The units of SFF-8472 (table 9-11 and section 9.2) and SFF-8636 (section 6.2), which are the same.

/// Steps of 1/256 °C to thousandths.
func milliCelsius(_ steps: Double) -> Int32 { Int32(clamping: Int64(saturating: steps * 1000 / 256)) }

/// Steps of 100 µV.
func milliVolts(_ steps: Double) -> UInt32 { gauge32(saturating: steps / 10) }

/// Steps of 2 µA.
func microAmperes(_ steps: Double) -> UInt32 { gauge32(saturating: steps * 2) }

/// Steps of 0.1 µW.
func microWatts(_ steps: Double) -> UInt32 { gauge32(saturating: steps / 10) }

/// Cut off; 0 for what is no number or less.
private func gauge32(saturating value: Double) -> UInt32 {
  UInt32(clamping: Int64(saturating: value))
}

extension Int64 {
  /// Towards zero; what is no number is 0.
  fileprivate init(saturating value: Double) {
    self =
      Int64(exactly: Swift.max(-1e15, Swift.min(1e15, value.isNaN ? 0 : value)).rounded(.towardZero)) ?? 0
  }
}
