public import Bytes

extension MessageType {
  /// `RTM_NEWROUTE`.
  public static let newRoute = MessageType(rawValue: 24)
  /// `RTM_GETROUTE`.
  public static let getRoute = MessageType(rawValue: 26)
}

/// The route that the kernel takes to an address: what `ip route get` shows.
public struct RouteLookup: Equatable, Sendable {
  /// ifIndex of the interface by which packets leave. `RTA_OIF`.
  public var output: UInt32?
  /// `nil` if the address is on the link. `RTA_GATEWAY`.
  public var gateway: IPAddress?

  /// `struct rtmsg`: family 1, dst_len 1, and 10 octets of zeros. `RTA_DST` 1.
  public static func request(to address: IPAddress, sequence: UInt32) -> [UInt8] {
    let (family, octets): (UInt8, [UInt8]) =
      switch address {
      case .v4(let v4): (2, (0..<4).map { UInt8(truncatingIfNeeded: v4.value >> (24 - 8 * $0)) })
      case .v6(let v6):
        (
          10,
          [v6.high, v6.low].flatMap { half in
            (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * UInt64($0))) }
          }
        )
      }
    var message = MessageBuilder(.getRoute, flags: [], sequence: sequence)
    message.octets([family, UInt8(octets.count * 8)] + [UInt8](repeating: 0, count: 10))
    message.attribute(1, octets)
    return message.finish()
  }

  /// `nil` if `message` is not a route.
  public init?(parsing message: Message) throws(WireError) {
    guard message.header.type == .newRoute else { return nil }
    var reader = message.payload
    try reader.skip(12)
    var attributes = Attributes(reader)
    while let attribute = try attributes.next() {
      switch attribute.type {
      case 4: output = try attribute.native32()
      case 5:
        var reader = attribute.payload
        gateway =
          reader.remaining == 4
          ? .v4(IPv4Address(try reader.u32()))
          : .v6(IPv6Address(high: try reader.u64(), low: try reader.u64()))
      default: break
      }
    }
  }
}
