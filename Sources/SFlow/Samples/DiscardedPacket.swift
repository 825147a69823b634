import Bytes

/// A packet that was discarded, and why.
///
///     discarded_packet 0:5
///       0  sequence_number
///       4  source_id.type, source_id.index
///      12  drops
///      16  inputifindex
///      20  outputifindex
///      24  reason
///      28  discard_records
public struct DiscardedPacket: Equatable, Sendable {
  /// Number of the sample among the discards of its source, from 1.
  public var sequence: UInt32
  /// Where the packet was discarded; agents on hosts report all of them for 0:0.
  public var source: DataSource
  /// Notifications suppressed by the rate limit or for lack of resources, modulo 2³².
  public var drops: UInt32
  /// ifIndex where the packet came in, 0 unknown. `NET_DM_ATTR_IN_PORT`.
  public var input: UInt32
  /// ifIndex where it would have gone out, 0 unless it was dropped on egress.
  public var output: UInt32
  public var reason: DropReason
  public var records: [Record]

  public init(
    sequence: UInt32, source: DataSource, drops: UInt32 = 0, input: UInt32 = 0, output: UInt32 = 0,
    reason: DropReason, records: [Record] = []
  ) {
    self.sequence = sequence
    self.source = source
    self.drops = drops
    self.input = input
    self.output = output
    self.reason = reason
    self.records = records
  }

  /// Everything in front of the records.
  @inline(__always)
  static func encodeHead(
    sequence: UInt32, source: DataSource, drops: UInt32, input: UInt32, output: UInt32, reason: DropReason,
    into writer: inout XDRWriter
  ) {
    writer.u32(sequence)
    source.encode(into: &writer)
    writer.u32(drops)
    writer.u32(input)
    writer.u32(output)
    writer.u32(reason.rawValue)
  }

  func encodeBody(into writer: inout XDRWriter) {
    Self.encodeHead(
      sequence: sequence, source: source, drops: drops, input: input, output: output, reason: reason,
      into: &writer)
    writer.records(records)
  }

  init(decodingBody reader: inout XDRReader) throws(WireError) {
    sequence = try reader.u32()
    source = try DataSource(decoding: &reader)
    drops = try reader.u32()
    input = try reader.u32()
    output = try reader.u32()
    reason = DropReason(rawValue: try reader.u32())
    records = try reader.records(RecordTypes.flows)
  }
}

extension DiscardedPacket: CustomStringConvertible {
  /// "discarded 0:0 seq 1 drops 5 in 2 out 0 reason port_unreachable(3)"
  public var description: String {
    "discarded \(source) seq \(sequence) drops \(drops) in \(input) out \(output) reason \(reason)"
  }
}
