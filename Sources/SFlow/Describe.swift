extension Datagram {
  /// The datagram in words: a line for it, one for each sample, one for each record.
  ///
  ///     datagram agent 10.99.0.1 sub-agent 100000 seq 26 uptime 48791 ms
  ///     counters 2:1 seq 7
  ///       host_cpu load_one=0.2 ... cpu_user=661760 ms
  public func describe() -> [String] {
    var lines = ["datagram agent \(agentAddress) sub-agent \(subAgentID) seq \(sequence) uptime \(uptime) ms"]
    for sample in samples {
      lines.append(sample.description)
      lines += sample.records.map { "  \($0)" }
    }
    return lines
  }
}

extension Sample: CustomStringConvertible {
  /// The sample in words, without its records.
  public var description: String {
    switch self {
    case .flow(let sample), .flowExpanded(let sample): sample.description
    case .counters(let sample), .countersExpanded(let sample): sample.description
    case .discarded(let sample): sample.description
    case .rtMetric(let sample): line(sample.description, sample.fields)
    case .rtFlow(let sample): line(sample.description, sample.fields)
    case .unknown(let format, let octets): "sample \(format) \(octets.count) octets \(hex(octets))"
    }
  }
}

extension Record: CustomStringConvertible {
  /// "host_parent container=2:1", "record 0:1034 8 octets 000000018100002a"
  public var description: String {
    switch self {
    case .known(let record): line(type(of: record).name, record.fields)
    case .raw(let format, let octets): "record \(format) \(octets.count) octets \(hex(octets))"
    }
  }
}

private func line(_ head: String, _ fields: [Field]) -> String {
  ([head] + fields.map(\.description)).joined(separator: " ")
}
