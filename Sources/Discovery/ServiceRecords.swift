internal import Bytes
internal import Config
internal import Linux

/// The SRV and TXT records of `_sflow._udp`, as the name servers gave them.
struct ServiceRecords: Equatable {
  /// The name they were found at, for the log.
  var name: String
  var services: [DNSMessage.Service] = []
  /// All strings of all TXT records.
  var strings: [[UInt8]] = []
  /// The shortest lifetime of a record, in seconds; `nil` if none says one.
  var lifetime: UInt32?

  /// Why the records are not known.
  struct Failure: Error, Equatable, CustomStringConvertible {
    var description: String
    /// No name server answers at all.
    var isSilence = false
  }

  /// Asks for them. Blocks for as long as the resolver likes.
  /// - Parameter domain: is appended to `_sflow._udp` as it stands.
  /// - Returns: `nil` if the name servers say that there is no such service.
  static func look(for domain: String, _ source: NameSource) throws(Failure) -> ServiceRecords? {
    guard let (name, message) = try search(for: "_sflow._udp" + domain, source) else { return nil }
    var found = ServiceRecords(name: name)
    let services = try chase(name, DNSMessage.RecordType.service, message, source)
    // Without a target there is decidedly no such service, RFC 2782.
    found.services = services.records.compactMap {
      if case .service(let service) = $0.content, !service.target.isEmpty { service } else { nil }
    }
    if found.services.isEmpty { return nil }
    var lifetimes = [services.lifetime]
    // At the name that has the service, so that the two go together.
    if let message = try ask(name, DNSMessage.RecordType.text, source) {
      let texts = try chase(name, DNSMessage.RecordType.text, message, source)
      // Records come in any order: equal ones must mean the same every time. Within a record the order is fixed.
      let records = texts.records.compactMap {
        if case .text(let strings) = $0.content { strings } else { nil }
      }
      found.strings = records.sorted {
        $0.lexicographicallyPrecedes($1, by: { $0.lexicographicallyPrecedes($1) })
      }
      .flatMap { $0 }
      lifetimes.append(texts.lifetime)
    }
    found.lifetime = lifetimes.compactMap { $0 }.min()
    return found
  }

  /// Tries the names that res_search(3) would try. Unlike there, a failure on the way is never taken for the answer
  /// "no such name": that would stop the agent for as long as one name server is ill.
  private static func search(for name: String, _ source: NameSource) throws(Failure) -> (String, DNSMessage)?
  {
    if name.hasSuffix(".") { return try ask(name, DNSMessage.RecordType.service, source).map { (name, $0) } }
    let list = source.searchList()
    var names = list.domains.filter { !$0.isEmpty && $0 != "." }.map { "\(name).\($0)" }
    // The bare `_sflow._udp` is a name of the root zone, about which many a name server will not answer.
    let mayFail = name == "_sflow._udp" && !names.isEmpty
    names.insert(name, at: name.count { $0 == "." } >= list.dots ? 0 : names.count)
    var failure: Failure?
    for candidate in names {
      do throws(Failure) {
        if let message = try ask(candidate, DNSMessage.RecordType.service, source) {
          return (candidate, message)
        }
      } catch {
        // If no name server answers the next name will fare no better.
        if error.isSilence { throw error }
        if candidate != name || !mayFail { failure = failure ?? error }
      }
    }
    if let failure { throw failure }
    return nil
  }

  private static func ask(_ name: String, _ type: UInt16, _ source: NameSource) throws(Failure) -> DNSMessage?
  {
    switch source.query(name, type) {
    case .nothing: return nil
    case .refused(let reason): throw Failure(description: reason)
    case .unreachable(let reason): throw Failure(description: reason, isSilence: true)
    case .message(let bytes):
      do throws(WireError) {
        return try DNSMessage(parsing: bytes.span)
      } catch {
        throw Failure(description: "the answer makes no sense: \(error)")
      }
    }
  }

  /// The records of `name` in `message`. If there is only an alias in it, which name servers do not follow into what they
  /// are not told of, that is asked for.
  private static func chase(
    _ name: String, _ type: UInt16, _ message: DNSMessage, _ source: NameSource
  ) throws(Failure) -> (records: [DNSMessage.Record], lifetime: UInt32?) {
    var (name, message) = (name.hasSuffix(".") ? String(name.dropLast()) : name, message)
    var lifetimes: [UInt32] = []
    for _ in 0..<8 {
      let found = message.records(of: name)
      if let lifetime = found.lifetime { lifetimes.append(lifetime) }
      if !found.records.isEmpty { return (found.records, lifetimes.min()) }
      guard found.name != name, let next = try ask(found.name, type, source) else { break }
      (name, message) = (found.name, next)
    }
    return ([], lifetimes.min())
  }
}
