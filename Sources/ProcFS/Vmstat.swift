public import Bytes

/// The four lines of `/proc/vmstat` about paging, by name; `nil` where the kernel has no such line.
public struct Vmstat: Equatable, Sendable {
  /// Read from block devices since boot, in KiB: the kernel halves its count of sectors. `pgpgin`.
  public var pagedInKiB: UInt64?
  /// Written to block devices since boot, in KiB. `pgpgout`.
  public var pagedOutKiB: UInt64?
  /// Pages swapped in since boot. `pswpin`.
  public var swappedInPages: UInt64?
  /// Pages swapped out since boot. `pswpout`.
  public var swappedOutPages: UInt64?

  public init() {}

  public init(parsing text: Span<UInt8>) throws(TextError) {
    var cursor = ASCIICursor(text)
    while !cursor.isAtEnd {
      // Some 180 lines: all but a few are ruled out by their first letter.
      if cursor.peek == UInt8(ascii: "p") {
        let key = cursor.word()
        if key.equals("pgpgin") {
          pagedInKiB = try cursor.unsigned()
        } else if key.equals("pgpgout") {
          pagedOutKiB = try cursor.unsigned()
        } else if key.equals("pswpin") {
          swappedInPages = try cursor.unsigned()
        } else if key.equals("pswpout") {
          swappedOutPages = try cursor.unsigned()
        }
      }
      cursor.skipLine()
    }
  }
}
