import Foundation
import Linux
import SystemPackage
import Testing

/// Sends frames as they are on one interface.
final class FrameSender {
  private let descriptor: CInt
  private var address = [UInt8](repeating: 0, count: 20)

  /// Must run in the network namespace of the interface.
  init(_ interface: UInt32) throws {
    // AF_PACKET, and SOCK_RAW.
    descriptor = socket(17, 3, 0)
    try #require(descriptor >= 0)
    // struct sockaddr_ll: family and index.
    withUnsafeBytes(of: UInt16(17)) { address.replaceSubrange(0..<2, with: $0) }
    withUnsafeBytes(of: interface) { address.replaceSubrange(4..<8, with: $0) }
  }

  deinit { close(descriptor) }

  func send(_ frame: [UInt8], times: Int = 1) throws {
    for _ in 0..<times {
      let sent = address.withUnsafeBytes { address in
        sendto(
          descriptor, frame, frame.count, 0, address.baseAddress?.assumingMemoryBound(to: sockaddr.self), 20)
      }
      try #require(sent == frame.count)
    }
  }
}

extension TestNamespace {
  /// Two ends of a cable, "a" and "b", up and without any traffic of their own.
  static func cable(_ suffix: String) throws -> TestNamespace {
    let namespace = try TestNamespace(suffix)
    // Without IPv6 nothing announces itself.
    let quiet = "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6"
    try #require(try Child("ip", "netns", "exec", namespace.name, "sh", "-c", quiet).wait() == 0)
    try namespace.addCable()
    return namespace
  }

  func addCable() throws {
    try ip(
      "link add name a index 10 mtu 9000 address 02:00:00:00:00:0a type veth "
        + "peer name b index 11 mtu 9000 address 02:00:00:00:00:0b")
    for end in ["a", "b"] { try ip("link set dev \(end) up") }
    try awaitUp()
  }

  /// Until packets can leave by both ends: the kernel starts a queue a while after there is a carrier
  /// (net/core/link_watch.c), and drops them before that.
  func awaitUp() throws {
    for end in ["a", "b"] {
      while try Child("sh", "-c", "ip -n \(name) link show dev \(end) | grep -q 'state UP'").wait() != 0 {}
    }
  }

  func run<R>(_ body: () throws -> R) throws -> R {
    try NetworkNamespace.run(inNamespaceAt: path) { Result { try body() } }.get()
  }
}

/// The ifIndexes of `TestNamespace.cable`.
enum CableEnd {
  static let a: UInt32 = 10
  static let b: UInt32 = 11
}

/// A frame from "a" to "b" with `count` octets of `type` behind its header.
func frame(_ type: UInt16, count: Int = 50, to: [UInt8] = [2, 0, 0, 0, 0, 0x0b]) -> [UInt8] {
  to + [2, 0, 0, 0, 0, 0x0a, UInt8(type >> 8), UInt8(type & 0xFF)]
    + (0..<count).map { UInt8(truncatingIfNeeded: $0) }
}
