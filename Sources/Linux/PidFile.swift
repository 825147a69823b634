internal import CLinux
public import SystemPackage

/// A file that holds this process's number and is locked while it runs: a stale file never stops a start, a
/// running agent always does.
public struct PidFile: ~Copyable {
  private let descriptor: Descriptor
  private let path: String

  /// Why the file could not be taken.
  public enum Failure: Error {
    /// Another process holds the lock; the number is what it wrote.
    case inUse(pid: String)
    case failed(Errno)
  }

  /// Creates or opens the file and locks it. The number is written later, by the process that stays.
  public init(at path: String) throws(Failure) {
    self.path = path
    while true {
      let file: Descriptor
      do throws(Errno) {
        file = Descriptor(
          owning: try systemCall { unsafe cl_open_mode(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644) })
      } catch {
        throw .failed(error)
      }
      let number = file.rawValue
      if flock(number, LOCK_EX | LOCK_NB) != 0 {
        let error = Errno.latest
        throw error == .wouldBlock ? .inUse(pid: Self.digits(in: file)) : .failed(error)
      }
      // Whoever held the lock before may have removed the file between our open and our lock.
      var status = stat()
      if unsafe fstat(number, &status) != 0 { throw .failed(.latest) }
      if status.st_nlink > 0 {
        descriptor = file
        return
      }
    }
  }

  private static func digits(in file: borrowing Descriptor) -> String {
    var text = [UInt8](repeating: 0, count: 32)
    let number = file.rawValue
    let count = unsafe text.withUnsafeMutableBytes { unsafe pread(number, $0.baseAddress, $0.count, 0) }
    return String(decoding: text.prefix(max(0, count)).prefix { $0 &- 0x30 < 10 }, as: UTF8.self)
  }

  /// Writes the number of this process.
  public borrowing func write() throws(Errno) {
    let text = Array("\(getpid())\n".utf8)
    try systemCall { ftruncate(descriptor.rawValue, 0) }
    try systemCall {
      unsafe text.withUnsafeBytes { unsafe pwrite(descriptor.rawValue, $0.baseAddress, $0.count, 0) }
    }
  }

  /// Removes the file, where that is still permitted, and gives up the lock.
  public consuming func remove() {
    if unsafe unlink(path) != 0 {
      // No right to the folder any more: an empty file says as much.
      _ = ftruncate(descriptor.rawValue, 0)
    }
  }
}
