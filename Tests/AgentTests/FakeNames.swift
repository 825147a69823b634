import Discovery
import Linux
import Synchronization

/// A DNS that says what a test says, in messages as they are on the wire.
final class FakeNames: Sendable {
  struct Contents: Sendable {
    var searchList = NameService.SearchList()
    /// By "name type"; what is not in here does not exist.
    var answers: [String: NameService.Answer] = [:]
    /// Hosts without an address.
    var unknownHosts: Set<String> = []
    var questions: [String] = []
  }

  let contents = Mutex(Contents())

  var source: NameSource {
    NameSource(
      searchList: { self.contents.withLock { $0.searchList } },
      query: { name, type in
        self.contents.withLock {
          $0.questions.append("\(name) \(type)")
          return $0.answers["\(name) \(type)"] ?? .nothing
        }
      },
      resolve: { name in
        let isKnown = self.contents.withLock { !$0.unknownHosts.contains(name) }
        return isKnown ? .success([]) : .failure(ResolverError(description: "Name or service not known"))
      })
  }

  var questions: [String] { contents.withLock { $0.questions } }

  subscript(name: String, type: UInt16) -> NameService.Answer? {
    get { contents.withLock { $0.answers["\(name) \(type)"] } }
    set { contents.withLock { $0.answers["\(name) \(type)"] = newValue } }
  }

  /// Servers and settings at `name`.
  func serve(
    _ servers: [(priority: UInt16, port: UInt16, host: String)], _ strings: [String] = [],
    lifetime: UInt32 = 60,
    at name: String = "_sflow._udp.example.com"
  ) {
    self[name, 33] = DNSText.message(
      name,
      servers.map {
        (
          33, lifetime,
          DNSText.number($0.priority) + [0, 0] + DNSText.number($0.port) + DNSText.name($0.host)
        )
      })
    self[name, 16] =
      strings.isEmpty
      ? nil
      : DNSText.message(name, [(16, lifetime, strings.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) })])
  }
}

/// DNS messages in the making.
enum DNSText {
  static func number(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }

  static func name(_ text: String) -> [UInt8] {
    text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }

  /// An answer about `name` with records that begin with a pointer to it.
  static func message(_ name: String, _ records: [(type: UInt16, lifetime: UInt32, data: [UInt8])])
    -> NameService.Answer
  {
    var bytes: [UInt8] = [0, 1, 0x81, 0x80, 0, 1] + number(UInt16(records.count)) + [0, 0, 0, 0]
    bytes += self.name(name) + number(records.first?.type ?? 0) + [0, 1]
    for record in records {
      bytes += [0xC0, 12] + number(record.type) + [0, 1]
      bytes += number(UInt16(record.lifetime >> 16)) + number(UInt16(record.lifetime & 0xFFFF))
      bytes += number(UInt16(record.data.count)) + record.data
    }
    return .message(bytes)
  }
}
