public import Bytes

/// `/proc/self/status`: what this process itself takes. Lines that are not there are `nil`.
public struct ProcessStatus: Equatable, Sendable {
  /// Resident memory. `VmRSS`.
  public var residentKiB: UInt64?
  /// The part of it that is not backed by a file. `RssAnon`, since Linux 4.5.
  public var residentAnonymousKiB: UInt64?
  /// Threads of the process. `Threads`.
  public var threads: UInt64?

  public init() {}

  public init(parsing text: Span<UInt8>) throws(TextError) {
    var cursor = ASCIICursor(text)
    while !cursor.isAtEnd {
      let key = cursor.word()
      if key.equals("VmRSS:") {
        residentKiB = try cursor.unsigned()
      } else if key.equals("RssAnon:") {
        residentAnonymousKiB = try cursor.unsigned()
      } else if key.equals("Threads:") {
        threads = try cursor.unsigned()
      }
      cursor.skipLine()
    }
  }
}
