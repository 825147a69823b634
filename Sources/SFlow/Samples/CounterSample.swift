import Bytes

/// The counters of a data source.
///
///     counters_sample 0:2 (compact) and counters_sample_expanded 0:4
///       0   0  sequence_number
///       4   4  source_id                  one word, or type and index
///       8  12  counter_records
public struct CounterSample: Equatable, Sendable {
  /// Number of the sample among the counter samples of its source, from 1; begins again when a counter does.
  public var sequence: UInt32
  /// What is counted.
  public var source: DataSource
  public var records: [Record]

  public init(sequence: UInt32, source: DataSource, records: [Record] = []) {
    self.sequence = sequence
    self.source = source
    self.records = records
  }

  func encodeCompact(into writer: inout XDRWriter) {
    writer.u32(sequence)
    writer.u32(source.compact)
    writer.records(records)
  }

  init(decodingCompact reader: inout XDRReader) throws(WireError) {
    sequence = try reader.u32()
    source = DataSource(compact: try reader.u32())
    records = try reader.records(RecordTypes.counters)
  }

  /// Everything in front of the records.
  @inline(__always)
  static func encodeHead(sequence: UInt32, source: DataSource, into writer: inout XDRWriter) {
    writer.u32(sequence)
    source.encode(into: &writer)
  }

  func encodeExpanded(into writer: inout XDRWriter) {
    Self.encodeHead(sequence: sequence, source: source, into: &writer)
    writer.records(records)
  }

  init(decodingExpanded reader: inout XDRReader) throws(WireError) {
    sequence = try reader.u32()
    source = try DataSource(decoding: &reader)
    records = try reader.records(RecordTypes.counters)
  }
}

extension CounterSample: CustomStringConvertible {
  /// "counters 2:1 seq 7"
  public var description: String { "counters \(source) seq \(sequence)" }
}
