internal import Linux
internal import SystemPackage

/// Reads what netfilter logs. Where packets are mostly counted and come fast it looks for them every 30 ms instead
/// of being woken for each message: to be woken costs more than to read another message, and the kernel has room for many.
/// Where each becomes a sample that cost is little, and samples leave sooner.
///
/// A class because it owns the socket, which the loop watches.
final class LogReader {
  private let socket: NetfilterSocket
  private let capacity: Int
  private let loop: any EventLoop
  private let take: (Span<UInt8>) -> Void
  private let onError: (Errno) -> Void
  private var rest: Deadline?
  /// Whether it may rest between messages: packets are counted, and not all of them become samples.
  var rests: Bool
  /// Whether the loop watches the socket; otherwise `rest` is armed.
  private var isWatching = false
  private var lastRead: Instant?

  /// Messages that follow each other as closely as this are fast.
  private static let fast = Duration.milliseconds(20)
  /// Longer, so that there is at least one then.
  private static let pause = Duration.milliseconds(30)
  /// Before the loop's other work gets a turn.
  private static let messagesPerTurn = 128

  /// - Parameters:
  ///   - take: gets the octets that the kernel sent at once, messages of netlink.
  ///   - onError: gets ENOBUFS when the kernel had no room, EMSGSIZE for something that was cut, and whatever else
  ///     the socket says. May give this up.
  init(
    _ socket: NetfilterSocket, loop: any EventLoop, rests: Bool, onError: @escaping (Errno) -> Void,
    take: @escaping (Span<UInt8>) -> Void
  ) throws(Errno) {
    self.socket = socket
    capacity = socket.capacity
    self.loop = loop
    self.rests = rests
    self.take = take
    self.onError = onError
    rest = Deadline { [unowned self] in read() }
    try watch()
  }

  deinit {
    if isWatching { loop.unwatch(socket.rawDescriptor) }
    if let rest { loop.disarm(rest) }
  }

  private func read() {
    var messages = 0
    do throws(Errno) {
      while messages < Self.messagesPerTurn, try socket.receive(take) { messages += 1 }
      try wait(after: messages)
    } catch {
      if !isWatching, let rest { loop.arm(rest, after: .zero) }
      onError(error)
    }
  }

  /// Rests if that is worth it, messages come fast, and the kernel has room for four times as many as came.
  private func wait(after messages: Int) throws(Errno) {
    let isFast = !isWatching || lastRead.map { loop.now - $0 < Self.fast } ?? false
    lastRead = loop.now
    if rests, isFast, messages > 0, 4 * messages <= capacity {
      if isWatching { loop.unwatch(socket.rawDescriptor) }
      isWatching = false
      if let rest { loop.arm(rest, after: Self.pause) }
    } else if !isWatching {
      try watch()
    }
  }

  private func watch() throws(Errno) {
    try loop.watch(socket.rawDescriptor) { [unowned self] in read() }
    isWatching = true
  }
}
