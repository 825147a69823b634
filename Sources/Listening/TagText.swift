internal import Bytes
internal import SFlow

/// A datagram as lines of a tag and a value: the form that scripts of this field read.
///
///     startDatagram =================================
///     datagramSourceIP 10.0.0.1
///     ...
///     endDatagram   =================================
public struct TagText {
  public private(set) var lines: [String] = []
  public var text: String { lines.joined(separator: "\n") }

  public init(_ arrival: Arrival) {
    add("startDatagram", "=================================")
    add("datagramSourceIP", arrival.source)
    add("datagramSize", arrival.payload.count)
    add("unixSecondsUTC", arrival.seconds)
    switch arrival.content {
    case .success(let datagram): datagramLines(datagram)
    case .failure(let error): add("decodeError", error)
    }
    lines.append("endDatagram   =================================")
  }

  private mutating func add(_ tag: String, _ value: some CustomStringConvertible) {
    lines.append("\(tag) \(value)")
  }

  /// Fields whose names come from the network too.
  private mutating func addNamed(_ fields: [Field]) {
    for field in fields { add(field.name.onOneLine, field.plainValue) }
  }

  private mutating func datagramLines(_ datagram: Datagram) {
    add("datagramVersion", 5)
    add("agentSubId", datagram.subAgentID)
    add("agent", datagram.agentAddress)
    add("packetSequenceNo", datagram.sequence)
    add("sysUpTime", datagram.uptime)
    add("samplesInPacket", datagram.samples.count)
    for sample in datagram.samples {
      add("startSample", "----------------------")
      add("sampleType_tag", sample.format)
      self.sample(sample)
      lines.append("endSample   ----------------------")
    }
  }

  private mutating func sample(_ sample: Sample) {
    switch sample {
    case .flow(let flow), .flowExpanded(let flow):
      add("sampleType", "FLOWSAMPLE")
      add("sampleSequenceNo", flow.sequence)
      add("sourceId", flow.source)
      add("meanSkipCount", flow.rate)
      add("samplePool", flow.pool)
      add("dropEvents", flow.drops)
      add("inputPort", Self.port(flow.input))
      add("outputPort", Self.port(flow.output))
      for record in flow.records { flowRecord(record) }
    case .counters(let counters), .countersExpanded(let counters):
      add("sampleType", "COUNTERSSAMPLE")
      add("sampleSequenceNo", counters.sequence)
      add("sourceId", counters.source)
      for record in counters.records { counterRecord(record) }
    case .discarded(let discarded):
      add("sampleType", "DISCARD")
      add("sampleSequenceNo", discarded.sequence)
      add("sourceId", discarded.source)
      add("dropEvents", discarded.drops)
      add("inputPort", discarded.input)
      add("outputPort", discarded.output)
      add("discardCode", discarded.reason.rawValue)
      add("discardReason", discarded.reason)
      for record in discarded.records { flowRecord(record) }
    case .rtMetric(let metric):
      add("sampleType", "RTMETRIC")
      addNamed(metric.fields)
    case .rtFlow(let flow):
      add("sampleType", "RTFLOW")
      addNamed(flow.fields)
    case .unknown(let format, let octets):
      lines.append("skipping unknown sample: \(format) len=\(octets.count)")
    }
  }

  /// "7", "1073741823", "multiple 2", "dropCode 258"
  private static func port(_ interface: Interface) -> String {
    switch interface.format {
    case 0: "\(interface.value)"
    case 1: "dropCode \(interface.value)"
    case 2: "multiple \(interface.value)"
    default: "format==\(interface.format) \(interface.value)"
    }
  }

  private mutating func counterRecord(_ record: Record) {
    guard case .known(let known) = record else {
      return skip("counters_sample_element", record)
    }
    add("counterBlock_tag", record.format)
    if let adapters = known as? HostAdapters { return self.adapters(adapters) }
    if let source = (known as? HostParent)?.container {
      add("parent_dsClass", source.type.rawValue)
      return add("parent_dsIndex", source.index)
    }
    fields(known)
  }

  private mutating func adapters(_ adapters: HostAdapters) {
    for (i, adapter) in adapters.adapters.enumerated() {
      add("adaptor_\(i)_ifIndex", adapter.index)
      add("adaptor_\(i)_MACs", adapter.addresses.count)
      for (j, mac) in adapter.addresses.enumerated() { add("adaptor_\(i)_MAC_\(j)", mac.digits) }
    }
  }

  private mutating func flowRecord(_ record: Record) {
    guard case .known(let known) = record else { return skip("flow_sample_element", record) }
    add("flowBlock_tag", record.format)
    let kind = TagNames.kind(of: type(of: known).name)
    add(kind.tag, kind.value)
    if let header = known as? SampledHeader { self.header(header) } else { fields(known) }
  }

  private mutating func skip(_ what: String, _ record: Record) {
    if case .raw(let format, let octets) = record {
      lines.append("skipping unknown \(what): \(format) len=\(octets.count)")
    }
  }

  private mutating func fields(_ record: any SFlowRecord) {
    let structure = type(of: record).name
    for field in record.fields {
      var value = field.plainValue
      // Loads have three decimals, hardware addresses no colons.
      if field.name.hasPrefix("load_"), let number = Double(value) { value = Self.decimals(number, 3) }
      if structure == "sampled_ethernet", field.name.hasSuffix("_mac") { value.removeAll { $0 == ":" } }
      add(TagNames.tag(structure, field.name), value)
    }
  }

  static func decimals(_ number: Double, _ count: Int) -> String {
    guard number.isFinite, abs(number) < 1e12 else { return "\(number)" }
    let scaled = Int64((abs(number) * 1000).rounded())
    let fraction = String(1000 + scaled % 1000).dropFirst().prefix(count)
    return "\(number < 0 ? "-" : "")\(scaled / 1000).\(fraction)"
  }

  private mutating func header(_ header: SampledHeader) {
    add("headerProtocol", header.headerProtocol.rawValue)
    add("sampledPacketSize", header.frameLength)
    add("strippedBytes", header.stripped)
    add("headerLen", header.header.count)
    add("headerBytes", dashed(header.header))
    guard let packet = header.packet else { return }
    if let mac = packet.destinationMAC { add("dstMAC", mac.digits) }
    if let mac = packet.sourceMAC { add("srcMAC", mac.digits) }
    if let tag = packet.tag {
      add("decodedVLAN", tag.vlan)
      add("decodedPriority", tag.priority)
    }
    guard let network = packet.network else { return }
    let size = Int(header.frameLength) - Int(header.stripped) - packet.networkOffset
    add("IPSize", max(0, size))
    add("ip.tot_len", network.length)
    let six = if case .v6 = network.source { true } else { false }
    if six { add("IP6_label", "0x" + String(network.label, radix: 16)) }
    add(six ? "srcIP6" : "srcIP", network.source)
    add(six ? "dstIP6" : "dstIP", network.destination)
    add("IPProtocol", network.ipProtocol)
    add("IPTOS", network.tos)
    add("IPTTL", network.ttl)
    if !six { add("IPID", network.identification) }
    if network.fragmentOffset > 0 { add("IPFragmentOffset", network.fragmentOffset) }
    switch packet.transport {
    case .tcp(let source, let destination, let flags):
      add("TCPSrcPort", source)
      add("TCPDstPort", destination)
      add("TCPFlags", flags)
    case .udp(let source, let destination, let length):
      add("UDPSrcPort", source)
      add("UDPDstPort", destination)
      add("UDPBytes", length)
    case .icmp(let type, let code):
      add("ICMPType", type)
      add("ICMPCode", code)
    case nil: break
    }
  }
}
