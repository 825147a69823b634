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
  /// In front of every tag of a discarded packet's records.
  private var prefix = ""

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

  mutating func add(_ tag: String, _ value: some CustomStringConvertible) {
    lines.append("\(prefix)\(tag) \(value)")
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
      add("discardReason", discarded.reason.name ?? "NotFound")
      prefix = "discarded_"
      for record in discarded.records { flowRecord(record) }
      prefix = ""
    case .rtMetric(let metric):
      add("sampleType", "RTMETRIC")
      self.metric(metric)
    case .rtFlow(let flow):
      add("sampleType", "RTFLOW")
      self.flow(flow)
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
    guard case .known(let known) = record else { return skip("counters_sample_element", record) }
    add("counterBlock_tag", record.format)
    fields(known)
  }

  private mutating func flowRecord(_ record: Record) {
    guard case .known(let known) = record else { return skip("flow_sample_element", record) }
    add("flowBlock_tag", record.format)
    if let kind = TagNames.kind(of: type(of: known).name) { add(kind.tag, kind.value) }
    fields(known)
  }

  private mutating func skip(_ what: String, _ record: Record) {
    if case .raw(let format, let octets) = record {
      lines.append("skipping unknown \(what): \(format) len=\(octets.count)")
    }
  }

  private mutating func fields(_ record: any SFlowRecord) {
    if special(record) { return }
    let structure = type(of: record).name
    for field in record.fields {
      // Text that is empty is not told.
      if field.value == "\"\"" { continue }
      var value = field.plainValue
      if TagNames.named.contains("\(structure).\(field.name)") {
        value = String(field.value.prefix { $0 != "(" })
      }
      // Loads have three decimals, parts of a hundred no sign.
      if field.name.hasPrefix("load_"), let number = Double(value) { value = Self.decimals(number) }
      if value.hasSuffix(" %") { value.removeLast(2) }
      add(TagNames.tag(structure, field.name), value)
    }
  }

  // MARK: - Measurements and flows of applications

  /// Names come from the network too.
  private mutating func metric(_ metric: RTMetric) {
    if !metric.dataSource.isEmpty { add("rtmetric_datasource_name", metric.dataSource.onOneLine) }
    for (metric, field) in zip(metric.metrics, metric.fields) {
      let type: String
      var value = field.plainValue
      switch metric.value {
      case .string: type = "string"
      case .counter32: type = "counter32"
      case .counter64: type = "counter64"
      case .gauge32: type = "gauge32"
      case .gauge64: type = "gauge64"
      case .gaugeFloat(let number): (type, value) = ("gaugeFloat", Self.decimals(Double(number)))
      case .gaugeDouble(let number): (type, value) = ("gaugeDouble", Self.decimals(number))
      }
      add("rtmetric_\(type)_\(metric.name.onOneLine)", value)
    }
  }

  private mutating func flow(_ flow: RTFlow) {
    if !flow.dataSource.isEmpty { add("rtflow_datasource_name", flow.dataSource.onOneLine) }
    add("rtflow_sampling_rate", flow.rate)
    add("rtflow_sample_pool", flow.pool)
    for (key, field) in zip(flow.keys, flow.fields) {
      let type: String
      var value = field.plainValue
      switch key.value {
      case .string: type = "string"
      case .mac(let address): (type, value) = ("mac", address.digits)
      case .ipv4: type = "ip"
      case .ipv6: type = "ip6"
      case .int32: type = "int32"
      case .int64: type = "int64"
      case .float(let number): (type, value) = ("float", Self.decimals(Double(number)))
      case .double(let number): (type, value) = ("double", Self.decimals(number))
      }
      add("rtflow_\(type)_\(key.name.onOneLine)", value)
    }
  }

  /// With three decimals.
  static func decimals(_ number: Double) -> String {
    guard number.isFinite, abs(number) < 1e12 else { return "\(number)" }
    let scaled = Int64((abs(number) * 1000).rounded())
    return "\(number < 0 ? "-" : "")\(scaled / 1000).\(String(1000 + scaled % 1000).dropFirst())"
  }
}
