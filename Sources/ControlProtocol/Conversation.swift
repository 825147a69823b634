/// What a client may ask: one line of ASCII, and the connection is good for one answer.
public enum Request: String, Sendable, CaseIterable {
  /// All items.
  case report
}

/// How the two sides talk over the socket.
public enum Conversation {
  /// Where the daemon listens unless told otherwise.
  public static let defaultPath = "/run/hsflowd/control"
  /// The longest request, its line end included, in octets. A client that sends more is sent away.
  public static let longestRequest = 64
  /// The longest answer that a client accepts, in octets: some 100,000 interfaces.
  public static let longestAnswer = 64 << 20

  /// The request in `bytes`, which may still be incoming.
  public static func request(in bytes: [UInt8]) -> Incoming {
    guard let end = bytes.firstIndex(of: 0x0A) else {
      return bytes.count < longestRequest ? .incomplete : .refused("the request is too long")
    }
    guard end < longestRequest else { return .refused("the request is too long") }
    guard let request = Request(rawValue: String(decoding: bytes[..<end], as: UTF8.self)) else {
      return .refused("this request is not known")
    }
    return .whole(request)
  }

  /// What has come of a request.
  public enum Incoming: Equatable {
    case incomplete
    case whole(Request)
    /// Why it cannot be answered.
    case refused(String)
  }
}
