import Bytes
import Testing

@testable import SFlow

/// The octets of annotated hex: each line begins with groups of digits one space apart; the rest is for the reader.
func hex(_ text: String) -> [UInt8] {
  var octets: [UInt8] = []
  for line in text.split(separator: "\n") {
    let groups = line.drop { $0 == " " }.prefix { $0 == " " || $0.isHexDigit }
    for group in groups.split(separator: " ", omittingEmptySubsequences: false) {
      guard !group.isEmpty, group.count.isMultiple(of: 2) else { break }
      var digits = group
      while let octet = UInt8(digits.prefix(2), radix: 16), digits.count >= 2 {
        octets.append(octet)
        digits.removeFirst(2)
      }
    }
  }
  return octets
}

/// A record with its tag and length, as the agent sends it.
func encode<R: SFlowRecord>(_ record: R, cutsStrings: Bool = true) -> [UInt8] {
  // Stale octets everywhere: what is not written shows.
  var buffer = [UInt8](repeating: 0xEE, count: 4096)
  var writer = XDRWriter(buffer.mutableSpan, in: 0..<4096, cutsStrings: cutsStrings)
  writer.record(record)
  let end = writer.offset
  return Array(buffer[..<end])
}

/// Expects `value` to be written as `text` says, and `text` to be read as `value`.
func expect<R: SFlowRecord>(_ value: R, _ text: String, at location: SourceLocation = #_sourceLocation) throws
{
  let octets = hex(text)
  #expect(encode(value) == octets, sourceLocation: location)
  let list = hex("00000001") + octets
  var reader = XDRReader(ByteReader(list.span))
  let types = value is any CounterRecord ? RecordTypes.counters : RecordTypes.flows
  let records = try reader.records(types)
  #expect(records == [.known(value)], sourceLocation: location)
  try reader.finish()
  let padding = reader.nonZeroPadding
  #expect(padding.isEmpty, sourceLocation: location)
}

/// The datagram in `octets`.
func decode(_ octets: [UInt8]) throws(WireError) -> Datagram { try Datagram(decoding: octets.span) }
