public import Bytes

/// Link aggregation state of a member of a bond (IEEE8023-LAG-MIB). `/proc/net/bonding/*`,
/// `IFLA_BOND_SLAVE_*`.
///
///     lag_port_stats, 0:7, 56 octets
///       0  mac            actorSystemID
///       8  mac            partnerOperSystemID
///      16  unsigned int   attachedAggID
///      20  opaque[4]      portState
///      24  unsigned int   LACPDUsRx
///      28  unsigned int   MarkerPDUsRx
///      32  unsigned int   MarkerResponsePDUsRx
///      36  unsigned int   UnknownRx
///      40  unsigned int   IllegalRx
///      44  unsigned int   LACPDUsTx
///      48  unsigned int   MarkerPDUsTx
///      52  unsigned int   MarkerResponsePDUsTx
public struct LAGPortStats: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 7) }
  public static var name: String { "lag_port_stats" }

  /// System identifier of this end. `ad_actor_system`.
  public var actorSystemID: MACAddress = MACAddress(0)
  /// System identifier of the far end. `IFLA_BOND_AD_INFO_PARTNER_MAC`.
  public var partnerOperSystemID: MACAddress = MACAddress(0)
  /// ifIndex of the bond that the port is attached to.
  public var attachedAggregatorID: UInt32 = 0
  /// LACP state of both ends: four octets in this order, not an integer (the C agent reverses them on a
  /// little-endian CPU).
  public var state: LACPPortState = LACPPortState()
  /// LACPDUs received.
  public var lacpdusReceived: UInt32 = .max
  /// Marker PDUs received.
  public var markerPDUsReceived: UInt32 = .max
  /// Marker response PDUs received.
  public var markerResponsePDUsReceived: UInt32 = .max
  /// Slow-protocol frames of an unknown kind received.
  public var unknownReceived: UInt32 = .max
  /// Malformed slow-protocol frames received.
  public var illegalReceived: UInt32 = .max
  /// LACPDUs sent.
  public var lacpdusSent: UInt32 = .max
  /// Marker PDUs sent.
  public var markerPDUsSent: UInt32 = .max
  /// Marker response PDUs sent.
  public var markerResponsePDUsSent: UInt32 = .max

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.mac(actorSystemID)
    writer.mac(partnerOperSystemID)
    writer.u32(attachedAggregatorID)
    state.encode(into: &writer)
    writer.u32(lacpdusReceived)
    writer.u32(markerPDUsReceived)
    writer.u32(markerResponsePDUsReceived)
    writer.u32(unknownReceived)
    writer.u32(illegalReceived)
    writer.u32(lacpdusSent)
    writer.u32(markerPDUsSent)
    writer.u32(markerResponsePDUsSent)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    actorSystemID = try reader.mac()
    partnerOperSystemID = try reader.mac()
    attachedAggregatorID = try reader.u32()
    state = try LACPPortState(decoding: &reader)
    lacpdusReceived = try reader.u32()
    markerPDUsReceived = try reader.u32()
    markerResponsePDUsReceived = try reader.u32()
    unknownReceived = try reader.u32()
    illegalReceived = try reader.u32()
    lacpdusSent = try reader.u32()
    markerPDUsSent = try reader.u32()
    markerResponsePDUsSent = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("actorSystemID", actorSystemID),
      Field("partnerOperSystemID", partnerOperSystemID),
      Field("attachedAggID", attachedAggregatorID),
      Field("portState", [state.actorAdmin, state.actorOper, state.partnerAdmin, state.partnerOper]),
      Field("LACPDUsRx", lacpdusReceived),
      Field("MarkerPDUsRx", markerPDUsReceived),
      Field("MarkerResponsePDUsRx", markerResponsePDUsReceived),
      Field("UnknownRx", unknownReceived),
      Field("IllegalRx", illegalReceived),
      Field("LACPDUsTx", lacpdusSent),
      Field("MarkerPDUsTx", markerPDUsSent),
      Field("MarkerResponsePDUsTx", markerResponsePDUsSent),
    ]
  }
}

