public import Bytes
internal import CLinux

/// An address, a port, and for link-local addresses the interface they are valid on.
public struct SocketAddress: Hashable, Sendable {
  public var address: IPAddress
  public var port: UInt16
  /// Interface index of a link-local IPv6 address (`sin6_scope_id`), else 0.
  public var scope: UInt32

  public init(_ address: IPAddress, port: UInt16, scope: UInt32 = 0) {
    self.address = address
    self.port = port
    self.scope = scope
  }

  var family: CInt {
    switch address {
    case .v4: AF_INET
    case .v6: AF_INET6
    }
  }

  /// Calls `body` with the address as the system calls want it.
  func withSockaddr<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    switch address {
    case .v4(let v4):
      var inet = sockaddr_in()
      inet.sin_family = sa_family_t(AF_INET)
      inet.sin_port = port.bigEndian
      inet.sin_addr.s_addr = v4.value.bigEndian
      return unsafe withUnsafePointer(to: &inet) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
    case .v6(let v6):
      var inet = sockaddr_in6()
      inet.sin6_family = sa_family_t(AF_INET6)
      inet.sin6_port = port.bigEndian
      inet.sin6_scope_id = scope
      unsafe withUnsafeMutableBytes(of: &inet.sin6_addr) { room in
        // in6_addr is 16 octets.
        unsafe room.storeBytes(of: v6.high.bigEndian, as: UInt64.self)
        unsafe room.storeBytes(of: v6.low.bigEndian, toByteOffset: 8, as: UInt64.self)
      }
      return unsafe withUnsafePointer(to: &inet) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
        }
      }
    }
  }

  /// From a `sockaddr` of either Internet family; `nil` for any other.
  init?(_ pointer: UnsafePointer<sockaddr>, length: socklen_t) {
    switch unsafe CInt(pointer.pointee.sa_family) {
    case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
      let inet = unsafe UnsafeRawPointer(pointer).loadUnaligned(as: sockaddr_in.self)
      self.init(
        .v4(IPv4Address(UInt32(bigEndian: inet.sin_addr.s_addr))), port: UInt16(bigEndian: inet.sin_port))
    case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
      let inet = unsafe UnsafeRawPointer(pointer).loadUnaligned(as: sockaddr_in6.self)
      let (high, low) = unsafe withUnsafeBytes(of: inet.sin6_addr) { bytes in
        // in6_addr is 16 octets.
        unsafe (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      }
      self.init(
        .v6(IPv6Address(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))),
        port: UInt16(bigEndian: inet.sin6_port), scope: inet.sin6_scope_id)
    default:
      return nil
    }
  }
}

extension SocketAddress: CustomStringConvertible {
  /// "10.0.0.1:6343", "[fe80::1%2]:6343"
  public var description: String {
    switch address {
    case .v4(let v4): "\(v4):\(port)"
    case .v6(let v6): "[\(v6)\(scope == 0 ? "" : "%\(scope)")]:\(port)"
    }
  }
}
