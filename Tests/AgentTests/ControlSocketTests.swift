import ControlProtocol
import Linux
import SystemPackage
import Testing

@testable import Agent

/// The control socket on a simulated clock: real sockets, and time that passes when a test says so.
@Suite struct ControlSocketTests {
  private let loop = SimulatedLoop()
  private let folder = TemporaryFolder()
  private var path: String { folder["control"] }

  private func socket(_ items: [Item] = [Item(.agent, "a")]) throws -> ControlSocket {
    try ControlSocket(at: path, loop: loop, logger: LogLines().logger) { _ in items }
  }

  private func client() throws -> UnixStream {
    let stream = try UnixStream(connectingTo: path)
    // What a test waits for in vain is an error, not a test that hangs.
    stream.limitWaiting(toSeconds: 5)
    return stream
  }

  /// Everything that has come, up to the end of the connection.
  private func rest(_ stream: UnixStream) throws -> [UInt8] {
    var all: [UInt8] = []
    while true {
      let bytes = try stream.read(atMost: 65536)
      if bytes.isEmpty { return all }
      all += bytes
    }
  }

  private func ask(_ stream: UnixStream, _ text: String) throws {
    _ = try stream.write(Array(text.utf8))
    loop.makeAllReadable()
  }

  @Test func `a request is answered, in pieces too, and the connection ends`() throws {
    let socket = try socket()
    let stream = try client()
    loop.makeAllReadable()
    try ask(stream, "rep")
    try ask(stream, "ort\n")
    #expect(try Answer(decoding: rest(stream)) == .items([Item(.agent, "a")]))
    // Nothing of it is left.
    #expect(loop.nextDeadline == nil)
    _ = socket
  }

  @Test(arguments: ["nonsense\n", String(repeating: "x", count: 64), "\n", "report \n"])
  func `what is no request is refused, and says why`(_ text: String) throws {
    let socket = try socket()
    let stream = try client()
    loop.makeAllReadable()
    try ask(stream, text)
    guard case .error(let why) = try Answer(decoding: rest(stream)) else {
      Issue.record("it was answered")
      return
    }
    #expect(why.contains("request"))
    #expect(loop.nextDeadline == nil)
    _ = socket
  }

  @Test func `who asks nothing is sent away after five seconds, and not before`() throws {
    let socket = try socket()
    let stream = try client()
    loop.makeAllReadable()
    loop.run(for: .milliseconds(4999))
    #expect(loop.nextDeadline != nil)
    loop.run(for: .milliseconds(1))
    #expect(loop.nextDeadline == nil)
    #expect(try rest(stream).isEmpty)
    _ = socket
  }

  @Test func `who does not take the answer is sent away after five seconds`() throws {
    let socket = try socket((0..<20_000).map { Item(.interface, "interface \($0)") })
    let stream = try client()
    loop.makeAllReadable()
    try ask(stream, "report\n")
    // It tries again all the time, and so often only.
    let before = loop.wakeUps
    loop.run(for: .seconds(5))
    #expect(loop.wakeUps - before <= 501)
    #expect(loop.nextDeadline == nil)
    let taken = try rest(stream)
    #expect(!taken.isEmpty)
    #expect(throws: AnswerError.self) { try Answer(decoding: taken) }
    _ = socket
  }

  @Test func `who takes the answer slowly gets all of it`() throws {
    let items = (0..<20_000).map { Item(.interface, "interface \($0)") }
    let socket = try socket(items)
    let stream = try client()
    loop.makeAllReadable()
    try ask(stream, "report\n")
    var taken: [UInt8] = []
    while true {
      let bytes = try stream.read(atMost: 65536)
      if bytes.isEmpty { break }
      taken += bytes
      loop.run(for: .milliseconds(10))
    }
    #expect(try Answer(decoding: taken) == .items(items))
    #expect(loop.nextDeadline == nil)
    _ = socket
  }

  @Test func `more than sixteen at once are told so, and there is room again when one goes`() throws {
    let socket = try socket()
    var streams: [UnixStream] = []
    for _ in 0..<(ControlSocket.mostClients + 1) { streams.append(try client()) }
    // Eight are let in each time.
    for _ in 0..<3 { loop.makeAllReadable() }
    guard case .error(let why) = try Answer(decoding: rest(streams[16])) else {
      Issue.record("it was answered")
      return
    }
    #expect(why.contains("too many clients"))
    try ask(streams[0], "report\n")
    #expect(try Answer(decoding: rest(streams[0])) == .items([Item(.agent, "a")]))
    let late = try client()
    loop.makeAllReadable()
    try ask(late, "report\n")
    #expect(try Answer(decoding: rest(late)) == .items([Item(.agent, "a")]))
    _ = socket
  }

  @Test func `a client that hangs up leaves nothing behind`() throws {
    let socket = try socket()
    for text in ["", "rep", "report\n"] {
      var stream: UnixStream? = try client()
      loop.makeAllReadable()
      if !text.isEmpty { _ = try stream?.write(Array(text.utf8)) }
      stream = nil
      loop.makeAllReadable()
      loop.run(for: .seconds(6))
      #expect(loop.nextDeadline == nil)
    }
    _ = socket
  }
}
