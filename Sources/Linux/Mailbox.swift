internal import CLinux
internal import Synchronization
public import SystemPackage

/// Values from other threads on their way to the loop: a locked list and an eventfd(2) that wakes the loop.
public final class Mailbox<Message: Sendable>: Sendable {
  private let waiting = Mutex<[Message]>([])
  private let signal: CInt

  public init() throws(Errno) {
    signal = try systemCall { eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK)) }
  }

  deinit { _ = close(signal) }

  /// Readable while something waits.
  public var descriptor: CInt { signal }

  /// From any thread.
  public func post(_ message: Message) {
    waiting.withLock { $0.append(message) }
    var one: UInt64 = 1
    // Fails only if 2^64 - 2 posts wait already.
    _ = unsafe write(signal, &one, 8)
  }

  /// On the loop: everything that came since the last time, in order.
  public func takeAll() -> [Message] {
    var count: UInt64 = 0
    _ = unsafe read(signal, &count, 8)
    return waiting.withLock { messages in
      let taken = messages
      messages.removeAll()
      return taken
    }
  }
}
