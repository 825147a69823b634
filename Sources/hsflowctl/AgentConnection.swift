internal import ArgumentParser
internal import ControlProtocol
internal import Linux
internal import SystemPackage

/// Asks the running agent.
enum AgentConnection {
  /// Why there is no answer, and what to do.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  static func items(at path: String) throws -> [Item] {
    let stream: UnixStream
    do throws(Errno) { stream = try UnixStream(connectingTo: path) } catch { throw unreachable(path, error) }
    stream.limitWaiting(toSeconds: 10)
    let answer: [UInt8]
    do throws(Errno) { answer = try ask(.report, stream) } catch {
      throw Failure(description: "the agent at \(path) does not answer: \(error.explanation)")
    }
    return try decode(answer, from: path)
  }

  private static func ask(_ request: Request, _ stream: UnixStream) throws(Errno) -> [UInt8] {
    // An agent that is busy has said so and closed already.
    _ = try? stream.write(Array("\(request.rawValue)\n".utf8))
    var answer: [UInt8] = []
    while true {
      let bytes = try stream.read(atMost: 65536)
      if bytes.isEmpty { return answer }
      answer += bytes
      if answer.count > Conversation.longestAnswer { throw .messageTooLong }
    }
  }

  private static func decode(_ answer: [UInt8], from path: String) throws -> [Item] {
    do {
      switch try Answer(decoding: answer) {
      case .items(let items): return items
      case .error(let why): throw Failure(description: "the agent at \(path) refuses: \(why)")
      }
    } catch let error as AnswerError {
      throw Failure(description: "\(path): \(error)")
    }
  }

  private static func unreachable(_ path: String, _ error: Errno) -> Failure {
    let remedy: String =
      switch error {
      case .noSuchFileOrDirectory:
        "no agent runs, or it was told another --control: systemctl status hsflowd, or start it with hsflowd"
      case .connectionRefused: "the agent that made it has ended: systemctl status hsflowd says why"
      case .permissionDenied: "only root and the group of the agent may ask: use sudo"
      default: "systemctl status hsflowd"
      }
    return Failure(description: "cannot reach the agent at \(path): \(error.explanation); \(remedy)")
  }
}
