import Foundation
import Linux
import SystemPackage
import Testing

/// A `Lab` with a second cable, `w0` on both ends, for packets to be sampled: addresses 10.98.0.1 and fd98::1 on the
/// agent's end, 10.98.0.2 and fd98::2 on the far one. Both know each other's MAC address, so that nobody asks.
final class PacketLab {
  static let isPossible = Lab.isPossible && Capabilities.effective.contains(.netRaw)

  let lab: Lab
  static let hostMAC: [UInt8] = [2, 0, 0, 0, 0x98, 1]
  static let farMAC: [UInt8] = [2, 0, 0, 0, 0x98, 2]
  let hostIndex: UInt32
  let farIndex: UInt32
  var hostPath: String { lab.hostPath }
  var farPath: String { lab.farPath }

  /// - Parameter isQuiet: the cable has no addresses, and the kernel says nothing there by itself.
  init(isQuiet: Bool = false) throws {
    lab = try Lab()
    try lab.ip(
      lab.host,
      "link add w0 mtu 9000 address 02:00:00:00:98:01 type veth "
        + "peer name w0 mtu 9000 address 02:00:00:00:98:02 netns \(lab.far)")
    for (namespace, own, other) in [(lab.host, 1, 2), (lab.far, 2, 1)] {
      let disable = try Program.run(
        ["sysctl", "-q", "-w", "net.ipv6.conf.w0.disable_ipv6=\(isQuiet ? 1 : 0)"],
        in: "/run/netns/" + namespace)
      try #require(disable.status == 0, "\(disable.errors)")
      try lab.ip(namespace, "link set w0 addrgenmode none")
      try lab.ip(namespace, "link set w0 up")
      if isQuiet { continue }
      try lab.ip(namespace, "addr add 10.98.0.\(own)/24 dev w0")
      try lab.ip(namespace, "addr add fd98::\(own)/64 dev w0 nodad")
      try lab.ip(namespace, "neigh add 10.98.0.\(other) lladdr 02:00:00:00:98:0\(other) dev w0")
      try lab.ip(namespace, "neigh add fd98::\(other) lladdr 02:00:00:00:98:0\(other) dev w0")
    }
    (hostIndex, farIndex) = (try Self.index("w0", lab.hostPath), try Self.index("w0", lab.farPath))
  }

  static func index(_ device: String, _ path: String) throws -> UInt32 {
    let index = try NetworkNamespace.run(inNamespaceAt: path) { () throws(Errno) in if_nametoindex(device) }
    try #require(index != 0)
    return index
  }

  /// Runs lines of the shell in the agent's namespace.
  func shell(_ script: String) throws {
    let result = try Program.run(["sh", "-ec", script], in: hostPath)
    try #require(result.status == 0, "\(script): \(result.errors)")
  }

  /// Packets that `w0` of the agent has received since it was made, by the kernel.
  func received() throws -> UInt64 {
    let result = try Program.run(["ip", "-n", lab.host, "-s", "-j", "link", "show", "w0"])
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]]
    let rx = (json?.first?["stats64"] as? [String: Any])?["rx"] as? [String: Any]
    return try #require((rx?["packets"] as? NSNumber)?.uint64Value)
  }

  /// An agent on the near end that sends to `sink`; polls nothing.
  func agent(_ settings: String, to sink: FlowSink) throws -> Agent {
    try Agent(
      "sflow { polling = 0 collector { ip = 10.99.0.2 udpport = \(sink.port) } \(settings) }",
      in: hostPath)
  }
}

extension Agent {
  /// Waits until all its sources of packets run.
  func runs(_ sources: Int = 1) -> Bool {
    eventually { log.split(separator: "\n").count { $0.hasSuffix(": running") } >= sources }
  }

  /// What SIGUSR1 writes into the log, the lines of this time only.
  func telemetry() -> [Substring] {
    // The line for the collector is the last.
    let before = count(" datagrams, ")
    program.signal(SIGUSR1)
    guard eventually({ count(" datagrams, ") > before && log.hasSuffix("\n") }) else { return [] }
    let lines = log.split(separator: "\n")
    return Array(lines[(lines.lastIndex { $0.contains(" flow_samples=") } ?? 0)...])
  }

  /// The number in front of `word` in the line of the telemetry that contains `text`.
  func told(_ word: String, in text: String) -> UInt64? {
    guard let line = telemetry().last(where: { $0.contains(text) }) else { return nil }
    let words = line.split { $0 == " " || $0 == "," }
    return words.firstIndex { $0 == word }.flatMap { $0 > 0 ? UInt64(words[$0 - 1]) : nil }
  }
}

/// Sends whole frames, on one interface or on many: the kernel takes its time to close such a socket.
final class FrameSocket {
  private let descriptor: CInt
  /// struct sockaddr_ll
  private var address =
    withUnsafeBytes(of: UInt16(AF_PACKET)) { Array($0) } + [UInt8](repeating: 0, count: 18)

  /// On any, given with each frame.
  init(in namespace: String) throws {
    descriptor = try NetworkNamespace.run(inNamespaceAt: namespace) { () throws(Errno) in
      socket(AF_PACKET, Int32(SOCK_RAW.rawValue), 0)
    }
    try #require(descriptor >= 0)
  }

