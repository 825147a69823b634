internal import CLinux
public import SystemPackage

/// What a process may do beyond an ordinary user, capabilities(7).
public struct Capabilities: OptionSet, Sendable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }
  public static let netAdmin = Capabilities(rawValue: 1 << UInt64(CL_CAP_NET_ADMIN))
  public static let netRaw = Capabilities(rawValue: 1 << UInt64(CL_CAP_NET_RAW))
  /// Needed to enter another network namespace.
  public static let sysAdmin = Capabilities(rawValue: 1 << UInt64(CAP_SYS_ADMIN))
  /// Needed to send from a port below 1024.
  public static let netBindService = Capabilities(rawValue: 1 << UInt64(CAP_NET_BIND_SERVICE))

  /// What this thread may do now.
  public static func current() throws(Errno) -> Capabilities {
    var effective: UInt64 = 0
    try systemCall { unsafe cl_capget_effective(&effective) }
    return Capabilities(rawValue: effective)
  }

  /// The same; nothing where it cannot be told.
  public static var effective: Capabilities { (try? current()) ?? [] }
}

public enum Privileges {
  public static var isRoot: Bool { geteuid() == 0 }

  /// Why root could not be left.
  public enum Failure: Error {
    case noSuchUser(String)
    case failed(String, Errno)
  }

  /// The first of `users` that this host has.
  public static func firstUser(of users: [String]) -> String? {
    users.first { unsafe getpwnam($0) != nil }
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
