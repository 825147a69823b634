internal import Bytes
public import Config
internal import HostCounters
internal import Linux
internal import Netlink
internal import SFlow
internal import SystemPackage

/// Sends one datagram to a collector and tells how it got there, as far as this side can know.
public struct CollectorProbe: Sendable {
  /// "route", "source", "sent" and what there is to say of each.
  public private(set) var lines: [(name: String, value: String)] = []
  /// What is wrong, and what to do; `nil` if nothing is known to be wrong.
  public private(set) var failure: Finding?

  /// The sub-agent of the datagram, which no agent has: collectors see by it that this is a probe.
  public static let subAgentID: UInt32 = 0xFFFF_FFFF

  /// - Parameter datagramBytes: the largest datagram that will be sent there.
  public init(_ collector: Settings.Collector, datagramBytes: UInt32) {
    let subject = "collector \(collector)"
    guard let address = resolve(collector, subject) else { return }
    do throws(Errno) {
      guard let namespace = collector.namespace else {
        try probe(address, collector, datagramBytes, subject)
        return
      }
      var probed = self
      try NetworkNamespace.run(inNamespaceAt: "/var/run/netns/\(namespace)") { () throws(Errno) in
        try probed.probe(address, collector, datagramBytes, subject)
      }
      self = probed
    } catch {
      fail(error, collector, subject)
    }
  }

  private mutating func fail(_ error: Errno, _ collector: Settings.Collector, _ subject: String) {
    failure = Finding(
      .error, subject, Collector.explanation(of: error), remedy: Collector.remedy(for: error, collector))
  }

  private mutating func resolve(_ collector: Settings.Collector, _ subject: String) -> SocketAddress? {
    switch collector.host {
    case .literal(let address): return SocketAddress(address, port: collector.port)
    case .name(let name):
      switch Resolver.resolve(name, port: collector.port) {
      case .success(let addresses):
        lines.append(("addresses", addresses.map { "\($0.address)" }.joined(separator: " ")))
        return addresses.first
      case .failure(let error):
        failure = Finding(
          .error, subject, "\"\(name)\" cannot be resolved: \(error)",
          remedy: "correct the name, or the host's resolver (/etc/resolv.conf), or give an address")
        return nil
      }
    }
  }

  private mutating func probe(
    _ address: SocketAddress, _ collector: Settings.Collector, _ datagramBytes: UInt32, _ subject: String
  ) throws(Errno) {
    lines.append(("to", "\(address)"))
    let socket = try KernelNetwork.socket(to: address, collector)
    let source = socket.localAddress
    if let source { lines.append(("source", "\(source)")) }
    if let route = Self.lookUp(address.address) {
      let device = collector.device ?? route.output.flatMap { Host.interfaceName(of: $0) } ?? "unknown"
      lines.append(("interface", device))
      lines.append(("gateway", route.gateway.map { "\($0)" } ?? "none, it is on the link"))
    }
    if let mtu = socket.pathMTU { lines.append(("mtu", "\(mtu)")) }
    let datagram = Datagram(
      agentAddress: source?.address ?? .v4(IPv4Address(0)), subAgentID: Self.subAgentID, sequence: 1,
      uptime: 0,
      samples: [])
    try socket.send(datagram.encode().span)
    lines.append(("sent", "1 datagram of no samples, sub-agent \(Self.subAgentID)"))
    // Routers and hosts answer within a round trip, if they do.
    for _ in 0..<20 {
      if let error = socket.takeError() {
        lines.append(("answer", "ICMP says \(error.explanation)"))
        return fail(error, collector, subject)
      }
      Terminal.wait(.milliseconds(50))
    }
    lines.append(("answer", "none within a second, as it should be: sFlow is not acknowledged"))
    let headers = if case .v4 = address.address { 28 } else { 48 }
    if let mtu = socket.pathMTU, Int(datagramBytes) + headers > mtu {
      failure = Finding(
        .warning, subject, "datagrams of \(datagramBytes) octets do not fit the path's MTU of \(mtu)",
        remedy: "set datagramBytes = \(mtu - headers) or less")
    }
  }

  private static func lookUp(_ address: IPAddress) -> RouteLookup? {
    guard let socket = try? NetlinkSocket() else { return nil }
    guard (try? socket.send(RouteLookup.request(to: address, sequence: 1))) != nil else { return nil }
    var route: RouteLookup?
    _ = try? socket.receive(waiting: true) { bytes in
      var messages = Messages(bytes)
      while let message = try? messages.next() {
        if let found = try? RouteLookup(parsing: message) { route = found }
      }
    }
    return route
  }
}
