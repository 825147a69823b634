public import Bytes

/// A structure that travels in a sample, as the octets between its length word and its end.
public protocol SFlowRecord: Equatable, Sendable {
  /// The tag in front of the structure.
  static var format: DataFormat { get }
  /// The specification's name of the structure.
  static var name: String { get }
  /// Writes the fields in the order of the specification.
  func encodeBody(into writer: inout XDRWriter)
  /// Reads the fields; octets may be left over.
  init(decodingBody reader: inout XDRReader) throws(WireError)
  /// The fields for a person, with the specification's names.
  var fields: [Field] { get }
}

/// A record of a counters sample.
public protocol CounterRecord: SFlowRecord {}

/// A record of a flow sample or a discarded packet.
public protocol FlowRecord: SFlowRecord {}

/// A field for a person to read.
public struct Field: Equatable, Sendable {
  public var name: String
  public var value: String
  /// "B", "ms"; empty for plain numbers and text.
  public var unit: String
  /// Octets as digits: no number, though it may look like one.
  public var isOctets = false

  init(_ name: String, _ value: some CustomStringConvertible, _ unit: String = "") {
    self.name = name
    self.value = value.description
    self.unit = unit
  }

  init(_ name: String, _ text: String) {
    self.init(name, Substring("\"\(text)\""))
  }

  init(_ name: String, _ octets: [UInt8]) {
    self.init(name, Substring(hex(octets)))
    isOctets = true
  }

  init(_ name: String, _ list: [some CustomStringConvertible]) {
    self.init(name, Substring("[\(list.map(\.description).joined(separator: ", "))]"))
  }

  init(_ name: String, _ address: IPAddress?) {
    self.init(name, Substring(address.map(\.description) ?? "unknown"))
  }
}

extension Field: CustomStringConvertible {
  /// "cpu_user=661760 ms"
  public var description: String { unit.isEmpty ? "\(name)=\(value)" : "\(name)=\(value) \(unit)" }
}

/// The octets as digits, two each.
func hex(_ octets: [UInt8]) -> String {
  octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// A record as it came: understood, or kept so that it can be written back as it was.
public enum Record: Equatable, Sendable {
  case known(any SFlowRecord)
  /// An unknown tag, a known structure that somebody has lengthened, or one with text that is not UTF-8.
  case raw(DataFormat, [UInt8])

  public static func == (a: Record, b: Record) -> Bool {
    switch (a, b) {
    case (.known(let a), .known(let b)): a.equals(b)
    case (.raw(let a, let x), .raw(let b, let y)): a == b && x == y
    default: false
    }
  }

  public var format: DataFormat {
    switch self {
    case .known(let record): type(of: record).format
    case .raw(let format, _): format
    }
  }

  /// The record, if it is of this type.
  public func value<R: SFlowRecord>(as _: R.Type = R.self) -> R? {
    if case .known(let record) = self { record as? R } else { nil }
  }
}

extension SFlowRecord {
  fileprivate func equals(_ other: any SFlowRecord) -> Bool { other as? Self == self }
}

extension XDRWriter {
  /// A record with its tag and length.
  @_lifetime(self: copy self)
  @inline(__always)
  mutating func record<R: SFlowRecord>(_ record: R) {
    let start = open(R.format)
    record.encodeBody(into: &self)
    close(start)
  }

  /// Records as they came, with their count.
  @_lifetime(self: copy self)
  mutating func records(_ records: [Record]) {
    u32(UInt32(truncatingIfNeeded: records.count))
    for record in records {
      switch record {
      case .known(let record):
        self.record(record)
      case .raw(let format, let octets):
        let start = open(format)
        fixedOpaque(octets.span)
        close(start)
      }
    }
  }
}

extension XDRReader {
  /// A count and that many records, whose tags are looked up in `types`.
  @_lifetime(self: copy self)
  mutating func records(_ types: [DataFormat: any SFlowRecord.Type]) throws(WireError) -> [Record] {
    let count = try count(ofAtLeast: 8)
    var records: [Record] = []
    records.reserveCapacity(count)
    for _ in 0..<count { records.append(try record(types)) }
    return records
  }

  @_lifetime(self: copy self)
  private mutating func record(_ types: [DataFormat: any SFlowRecord.Type]) throws(WireError) -> Record {
    var format = DataFormat(rawValue: 0)
    var body = try nested(&format)
    var whole = body
    if let type = types[format] {
      do {
        let record = try type.init(decodingBody: &body)
        if body.isAtEnd {
          note(body)
          return .known(record)
        }
      } catch .invalid(_, Self.notUTF8) {
      } catch {
        throw error
      }
    }
    return .raw(format, try whole.rest())
  }
}
