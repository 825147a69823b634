import Bytes

/// A sampled packet or operation.
///
///     flow_sample 0:1 (compact) and flow_sample_expanded 0:3
///       0   0  sequence_number
///       4   4  source_id                  one word, or type and index
///       8  12  sampling_rate
///      12  16  sample_pool
///      16  20  drops
///      20  24  input                      one word, or format and value
///      24  32  output                     one word, or format and value
///      28  40  flow_records
public struct FlowSample: Equatable, Sendable {
  /// Number of the sample among the flow samples of its source, from 1.
  public var sequence: UInt32
  /// Where the sampling takes place.
  public var source: DataSource
  /// One packet in this many is sampled.
  public var rate: UInt32
  /// Packets that could have been sampled, modulo 2³².
  public var pool: UInt32
  /// Samples lost to lack of resources, modulo 2³².
  public var drops: UInt32
  /// Where the packet came in.
  public var input: Interface
  /// Where the packet went out.
  public var output: Interface
  public var records: [Record]

  public init(
    sequence: UInt32, source: DataSource, rate: UInt32, pool: UInt32, drops: UInt32 = 0,
    input: Interface = .unknown, output: Interface = .unknown, records: [Record] = []
  ) {
    self.sequence = sequence
    self.source = source
    self.rate = rate
    self.pool = pool
    self.drops = drops
    self.input = input
    self.output = output
    self.records = records
  }

  func encodeCompact(into writer: inout XDRWriter) {
    writer.u32(sequence)
    writer.u32(source.compact)
    writer.u32(rate)
    writer.u32(pool)
    writer.u32(drops)
    writer.u32(input.compact)
    writer.u32(output.compact)
    writer.records(records)
  }

  init(decodingCompact reader: inout XDRReader) throws(WireError) {
    sequence = try reader.u32()
    source = DataSource(compact: try reader.u32())
    rate = try reader.u32()
    pool = try reader.u32()
    drops = try reader.u32()
    input = Interface(compact: try reader.u32())
    output = Interface(compact: try reader.u32())
    records = try reader.records(RecordTypes.flows)
  }

  /// Everything in front of the records.
  @inline(__always)
  static func encodeHead(
    sequence: UInt32, source: DataSource, rate: UInt32, pool: UInt32, drops: UInt32, input: Interface,
    output: Interface, into writer: inout XDRWriter
  ) {
    writer.u32(sequence)
    source.encode(into: &writer)
    writer.u32(rate)
    writer.u32(pool)
    writer.u32(drops)
    input.encode(into: &writer)
    output.encode(into: &writer)
  }

  func encodeExpanded(into writer: inout XDRWriter) {
    Self.encodeHead(
      sequence: sequence, source: source, rate: rate, pool: pool, drops: drops, input: input, output: output,
      into: &writer)
    writer.records(records)
  }

  init(decodingExpanded reader: inout XDRReader) throws(WireError) {
    sequence = try reader.u32()
    source = try DataSource(decoding: &reader)
    rate = try reader.u32()
    pool = try reader.u32()
    drops = try reader.u32()
    input = try Interface(decoding: &reader)
    output = try Interface(decoding: &reader)
    records = try reader.records(RecordTypes.flows)
  }
}

extension FlowSample: CustomStringConvertible {
  /// "flow 0:2 seq 22 rate 1 pool 22 drops 0 in 2 out unknown"
  public var description: String {
    "flow \(source) seq \(sequence) rate \(rate) pool \(pool) drops \(drops) in \(input) out \(output)"
  }
}
