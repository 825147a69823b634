public import Linux

/// What discovery asks of the resolver; replaced in tests. Each call may block: never on the loop.
public struct NameSource: Sendable {
  public var searchList: @Sendable () -> NameService.SearchList
  /// The records of exactly this name, by the number of their type.
  public var query: @Sendable (String, UInt16) -> NameService.Answer
  /// Addresses of a host, as the rest of this host would find them.
  public var resolve: @Sendable (String) -> Result<[SocketAddress], ResolverError>

  public init(
    searchList: @escaping @Sendable () -> NameService.SearchList,
    query: @escaping @Sendable (String, UInt16) -> NameService.Answer,
    resolve: @escaping @Sendable (String) -> Result<[SocketAddress], ResolverError>
  ) {
    self.searchList = searchList
    self.query = query
    self.resolve = resolve
  }

  /// That of this host.
  public static let system = NameSource(
    searchList: { NameService.searchList },
    query: { NameService.query($0, type: $1) },
    resolve: { Resolver.resolve($0, port: 0) })
}
