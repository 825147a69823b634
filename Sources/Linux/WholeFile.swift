internal import CLinux
public import SystemPackage

public enum WholeFile {
  /// The contents of the file at `path`.
  public static func read(_ path: String) throws(Errno) -> [UInt8] {
    let descriptor = Descriptor(owning: try systemCall { unsafe cl_open(path, O_RDONLY | O_CLOEXEC) })
    let number = descriptor.rawValue
    var bytes = [UInt8](repeating: 0, count: 16384)
    var count = 0
    while true {
      if count == bytes.count { bytes.append(contentsOf: repeatElement(0, count: count)) }
      let got = try systemCall {
        // The room from `count` on is what is left of it.
        unsafe bytes.withUnsafeMutableBytes {
          unsafe CLinux.read(number, $0.baseAddress! + count, $0.count - count)
        }
      }
      if got == 0 { break }
      count += got
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }
}

/// A file that is begun anew and grows.
///
/// A class because it keeps the file open.
public final class AppendedFile {
  private let path: String
  private var descriptor: CInt = -1

  public init(_ path: String) { self.path = path }

  deinit { if descriptor >= 0 { _ = close(descriptor) } }

  /// Adds octets; the first call makes the file, mode 0644, or empties it.
  public func append(_ octets: [UInt8]) throws(Errno) {
    if descriptor < 0 {
      descriptor = try systemCall {
        unsafe cl_open_mode(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
      }
    }
    let number = descriptor
    var done = 0
    while done < octets.count {
      // The octets from `done` on are those not yet written.
      done += try systemCall {
        unsafe octets.withUnsafeBytes { unsafe write(number, $0.baseAddress! + done, $0.count - done) }
      }
    }
  }
}

/// A file that other programs read whenever they like.
///
/// A class because it keeps the file open: the rights to make a new one may be gone later.
public final class PublishedFile {
  private let path: String
  private let sealedLines: Int
  /// The file as it was last published; -1 before.
  private var current: CInt = -1

  /// - Parameter sealedLines: lines at the beginning that end with a number, which the last line ends with too: who finds
  ///   it in both takes the text for whole. 0 if a text does not tell.
  public init(_ path: String, sealedLines: Int = 0) { (self.path, self.sealedLines) = (path, sealedLines) }

  deinit { if current >= 0 { _ = close(current) } }

  /// Publishes `text`, mode 0644: written beside the old file and renamed, so that a reader sees the old one or the
  /// new one whole. A link at the path stays: what it leads to is replaced. Where the folder cannot be written to (any
  /// more), the file itself is rewritten; what a reader in between may see `overwrite` says.
  public func replace(with text: String) throws(Errno) {
    // A link stays a link: the file that it leads to may be in a folder of our own.
    let chain = try SymbolicLinks.certainChain(from: path)
    let path = chain[chain.count - 1]
    let temporary = "\(path).\(getpid()).new"
    do throws(Errno) {
      let new = try systemCall {
        unsafe cl_open_mode(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
      }
      do throws(Errno) {
        // Whatever the umask is: anybody may read it.
        try systemCall { fchmod(new, 0o644) }
        try Self.write(Array(text.utf8), to: new)
        try systemCall { unsafe rename(temporary, path) }
      } catch {
        _ = close(new)
        _ = unsafe unlink(temporary)
        throw error
      }
      if current >= 0 { _ = close(current) }
      current = new
    } catch {
      if current < 0 { current = unsafe cl_open(path, O_WRONLY | O_CLOEXEC) }
      guard current >= 0 else { throw error }
      try overwrite(Array(text.utf8), in: current)
    }
  }

  /// Rewrites a file in place. The old and the new text are made equally long by empty lines first, so that a full disk
  /// takes nothing away and one pwrite(2) exchanges them. Reads of ext4 and others do not wait for writes: who reads
  /// while the kernel copies can see parts of both.
  ///
  /// By the numbers at both ends they can tell. A reader goes from the beginning to the end, so the writer goes from the
  /// end to the beginning: the last line loses its last digit, all behind the first lines is written, then these. Who
  /// finds one number read the last line before another text was begun, and the first ones after theirs was complete.
  private func overwrite(_ text: [UInt8], in descriptor: CInt) throws(Errno) {
    let old = Int(try systemCall { lseek(descriptor, 0, SEEK_END) })
    func emptyLines(_ count: Int) -> [UInt8] { [UInt8](repeating: 0x0A, count: max(count, 0)) }
    try Self.write(emptyLines(text.count - old), to: descriptor, at: old)
    let whole = text + emptyLines(old - text.count)
    var first = 0
    for _ in 0..<sealedLines {
      guard let end = whole[first...].firstIndex(of: 0x0A) else { break }
      first = end + 1
    }
    if first > 0, old > 1 { try Self.write(emptyLines(1), to: descriptor, at: old - 2) }
    try Self.write(Array(whole[first...]), to: descriptor, at: first)
    try Self.write(Array(whole[..<first]), to: descriptor)
    try systemCall { ftruncate(descriptor, off_t(text.count)) }
  }

  private static func write(_ bytes: [UInt8], to descriptor: CInt, at offset: Int = 0) throws(Errno) {
    var done = 0
    while done < bytes.count {
      // The octets from `done` on are those not yet written.
      done += try systemCall {
        unsafe bytes.withUnsafeBytes {
          unsafe pwrite(descriptor, $0.baseAddress! + done, $0.count - done, off_t(offset + done))
        }
      }
    }
  }
}
