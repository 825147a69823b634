internal import ControlProtocol
internal import Linux
internal import Logging
internal import SystemPackage

/// Answers `hsflowctl`: many clients, none of which can hold up the loop or cost more than a little memory.
///
/// A class because the loop watches its sockets.
final class ControlSocket {
  private let path: String
  private let listener: UnixListener
  private let loop: any EventLoop
  private let logger: Logger
  private let answer: (Request) -> [Item]
  /// Why clients wait.
  private var complaint: Errno?
  private var clients: [CInt: Client] = [:]
  private var resumption: Deadline?

  /// At the same time.
  static let mostClients = 16
  /// In one round of the loop.
  private static let mostAccepted = 8

  /// - Parameter answer: makes the items; called only when somebody asks.
  init(
    at path: String, loop: any EventLoop, logger: Logger, answer: @escaping (Request) -> [Item]
  ) throws(UnixListener.Failure) {
    self.path = path
    self.loop = loop
    self.logger = logger
    self.answer = answer
    listener = try UnixListener(at: path, mode: 0o660)
    resumption = Deadline { [unowned self] in listen() }
    do throws(Errno) { try watch() } catch { throw .failed(error) }
  }

  deinit {
    loop.unwatch(listener.rawDescriptor)
    if let resumption { loop.disarm(resumption) }
    for client in clients.values { client.stop() }
  }

  private func watch() throws(Errno) {
    try loop.watch(listener.rawDescriptor) { [unowned self] in accept() }
  }

  private func listen() {
    do throws(Errno) { try watch() } catch { pause(error) }
  }

  /// Without descriptors the waiting client would wake the loop for ever.
  private func pause(_ error: Errno) {
    if error != complaint {
      logger.warning("control socket \(path): hsflowctl has to wait: \(error.explanation) (will retry)")
    }
    complaint = error
    loop.unwatch(listener.rawDescriptor)
    if let resumption { loop.arm(resumption, after: .seconds(1)) }
  }

  private func accept() {
    for _ in 0..<Self.mostAccepted {
      let next: UnixStream?
      do throws(Errno) { next = try listener.accept() } catch { return pause(error) }
      if complaint != nil { logger.notice("control socket \(path): hsflowctl is answered again") }
      complaint = nil
      guard let stream = next else { return }
      guard clients.count < Self.mostClients else {
        // So short a line always finds room in a new connection.
        _ = try? stream.write(Answer.error("too many clients at once: try again").encode())
        continue
      }
      let number = stream.rawDescriptor
      let client = Client(
        stream, loop: loop, answer: answer, onEnd: { [unowned self] in clients[number] = nil })
      clients[number] = client
      client.start()
    }
  }

  /// One connection: a request within `patience`, an answer taken within `patience`, and its end.
  private final class Client {
    private let stream: UnixStream
    private let loop: any EventLoop
    private let answer: (Request) -> [Item]
    private let onEnd: () -> Void
    private var incoming: [UInt8] = []
    private var outgoing: [UInt8] = []
    private var sent = 0
    private var isWatched = false
    private var deadline: Deadline?
    private var end: Instant

    private static let patience = Duration.seconds(5)
    /// How long a full socket is left alone.
    private static let breath = Duration.milliseconds(10)

    init(
      _ stream: UnixStream, loop: any EventLoop, answer: @escaping (Request) -> [Item],
      onEnd: @escaping () -> Void
    ) {
      self.stream = stream
      self.loop = loop
      self.answer = answer
      self.onEnd = onEnd
      end = loop.now + Self.patience
      deadline = Deadline { [unowned self] in tick() }
    }

    func start() {
      do throws(Errno) {
        try loop.watch(stream.rawDescriptor) { [unowned self] in read() }
        isWatched = true
        if let deadline { loop.arm(deadline, at: end) }
      } catch {
        finish()
      }
    }

    func stop() {
      if isWatched { loop.unwatch(stream.rawDescriptor) }
      isWatched = false
      if let deadline { loop.disarm(deadline) }
    }

    private func finish() {
      stop()
      onEnd()
    }

    private func tick() {
      if outgoing.isEmpty || loop.now >= end { finish() } else { write() }
    }

    private func read() {
      do throws(Errno) {
        let bytes = try stream.read(atMost: Conversation.longestRequest)
        incoming += bytes
        switch Conversation.request(in: incoming) {
        case .incomplete: if bytes.isEmpty { finish() }
        case .refused(let why): begin(.error(why))
        case .whole(let request): begin(.items(answer(request)))
        }
      } catch {
        if error != .wouldBlock { finish() }
      }
    }

    private func begin(_ answer: Answer) {
      loop.unwatch(stream.rawDescriptor)
      isWatched = false
      outgoing = answer.encode()
      end = loop.now + Self.patience
      write()
    }

    /// The loop tells only what can be read, so that a full socket is tried again after a breath.
    private func write() {
      do throws(Errno) {
        while sent < outgoing.count { sent += try stream.write(outgoing, from: sent) }
        finish()
      } catch {
        guard error == .wouldBlock, let deadline else { return finish() }
        loop.arm(deadline, after: Self.breath)
      }
    }
  }
}
