internal import CLinux
public import SystemPackage

/// A file descriptor that is closed when its owner goes.
public struct Descriptor: ~Copyable {
  public let rawValue: CInt

  public init(owning rawValue: CInt) { self.rawValue = rawValue }

  deinit { _ = close(rawValue) }
}

extension Errno {
  /// The error of the last failed call on this thread.
  static var latest: Errno { Errno(rawValue: cl_errno()) }

  /// The name a manual page uses ("EACCES"), or the number.
  public var name: String {
    // Points to a constant of libc, or nowhere.
    guard let name = unsafe cl_errno_name(rawValue) else { return "errno \(rawValue)" }
    return unsafe String(cString: name)
  }

  /// Whether the kernel or this process lacks memory or descriptors, which says nothing about what was asked for.
  public var isWantOfResources: Bool {
    [.noMemory, .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noBufferSpace, .wouldBlock].contains(self)
  }

  /// "EACCES (Permission denied)"
  public var explanation: String { "\(name) (\(description))" }
}

/// Runs a call that returns -1 on failure, again when a signal interrupted it.
@discardableResult
func systemCall<R: SignedInteger>(_ call: () -> R) throws(Errno) -> R {
  while true {
    let result = call()
    if result != -1 { return result }
    let error = Errno.latest
    if error != .interrupted { throw error }
  }
}

extension Descriptor {
  /// Sets how many bytes the kernel may hold for a socket (socket(7), SO_RCVBUF): beyond `net.core.rmem_max` only with
  /// CAP_NET_ADMIN, otherwise as much as that allows.
  borrowing func setReceiveBuffer(_ bytes: CInt) {
    for option in [CInt(CL_SO_RCVBUFFORCE), SO_RCVBUF] {
      var bytes = bytes
      if unsafe setsockopt(rawValue, SOL_SOCKET, option, &bytes, 4) == 0 { return }
    }
  }
}
