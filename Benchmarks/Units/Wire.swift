import Benchmark
import Bytes
import SFlow

/// A packer whose datagrams nobody gets; the last one is kept.
private final class Stream {
  var packer: DatagramPacker
  private(set) var datagrams = 0
  var last: [UInt8] = []
  var keeps = false
  private var sequence: UInt32 = 0

  init() {
    packer = DatagramPacker(agentAddress: .v4(IPv4Address(192, 0, 2, 1)), subAgentID: 1) { _ in }
    packer = DatagramPacker(agentAddress: .v4(IPv4Address(192, 0, 2, 1)), subAgentID: 1) {
      [unowned self] datagram in
      datagrams += 1
      if keeps { last = [UInt8](copying: datagram.bytes) }
    }
  }

  private static let packet = [UInt8](repeating: 7, count: 128)

  /// As of a packet of an NFLOG group.
  func flow() {
    sequence &+= 1
    let packet = Self.packet
    packer.appendFlowSample(
      source: DataSource(.interface, 2), sequence: sequence, rate: 400, pool: sequence, drops: 0,
      input: Interface(index: 2), output: .internal
    ) { sample in
      sample.appendSampledHeader(
        .ipv4, frameLength: 1518, stripped: 18, link: RawSpan(), packet.span.bytes, limit: 128)
    }
  }

  func discard() {
    sequence &+= 1
    let packet = Self.packet
    packer.appendDiscardedPacket(
      source: DataSource(.interface, 2), sequence: sequence, drops: 0, input: 2, output: 0,
      reason: .netUnreachable
    ) { sample in
      sample.appendSampledHeader(
        .ethernet, frameLength: 1518, stripped: 4, link: RawSpan(), packet.span.bytes, limit: 128)
    }
  }

  func interfaceCounters() {
    sequence &+= 1
    packer.appendCounterSample(source: DataSource(.interface, 2), sequence: sequence) { sample in
      sample.append(InterfaceCounters())
      sample.append(PortName(name: "eth0"))
    }
  }

  func hostCounters() {
    sequence &+= 1
    packer.appendCounterSample(source: .host, sequence: sequence) { sample in
      sample.append(HostIPGroup())
      sample.append(HostICMPGroup())
      sample.append(HostTCPGroup())
      sample.append(HostUDPGroup())
      sample.append(HostCPU())
      sample.append(HostMemory())
      sample.append(HostDiskIO())
      sample.append(HostNetworkIO())
    }
  }
}

func encoding() {
  let flows = Stream()
  unit("encode: flow sample of 128 octets") { flows.flow() }
  let discards = Stream()
  unit("encode: discarded packet") { discards.discard() }
  let interfaces = Stream()
  unit("encode: counters of an interface") { interfaces.interfaceCounters() }
  let hosts = Stream()
  unit("encode: counters of a host, 8 records") { hosts.hostCounters() }
  let packing = Stream()
  unit("packer: datagram of 4 flow samples begun, filled and sent") {
    for _ in 0..<4 { packing.flow() }
    packing.packer.flush()
  }
}

func decoding() {
  func datagram(_ fill: (Stream) -> Void) -> [UInt8] {
    let stream = Stream()
    stream.keeps = true
    fill(stream)
    stream.packer.flush()
    return stream.last
  }
  let flows = datagram { stream in for _ in 0..<4 { stream.flow() } }
  unit("decode: datagram of 4 flow samples") { blackHole(must { try Datagram(decoding: flows.span) }) }
  let counters = datagram { $0.hostCounters() }
  unit("decode: datagram of a host's counters") {
    blackHole(must { try Datagram(decoding: counters.span) })
  }
}
