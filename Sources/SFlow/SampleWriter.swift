/// What became of a sample that was written.
enum SampleOutcome {
  /// It is this many octets long.
  case octets(Int)
  /// It has no records, so there is nothing to send.
  case empty
  case tooLarge
}

/// What the writers of flow and counter samples have in common: nested lengths and the count of records.
struct SampleWriter: ~Copyable, ~Escapable {
  var xdr: XDRWriter
  private let start: Int
  private var countPosition = 0
  private(set) var count: UInt32 = 0

  @_lifetime(copy xdr)
  @inline(__always)
  init(_ xdr: consuming XDRWriter, _ format: DataFormat) {
    start = xdr.open(format)
    self.xdr = xdr
  }

  /// Ends the head of the sample: the count and the records come next.
  @_lifetime(self: copy self)
  @inline(__always)
  mutating func beginRecords() {
    countPosition = xdr.offset
    xdr.u32(0)
  }

  /// Begins a record; give the result to `xdr.close`.
  @_lifetime(self: copy self)
  @inline(__always)
  mutating func beginRecord(_ format: DataFormat) -> Int {
    count += 1
    return xdr.open(format)
  }

  @_lifetime(self: copy self)
  @inline(__always)
  mutating func append<R: SFlowRecord>(_ record: R) {
    count += 1
    xdr.record(record)
  }

  /// Takes back the records from number `count` on, which begin at `offset`.
  @_lifetime(self: copy self)
  mutating func rewind(to offset: Int, count: UInt32) {
    self.count = count
    xdr.rewind(to: offset)
  }

  @_lifetime(self: copy self)
  @inline(__always)
  mutating func finish() -> SampleOutcome {
    if xdr.overflowed { return .tooLarge }
    if count == 0 { return .empty }
    xdr.patch(count, at: countPosition)
    xdr.close(start)
    return .octets(xdr.written)
  }
}
