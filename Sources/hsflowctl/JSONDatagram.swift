internal import Bytes
internal import Listening
internal import SFlow

/// A datagram as JSON: its head, its samples, their records with the specification's names.
struct JSONDatagram: Encodable {
  private var source: String
  private var unixSeconds: UInt32
  private var error: String?
  private var agent: String?
  private var subAgent: UInt32?
  private var sequence: UInt32?
  private var uptimeMS: UInt32?
  private var samples: [JSONSample]?

  init(_ arrival: Arrival) {
    source = "\(arrival.source)"
    unixSeconds = arrival.seconds
    switch arrival.content {
    case .failure(let error): self.error = "\(error)"
    case .success(let datagram):
      agent = "\(datagram.agentAddress)"
      subAgent = datagram.subAgentID
      sequence = datagram.sequence
      uptimeMS = datagram.uptime
      samples = datagram.samples.map(JSONSample.init)
    }
  }
}

private struct JSONSample: Encodable {
  var format: String
  var type: String
  var sequence: UInt32?
  var sourceID: String?
  var rate: UInt32?
  var pool: UInt32?
  var drops: UInt32?
  var input: String?
  var output: String?
  var reason: String?
  var fields: JSONFields?
  var records: [JSONRecord]?

  init(_ sample: Sample) {
    format = "\(sample.format)"
    switch sample {
    case .flow(let flow), .flowExpanded(let flow):
      type = "flow"
      (sequence, sourceID) = (flow.sequence, "\(flow.source)")
      (rate, pool, drops) = (flow.rate, flow.pool, flow.drops)
      (input, output) = ("\(flow.input)", "\(flow.output)")
    case .counters(let counters), .countersExpanded(let counters):
      type = "counters"
      (sequence, sourceID) = (counters.sequence, "\(counters.source)")
    case .discarded(let discarded):
      type = "discarded"
      (sequence, sourceID, drops) = (discarded.sequence, "\(discarded.source)", discarded.drops)
      (input, output) = ("\(discarded.input)", "\(discarded.output)")
      reason = "\(discarded.reason)"
    case .rtMetric(let metric):
      type = "rtmetric"
      fields = JSONFields(fields: metric.fields)
    case .rtFlow(let flow):
      type = "rtflow"
      fields = JSONFields(fields: flow.fields)
    case .unknown: type = "unknown"
    }
    let all = sample.records.map(JSONRecord.init)
    if !all.isEmpty { records = all }
  }
}

private struct JSONRecord: Encodable {
  var format: String
  var type: String
  var fields: JSONFields?
  var octets: Int?

  init(_ record: Record) {
    format = "\(record.format)"
    switch record {
    case .known(let known):
      type = Swift.type(of: known).name
      fields = JSONFields(fields: known.fields)
    case .raw(_, let bytes):
      type = "unknown"
      octets = bytes.count
    }
  }
}

/// Fields by name: numbers as numbers, everything else as text.
private struct JSONFields: Encodable {
  var fields: [Field]

  func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: JSONKey.self)
    for field in fields {
      let (value, key) = (field.plainValue, JSONKey(field.name))
      let isText = field.isOctets || field.value.hasPrefix("\"")
      if !isText, let number = UInt64(value) {
        try object.encode(number, forKey: key)
      } else if !isText, let number = Double(value), number.isFinite {
        try object.encode(number, forKey: key)
      } else {
        try object.encode(value, forKey: key)
      }
    }
  }
}
