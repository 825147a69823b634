import Bytes
import Config
import ControlProtocol
import Listening
import Netlink
import SFlow

@testable import Discovery
@testable import Sampling

// What comes over the network or from a client: datagrams, packets, answers of name servers.

func decodeDatagram(_ octets: Span<UInt8>) {
  let arrival = Arrival(from: .v4(IPv4Address(192, 0, 2, 1)), at: 1, [UInt8](copying: octets.bytes))
  check(lines: TagText(arrival).lines)
  guard case .success(let datagram) = arrival.content else { return }
  _ = datagram.describe()
  check(lines: LineText(datagram).lines)
  // Padding and numbers that do not count may be written otherwise than they came, but then for good.
  let encoded = datagram.encode()
  guard let again = try? Datagram(decoding: encoded.span) else {
    preconditionFailure("what was written cannot be decoded")
  }
  precondition(again.encode() == encoded, "written otherwise the second time")
}

/// A line is a line, and moves no cursor.
private func check(lines: [String]) {
  for line in lines {
    precondition(
      !line.unicodeScalars.contains { $0.properties.generalCategory == .control }, "control characters")
  }
}

func readCapture(_ octets: Span<UInt8>) {
  let bytes = [UInt8](copying: octets.bytes)
  for start in [PacketHeader.Start.ethernet, .ip] { _ = PacketHeader(bytes, startingWith: start) }
  guard var reader = try? PcapReader(bytes) else { return }
  while let packet = reader.next() { _ = CapturedDatagram(packet.octets, linkType: reader.linkType) }
}

/// The first three octets say what kind of packet it is.
func sampleFrame(_ octets: Span<UInt8>) {
  guard octets.count > 3 else { return }
  let etherType = UInt16(octets[0]) << 8 | UInt16(octets[1])
  let limit = Int(octets[2]) * 4
  let packet = octets.extracting(3...).bytes
  if let length = StatedLength.of(packet, etherType: etherType) {
    precondition((0...Int(UInt32.max)).contains(length), "a packet of \(length) octets")
  }
  if let frame = try? SampledFrame(ethernet: packet, length: Int(etherType)) { check(frame, limit) }
  if let frame = try? SampledFrame(ip: packet, length: Int(etherType)) { check(frame, limit) }
}

private func check(_ frame: borrowing SampledFrame, _ limit: Int) {
  let octets = [UInt8](copying: frame.link) + [UInt8](copying: frame.octets)
  precondition(Int(frame.frameLength) >= octets.count, "shorter than what is here of it")
  _ = frame.vlanTag
  var packer = DatagramPacker(checkedFor: .v4(IPv4Address(192, 0, 2, 1)), maximumPayload: 8192) { datagram in
    guard case .flowExpanded(let sample) = datagram.samples[0],
      let header = sample.records[0].value(as: SampledHeader.self)
    else { preconditionFailure("not a sample of a packet") }
    precondition(header.header.elementsEqual(octets.prefix(limit)), "other octets than those of the packet")
  }
  packer.appendFlowSample(
    source: DataSource(.interface, 1), sequence: 1, rate: 1, pool: 1, drops: 0, input: .internal,
    output: .unknown
  ) { frame.write(to: &$0, limit: limit) }
  packer.flush()
}

func converse(_ octets: Span<UInt8>) {
  let bytes = [UInt8](copying: octets.bytes)
  _ = Conversation.request(in: bytes)
  guard let answer = try? Answer(decoding: bytes) else { return }
  precondition(
    (try? Answer(decoding: answer.encode())) == answer, "an answer that does not survive its own encoding")
  guard case .items(let items) = answer else { return }
  // Names of values are the agent's own; those of items are from anywhere.
  guard items.allSatisfy({ $0.values.allSatisfy { $0.name.utf8.allSatisfy { $0 > 0x20 } } }) else { return }
  for line in Metrics.text(items).utf8.split(separator: 0x0A) {
    precondition(
      line.starts(with: "# ".utf8) || line.starts(with: "hsflowd_".utf8), "a label that ends its line")
  }
}

func readNames(_ octets: Span<UInt8>) {
  guard let message = try? DNSMessage(parsing: octets) else { return }
  for name in Set(message.answers.map(\.name)) { _ = message.records(of: name) }
  var settings = DiscoveredSettings()
  for case .text(let strings) in message.answers.map(\.content) {
    _ = settings.take(strings, features: Set(Feature.allCases))
  }
}
