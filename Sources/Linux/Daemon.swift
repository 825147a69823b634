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
