import Bytes

/// Named values that an application hands to the agent.
///
///     rtmetric 4300:1002
///       0  string<>      datasource
///       +  field<>       fields: name, type, value
public struct RTMetric: StandaloneSample, Equatable {
  /// A value and its type.
  ///
  ///     0 string  1 counter32  2 counter64  3 gauge32  4 gauge64  5 gaugeFloat  6 gaugeDouble
  public enum Value: Equatable, Sendable {
    case string(String)
    case counter32(UInt32)
    case counter64(UInt64)
    case gauge32(UInt32)
    case gauge64(UInt64)
    case gaugeFloat(Float)
    case gaugeDouble(Double)
  }

  /// A named value. Names are sent up to 64 octets, text up to 255.
  public struct Metric: Equatable, Sendable {
    public var name: String
    public var value: Value

    public init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  public static var format: DataFormat { .rtMetric }

  /// Who measured; may be empty. Sent up to 64 octets.
  public var dataSource: String
  public var metrics: [Metric]

  public init(dataSource: String, metrics: [Metric]) {
    self.dataSource = dataSource
    self.metrics = metrics
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.string(dataSource, limit: 64)
    writer.list(metrics)
  }

  init(decodingBody reader: inout XDRReader) throws(WireError) {
    dataSource = try reader.string()
    metrics = try reader.list()
  }
}

extension RTMetric.Metric: XDRElement {
  static var minimumOctets: Int { 12 }

  func encode(into writer: inout XDRWriter) {
    writer.string(name, limit: 64)
    switch value {
    case .string(let text):
      writer.u32(0)
      writer.string(text, limit: 255)
    case .counter32(let number):
      writer.u32(1)
      writer.u32(number)
    case .counter64(let number):
      writer.u32(2)
      writer.u64(number)
    case .gauge32(let number):
      writer.u32(3)
      writer.u32(number)
    case .gauge64(let number):
      writer.u32(4)
      writer.u64(number)
    case .gaugeFloat(let number):
      writer.u32(5)
      writer.float(number)
    case .gaugeDouble(let number):
      writer.u32(6)
      writer.double(number)
    }
  }

  init(decoding reader: inout XDRReader) throws(WireError) {
    name = try reader.string()
    let start = reader.offset
    switch try reader.u32() {
    case 0: value = .string(try reader.string())
    case 1: value = .counter32(try reader.u32())
    case 2: value = .counter64(try reader.u64())
    case 3: value = .gauge32(try reader.u32())
    case 4: value = .gauge64(try reader.u64())
    case 5: value = .gaugeFloat(try reader.float())
    case 6: value = .gaugeDouble(try reader.double())
    case let type: throw .invalid(at: start, "metric of type \(type)")
    }
  }
}

extension RTMetric: CustomStringConvertible {
  /// "rtmetric my-app"
  public var description: String { "rtmetric \(dataSource)" }

  /// The metrics for a person.
  public var fields: [Field] {
    metrics.map { metric in
      switch metric.value {
      case .string(let text): Field(metric.name, text)
      case .counter32(let number), .gauge32(let number): Field(metric.name, number)
      case .counter64(let number), .gauge64(let number): Field(metric.name, number)
      case .gaugeFloat(let number): Field(metric.name, number)
      case .gaugeDouble(let number): Field(metric.name, number)
      }
    }
  }
}
