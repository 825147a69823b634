internal import CLinux
public import SystemPackage

/// The one fork of the program: going into the background, before any thread, loop or socket exists.
public enum Daemon {
  /// Closes what the caller of the program left open behind the standard streams: a lock or a pipe of a script
  /// must not stay open for as long as the daemon runs. Must come before the program opens anything.
  public static func closeInheritedFiles() { _ = cl_close_from(3) }

  /// The parent ends with status 0, the child goes on in a session of its own with standard streams on
  /// `/dev/null`. The working folder stays.
  public static func detach() throws(Errno) {
    let child = try systemCall { cl_fork() }
    if child > 0 { _exit(0) }
    _ = umask(0o022)
    try systemCall { setsid() }
    let null = try systemCall { unsafe cl_open("/dev/null", O_RDWR) }
    for stream: CInt in 0...2 { try systemCall { dup2(null, stream) } }
    if null > 2 { _ = close(null) }
  }
}

/// What a process may do beyond an ordinary user, capabilities(7).
public struct Capabilities: OptionSet, Sendable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }
  public static let netAdmin = Capabilities(rawValue: 1 << UInt64(CL_CAP_NET_ADMIN))
  public static let netRaw = Capabilities(rawValue: 1 << UInt64(CL_CAP_NET_RAW))
  /// Needed to enter another network namespace.
  public static let sysAdmin = Capabilities(rawValue: 1 << UInt64(CAP_SYS_ADMIN))

  /// What this thread may do now.
  public static var effective: Capabilities { Capabilities(rawValue: cl_capget_effective()) }
}

public enum Privileges {
  public static var isRoot: Bool { geteuid() == 0 }

  /// Why root could not be left.
  public enum Failure: Error {
    case noSuchUser(String)
    case failed(String, Errno)
  }

  /// Becomes `user` and keeps only `capabilities`. Must come before the first thread.
  public static func drop(to user: String, keeping capabilities: Capabilities) throws(Failure) {
    guard let entry = unsafe getpwnam(user) else { throw .noSuchUser(user) }
    let (uid, gid) = unsafe (entry.pointee.pw_uid, entry.pointee.pw_gid)
    do throws(Errno) {
      try systemCall { setgroups(0, nil) }
      try systemCall { cl_prctl(CInt(CL_PR_SET_KEEPCAPS), 1) }
      try systemCall { cl_set_ids(uid, gid) }
      try systemCall { cl_capset(capabilities.rawValue, capabilities.rawValue, 0) }
    } catch {
      throw .failed("become \(user)", error)
    }
  }
}
