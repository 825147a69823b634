internal import CLinux
public import SystemPackage

/// The production loop: epoll(7), level-triggered, one thread. Owns the epoll descriptor.
///
/// It wakes for a readable descriptor or the next deadline and for nothing else.
public final class EpollLoop: EventLoop {
  public private(set) var now = Instant.now
  private let epoll: Descriptor
  private var deadlines = DeadlineQueue()
  /// Actions by descriptor. A descriptor that was unwatched in this round has none any more.
  private var watched: [CInt: () -> Void] = [:]
  /// What epoll_wait(2) found readable in this round, -1 where it was unwatched since.
  private var ready = [CInt](repeating: -1, count: 64)
  private var isStopping = false

  public init() throws(Errno) {
    epoll = Descriptor(owning: try systemCall { epoll_create1(CInt(EPOLL_CLOEXEC)) })
  }

  public func arm(_ deadline: Deadline, at time: Instant) { deadlines.arm(deadline, at: max(time, now)) }
  public func disarm(_ deadline: Deadline) { deadlines.disarm(deadline) }

  public func watch(_ descriptor: CInt, _ action: @escaping () -> Void) throws(Errno) {
    try systemCall { cl_epoll_add(epoll.rawValue, descriptor) }
    watched[descriptor] = action
  }

  public func unwatch(_ descriptor: CInt) {
    guard watched.removeValue(forKey: descriptor) != nil else { return }
    // Its number may be given to a new descriptor before this round comes to it.
    for i in ready.indices where ready[i] == descriptor { ready[i] = -1 }
    // Fails only if the descriptor was closed before, and then it is out of the set already.
    _ = cl_epoll_remove(epoll.rawValue, descriptor)
  }

  /// Runs until `stop`.
  public func run() throws(Errno) {
    isStopping = false
    while !isStopping { try turn() }
  }

  /// `run` returns when the current round is over.
  public func stop() { isStopping = true }

  /// One round: waits, then runs what is readable, then what is due.
  private func turn() throws(Errno) {
    var timeout: CInt = -1
    if let next = deadlines.next() {
      // Rounded up: waking a moment early would only spin.
      timeout = CInt(clamping: max(0, (next - Instant.now).millisecondsRoundedUp))
    }
    let count = unsafe ready.withUnsafeMutableBufferPointer { buffer in
      // The buffer has exactly that many elements.
      unsafe cl_epoll_wait(epoll.rawValue, buffer.baseAddress!, CInt(buffer.count), timeout)
    }
    if count < 0 {
      let error = Errno.latest
      if error == .interrupted { return }
      throw error
    }
    now = Instant.now
    for i in 0..<Int(count) {
      // An earlier action of this round may have unwatched it.
      watched[ready[i]]?()
    }
    // A deadline armed by one of these for now waits for the next round, so that descriptors get a turn.
    let last = deadlines.order
    while !isStopping, let deadline = deadlines.popDue(at: now, armedUpTo: last) { deadline.action() }
  }
}
