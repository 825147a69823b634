internal import CLinux
public import SystemPackage

/// The signals the daemon acts on.
public enum Signal: Sendable, CaseIterable {
  case terminate, interrupt, hangUp, user1, user2

  var number: CInt {
    switch self {
    case .terminate: SIGTERM
    case .interrupt: SIGINT
    case .hangUp: SIGHUP
    case .user1: SIGUSR1
    case .user2: SIGUSR2
    }
  }
}

/// Signals as events of the loop, by signalfd(2). Owns the descriptor.
///
/// A class because loop and owner share it.
public final class SignalSource {
  private let descriptor: Descriptor
  private let loop: any EventLoop

  /// Keeps the signals for a later `SignalSource` and ignores SIGPIPE. Must come before the first thread.
  public static func block() {
    var set = mask()
    // Fails only for a bad first argument.
    _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    _ = cl_ignore_signal(SIGPIPE)
  }

  public init(loop: any EventLoop, _ action: @escaping (Signal) -> Void) throws(Errno) {
    var set = Self.mask()
    let number = try systemCall { unsafe signalfd(-1, &set, CInt(SFD_CLOEXEC | SFD_NONBLOCK)) }
    descriptor = Descriptor(owning: number)
    self.loop = loop
    try loop.watch(number) {
      var info = signalfd_siginfo()
      let size = MemoryLayout<signalfd_siginfo>.size
      while unsafe read(number, &info, size) == size {
        if let signal = Signal.allCases.first(where: { $0.number == CInt(info.ssi_signo) }) { action(signal) }
      }
    }
  }

  deinit { loop.unwatch(descriptor.rawValue) }

  private static func mask() -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in Signal.allCases { unsafe sigaddset(&set, signal.number) }
    return set
  }
}
