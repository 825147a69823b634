internal import CLinux
public import SystemPackage

public enum NetworkNamespace {
  /// Runs `body` inside the network namespace at `path` ("/run/netns/NAME") and comes back.
  ///
  /// Changes the calling thread only. Should the way back fail the thread would stay astray, so the process ends.
  /// - Throws: ENOENT when there is no such namespace, EPERM without CAP_SYS_ADMIN, or what `body` throws.
  public static func run<R: ~Copyable>(
    inNamespaceAt path: String, _ body: () throws(Errno) -> R
  ) throws(Errno) -> R {
    let home = Descriptor(
      owning: try systemCall { unsafe cl_open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC) })
    let there = Descriptor(owning: try systemCall { unsafe cl_open(path, O_RDONLY | O_CLOEXEC) })
    try systemCall { cl_setns_network(there.rawValue) }
    defer { comeBack(to: home, from: path) }
    return try body()
  }

  private static func comeBack(to home: borrowing Descriptor, from path: String) {
    // The kernel may lack memory for a moment.
    for _ in 0..<1000 where cl_setns_network(home.rawValue) == 0 { return }
    fatalError("cannot return from network namespace \(path)")
  }
}
