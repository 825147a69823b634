import Bytes
import Config
import ControlProtocol
import HostCounters
import Linux
import Listening
import Netlink
import ProcFS
import SFlow
import Sampling

@testable import Discovery
@testable import VirtualMachines

/// Everything that reads bytes from outside, by name. An error is as good as a value; a trap is a finding.
let targets: [String: @Sendable (Span<UInt8>) -> Void] = [
  "capture": readCapture,
  "config": readConfiguration,
  "control": converse,
  "datagram": decodeDatagram,
  "dns": readNames,
  "guest": describeGuest,
  "netlink": decodeNetlink,
  "nflog": sampleLogged,
  "optics": readModule,
  "procfs": parseFiles,
]

private func readConfiguration(_ text: Span<UInt8>) {
  let outcome = Configuration.parse(
    [UInt8](copying: text.bytes), file: "fuzz", options: ParseOptions(features: Set(Feature.allCases)))
  for diagnostic in outcome.diagnostics { _ = "\(diagnostic)" }
  guard let settings = outcome.settings else { return }
  _ = settings.differences(from: Settings())
  precondition(settings.differences(from: settings).isEmpty, "settings that differ from themselves")
}

private func decodeDatagram(_ octets: Span<UInt8>) {
  guard let datagram = try? Datagram(decoding: octets) else { return }
  _ = datagram.describe()
  // Padding and numbers that do not count may be written otherwise than they came, but then for good.
  let encoded = datagram.encode()
  guard let again = try? Datagram(decoding: encoded.span) else {
    preconditionFailure("what was written cannot be decoded")
  }
  precondition(again.encode() == encoded, "written otherwise the second time")
}

private func decodeNetlink(_ octets: Span<UInt8>) {
  var messages = Messages(octets)
  while let message = try? messages.next() {
    _ = try? LinkMessage(parsing: copy message)
    _ = try? AddressMessage(parsing: copy message)
    _ = try? StatisticsMessage(parsing: copy message)
    _ = try? Acknowledgement(parsing: copy message)
    _ = try? FirewallRule(parsing: copy message)
    _ = try? RouteLookup(parsing: copy message)
    walk(Attributes(message.payload), depth: 0)
  }
}

private func walk(_ list: Attributes, depth: Int) {
  var attributes = list
  while let attribute = try? attributes.next() {
    _ = try? attribute.string()
    if depth < 4 { walk(attribute.attributes, depth: depth + 1) }
  }
}

private func sampleLogged(_ octets: Span<UInt8>) {
  var packer = DatagramPacker(agentAddress: .v4(IPv4Address(192, 0, 2, 1)), subAgentID: 1) { datagram in
    precondition((try? Datagram(decoding: datagram)) != nil, "a sample that cannot be decoded")
  }
  var messages = Messages(octets)
  while let message = try? messages.next() {
    if let packet = try? NFLogPacket(parsing: copy message), let frame = try? SampledFrame(packet),
      let path = PacketPath(packet)
    {
      packer.appendFlowSample(
        source: DataSource(.interface, path.source), sequence: 1, rate: 1, pool: 1, drops: 0,
        input: path.input,
        output: path.output
      ) { frame.write(to: &$0, limit: 128) }
    }
    for longSize in [4, 8] {
      if let packet = try? ULogPacket(parsing: copy message, longSize: longSize) {
        _ = try? SampledFrame(packet)
      }
    }
  }
  packer.flush()
}

private func parseFiles(_ text: Span<UInt8>) {
  _ = try? LoadAverage(parsing: text)
  _ = try? Uptime(parsing: text)
  _ = try? Stat(parsing: text)
  _ = try? Cpuinfo(parsing: text)
  _ = try? Meminfo(parsing: text)
  _ = try? Vmstat(parsing: text)
  _ = try? ProcessStatus(parsing: text)
  _ = try? Snmp(parsing: text)
  _ = try? NumberFile(parsing: text)
  _ = try? DeviceNumber(parsing: text)
  _ = try? MachineID(parsing: text)
  _ = ProductUUID(parsing: text)
  _ = try? BlockDevice.guessed(parsing: text)
  _ = try? LocalFilesystem.all(parsing: text)
}

private func readCapture(_ octets: Span<UInt8>) {
  let bytes = [UInt8](copying: octets.bytes)
  for start in [PacketHeader.Start.ethernet, .ip] { _ = PacketHeader(bytes, startingWith: start) }
  guard var reader = try? PcapReader(bytes) else { return }
  while let packet = reader.next() { _ = CapturedDatagram(packet.octets, linkType: reader.linkType) }
}

private func converse(_ octets: Span<UInt8>) {
  let bytes = [UInt8](copying: octets.bytes)
  _ = Conversation.request(in: bytes)
  guard let answer = try? Answer(decoding: bytes) else { return }
  precondition(
    (try? Answer(decoding: answer.encode())) == answer, "an answer that does not survive its own encoding")
}

private func readNames(_ octets: Span<UInt8>) {
  guard let message = try? DNSMessage(parsing: octets) else { return }
  for name in Set(message.answers.map(\.name)) { _ = message.records(of: name) }
  var settings = DiscoveredSettings()
  for case .text(let strings) in message.answers.map(\.content) {
    _ = settings.take(strings, features: Set(Feature.allCases))
  }
}

private func describeGuest(_ octets: Span<UInt8>) {
  _ = try? GuestDescription(parsing: [UInt8](copying: octets.bytes))
}

/// The first octet chooses the layout.
private func readModule(_ octets: Span<UInt8>) {
  guard octets.count > 0, let layout = Ethtool.ModuleMemory.Layout(rawValue: UInt32(octets[0] % 4 + 1)) else {
    return
  }
  let memory = Ethtool.ModuleMemory(layout, Array([UInt8](copying: octets.bytes).dropFirst()))
  _ = try? OpticalModule(ofInterface: 1, memory)
}
