public import SFlow

extension SampledFrame {
  /// Writes the header record, the first of a sample.
  /// - Parameter limit: octets of the header at most (`headerBytes`).
  public func write(to writer: inout FlowSampleWriter, limit: Int) {
    writer.appendSampledHeader(
      headerProtocol, frameLength: frameLength, stripped: stripped, link: link, octets, limit: limit)
  }
}
