internal import CLinux
public import SystemPackage

/// The space of one mounted file system, statvfs(3).
public struct FileSystemSpace: Sendable, Equatable {
  /// Bytes of the file system.
  public var total: UInt64
  /// Bytes in no use, those kept for root included.
  public var free: UInt64
  /// Bytes that an ordinary user may still use.
  public var available: UInt64

  public init(total: UInt64, free: UInt64, available: UInt64) {
    self.total = total
    self.free = free
    self.available = available
  }

  /// Asks the kernel. May block for as long as the file system likes: never on the loop, but for kinds of which the kernel
  /// has the answer in memory.
  public init(at path: String) throws(Errno) {
    var result = statvfs()
    try systemCall { unsafe statvfs(path, &result) }
    let unit = UInt64(result.f_frsize)
    total = UInt64(result.f_blocks).multipliedSaturating(by: unit)
    free = UInt64(result.f_bfree).multipliedSaturating(by: unit)
    available = UInt64(result.f_bavail).multipliedSaturating(by: unit)
  }
}

extension UInt64 {
  fileprivate func multipliedSaturating(by other: UInt64) -> UInt64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
