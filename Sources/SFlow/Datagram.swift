public import Bytes

/// An sFlow version 5 datagram.
///
///     IPv4 IPv6 agent
///       0   0  version          5
///       4   4  agent_address    type 1 or 2, and 4 or 16 octets
///      12  24  sub_agent_id
///      16  28  sequence_number
///      20  32  uptime
///      24  36  samples
public struct Datagram: Equatable, Sendable {
  /// Identifies the agent.
  public var agentAddress: IPAddress
  /// Each sub-agent of an agent numbers its own datagrams.
  public var subAgentID: UInt32
  /// Number of the datagram, from 1.
  public var sequence: UInt32
  /// Milliseconds since the agent started, modulo 2³².
  public var uptime: UInt32
  public var samples: [Sample]
  /// Offsets of padding octets that are not zero, as the C agent sends them. They are not written back.
  public var nonZeroPadding: [Int] = []

  public init(
    agentAddress: IPAddress, subAgentID: UInt32, sequence: UInt32, uptime: UInt32, samples: [Sample]
  ) {
    self.agentAddress = agentAddress
    self.subAgentID = subAgentID
    self.sequence = sequence
    self.uptime = uptime
    self.samples = samples
  }

  /// The datagram in `payload`. Every octet of it is accounted for, or an error says which one is not.
  public init(decoding payload: Span<UInt8>) throws(WireError) {
    var reader = XDRReader(ByteReader(payload))
    let version = try reader.u32()
    guard version == 5 else { throw .invalid(at: 0, "version \(version)") }
    guard let address = try reader.address() else { throw .invalid(at: 4, "agent address of type 0") }
    agentAddress = address
    subAgentID = try reader.u32()
    sequence = try reader.u32()
    uptime = try reader.u32()
    let count = try reader.count(ofAtLeast: 8)
    samples = []
    samples.reserveCapacity(count)
    for _ in 0..<count { samples.append(try Sample(decoding: &reader)) }
    try reader.finish()
    nonZeroPadding = reader.nonZeroPadding
  }

  /// The octets of the datagram: what was decoded is written back as it was, padding aside.
  public func encode() -> [UInt8] {
    // Nearly all fit an Ethernet frame; for others it is grown.
    var capacity = 2048
    while true {
      var buffer = [UInt8](repeating: 0, count: capacity)
      var writer = XDRWriter(buffer.mutableSpan, in: 0..<capacity, cutsStrings: false)
      encode(into: &writer)
      let (end, overflowed) = (writer.offset, writer.overflowed)
      if !overflowed { return Array(buffer[..<end]) }
      capacity *= 2
    }
  }

  private func encode(into writer: inout XDRWriter) {
    encodeHead(sampleCount: UInt32(truncatingIfNeeded: samples.count), into: &writer)
    for sample in samples { sample.encode(into: &writer) }
  }

  /// Everything in front of the samples.
  func encodeHead(sampleCount: UInt32, into writer: inout XDRWriter) {
    writer.u32(5)
    writer.address(agentAddress)
    writer.u32(subAgentID)
    writer.u32(sequence)
    writer.u32(uptime)
    writer.u32(sampleCount)
  }

  /// Octets in front of the samples.
  static func headOctets(_ agentAddress: IPAddress) -> Int {
    switch agentAddress {
    case .v4: 28
    case .v6: 40
    }
  }
}