/// An optical module. The EEPROM that ethtool reads (SFF-8472, SFF-8636).
///
///     sfp, 0:10
///       0  unsigned int   module_id
///       4  unsigned int   module_num_lanes
///       8  unsigned int   module_supply_voltage
///      12  int            module_temperature
///      16  lane<>         lanes
public struct OpticalModule: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 10) }
  public static var name: String { "sfp" }

  /// The module; this agent sends the ifIndex.
  public var id: UInt32 = 0
  /// Lanes that the module has in all.
  public var laneCount: UInt32 = 0
  /// Supply voltage, millivolts.
  public var supplyMilliVolts: UInt32 = 0
  /// Temperature, thousandths of a degree Celsius, signed.
  public var temperatureMilliCelsius: Int32 = 0
  /// The lanes of this interface.
  public var lanes: [Lane] = []

  public init(
    id: UInt32 = 0, laneCount: UInt32 = 0, supplyMilliVolts: UInt32 = 0,
    temperatureMilliCelsius: Int32 = 0, lanes: [Lane] = []
  ) {
    self.id = id
    self.laneCount = laneCount
    self.supplyMilliVolts = supplyMilliVolts
    self.temperatureMilliCelsius = temperatureMilliCelsius
    self.lanes = lanes
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(id)
    writer.u32(laneCount)
    writer.u32(supplyMilliVolts)
    writer.i32(temperatureMilliCelsius)
    writer.list(lanes)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    id = try reader.u32()
    laneCount = try reader.u32()
    supplyMilliVolts = try reader.u32()
    temperatureMilliCelsius = try reader.i32()
    lanes = try reader.list()
  }

  public var fields: [Field] {
    [
      Field("module_id", id),
      Field("module_num_lanes", laneCount),
      Field("module_supply_voltage", supplyMilliVolts, "mV"),
      Field("module_temperature", temperatureMilliCelsius, "m°C"),
      Field("lanes", lanes),
    ]
  }
}

/// Priority flow control of a port (IEEE8021-PFC-MIB).
///
///     pfc_counters, 0:11, 20 octets
///       0  unsigned int   requests
///       4  unsigned int   indications
///       8  unsigned int   pause_duration
///      12  unsigned int   storm_detected
///      16  unsigned int   storm_restored
public struct PFCCounters: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 11) }
  public static var name: String { "pfc_counters" }

  /// Pause requests sent (`ieee8021PfcRequests`).
  public var requests: UInt32 = .max
  /// Pause indications received (`ieee8021PfcIndications`).
  public var indications: UInt32 = .max
  /// Time spent paused, microseconds, cumulative.
  public var pauseMicroseconds: UInt32 = .max
  /// Expiries of the storm watchdog.
  public var stormsDetected: UInt32 = .max
  /// Recoveries from a storm.
  public var stormsRestored: UInt32 = .max

  public init(
    requests: UInt32 = .max, indications: UInt32 = .max, pauseMicroseconds: UInt32 = .max,
    stormsDetected: UInt32 = .max, stormsRestored: UInt32 = .max
  ) {
    self.requests = requests
    self.indications = indications
    self.pauseMicroseconds = pauseMicroseconds
    self.stormsDetected = stormsDetected
    self.stormsRestored = stormsRestored
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(requests)
    writer.u32(indications)
    writer.u32(pauseMicroseconds)
    writer.u32(stormsDetected)
    writer.u32(stormsRestored)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    requests = try reader.u32()
    indications = try reader.u32()
    pauseMicroseconds = try reader.u32()
    stormsDetected = try reader.u32()
    stormsRestored = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("requests", requests),
      Field("indications", indications),
      Field("pause_duration", pauseMicroseconds, "µs"),
      Field("storm_detected", stormsDetected),
      Field("storm_restored", stormsRestored),
    ]
  }
}
