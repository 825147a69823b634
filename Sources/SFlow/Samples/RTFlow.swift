public import Bytes

/// A flow that an application hands to the agent, as named keys.
///
///     rtflow 4300:1003
///       0  string<>      datasource
///       +  unsigned int  sampling_rate
///       +  unsigned int  sample_pool
///       +  field<>       fields: name, type, value
public struct RTFlow: StandaloneSample, Equatable {
  /// A value and its type. The numbers are not those of `RTMetric`.
  ///
  ///     0 string  1 mac  2 ip  3 ip6  4 int32  5 int64  6 float  7 double
  public enum Value: Equatable, Sendable {
    case string(String)
    case mac(MACAddress)
    case ipv4(IPv4Address)
    case ipv6(IPv6Address)
    case int32(UInt32)
    case int64(UInt64)
    case float(Float)
    case double(Double)
  }

  /// A named value. Names are sent up to 64 octets, text up to 255.
  public struct Key: Equatable, Sendable {
    public var name: String
    public var value: Value

    public init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  public static var format: DataFormat { .rtFlow }

  /// Who saw it; may be empty. Sent up to 64 octets.
  public var dataSource: String
  /// One flow in this many is sampled.
  public var rate: UInt32
  /// Reserved, 0.
  public var pool: UInt32
  public var keys: [Key]

  public init(dataSource: String, rate: UInt32, pool: UInt32 = 0, keys: [Key]) {
    self.dataSource = dataSource
    self.rate = rate
    self.pool = pool
    self.keys = keys
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.string(dataSource, limit: 64)
    writer.u32(rate)
    writer.u32(pool)
    writer.list(keys)
  }

  init(decodingBody reader: inout XDRReader) throws(WireError) {
    dataSource = try reader.string()
    rate = try reader.u32()
    pool = try reader.u32()
    keys = try reader.list()
  }
}

extension RTFlow.Key: XDRElement {
  static var minimumOctets: Int { 12 }

  func encode(into writer: inout XDRWriter) {
    writer.string(name, limit: 64)
    switch value {
    case .string(let text):
      writer.u32(0)
      writer.string(text, limit: 255)
    case .mac(let address):
      writer.u32(1)
      writer.mac(address)
    case .ipv4(let address):
      writer.u32(2)
      writer.ipv4(address)
    case .ipv6(let address):
      writer.u32(3)
      writer.ipv6(address)
    case .int32(let number):
      writer.u32(4)
      writer.u32(number)
    case .int64(let number):
      writer.u32(5)
      writer.u64(number)
    case .float(let number):
      writer.u32(6)
      writer.float(number)
    case .double(let number):
      writer.u32(7)
      writer.double(number)
    }
  }

  init(decoding reader: inout XDRReader) throws(WireError) {
    name = try reader.string()
    let start = reader.offset
    switch try reader.u32() {
    case 0: value = .string(try reader.string())
    case 1: value = .mac(try reader.mac())
    case 2: value = .ipv4(try reader.ipv4())
    case 3: value = .ipv6(try reader.ipv6())
    case 4: value = .int32(try reader.u32())
    case 5: value = .int64(try reader.u64())
    case 6: value = .float(try reader.float())
    case 7: value = .double(try reader.double())
    case let type: throw .invalid(at: start, "flow key of type \(type)")
    }
  }
}

extension RTFlow: CustomStringConvertible {
  /// "rtflow my-app rate 10"
  public var description: String { "rtflow \(dataSource) rate \(rate)" }

  /// The keys for a person.
  public var fields: [Field] {
    keys.map { key in
      switch key.value {
      case .string(let text): Field(key.name, text)
      case .mac(let address): Field(key.name, address)
      case .ipv4(let address): Field(key.name, address)
      case .ipv6(let address): Field(key.name, address)
      case .int32(let number): Field(key.name, number)
      case .int64(let number): Field(key.name, number)
      case .float(let number): Field(key.name, number)
      case .double(let number): Field(key.name, number)
      }
    }
  }
}
