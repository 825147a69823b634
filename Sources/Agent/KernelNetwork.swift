internal import Bytes
internal import Config
internal import Linux
internal import SystemPackage

/// The real network behind the collectors.
final class KernelNetwork: CollectorNetwork {
  private let background: any BackgroundRunner
  /// Longer than the resolver tries by default (resolv.conf(5): 2 attempts of 5 s for each of 3 servers).
  private static let resolverLimit = Duration.seconds(40)

  init(background: any BackgroundRunner) { self.background = background }

  func open(_ address: SocketAddress, _ settings: Settings.Collector) throws(Errno) -> any DatagramSender {
    guard let namespace = settings.namespace else { return try Socket(address, settings) }
    let path = Self.path(of: namespace)
    // Before it is entered: if it is exchanged meanwhile the socket seems astray and is opened once more.
    let origin = FileIdentity(at: path)
    let socket = try NetworkNamespace.run(inNamespaceAt: path) { () throws(Errno) in
      try Socket(address, settings)
    }
    socket.home = (path, origin)
    return socket
  }

  /// Where ip-netns(8) gives namespaces their names.
  private static func path(of namespace: String) -> String { "/var/run/netns/\(namespace)" }

  /// How datagrams would get to a collector.
  struct Route {
    /// `nil` if the routes decide for each datagram.
    var source: SocketAddress?
    var mtu: Int?
    /// Octets of the IP and UDP headers.
    var headerBytes: Int
  }

  /// Opens what a collector would be sent through, and asks the kernel about it; nothing is sent.
  static func route(to address: SocketAddress, _ settings: Settings.Collector) throws(Errno) -> Route {
    guard let namespace = settings.namespace else { return try Socket(address, settings).route(to: address) }
    return try NetworkNamespace.run(inNamespaceAt: path(of: namespace)) { () throws(Errno) in
      try Socket(address, settings).route(to: address)
    }
  }

  /// A socket as a collector is sent through, in this network namespace.
  static func socket(to address: SocketAddress, _ settings: Settings.Collector) throws(Errno) -> UDPSocket {
    var device: UInt32 = 0
    if let name = settings.device {
      // ENODEV if there is no such interface.
      device = try Host.index(ofInterface: name)
    }
    var source: SocketAddress?
    if settings.source != nil || settings.sourcePort != nil {
      let any: IPAddress =
        switch address.address {
        case .v4: .v4(IPv4Address(0))
        case .v6: .v6(IPv6Address(high: 0, low: 0))
        }
      source = SocketAddress(settings.source ?? any, port: settings.sourcePort ?? 0)
    }
    return try UDPSocket(to: address, device: device, source: source)
  }

  func resolve(
    _ name: String, port: UInt16, then: @escaping (Result<[SocketAddress], ResolverError>?) -> Void
  ) {
    background.run(
      "resolve \(name)", within: Self.resolverLimit, { Resolver.resolve(name, port: port) }, then: then)
  }

  /// A class because a collector's sender can be replaced while the old one is still in use.
  private final class Socket: DatagramSender {
    private let socket: UDPSocket
    /// Where the name of its namespace is, and what was there when it was made.
    var home: (path: String, origin: FileIdentity?)?

    init(_ address: SocketAddress, _ settings: Settings.Collector) throws(Errno) {
      socket = try KernelNetwork.socket(to: address, settings)
    }

    func route(to address: SocketAddress) -> Route {
      let headers =
        switch address.address {
        case .v4: 28
        case .v6: 48
        }
      return Route(source: socket.localAddress, mtu: socket.pathMTU, headerBytes: headers)
    }

    func send(_ payload: Span<UInt8>) throws(Errno) { try socket.send(payload) }
    func send(_ batch: borrowing DatagramBatch) throws(Errno) -> Int { try socket.send(batch) }

    var isAstray: Bool { home.map { FileIdentity(at: $0.path) != $0.origin } ?? false }
  }
}
