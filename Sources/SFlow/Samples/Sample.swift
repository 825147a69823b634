import Bytes

/// A sample of a type that some collectors do not know and throw the whole datagram away for: it travels alone.
public protocol StandaloneSample: Sendable {
  static var format: DataFormat { get }
  func encodeBody(into writer: inout XDRWriter)
}

/// A sample as it came.
public enum Sample: Equatable, Sendable {
  /// flow_sample, 0:1
  case flow(FlowSample)
  /// flow_sample_expanded, 0:3
  case flowExpanded(FlowSample)
  /// counters_sample, 0:2
  case counters(CounterSample)
  /// counters_sample_expanded, 0:4
  case countersExpanded(CounterSample)
  /// discarded_packet, 0:5
  case discarded(DiscardedPacket)
  /// rtmetric, 4300:1002
  case rtMetric(RTMetric)
  /// rtflow, 4300:1003
  case rtFlow(RTFlow)
  /// An unknown type, or one with text that is not UTF-8.
  case unknown(DataFormat, [UInt8])

  public var format: DataFormat {
    switch self {
    case .flow: .flowSample
    case .flowExpanded: .flowSampleExpanded
    case .counters: .countersSample
    case .countersExpanded: .countersSampleExpanded
    case .discarded: .discardedPacket
    case .rtMetric: .rtMetric
    case .rtFlow: .rtFlow
    case .unknown(let format, _): format
    }
  }

  /// The records of the sample; none for types that have no records.
  public var records: [Record] {
    switch self {
    case .flow(let sample), .flowExpanded(let sample): sample.records
    case .counters(let sample), .countersExpanded(let sample): sample.records
    case .discarded(let sample): sample.records
    case .rtMetric, .rtFlow, .unknown: []
    }
  }

  func encode(into writer: inout XDRWriter) {
    let start = writer.open(format)
    switch self {
    case .flow(let sample):
      sample.encodeCompact(into: &writer)
    case .flowExpanded(let sample):
      sample.encodeExpanded(into: &writer)
    case .counters(let sample):
      sample.encodeCompact(into: &writer)
    case .countersExpanded(let sample):
      sample.encodeExpanded(into: &writer)
    case .discarded(let sample):
      sample.encodeBody(into: &writer)
    case .rtMetric(let sample):
      sample.encodeBody(into: &writer)
    case .rtFlow(let sample):
      sample.encodeBody(into: &writer)
    case .unknown(_, let octets):
      writer.fixedOpaque(octets.span)
    }
    writer.close(start)
  }

  init(decoding reader: inout XDRReader) throws(WireError) {
    var format = DataFormat(rawValue: 0)
    var body = try reader.nested(&format)
    var whole = body
    do {
      switch format {
      case .flowSample: self = .flow(try FlowSample(decodingCompact: &body))
      case .flowSampleExpanded: self = .flowExpanded(try FlowSample(decodingExpanded: &body))
      case .countersSample: self = .counters(try CounterSample(decodingCompact: &body))
      case .countersSampleExpanded: self = .countersExpanded(try CounterSample(decodingExpanded: &body))
      case .discardedPacket: self = .discarded(try DiscardedPacket(decodingBody: &body))
      case .rtMetric: self = .rtMetric(try RTMetric(decodingBody: &body))
      case .rtFlow: self = .rtFlow(try RTFlow(decodingBody: &body))
      default: self = .unknown(format, try body.rest())
      }
      try body.finish()
      reader.note(body)
    } catch .invalid(_, XDRReader.notUTF8) {
      self = .unknown(format, try whole.rest())
    } catch {
      throw error
    }
  }
}
