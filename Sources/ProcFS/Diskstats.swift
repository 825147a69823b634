public import Bytes

/// What a block device has done since it appeared.
///
/// Columns of `/proc/diskstats` after the name. Later columns (discards since Linux 4.18, flushes since 5.5)
/// are not read.
public struct DiskCounters: Equatable, Sendable {
  /// Reads completed. Column 1.
  public var reads: UInt64 = 0
  /// Reads merged into another. Column 2.
  public var readsMerged: UInt64 = 0
  /// Sectors of 512 octets read, whatever the device's own sector size. Column 3.
  public var sectorsRead: UInt64 = 0
  /// Time all reads took together. Column 4; 32 bits in the kernel, it wraps.
  public var readMilliseconds: UInt64 = 0
  /// Writes completed. Column 5.
  public var writes: UInt64 = 0
  /// Writes merged into another. Column 6.
  public var writesMerged: UInt64 = 0
  /// Sectors of 512 octets written. Column 7.
  public var sectorsWritten: UInt64 = 0
  /// Time all writes took together. Column 8; 32 bits in the kernel, it wraps.
  public var writeMilliseconds: UInt64 = 0
  /// Requests under way now. Column 9.
  public var inFlight: UInt64 = 0
  /// Time with at least one request under way. Column 10; wraps as above.
  public var busyMilliseconds: UInt64 = 0
  /// Time of every request under way, added up. Column 11; wraps as above.
  public var weightedMilliseconds: UInt64 = 0

  public init() {}
}

/// The rows of `/proc/diskstats`, one after the other, without allocation.
///
/// ```
/// var rows = Diskstats(parsing: text)
/// while let row = try rows.next() { … }
/// ```
public struct Diskstats: ~Escapable {
  private var cursor: ASCIICursor

  @_lifetime(copy text)
  public init(parsing text: Span<UInt8>) { cursor = ASCIICursor(text) }

  /// One device or partition.
  public struct Row: ~Escapable {
    public let number: DeviceNumber
    /// "sda", "nvme0n1p1", "cciss/c0d0" (in `/sys/block` the slash is a '!').
    public let name: Span<UInt8>
    public let counters: DiskCounters
    /// Whether the row has only the four columns (reads, sectors read, writes, sectors written) that kernels
    /// before 2.6.25 show for partitions.
    public let isShortPartitionRow: Bool

    @_lifetime(copy cursor)
    @_lifetime(cursor: copy cursor)
    init(_ cursor: inout ASCIICursor) throws(TextError) {
      let major = UInt32(clamping: try cursor.unsigned())
      number = DeviceNumber(major, UInt32(clamping: try cursor.unsigned()))
      name = cursor.word()
      var counters = DiskCounters()
      let first = try cursor.unsigned()
      let second = try cursor.unsigned()
      let third = try cursor.unsigned()
      let fourth = try cursor.unsigned()
      counters.reads = first
      if let fifth = try cursor.column() {
        isShortPartitionRow = false
        counters.readsMerged = second
        counters.sectorsRead = third
        counters.readMilliseconds = fourth
        counters.writes = fifth
        counters.writesMerged = try cursor.unsigned()
        counters.sectorsWritten = try cursor.unsigned()
        counters.writeMilliseconds = try cursor.unsigned()
        counters.inFlight = try cursor.unsigned()
        counters.busyMilliseconds = try cursor.unsigned()
        counters.weightedMilliseconds = try cursor.unsigned()
      } else {
        isShortPartitionRow = true
        counters.sectorsRead = second
        counters.writes = third
        counters.sectorsWritten = fourth
      }
      self.counters = counters
    }
  }

  /// The next row, `nil` at the end. After an error the row after the malformed one is next.
  @_lifetime(copy self)
  @_lifetime(self: copy self)
  public mutating func next() throws(TextError) -> Row? {
    // A blank line is no row; the kernel writes none.
    while cursor.take(0x0A) {}
    guard !cursor.isAtEnd else { return nil }
    defer { cursor.skipLine() }
    return try Row(&cursor)
  }
}
