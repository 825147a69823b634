public import Bytes

/// The socket that an operation came through.
///
///     extended_socket_ipv4, 0:2100, 20 octets
///       0  unsigned int   protocol
///       4  ip_v4          local_ip
///       8  ip_v4          remote_ip
///      12  unsigned int   local_port
///      16  unsigned int   remote_port
public struct ExtendedSocketIPv4: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2100) }
  public static var name: String { "extended_socket_ipv4" }

  /// IP protocol: 6 TCP, 17 UDP.
  public var ipProtocol: UInt32 = 0
  /// Local address.
  public var local: IPv4Address = IPv4Address(0)
  /// Remote address.
  public var remote: IPv4Address = IPv4Address(0)
  /// Local port.
  public var localPort: UInt32 = 0
  /// Remote port.
  public var remotePort: UInt32 = 0

  public init(
    ipProtocol: UInt32 = 0, local: IPv4Address = IPv4Address(0), remote: IPv4Address = IPv4Address(0),
    localPort: UInt32 = 0, remotePort: UInt32 = 0
  ) {
    self.ipProtocol = ipProtocol
    self.local = local
    self.remote = remote
    self.localPort = localPort
    self.remotePort = remotePort
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(ipProtocol)
    writer.ipv4(local)
    writer.ipv4(remote)
    writer.u32(localPort)
    writer.u32(remotePort)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    ipProtocol = try reader.u32()
    local = try reader.ipv4()
    remote = try reader.ipv4()
    localPort = try reader.u32()
    remotePort = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("protocol", ipProtocol),
      Field("local_ip", local),
      Field("remote_ip", remote),
      Field("local_port", localPort),
      Field("remote_port", remotePort),
    ]
  }
}

/// The socket that an operation came through.
///
///     extended_socket_ipv6, 0:2101, 44 octets
///       0  unsigned int   protocol
///       4  ip_v6          local_ip
///      20  ip_v6          remote_ip
///      36  unsigned int   local_port
///      40  unsigned int   remote_port
public struct ExtendedSocketIPv6: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2101) }
  public static var name: String { "extended_socket_ipv6" }

  /// IP protocol: 6 TCP, 17 UDP.
  public var ipProtocol: UInt32 = 0
  /// Local address.
  public var local: IPv6Address = IPv6Address(high: 0, low: 0)
  /// Remote address.
  public var remote: IPv6Address = IPv6Address(high: 0, low: 0)
  /// Local port.
  public var localPort: UInt32 = 0
  /// Remote port.
  public var remotePort: UInt32 = 0

  public init(
    ipProtocol: UInt32 = 0, local: IPv6Address = IPv6Address(high: 0, low: 0),
    remote: IPv6Address = IPv6Address(high: 0, low: 0), localPort: UInt32 = 0, remotePort: UInt32 = 0
  ) {
    self.ipProtocol = ipProtocol
    self.local = local
    self.remote = remote
    self.localPort = localPort
    self.remotePort = remotePort
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(ipProtocol)
    writer.ipv6(local)
    writer.ipv6(remote)
    writer.u32(localPort)
    writer.u32(remotePort)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    ipProtocol = try reader.u32()
    local = try reader.ipv6()
    remote = try reader.ipv6()
    localPort = try reader.u32()
    remotePort = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("protocol", ipProtocol),
      Field("local_ip", local),
      Field("remote_ip", remote),
      Field("local_port", localPort),
      Field("remote_port", remotePort),
    ]
  }
}

/// The socket between an intermediary and its back end.
///
///     extended_proxy_socket_ipv4, 0:2102, 20 octets
///       0  like extended_socket_ipv4
public struct ExtendedProxySocketIPv4: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2102) }
  public static var name: String { "extended_proxy_socket_ipv4" }

  /// The socket, seen from the intermediary.
  public var socket: ExtendedSocketIPv4 = ExtendedSocketIPv4()

  public init(socket: ExtendedSocketIPv4 = ExtendedSocketIPv4()) {
    self.socket = socket
  }

  public func encodeBody(into writer: inout XDRWriter) {
    socket.encodeBody(into: &writer)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    socket = try ExtendedSocketIPv4(decodingBody: &reader)
  }

  public var fields: [Field] { socket.fields }
}

/// The socket between an intermediary and its back end.
///
///     extended_proxy_socket_ipv6, 0:2103, 44 octets
///       0  like extended_socket_ipv6
public struct ExtendedProxySocketIPv6: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2103) }
  public static var name: String { "extended_proxy_socket_ipv6" }

  /// The socket, seen from the intermediary.
  public var socket: ExtendedSocketIPv6 = ExtendedSocketIPv6()

  public init(socket: ExtendedSocketIPv6 = ExtendedSocketIPv6()) {
    self.socket = socket
  }

  public func encodeBody(into writer: inout XDRWriter) {
    socket.encodeBody(into: &writer)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    socket = try ExtendedSocketIPv6(decodingBody: &reader)
  }

  public var fields: [Field] { socket.fields }
}

