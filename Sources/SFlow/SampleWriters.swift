/// Takes the records of one counters sample. Offered by `DatagramPacker`.
public struct CounterSampleWriter: ~Copyable, ~Escapable {
  fileprivate var sample: SampleWriter

  /// - Parameter sample: has the head of the sample.
  @_lifetime(copy sample)
  init(_ sample: consuming SampleWriter) { self.sample = sample }

  /// Adds a record. The generic counters of an interface (`InterfaceCounters`) go first: some collectors cannot
  /// step over records that they do not know.
  @_lifetime(self: copy self)
  public mutating func append<R: CounterRecord>(_ record: R) { sample.append(record) }

  /// Adds the records that `body` appends, or none of them if there is not room for all.
  /// - Returns: whether there was room.
  @_lifetime(self: copy self)
  public mutating func appendAll<E: Error>(
    _ body: (inout CounterSampleWriter) throws(E) -> Void
  ) throws(E) -> Bool {
    let (offset, count) = (sample.xdr.offset, sample.count)
    try body(&self)
    if !sample.xdr.overflowed { return true }
    sample.rewind(to: offset, count: count)
    return false
  }

  /// Octets that still fit into the sample, the 8 in front of each record included.
  public var remainingInSample: Int { sample.xdr.remaining }

  @_lifetime(self: copy self)
  mutating func finish() -> SampleOutcome { sample.finish() }
}

/// Takes the records of one flow sample or discarded packet. Offered by `DatagramPacker`.
public struct FlowSampleWriter: ~Copyable, ~Escapable {
  fileprivate var sample: SampleWriter

  /// - Parameter sample: has the head of the sample.
  @_lifetime(copy sample)
  init(_ sample: consuming SampleWriter) { self.sample = sample }

  /// Adds a record.
  @_lifetime(self: copy self)
  public mutating func append<R: FlowRecord>(_ record: R) { sample.append(record) }

  /// Adds a `SampledHeader` from the packet where it lies. It goes first: some collectors cannot step over
  /// records that they do not know.
  /// - Parameters:
  ///   - link: the link-layer header, if it does not lie in front of `octets`; otherwise empty.
  ///   - limit: octets of the two together at most.
  @_lifetime(self: copy self)
  public mutating func appendSampledHeader(
    _ headerProtocol: HeaderProtocol, frameLength: UInt32, stripped: UInt32, link: RawSpan, _ octets: RawSpan,
    limit: Int
  ) {
    let start = sample.beginRecord(SampledHeader.format)
    sample.xdr.u32(headerProtocol.rawValue)
    sample.xdr.u32(frameLength)
    sample.xdr.u32(stripped)
    sample.xdr.opaque(link, octets, limit: limit)
    sample.xdr.close(start)
  }

  /// Octets that still fit into the sample, the 8 in front of each record included.
  public var remainingInSample: Int { sample.xdr.remaining }

  @_lifetime(self: copy self)
  mutating func finish() -> SampleOutcome { sample.finish() }
}
