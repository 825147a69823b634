public import SFlow

/// Where flow samples go: the exporter of the agent.
public protocol FlowSampleSink: AnyObject {
  /// Adds a flow sample with the records that `body` appends.
  /// - Returns: whether it will be sent.
  func appendFlowSample(_ head: FlowSampleHead, _ body: (inout FlowSampleWriter) -> Void) -> Bool
}

/// What stands in front of the records of a flow sample.
public struct FlowSampleHead {
  public var source: DataSource
  /// Number of the sample among those of its source.
  public var sequence: UInt32
  /// The sample stands for one packet in so many.
  public var rate: UInt32
  /// Packets that could have been sampled, modulo 2³².
  public var pool: UInt32
  /// Packets that were lost before they could be sampled, modulo 2³².
  public var drops: UInt32
  public var input: Interface
  public var output: Interface
}
