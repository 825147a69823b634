import Foundation
import Testing

/// What tshark shows of each packet, and what it must show by `hsflowctl listen`.
enum TsharkFields {
  /// tshark's names, and ours, of the fields of a record.
  private static let fields: [String: [(tshark: String, ours: String)]] = [
    "sampled_header": [
      ("sflow_245.header_protocol", "protocol"), ("sflow_245.header.frame_length", "frame_length"),
      ("sflow_245.header.payload_stripped", "stripped"),
    ],
    "extended_switch": [
      ("sflow_245.vlan.in", "src_vlan"), ("sflow_245.pri.in", "src_priority"),
      ("sflow_245.vlan.out", "dst_vlan"), ("sflow_245.pri.out", "dst_priority"),
    ],
    "if_counters": [
      ("sflow_245.ifindex", "ifIndex"), ("sflow_245.iftype", "ifType"), ("sflow_245.ifspeed", "ifSpeed"),
      ("sflow_245.ifdirection", "ifDirection"), ("sflow_245.ifinoct", "ifInOctets"),
      ("sflow_245.ifinpkt", "ifInUcastPkts"), ("sflow_245.ifinmcast", "ifInMulticastPkts"),
      ("sflow_245.ifinbcast", "ifInBroadcastPkts"), ("sflow_245.ifindisc", "ifInDiscards"),
      ("sflow_245.ifinerr", "ifInErrors"), ("sflow_245.ifinunk", "ifInUnknownProtos"),
      ("sflow_245.ifoutoct", "ifOutOctets"), ("sflow_245.ifoutpkt", "ifOutUcastPkts"),
      ("sflow_245.ifoutmcast", "ifOutMulticastPkts"), ("sflow_245.ifoutbcast", "ifOutBroadcastPkts"),
      ("sflow_245.ifoutdisc", "ifOutDiscards"), ("sflow_245.ifouterr", "ifOutErrors"),
      ("sflow_245.ifpromisc", "ifPromiscuousMode"),
    ],
    // Not the states of the port: tshark shows three of the four octets under each other's names.
    "lag_port_stats": [
      ("sflow.lag_port.actor_system_id", "actorSystemID"),
      ("sflow.lag_port.partner_oper_system_id", "partnerOperSystemID"),
      ("sflow.lag_port.attached_agg_id", "attachedAggID"), ("sflow.lag_port.lacpdus.rx", "LACPDUsRx"),
      ("sflow.lag_port.marker_pdus.rx", "MarkerPDUsRx"),
      ("sflow.lag_port.marker_response_pdus.rx", "MarkerResponsePDUsRx"),
      ("sflow.lag_port.unknown.rx", "UnknownRx"), ("sflow.lag_port.illegal.rx", "IllegalRx"),
      ("sflow.lag_port.lacpdus.tx", "LACPDUsTx"), ("sflow.lag_port.marker_pdus.tx", "MarkerPDUsTx"),
      ("sflow.lag_port.marker_response_pdus.tx", "MarkerResponsePDUsTx"),
    ],
  ]

  private static let heads = [
    "sflow_245.version", "sflow_245.agent", "sflow_245.agent.v6", "sflow_245.sub_agent_id",
    "sflow_245.sequence_number", "sflow_245.sysuptime", "sflow_245.numsamples", "sflow_245.sampletype",
    "sflow.flow_sample.sequence_number", "sflow.flow_sample.source_id_type",
    "sflow.flow_sample.source_id_index", "sflow.flow_sample.sampling_rate", "sflow.flow_sample.sample_pool",
    "sflow.flow_sample.dropped_packets", "sflow.flow_sample.input_interface_format",
    "sflow.flow_sample.input_interface_value", "sflow.flow_sample.output_interface.format",
    "sflow.flow_sample.output_interface_value", "sflow.flow_sample.flow_record",
    "sflow.counters_sample.sequence_number", "sflow.counters_sample.source_id_type",
    "sflow.counters_sample.source_id_index", "sflow.counters_sample.counters_records",
    "sflow_245.flow_record_format", "sflow_245.counters_record_format", "sflow_245.ifadmin_status",
    "sflow_245.ifoper_status", "sflow_245.header.sampled_header_length", "sflow_245.header",
  ]
  private static let names = heads + fields.values.flatMap { $0.map(\.tshark) }.sorted()

