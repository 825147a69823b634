internal import CLinux
public import SystemPackage

/// Asks drivers what ethtool(8) shows. Owns the socket.
public final class Ethtool {
  private let descriptor: Descriptor

  public init() throws(Errno) {
    descriptor = Descriptor(
      owning: try systemCall { socket(AF_INET, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0) })
  }

  /// What a link runs at.
  public struct LinkMode: Equatable, Sendable {
    /// Mb/s; `nil` while there is no carrier, and where the driver does not know.
    public var megabits: UInt32?
    /// `nil` where the driver does not know.
    public var isFullDuplex: Bool?

    public init(megabits: UInt32? = nil, isFullDuplex: Bool? = nil) {
      self.megabits = megabits
      self.isFullDuplex = isFullDuplex
    }
  }

  /// - Throws: EOPNOTSUPP for interfaces without a line (loopback, tunnels), ENODEV.
  public func linkMode(of interface: String) throws(Errno) -> LinkMode {
    var speed: UInt32 = 0
    var duplex: UInt8 = 0
    try systemCall { unsafe cl_ethtool_link(descriptor.rawValue, interface, &speed, &duplex) }
    // SPEED_UNKNOWN is all ones; drivers with 16 bits say so in 16 bits.
    let isKnown = speed != 0 && speed != UInt32.max && speed != UInt32(UInt16.max)
    return LinkMode(megabits: isKnown ? speed : nil, isFullDuplex: duplex > 1 ? nil : duplex == 1)
  }
}
