internal import CLinux
public import SystemPackage

/// A stream socket of unix(7) that listens at a path. Owns descriptor and file.
///
/// A class because the loop watches it.
public final class UnixListener {
  private let descriptor: Descriptor
  private let path: String

  /// Why it cannot listen at a path.
  public enum Failure: Error, Equatable, CustomStringConvertible {
    /// A program listens there.
    case answered
    /// There is a file, which this process may not connect to or not remove.
    case occupied(Errno)
    case failed(Errno)

    public var description: String {
      switch self {
      case .answered: "another agent answers there"
      case .occupied(let error):
        "a file is there that cannot be replaced: \(error.explanation); remove it if no other agent runs"
      case .failed(.permissionDenied):
        "\(Errno.permissionDenied.explanation); the agent's user must be able to write to that folder"
      case .failed(let error): error.explanation
      }
    }
  }

  /// Makes the folder of `path` if only that one is missing, and replaces a file that a program left behind.
  /// - Parameter mode: of the file: who may connect.
  public init(at path: String, mode: UInt32) throws(Failure) {
    self.path = path
    do throws(Errno) { try UnixListener.makeFolder(of: path) } catch { throw .failed(error) }
    do throws(Errno) {
      descriptor = Descriptor(owning: try systemCall { unsafe cl_unix_listen(path, mode) })
    } catch {
      guard error == .addressInUse else { throw .failed(error) }
      try UnixListener.removeAbandoned(path)
      do throws(Errno) {
        descriptor = Descriptor(owning: try systemCall { unsafe cl_unix_listen(path, mode) })
      } catch {
        throw .failed(error)
      }
    }
  }

  /// The file may be in a folder that this process may not write to any more: the next one replaces it.
  deinit { _ = unsafe unlink(path) }

  /// For `EventLoop.watch`.
  public var rawDescriptor: CInt { descriptor.rawValue }

  /// The next client; `nil` if there is none, or one that is gone already.
  /// - Throws: EMFILE and the like, with which the client still waits.
  public func accept() throws(Errno) -> UnixStream? {
    do throws(Errno) {
      return UnixStream(owning: try systemCall { cl_unix_accept(descriptor.rawValue) })
    } catch {
      if error == .wouldBlock || error == .connectionAbort { return nil }
      throw error
    }
  }

  private static func makeFolder(of path: String) throws(Errno) {
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
    let folder = String(path[..<slash])
    do throws(Errno) {
      try systemCall { unsafe mkdir(folder, 0o755) }
    } catch {
      if error != .fileExists { throw error }
    }
  }

  /// Removes the file of a socket that nobody listens at.
  private static func removeAbandoned(_ path: String) throws(Failure) {
    do throws(Errno) {
      // A listener may have no room for the moment, and is not waited for.
      _ = Descriptor(owning: try systemCall { unsafe cl_unix_connect(path, O_NONBLOCK) })
    } catch {
      guard error == .connectionRefused else { throw error == .wouldBlock ? .answered : .occupied(error) }
      // A file of another kind refuses as well, and belongs to somebody.
      var status = stat()
      guard unsafe lstat(path, &status) == 0, status.st_mode & mode_t(S_IFMT) == mode_t(S_IFSOCK) else {
        throw .occupied(.notSocket)
      }
      do throws(Errno) { try systemCall { unsafe unlink(path) } } catch { throw .occupied(error) }
      return
    }
    throw .answered
  }
}

/// One end of a connection of unix(7). Owns the descriptor.
///
/// A class because the loop watches it.
public final class UnixStream {
  private let descriptor: Descriptor

  init(owning number: CInt) { descriptor = Descriptor(owning: number) }

  /// Connects to a listener. Reading and writing may block.
  public init(connectingTo path: String) throws(Errno) {
    descriptor = Descriptor(owning: try systemCall { unsafe cl_unix_connect(path, 0) })
  }

  /// For `EventLoop.watch`.
  public var rawDescriptor: CInt { descriptor.rawValue }

  /// At most `limit` octets; none at the end.
  /// - Throws: EAGAIN if nothing has come, on the side of a listener.
  public func read(atMost limit: Int) throws(Errno) -> [UInt8] {
    var room = [UInt8](repeating: 0, count: limit)
    let count = try systemCall {
      unsafe room.withUnsafeMutableBytes { unsafe recv(descriptor.rawValue, $0.baseAddress, $0.count, 0) }
    }
    return Array(room[..<count])
  }

  /// Sends what there is room for, from `start` on.
  /// - Returns: how many octets.
  /// - Throws: EAGAIN if there is no room, on the side of a listener.
  public func write(_ octets: [UInt8], from start: Int = 0) throws(Errno) -> Int {
    guard start < octets.count else { return 0 }
    return try systemCall {
      unsafe octets.withUnsafeBytes {
        // `start` is below the count.
        unsafe send(descriptor.rawValue, $0.baseAddress! + start, $0.count - start, CInt(MSG_NOSIGNAL))
      }
    }
  }

  /// Reading and writing give up with EAGAIN after so many seconds without progress.
  public func limitWaiting(toSeconds seconds: Int) {
    var time = timeval(tv_sec: seconds, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      _ = unsafe setsockopt(
        descriptor.rawValue, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
    }
  }
}
