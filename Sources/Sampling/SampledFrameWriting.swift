import Bytes
public import SFlow

/// Where the two parts of a header are joined. One per source, used again for every sample.
public struct HeaderScratch: ~Copyable {
  /// No header is longer, whatever the settings say.
  public static let capacity = 256
  private var octets = [UInt8](repeating: 0, count: capacity)
  private var count = 0

  public init() {}

  /// The octets of the last `fill`.
  public var header: Span<UInt8> {
    @_lifetime(borrow self) get { octets.span.extracting(first: count) }
  }

  /// Takes the first octets of `frame`.
  /// - Parameter limit: as many at most (`headerBytes`).
  public mutating func fill(_ frame: borrowing SampledFrame, limit: Int) {
    let limit = max(0, min(limit, Self.capacity))
    count = 0
    append(frame.link, limit: limit)
    append(frame.octets, limit: limit)
  }

  private mutating func append(_ part: RawSpan, limit: Int) {
    let taken = min(part.byteCount, limit - count)
    let start = count
    unsafe octets.withUnsafeMutableBytes { room in
      // start + taken ≤ limit ≤ capacity, and taken ≤ part.byteCount.
      let target = unsafe UnsafeMutableRawBufferPointer(rebasing: room[start..<start + taken])
      unsafe part.withUnsafeBytes { unsafe target.copyMemory(from: .init(rebasing: $0[..<taken])) }
    }
    count += taken
  }
}

extension SampledFrame {
  /// Writes the header record, the first of a sample.
  /// - Parameter limit: octets of the header at most (`headerBytes`).
  public func write(to writer: inout FlowSampleWriter, limit: Int, joining scratch: inout HeaderScratch) {
    scratch.fill(self, limit: limit)
    writer.appendSampledHeader(
      headerProtocol, frameLength: frameLength, stripped: stripped, header: scratch.header)
  }
}
