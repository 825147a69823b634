public import Bytes

/// The first octets of a sampled packet. Goes first in its sample: some decoders cannot step over what they
/// do not know. The sampling path writes it with `FlowSampleWriter.appendSampledHeader` from the packet where
/// it lies.
///
///     sampled_header, 0:1
///       0  unsigned int   protocol
///       4  unsigned int   frame_length
///       8  unsigned int   stripped
///      12  opaque<>       header
public struct SampledHeader: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 1) }
  public static var name: String { "sampled_header" }

  /// What the header begins with.
  public var headerProtocol: HeaderProtocol = .ethernet
  /// Bytes of the original frame, the 4 of the FCS included for layer 2, and what `stripped` counts.
  public var frameLength: UInt32 = 0
  /// Bytes removed before `header` was taken: 4 (the FCS) for Ethernet, 18 for an IP packet without its
  /// Ethernet header.
  public var stripped: UInt32 = 0
  /// The octets; 128 by default, at most 256.
  public var header: [UInt8] = []

  public init(
    headerProtocol: HeaderProtocol = .ethernet, frameLength: UInt32 = 0, stripped: UInt32 = 0,
    header: [UInt8] = []
  ) {
    self.headerProtocol = headerProtocol
    self.frameLength = frameLength
    self.stripped = stripped
    self.header = header
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(headerProtocol.rawValue)
    writer.u32(frameLength)
    writer.u32(stripped)
    writer.opaque(header.span)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    headerProtocol = HeaderProtocol(rawValue: try reader.u32())
    frameLength = try reader.u32()
    stripped = try reader.u32()
    header = try reader.opaque()
  }

  public var fields: [Field] {
    [
      Field("protocol", headerProtocol),
      Field("frame_length", frameLength, "B"),
      Field("stripped", stripped, "B"),
      Field("header", header),
    ]
  }
}
