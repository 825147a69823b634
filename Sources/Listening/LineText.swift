internal import Bytes
public import SFlow

/// Samples as one line each of values parted by commas: `FLOW` for packets, `CNTR` for the counters of interfaces.
///
///     FLOW,agent,input,output,srcMAC,dstMAC,ethertype,inVLAN,outVLAN,srcIP,dstIP,protocol,tos,ttl,
///          srcPort or icmpType,dstPort or icmpCode,tcpFlags,frameLength,ipSize,rate
///     CNTR,agent,ifIndex,ifType,ifSpeed,ifDirection,ifStatus and the 14 counters of if_counters
public struct LineText {
  public private(set) var lines: [String] = []

  public init(_ datagram: Datagram) {
    for sample in datagram.samples {
      switch sample {
      case .flow(let flow), .flowExpanded(let flow):
        if let header: SampledHeader = Self.first(flow.records) { self.flow(datagram, flow, header) }
      case .counters(let counters), .countersExpanded(let counters):
        if let counters: InterfaceCounters = Self.first(counters.records) {
          let values = counters.fields.map(\.plainValue)
          lines.append((["CNTR", "\(datagram.agentAddress)"] + values).joined(separator: ","))
        }
      default: break
      }
    }
  }

  private static func first<R: SFlowRecord>(_ records: [Record]) -> R? {
    records.lazy.compactMap { $0.value(as: R.self) }.first
  }

  private mutating func flow(_ datagram: Datagram, _ flow: FlowSample, _ header: SampledHeader) {
    let packet = header.packet ?? PacketHeader([], startingWith: .ip)
    let vlans: ExtendedSwitch? = Self.first(flow.records)
    let network = packet.network
    var ports = ("0", "0", "0x00")
    switch packet.transport {
    case .tcp(let source, let destination, let flags):
      ports = ("\(source)", "\(destination)", "0x" + (flags < 16 ? "0" : "") + String(flags, radix: 16))
    case .udp(let source, let destination, _): ports = ("\(source)", "\(destination)", "0x00")
    case .icmp(let type, let code): ports = ("\(type)", "\(code)", "0x00")
    case nil: break
    }
    let ipSize = network == nil ? 0 : Int(header.frameLength) - Int(header.stripped) - packet.networkOffset
    let type = packet.etherType.map { String($0, radix: 16) } ?? "0"
    let values: [String] = [
      "FLOW", "\(datagram.agentAddress)", "\(flow.input.value)", "\(flow.output.value)",
      packet.sourceMAC?.digits ?? "000000000000", packet.destinationMAC?.digits ?? "000000000000",
      "0x" + String(repeating: "0", count: max(0, 4 - type.count)) + type,
      "\(vlans?.sourceVLAN ?? UInt32(packet.tags.first?.vlan ?? 0))", "\(vlans?.destinationVLAN ?? 0)",
      network?.source.description ?? "0.0.0.0", network?.destination.description ?? "0.0.0.0",
      "\(network?.ipProtocol ?? 0)",
      "0x" + (network.map { $0.tos < 16 } ?? true ? "0" : "") + String(network?.tos ?? 0, radix: 16),
      "\(network?.ttl ?? 0)", ports.0, ports.1, ports.2, "\(header.frameLength)", "\(max(0, ipSize))",
      "\(flow.rate)",
    ]
    lines.append(values.joined(separator: ","))
  }
}
