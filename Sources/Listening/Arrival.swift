public import Bytes
public import SFlow

/// A datagram and how it came.
public struct Arrival: Sendable {
  public var source: IPAddress
  /// Of the wall clock.
  public var seconds: UInt32
  public var payload: [UInt8]
  /// What it says, or why it cannot be understood.
  public var content: Result<Datagram, WireError>

  public init(from source: IPAddress, at seconds: UInt32, _ payload: [UInt8]) {
    self.source = source
    self.seconds = seconds
    self.payload = payload
    do throws(WireError) {
      content = .success(try Datagram(decoding: payload.span))
    } catch {
      content = .failure(error)
    }
  }
}

extension Field {
  /// Its value without what is for a person only: quotes of text, names of numbers.
  public var plainValue: String {
    if value.utf8.first == UInt8(ascii: "\"") { return String(value.dropFirst().dropLast()).onOneLine }
    // "x86_64(3)": the number is what travelled.
    if value.utf8.last == UInt8(ascii: ")"), let open = value.utf8.lastIndex(of: UInt8(ascii: "(")) {
      let number = value[value.utf8.index(after: open)...].dropLast()
      if !number.isEmpty, number.utf8.allSatisfy({ $0 &- 0x30 < 10 }) { return String(number) }
    }
    return value
  }
}

extension String {
  /// Text from the network must not end a line, nor move a terminal's cursor.
  var onOneLine: String {
    guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return self }
    var text = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      text.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
    }
    return String(text)
  }
}

extension MACAddress {
  /// "02005e100001"
  var digits: String { description.filter { $0 != ":" } }
}

/// "02-00-5E"
func dashed(_ octets: [UInt8]) -> String {
  octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: "-")
}

extension SampledHeader {
  /// What its octets say; `nil` for protocols that are not looked into.
  var packet: PacketHeader? {
    switch headerProtocol {
    case .ethernet: PacketHeader(header, startingWith: .ethernet)
    case .ipv4, .ipv6: PacketHeader(header, startingWith: .ip)
    default: nil
    }
  }
}
