internal import CLinux
internal import SystemPackage

/// A file whose changes the kernel announces to poll(2): `/proc/PID/mountinfo` (proc(5)). Kept open, since opening it costs
/// more than all else; a file elsewhere than in `/proc` announces nothing.
///
/// A class because it owns the descriptor. Threads that use it share nothing else.
public final class AnnouncedFile: Sendable {
  public let path: String
  private let descriptor: CInt
  /// Files of `/proc` have no size; of others there is no news.
  public let isAnnounced: Bool

  public init(_ path: String) throws(FileError) {
    let descriptor: CInt
    do throws(Errno) {
      descriptor = try systemCall { unsafe cl_open(path, O_RDONLY | O_CLOEXEC) }
    } catch {
      throw .unreadable(path: path, error)
    }
    self.path = path
    self.descriptor = descriptor
    isAnnounced = lseek(descriptor, 0, SEEK_END) <= 0
  }

  deinit { _ = close(descriptor) }

  /// Whether it may say something else than when this was last asked.
  public var hasChanged: Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLPRI), revents: 0)
    return unsafe poll(&entry, 1, 0) != 0 || !isAnnounced
  }

  /// What it says now.
  public func contents() throws(FileError) -> [UInt8] {
    do throws(Errno) { return try octets() } catch { throw .unreadable(path: path, error) }
  }

  private func octets() throws(Errno) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 8192)
    var count = 0
    while true {
      if count == bytes.count { bytes.append(contentsOf: repeatElement(0, count: count)) }
      let got = try systemCall {
        // The room from `count` on is what is left of it.
        unsafe bytes.withUnsafeMutableBytes {
          unsafe pread(descriptor, $0.baseAddress! + count, $0.count - count, off_t(count))
        }
      }
      if got == 0 { break }
      count += got
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }
}