/// State of the TCP connection that the packet belongs to. `INET_DIAG_INFO`, `struct tcp_info`.
///
///     extended_tcp_info, 0:2209, 48 octets
///       0  unsigned int   dir
///       4  unsigned int   snd_mss
///       8  unsigned int   rcv_mss
///      12  unsigned int   unacked
///      16  unsigned int   lost
///      20  unsigned int   retrans
///      24  unsigned int   pmtu
///      28  unsigned int   rtt
///      32  unsigned int   rttvar
///      36  unsigned int   snd_cwnd
///      40  unsigned int   reordering
///      44  unsigned int   min_rtt
public struct ExtendedTCPInfo: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2209) }
  public static var name: String { "extended_tcp_info" }

  /// Direction of the sampled packet, seen from this host.
  public var direction: PacketDirection = .unknown
  /// Largest segment sent, bytes. `tcpi_snd_mss`.
  public var sendMSS: UInt32 = 0
  /// Largest segment received, bytes. `tcpi_rcv_mss`.
  public var receiveMSS: UInt32 = 0
  /// Packets in flight. `tcpi_unacked`.
  public var unacknowledged: UInt32 = 0
  /// Packets taken for lost. `tcpi_lost`.
  public var lost: UInt32 = 0
  /// Packets sent again and not yet acknowledged. `tcpi_retrans`.
  public var retransmitted: UInt32 = 0
  /// Path MTU, bytes. `tcpi_pmtu`.
  public var pathMTU: UInt32 = 0
  /// Smoothed round trip time, microseconds. `tcpi_rtt`.
  public var rttMicroseconds: UInt32 = 0
  /// Its mean deviation, microseconds. `tcpi_rttvar`.
  public var rttVarianceMicroseconds: UInt32 = 0
  /// Congestion window, packets. `tcpi_snd_cwnd`.
  public var congestionWindow: UInt32 = 0
  /// Reordering distance, packets. `tcpi_reordering`.
  public var reordering: UInt32 = 0
  /// Least round trip time, microseconds. `tcpi_min_rtt`.
  public var minimumRTTMicroseconds: UInt32 = 0

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(direction.rawValue)
    writer.u32(sendMSS)
    writer.u32(receiveMSS)
    writer.u32(unacknowledged)
    writer.u32(lost)
    writer.u32(retransmitted)
    writer.u32(pathMTU)
    writer.u32(rttMicroseconds)
    writer.u32(rttVarianceMicroseconds)
    writer.u32(congestionWindow)
    writer.u32(reordering)
    writer.u32(minimumRTTMicroseconds)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    direction = PacketDirection(rawValue: try reader.u32())
    sendMSS = try reader.u32()
    receiveMSS = try reader.u32()
    unacknowledged = try reader.u32()
    lost = try reader.u32()
    retransmitted = try reader.u32()
    pathMTU = try reader.u32()
    rttMicroseconds = try reader.u32()
    rttVarianceMicroseconds = try reader.u32()
    congestionWindow = try reader.u32()
    reordering = try reader.u32()
    minimumRTTMicroseconds = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("dir", direction),
      Field("snd_mss", sendMSS, "B"),
      Field("rcv_mss", receiveMSS, "B"),
      Field("unacked", unacknowledged),
      Field("lost", lost),
      Field("retrans", retransmitted),
      Field("pmtu", pathMTU, "B"),
      Field("rtt", rttMicroseconds, "µs"),
      Field("rttvar", rttVarianceMicroseconds, "µs"),
      Field("snd_cwnd", congestionWindow),
      Field("reordering", reordering),
      Field("min_rtt", minimumRTTMicroseconds, "µs"),
    ]
  }
}

/// Which virtual machine, container or service the packet came from and went to. 0:0 is unknown.
///
///     extended_entities, 0:2210, 16 octets
///       0  unsigned int   src_ds.type
///       4  unsigned int   src_ds.index
///       8  unsigned int   dst_ds.type
///      12  unsigned int   dst_ds.index
public struct ExtendedEntities: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2210) }
  public static var name: String { "extended_entities" }

  /// Where it came from.
  public var source: DataSource = DataSource(.interface, 0)
  /// Where it went to.
  public var destination: DataSource = DataSource(.interface, 0)

  public init(
    source: DataSource = DataSource(.interface, 0), destination: DataSource = DataSource(.interface, 0)
  ) {
    self.source = source
    self.destination = destination
  }

  public func encodeBody(into writer: inout XDRWriter) {
    source.encode(into: &writer)
    destination.encode(into: &writer)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    source = try DataSource(decoding: &reader)
    destination = try DataSource(decoding: &reader)
  }

  public var fields: [Field] {
    [
      Field("src_ds", source),
      Field("dst_ds", destination),
    ]
  }
}
