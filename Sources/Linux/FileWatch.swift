internal import Bytes
internal import CLinux
public import SystemPackage

/// Tells when a file was written, replaced, or is reached by other symbolic links than before: inotify(7) on the
/// folders on the way to it. A watch on the file itself would stay with the old one when an editor renames a new one
/// into its place.
///
/// A class because the loop's actions refer to it.
public final class FileWatch {
  private let loop: any EventLoop
  private let descriptor: Descriptor
  /// The names that matter, by the number of the folder's watch.
  private var paths: [Int32: [String]] = [:]
  /// Called for each event that may be a change.
  private let onChange: () -> Void

  /// Watches the file that `path` leads to now. It need not be there, but its folder must.
  /// - Throws: ENOENT without that folder, EACCES if it may not be read, EMFILE or ENOSPC when the user has too many watches.
  public init(_ path: String, loop: any EventLoop, onChange: @escaping () -> Void) throws(Errno) {
    self.loop = loop
    self.onChange = onChange
    descriptor = Descriptor(owning: try systemCall { inotify_init1(CInt(IN_CLOEXEC | IN_NONBLOCK)) })
    let number = descriptor.rawValue
    for path in SymbolicLinks.waypoints(from: path) {
      let watch = try systemCall {
        unsafe inotify_add_watch(number, SymbolicLinks.folder(of: path), Self.events)
      }
      paths[watch, default: []].append(path)
    }
    try loop.watch(number) { [unowned self] in take() }
  }

  deinit { loop.unwatch(descriptor.rawValue) }

  /// Not IN_MODIFY: a file that is being written makes no sense yet. IN_CREATE is for links, which nobody writes.
  private static let events = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF)

  private func take() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let number = descriptor.rawValue
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        // The room and its size.
        unsafe read(number, $0.baseAddress!, $0.count)
      }
      guard count > 0 else { return }
      if Self.matter(in: buffer.span.extracting(0..<count), paths) { onChange() }
    }
  }

  /// Whether one of the events in `bytes` may be a change: struct inotify_event, inotify(7).
  private static func matter(in bytes: Span<UInt8>, _ paths: [Int32: [String]]) -> Bool {
    var reader = ByteReader(bytes)
    var isChange = false
    while let event = try? (reader.native32(), reader.native32(), reader.native32(), reader.native32()),
      let octets = try? [UInt8](copying: reader.take(Int(event.3)))
    {
      let (watch, mask) = (Int32(bitPattern: event.0), event.1)
      // The folder went, or events were lost.
      if event.3 == 0 { isChange = true }
      let name = String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
      guard let path = paths[watch]?.first(where: { SymbolicLinks.name(of: $0) == name }) else { continue }
      if mask & UInt32(IN_CREATE) == 0 || SymbolicLinks.chain(from: path).count > 1 { isChange = true }
    }
    return isChange
  }
}
