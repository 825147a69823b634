import Bytes
import Netlink
import SFlow
import Sampling
import Testing

/// From the receive buffer to the datagram.
@Suite struct SampleWritingTests {
  private final class Wire {
    var payloads: [[UInt8]] = []
  }

  @Test func `a logged packet goes out as a flow sample`() throws {
    let wire = Wire()
    var packer = DatagramPacker(agentAddress: .v4(IPv4Address(192, 0, 2, 1)), subAgentID: 100_000) {
      payload in
      wire.payloads.append(payload.indices.map { payload[$0] })
    }
    let octets = try recording("input-ipv4")
    var messages = Messages(octets.span)
    while let message = try messages.next() {
      guard let packet = try NFLogPacket(parsing: message), let path = PacketPath(packet) else { continue }
      let frame = try SampledFrame(packet)
      packer.appendFlowSample(
        source: DataSource(.interface, path.source), sequence: 1, rate: 100, pool: 100, drops: 0,
        input: path.input, output: path.output
      ) { writer in
        frame.write(to: &writer, limit: 128)
      }
    }
    packer.flush()

    let header =
      hex(
        """
        020000000010 0200000000b2 0800
        4500 0080 907e 4000 40 11 25eb c0000202 c0000201
        0fa0 2328 006c 8481
        """) + (0..<86).map { 0x30 + UInt8($0 % 10) }
    let expected = FlowSample(
      sequence: 1, source: DataSource(.interface, 10), rate: 100, pool: 100, drops: 0,
      input: Interface(index: 10), output: .internal,
      records: [
        .known(SampledHeader(headerProtocol: .ethernet, frameLength: 146, stripped: 4, header: header))
      ])
    let payload = try #require(wire.payloads.first)
    #expect(try Datagram(decoding: payload.span).samples == [.flowExpanded(expected)])
  }
}
