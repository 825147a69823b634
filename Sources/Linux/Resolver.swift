internal import Bytes
internal import CLinux
internal import SystemPackage

/// Why a name has no address.
public struct ResolverError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What getaddrinfo(3) says: "Name or service not known".
  public var description: String
  /// It may well have one: the name servers did not say that it has none (`EAI_AGAIN`).
  public var isTemporary = false

  public init(description: String, isTemporary: Bool = false) {
    self.description = description
    self.isTemporary = isTemporary
  }
}

public enum Resolver {
  /// The addresses of a host name or literal, in the order of getaddrinfo(3). Blocks for as long as the
  /// resolver likes: never on the loop.
  public static func resolve(_ name: String, port: UInt16) -> Result<[SocketAddress], ResolverError> {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = CInt(SOCK_DGRAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(name, nil, &hints, &list)
    guard code == 0 else {
      // The texts are constants of libc.
      let text = code == EAI_SYSTEM ? Errno.latest.explanation : unsafe String(cString: gai_strerror(code))
      return .failure(ResolverError(description: text, isTemporary: code == EAI_AGAIN))
    }
    defer { unsafe freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var next = unsafe list
    while let entry = unsafe next {
      if let pointer = unsafe entry.pointee.ai_addr,
        var address = unsafe SocketAddress(pointer, length: entry.pointee.ai_addrlen)
      {
        address.port = port
        addresses.append(address)
      }
      unsafe next = entry.pointee.ai_next
    }
    return addresses.isEmpty
      ? .failure(ResolverError(description: "the name has no Internet address")) : .success(addresses)
  }
}
