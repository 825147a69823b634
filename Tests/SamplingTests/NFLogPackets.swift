import Foundation
import Linux
import SystemPackage
import Testing

/// Packets for the wire, from `a0` on the left to `m0`, `b0` or what a case says.
enum WirePacket {
  static let a0: [UInt8] = [2, 0, 0, 0, 1, 1]
  static let m0: [UInt8] = [2, 0, 0, 0, 1, 2]
  static let b0: [UInt8] = [2, 0, 0, 0, 2, 1]

  static func u16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 255), UInt8(value & 255)] }

  /// Octets that tell their place.
  static func filler(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) } }

  static func ethernet(_ etherType: Int, _ payload: [UInt8], to target: [UInt8] = m0) -> [UInt8] {
    target + a0 + u16(etherType) + payload
  }

  /// - Parameters:
  ///   - fragment: offset in units of 8 octets, and 0x2000 if more follow.
  static func ipv4(
    _ protocolNumber: UInt8, _ payload: [UInt8], from: [UInt8] = [10, 1, 0, 1], to: [UInt8] = [10, 1, 0, 2],
    hops: UInt8 = 64, id: Int = 0x1234, fragment: Int = 0
  ) -> [UInt8] {
    var header = [0x45, 0] + u16(20 + payload.count) + u16(id) + u16(fragment)
    header += [hops, protocolNumber, 0, 0] + from + to
    var sum = stride(from: 0, to: 20, by: 2).reduce(0) { $0 + Int(header[$1]) << 8 + Int(header[$1 + 1]) }
    sum = sum & 0xFFFF + sum >> 16
    sum = sum & 0xFFFF + sum >> 16
    header.replaceSubrange(10..<12, with: u16(~sum & 0xFFFF))
    return header + payload
  }

  /// From fd00:1::1.
  static func ipv6(_ next: UInt8, _ payload: [UInt8], toNet net: UInt8, host: UInt8, hops: UInt8 = 64)
    -> [UInt8]
  {
    func address(_ net: UInt8, _ host: UInt8) -> [UInt8] {
      [0xFD, 0, 0, net] + [UInt8](repeating: 0, count: 11) + [host]
    }
    return [0x60, 0, 0, 0] + u16(payload.count) + [next, hops] + address(net == 9 ? 9 : 1, 1)
      + address(net, host) + payload
  }

  static func udp(_ count: Int, port: Int = 9) -> [UInt8] {
    u16(4000) + u16(port) + u16(8 + count) + [0, 0] + filler(count)
  }

  static let tcpSYN: [UInt8] =
    u16(4000) + u16(9) + [0, 0, 0, 1, 0, 0, 0, 0, 0x60, 2, 0xFF, 0xFF, 0, 0, 0, 0, 2, 4, 5, 0xB4]
  static let echoRequest: [UInt8] = [8, 0, 0, 0, 0, 7, 0, 1] + filler(56)

  static func arpRequest(from: [UInt8], _ sender: [UInt8], for target: [UInt8]) -> [UInt8] {
    [UInt8](repeating: 0xFF, count: 6) + from + u16(0x0806) + [0, 1, 8, 0, 6, 4, 0, 1] + from + sender
      + [0, 0, 0, 0, 0, 0] + target
  }
}

/// A socket in another namespace, closed with its owner.
final class WireSocket {
  private let descriptor: CInt
  private let address: [UInt8]

  /// Sends whole Ethernet frames on `device`.
  init(framesOn device: String, in namespace: LogNamespace) throws {
    descriptor = try Self.open(AF_PACKET, CInt(SOCK_RAW.rawValue), 0, in: namespace)
    // struct sockaddr_ll
    let index = try namespace.index(of: device)
    address =
      withUnsafeBytes(of: UInt16(AF_PACKET)) { Array($0) } + [0, 0]
      + withUnsafeBytes(of: index) { Array($0) } + [UInt8](repeating: 0, count: 12)
  }

  /// Sends whole IPv4 packets, to where `target` is.
  init(packetsTo target: [UInt8], in namespace: LogNamespace) throws {
    descriptor = try Self.open(AF_INET, CInt(SOCK_RAW.rawValue), CInt(IPPROTO_RAW), in: namespace)
    address = Self.ipv4(target, 0)
  }

  /// Sends UDP datagrams.
  init(datagramsTo target: [UInt8], port: Int = 9, in namespace: LogNamespace) throws {
    descriptor = try Self.open(AF_INET, CInt(SOCK_DGRAM.rawValue), 0, in: namespace)
    address = Self.ipv4(target, port)
  }

  /// Sends whole IPv6 packets to `target`, sixteen octets.
  init(packetsToV6 target: [UInt8], in namespace: LogNamespace) throws {
    descriptor = try Self.open(AF_INET6, CInt(SOCK_RAW.rawValue), CInt(IPPROTO_RAW), in: namespace)
    // struct sockaddr_in6
    address =
      withUnsafeBytes(of: UInt16(AF_INET6)) { Array($0) } + [0, 0, 0, 0, 0, 0] + target + [0, 0, 0, 0]
  }

  deinit { close(descriptor) }

  private static func open(_ family: CInt, _ type: CInt, _ protocolNumber: CInt, in namespace: LogNamespace)
    throws -> CInt
  {
    let descriptor = try NetworkNamespace.run(inNamespaceAt: namespace.path) { () throws(Errno) in
      socket(family, type | CInt(SOCK_CLOEXEC.rawValue), protocolNumber)
    }
    try #require(descriptor >= 0)
    return descriptor
  }

  /// struct sockaddr_in
  private static func ipv4(_ target: [UInt8], _ port: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt16(AF_INET)) { Array($0) } + WirePacket.u16(port) + target
      + [UInt8](repeating: 0, count: 8)
  }

  func send(_ octets: [UInt8]) throws {
    let sent = octets.withUnsafeBytes { content in
      address.withUnsafeBytes { address in
        sendto(
          descriptor, content.baseAddress, content.count, 0,
          address.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(address.count))
      }
    }
    guard sent == octets.count else { throw Errno(rawValue: errno) }
  }

  func send(_ octets: [UInt8], times: Int) throws { for _ in 0..<times { try send(octets) } }
}
