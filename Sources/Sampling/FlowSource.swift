internal import SFlow

/// One data source of flow samples, 0:ifIndex, and its running numbers.
///
/// A class because the hot path holds on to the one it used last instead of looking it up again.
final class FlowSource {
  let dataSource: DataSource
  /// Packets that could have been sampled. What is sent is modulo 2³².
  var pool: UInt64 = 0
  /// Packets lost before they could be sampled.
  var drops: UInt64 = 0
  private(set) var samples: UInt64 = 0
  private var sequence: UInt32 = 0

  init(_ dataSource: DataSource) { self.dataSource = dataSource }

  /// Sends one sample through `sink`; the sequence number moves on if it is taken.
  func sample(
    to sink: any FlowSampleSink, rate: UInt32, input: Interface, output: Interface,
    _ body: (inout FlowSampleWriter) -> Void
  ) {
    let head = FlowSampleHead(
      source: dataSource, sequence: sequence &+ 1, rate: rate, pool: UInt32(truncatingIfNeeded: pool),
      drops: UInt32(truncatingIfNeeded: drops), input: input, output: output)
    guard sink.appendFlowSample(head, body) else { return }
    sequence &+= 1
    samples += 1
  }
}

/// The data sources of one source of packets, by ifIndex.
struct FlowSources {
  private var sources: [UInt32: FlowSource] = [:]
  private var last: (index: UInt32, source: FlowSource)?

  /// All of them, by ifIndex.
  var all: [FlowSource] { sources.values.sorted { $0.dataSource.index < $1.dataSource.index } }

  /// That of an interface; made when it is first met.
  subscript(index: UInt32) -> FlowSource {
    mutating get {
      if let last, last.index == index { return last.source }
      let source = sources[index] ?? FlowSource(DataSource(.interface, index))
      sources[index] = source
      last = (index, source)
      return source
    }
  }

  /// The interface is gone: a later one with its index begins anew.
  mutating func remove(_ index: UInt32) {
    sources[index] = nil
    last = nil
  }
}