  convenience init(on device: String, in namespace: String) throws {
    try self.init(in: namespace)
    goes(by: try PacketLab.index(device, namespace))
  }

  deinit { close(descriptor) }

  /// From now on by the interface with this index.
  func goes(by index: UInt32) { withUnsafeBytes(of: index) { address.replaceSubrange(4..<8, with: $0) } }

  func send(_ frame: [UInt8]) throws {
    try #require(frame.withUnsafeBytes(sendOnce), "\(Errno(rawValue: errno))")
  }

  /// Sends a frame that nobody may take.
  func offer(_ frame: [UInt8]) { _ = frame.withUnsafeBytes(sendOnce) }

  private func sendOnce(_ octets: UnsafeRawBufferPointer) -> Bool {
    let sent = address.withUnsafeBytes {
      sendto(
        descriptor, octets.baseAddress, octets.count, 0,
        $0.baseAddress?.assumingMemoryBound(to: sockaddr.self),
        20)
    }
    return sent == octets.count
  }

  /// Sends a frame again and again, each with its number in the four octets at `place`.
  func send(_ frame: [UInt8], numbers: Range<UInt32>, at place: Int) throws {
    var frame = frame
    var failed = 0
    frame.withUnsafeMutableBytes { octets in
      for number in numbers {
        octets.storeBytes(of: number.bigEndian, toByteOffset: place, as: UInt32.self)
        if !sendOnce(UnsafeRawBufferPointer(octets)) { failed += 1 }
      }
    }
    try #require(failed == 0)
  }
}

/// How many of `trials` succeed, each with `probability`.
struct Binomial: CustomStringConvertible {
  var trials: Int
  var probability: Double

  var mean: Double { Double(trials) * probability }
  var deviation: Double { (mean * (1 - probability)).squareRoot() }

  /// Whether chance gives so many. It gives fewer or more than are taken for credible once in 10⁸ times on each
  /// side: exact, as the tail of few successes is longer than that of the normal distribution.
  func isCredible(_ count: Int) -> Bool {
    let steps =
      Double(count) <= mean
      ? stride(from: count, through: 0, by: -1) : stride(from: count, through: trials, by: 1)
    var tail = 0.0
    for k in steps {
      let part = mass(k)
      tail += part
      if tail > 1e-8 { return true }
      if part < 1e-30 { break }
    }
    return false
  }

  private func mass(_ k: Int) -> Double {
    guard k >= 0, k <= trials else { return 0 }
    if probability >= 1 { return k == trials ? 1 : 0 }
    let (n, k) = (Double(trials), Double(k))
    let ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    let chance = k * log(probability) + (n - k) * log1p(-probability)
    return exp(ways + chance)
  }

  var description: String { "\(Int(mean.rounded())) ± \((deviation * 10).rounded() / 10)" }
}

/// Frames between the ends of a `PacketLab`, by hand.
enum LabFrame {
  static func u16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 255), UInt8(value & 255)] }

  static func ethernet(_ etherType: Int, _ payload: [UInt8], toHost: Bool = true) -> [UInt8] {
    let ends = toHost ? PacketLab.hostMAC + PacketLab.farMAC : PacketLab.farMAC + PacketLab.hostMAC
    return ends + u16(etherType) + payload
  }

  /// - Parameter fragment: offset in units of 8 octets, and 0x2000 if more follow.
  static func ipv4(_ number: UInt8, _ payload: [UInt8], toHost: Bool = true, fragment: Int = 0) -> [UInt8] {
    var header = [0x45, 0] + u16(20 + payload.count) + u16(0x4711) + u16(fragment) + [64, number, 0, 0]
    header += toHost ? [10, 98, 0, 2, 10, 98, 0, 1] : [10, 98, 0, 1, 10, 98, 0, 2]
    var sum = stride(from: 0, to: 20, by: 2).reduce(0) { $0 + Int(header[$1]) << 8 + Int(header[$1 + 1]) }
    sum = sum & 0xFFFF + sum >> 16
    sum = sum & 0xFFFF + sum >> 16
    header.replaceSubrange(10..<12, with: u16(~sum & 0xFFFF))
    return header + payload
  }

  static func ipv6(_ next: UInt8, _ payload: [UInt8], toHost: Bool = true) -> [UInt8] {
    func address(_ end: UInt8) -> [UInt8] { [0xFD, 0x98] + [UInt8](repeating: 0, count: 13) + [end] }
    return [0x60, 0, 0, 0] + u16(payload.count) + [next, 64] + address(toHost ? 2 : 1)
      + address(toHost ? 1 : 2) + payload
  }

  static func udp(_ count: Int, port: Int = 9) -> [UInt8] {
    u16(4000) + u16(port) + u16(8 + count) + [0, 0] + filler(count)
  }

  static func filler(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) } }

  /// A UDP packet to the agent's end, and where four octets of its payload can number it.
  static func numbered(_ count: Int = 60, port: Int = 9) -> (frame: [UInt8], place: Int) {
    (ethernet(0x0800, ipv4(17, udp(count, port: port))), 14 + 20 + 8)
  }
}
