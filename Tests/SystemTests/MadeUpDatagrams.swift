import Bytes
import SFlow

/// Datagrams with every structure for which hardware or a hypervisor would be needed, in the orders in which the agent
/// sends them, with another sample of packets behind each: a decoder that loses its way does not find that.
enum MadeUpDatagrams {
  static let all: [[UInt8]] = [
    datagram(1) { packer in
      counters(&packer, of: 71, name: "eno1", aggregation: true, optics: false)
      flow(&packer, 1, entities: true, timestamp: false)
      flow(&packer, 2, entities: false, timestamp: true)
    },
    datagram(2) { packer in
      counters(&packer, of: 72, name: "enp65s0f0", aggregation: false, optics: true)
      flow(&packer, 3, entities: false, timestamp: true)
    },
    datagram(3) { packer in
      counters(&packer, of: 73, name: "enp65s0f1", aggregation: true, optics: true)
      flow(&packer, 4, entities: true, timestamp: true)
      flow(&packer, 5, entities: false, timestamp: false)
    },
  ]

  /// Samples of packets in all of them.
  static let flowSamples = 5
  static let agent = IPAddress.v4(IPv4Address(10, 99, 0, 77))
  static let rate: UInt32 = 64
  static let port = 11
  /// UDP from 10.98.0.2 to 10.98.0.1.
  static let frame = LabFrame.ethernet(0x0800, LabFrame.ipv4(17, LabFrame.udp(60, port: port)))

  private static func datagram(_ number: UInt32, _ body: (inout DatagramPacker) -> Void) -> [UInt8] {
    var octets: [UInt8] = []
    var packer = DatagramPacker(agentAddress: agent, subAgentID: number, maximumPayload: 8192) { datagram in
      octets = (0..<datagram.count).map { datagram[$0] }
    }
    body(&packer)
    packer.flush(uptime: 77_000)
    return octets
  }

  private static func counters(
    _ packer: inout DatagramPacker, of index: UInt32, name: String, aggregation: Bool, optics: Bool
  ) {
    packer.appendCounterSample(source: DataSource(.interface, index), sequence: 1) { sample in
      var counters = InterfaceCounters()
      (counters.index, counters.speed, counters.status) = (index, 25_000_000_000, [.adminUp, .operUp])
      (counters.inOctets, counters.outOctets) = (1 << 40, 1 << 41)
      sample.append(counters)
      if aggregation {
        var lag = LAGPortStats()
        lag.actorSystemID = MACAddress(2, 0, 0, 0, 0, 1)
        lag.partnerOperSystemID = MACAddress(2, 0, 0, 0, 0, 2)
        lag.attachedAggregatorID = 5
        (lag.lacpdusReceived, lag.lacpdusSent) = (1001, 1002)
        sample.append(lag)
      }
      sample.append(PortName(name: name))
      if optics {
        sample.append(
          OpticalModule(
            id: index, laneCount: 1, supplyMilliVolts: 3300, temperatureMilliCelsius: -1500, lanes: [.init()])
        )
      }
    }
  }

  private static func flow(_ packer: inout DatagramPacker, _ number: UInt32, entities: Bool, timestamp: Bool)
  {
    packer.appendFlowSample(
      source: DataSource(.interface, 71), sequence: number, rate: rate, pool: number * rate, drops: 0,
      input: SFlow.Interface(index: 71), output: .internal
    ) { sample in
      sample.append(
        SampledHeader(
          headerProtocol: .ethernet, frameLength: UInt32(frame.count + 4), stripped: 4, header: frame))
      sample.append(ExtendedSwitch(sourceVLAN: 5, sourcePriority: 3))
      if timestamp { sample.append(ExtendedTimestamp(nanoseconds: 1_700_000_000_123_456_789)) }
      if entities {
        sample.append(
          ExtendedEntities(
            source: DataSource(.interface, 0), destination: DataSource(.logicalEntity, 100_001)))
      }
    }
  }
}
