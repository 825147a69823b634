internal import CLinux
internal import SystemPackage

/// The name servers of resolv.conf(5), asked for records that getaddrinfo(3) does not tell of. Everything here
/// blocks for as long as the resolver likes: never on the loop.
public enum NameService {
  /// What asking for the records of one name and type came to.
  public enum Answer: Equatable, Sendable {
    /// A DNS message with at least one record in its answer section, as it came.
    case message([UInt8])
    /// The name servers know: there is no such name, or no record of this type.
    case nothing
    /// A name server answered that it cannot or will not tell: "SERVFAIL".
    case refused(String)
    /// No name server answered.
    case unreachable(String)
  }

  /// Where the resolver looks for names that may be incomplete, resolv.conf(5).
  public struct SearchList: Equatable, Sendable {
    public var domains: [String]
    /// A name with at least so many dots is tried as it stands first.
    public var dots: Int

    public init(domains: [String] = [], dots: Int = 1) {
      self.domains = domains
      self.dots = dots
    }
  }

  /// The search list as resolv.conf(5) has it now.
  public static var searchList: SearchList {
    var room = [CChar](repeating: 0, count: 4096)
    var dots: CInt = 1
    let count = unsafe room.withUnsafeMutableBufferPointer {
      // The buffer is not empty, so it has an address.
      unsafe cl_dns_search_list($0.baseAddress!, $0.count, &dots)
    }
    let domains = room.split(separator: 0, omittingEmptySubsequences: false).prefix(max(0, Int(count)))
    return SearchList(
      domains: domains.map { String(decoding: $0.map { UInt8(bitPattern: $0) }, as: UTF8.self) },
      dots: Int(dots))
  }

  /// Asks for the records of exactly this name: no search list. Large answers come over TCP.
  /// - Parameter type: as on the wire; 33 is SRV.
  public static func query(_ name: String, type: UInt16) -> Answer {
    var answer = [UInt8](repeating: 0, count: 65536)
    var (failure, number, code): (CInt, CInt, CInt) = (0, 0, -1)
    let length = unsafe answer.withUnsafeMutableBufferPointer {
      // The buffer is not empty, so it has an address.
      unsafe cl_dns_query(name, CInt(type), $0.baseAddress!, $0.count, &failure, &number, &code)
    }
    if length >= 0 { return .message(Array(answer.prefix(Int(length)))) }
    switch failure {
    case HOST_NOT_FOUND, NO_DATA: return .nothing
    default:
      if code > 0 { return .refused(responseCode(code)) }
      let error = Errno(rawValue: number)
      switch error {
      case .timedOut: return .unreachable("no name server answers")
      case .connectionRefused: return .unreachable("no name server listens (ECONNREFUSED)")
      case Errno(rawValue: 0): return .unreachable("no name server gives an answer that can be used")
      default: return .unreachable("no name server can be asked: \(error.explanation)")
      }
    }
  }

  /// The names of RFC 1035 4.1.1 and what they are known by.
  private static func responseCode(_ code: CInt) -> String {
    switch code {
    case 1: "the name server calls the question malformed (FORMERR)"
    case 2: "the name server failed (SERVFAIL)"
    case 4: "the name server does not do this (NOTIMP)"
    case 5: "the name server refuses to tell (REFUSED)"
    default: "the name server answers with code \(code)"
    }
  }
}