  /// A line for each packet of a capture.
  static func read(_ capture: String) throws -> [Substring] {
    let result = try Program.run(
      [
        "tshark", "-r", capture, "-d", "udp.port==6343,sflow", "-T", "fields", "-E", "separator=|",
        "-E", "aggregator=,",
      ] + (["_ws.malformed"] + names).flatMap { ["-e", $0] })
    try #require(result.status == 0, "\(result.errors)")
    return result.output.split(separator: "\n")
  }

  static func isMalformed(_ line: Substring) -> Bool { !line.hasPrefix("|") }

  /// Every value of each field, in the order of the packet.
  static func values(_ line: Substring) -> [String: [Substring]] {
    let columns = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst()
    return Dictionary(uniqueKeysWithValues: zip(names, columns)).compactMapValues {
      $0.isEmpty ? nil : $0.split(separator: ",")
    }
  }

  // MARK: - Ours

  typealias JSON = [String: Any]

  static func datagrams(_ text: String) throws -> [JSON] {
    try text.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? JSON)
    }
  }

  static func samples(_ datagram: JSON) -> [JSON] { datagram["samples"] as? [JSON] ?? [] }
  static func records(_ sample: JSON) -> [JSON] { sample["records"] as? [JSON] ?? [] }

  /// Whether tshark does not lose its way in it: what it does not know is the last record of its sample.
  static func isKnown(_ datagram: JSON) -> Bool {
    samples(datagram).allSatisfy { sample in
      records(sample).dropLast().allSatisfy { Self.fields[$0["type"] as? String ?? ""] != nil }
    }
  }

  /// The fields that tshark must show, each with all its values.
  static func expected(_ datagram: JSON) -> [String: [Substring]] {
    var all: [String: [Substring]] = [:]
    func add(_ name: String, _ value: Any?) { all[name, default: []].append(Substring("\(value ?? "-")")) }
    let agent = datagram["agent"] as? String ?? ""
    add("sflow_245.version", 5)
    add(agent.contains(":") ? "sflow_245.agent.v6" : "sflow_245.agent", agent)
    add("sflow_245.sub_agent_id", datagram["subAgent"])
    add("sflow_245.sequence_number", datagram["sequence"])
    add("sflow_245.sysuptime", datagram["uptimeMS"])
    add("sflow_245.numsamples", samples(datagram).count)
    for sample in samples(datagram) {
      let isFlow = sample["type"] as? String == "flow"
      let kind = isFlow ? "sflow.flow_sample." : "sflow.counters_sample."
      let source = (sample["sourceID"] as? String ?? "").split(separator: ":")
      add("sflow_245.sampletype", isFlow ? 3 : 4)
      add(kind + "sequence_number", sample["sequence"])
      add(kind + "source_id_type", source.first)
      add(kind + "source_id_index", source.last)
      if isFlow {
        add(kind + "sampling_rate", sample["rate"])
        add(kind + "sample_pool", sample["pool"])
        add(kind + "dropped_packets", sample["drops"])
        add(kind + "input_interface_format", 0)
        add(kind + "input_interface_value", interface(sample["input"]))
        add(kind + "output_interface.format", 0)
        add(kind + "output_interface_value", interface(sample["output"]))
      }
      let records = Self.records(sample)
      add(kind + (isFlow ? "flow_record" : "counters_records"), records.count)
      for record in records {
        let format = (record["format"] as? String ?? "").split(separator: ":").last
        add(isFlow ? "sflow_245.flow_record_format" : "sflow_245.counters_record_format", format)
        let values = record["fields"] as? JSON ?? [:]
        for (tshark, ours) in Self.fields[record["type"] as? String ?? ""] ?? [] {
          add(tshark, values[ours])
        }
        if let status = values["ifStatus"] as? Int {
          add("sflow_245.ifadmin_status", status & 1)
          add("sflow_245.ifoper_status", status >> 1 & 1)
        }
        if let header = values["header"] as? String {
          add("sflow_245.header.sampled_header_length", header.count / 2)
          // It takes the padding for a part of the header.
          let padded = header + String(repeating: "00", count: (4 - header.count / 2 % 4) % 4)
          add("sflow_245.header", padded.isEmpty ? "<MISSING>" : padded)
        }
      }
    }
    return all
  }

  private static func interface(_ value: Any?) -> String {
    switch value as? String {
    case "internal": "\(PacketFacts.host)"
    case "unknown": "0"
    default: value as? String ?? "-"
    }
  }
}
