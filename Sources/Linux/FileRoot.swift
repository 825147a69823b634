public import Bytes
internal import CLinux
public import SystemPackage

/// Where `/proc` and `/sys` are found: `FileRoot("/")` in production, a fixture's folder in tests, the host's mounted
/// folders in a container.
public struct FileRoot: Sendable, Equatable {
  private let prefix: String
  /// Folders that are elsewhere, by their name: "proc".
  private let elsewhere: [String: String]

  /// - Parameter elsewhere: where single folders of the root are found, by name: `["proc": "/host/proc"]`.
  public init(_ path: String, elsewhere: [String: String] = [:]) {
    prefix = Self.trimmed(path)
    self.elsewhere = elsewhere.mapValues(Self.trimmed)
  }

  private static func trimmed(_ path: String) -> String {
    path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  /// Whether `/proc` is the one of this process, and so `/proc/self` this process.
  public var isOwn: Bool { prefix.isEmpty && elsewhere["proc"] == nil }

  /// - Parameter path: absolute, as on a running system: "/proc/stat".
  public func path(_ path: String) -> String {
    if !elsewhere.isEmpty {
      let name = path.dropFirst().prefix { $0 != "/" }
      if let folder = elsewhere[String(name)] { return folder + path.dropFirst(1 + name.count) }
    }
    return prefix + path
  }

  /// The names in a folder, without `.` and `..`, unsorted.
  public func names(in folder: String) throws(Errno) -> [String] {
    guard let directory = unsafe opendir(path(folder)) else { throw .latest }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while true {
      cl_clear_errno()
      guard let entry = unsafe readdir(directory) else {
        if cl_errno() != 0 { throw .latest }
        return names
      }
      // `d_name` is a terminated string inside the entry, which lives until the next `readdir`.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
  }

  /// Whether something is there, a link followed.
  public func exists(_ path: String) -> Bool { unsafe access(self.path(path), F_OK) == 0 }
}

/// Why a file of the kernel gave no value.
public enum FileError: Error, Equatable {
  case unreadable(path: String, Errno)
  case malformed(path: String, TextError)
}

extension FileError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let path, let error): "cannot read \(path): \(error.explanation)"
    case .malformed(let path, let error): "cannot understand \(path): \(error)"
    }
  }
}

/// The room into which files are read, shared by all files of one thread; grows to the largest of them.
public final class FileBuffer {
  fileprivate var storage = [UInt8](repeating: 0, count: 8192)

  public init() {}
}

/// A file of `/proc` or `/sys` that is read again and again: opened once, re-read from its start with pread(2),
/// into a shared buffer. No `stat`: sizes in `/proc` lie.
///
/// A class because it owns the descriptor.
public final class KernelFile {
  private let path: String
  private let buffer: FileBuffer
  private let limit: Int
  private var descriptor: CInt = -1

  /// - Parameter limit: octets of the file that are read; what is longer is cut off.
  public init(_ root: FileRoot, _ path: String, buffer: FileBuffer, limit: Int = 16 << 20) {
    self.path = root.path(path)
    self.buffer = buffer
    self.limit = limit
  }

  deinit { if descriptor >= 0 { _ = close(descriptor) } }

  /// Reads the whole file and parses it. After a failure the next call opens the file anew.
  public func read<R: ~Copyable>(_ parse: (Span<UInt8>) throws(TextError) -> R) throws(FileError) -> R {
    let count: Int
    do throws(Errno) {
      count = try fill()
    } catch {
      if descriptor >= 0 { _ = close(descriptor) }
      descriptor = -1
      throw .unreadable(path: path, error)
    }
    let bytes = buffer.storage
    do throws(TextError) {
      return try parse(bytes.span.extracting(first: count))
    } catch {
      throw .malformed(path: path, error)
    }
  }

  /// The contents as they are.
  public func bytes() throws(FileError) -> [UInt8] {
    try read { (text) throws(TextError) in [UInt8](copying: unsafe text.bytes) }
  }

  /// Fills the buffer and says how much of it the file takes.
  private func fill() throws(Errno) -> Int {
    if descriptor < 0 { descriptor = try systemCall { unsafe cl_open(path, O_RDONLY | O_CLOEXEC) } }
    var count = 0
    while count < limit {
      if count == buffer.storage.count {
        buffer.storage.append(contentsOf: repeatElement(0, count: count))
      }
      let read = try systemCall {
        unsafe buffer.storage.withUnsafeMutableBytes { room in
          // The room from `count` on is what is left of it.
          unsafe pread(descriptor, room.baseAddress! + count, min(room.count, limit) - count, off_t(count))
        }
      }
      if read == 0 { return count }
      count += read
    }
    return count
  }
}
