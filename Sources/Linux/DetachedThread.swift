internal import CLinux
public import SystemPackage

/// A thread that nobody waits for.
public enum DetachedThread {
  /// The resolver's own buffers are the largest thing on these stacks.
  private static let stackBytes = 256 * 1024

  /// What the thread does. A class because C hands on a pointer to it.
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Runs `body` on a thread of its own, which ends when it returns.
  public static func start(_ body: @escaping @Sendable () -> Void) throws(Errno) {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
    unsafe pthread_attr_setstacksize(&attributes, stackBytes)
    var id = pthread_t()
    let context = unsafe Unmanaged.passRetained(Body(body))
    let error = unsafe pthread_create(
      &id, &attributes,
      { context in
        // Balances the retain above.
        unsafe Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
        return nil
      }, context.toOpaque())
    if error != 0 {
      unsafe context.release()
      throw Errno(rawValue: error)
    }
  }
}
