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

  /// The memory of a transceiver, as far as the driver shows it.
  public struct ModuleMemory: Equatable, Sendable {
    /// Which standard says what is where. `ETH_MODULE_SFF_*` of `linux/ethtool.h`.
    public enum Layout: UInt32, Sendable {
      case sff8079 = 1
      /// 256 octets of address A0h, then those of A2h.
      case sff8472 = 2
      /// 128 octets of the lower page, then those of upper pages 0 to 3.
      case sff8636 = 3
      /// As SFF-8636, which came after it.
      case sff8436 = 4
    }
    public var layout: Layout
    public var octets: [UInt8]

    public init(_ layout: Layout, _ octets: [UInt8]) {
      self.layout = layout
      self.octets = octets
    }
  }

  /// Reads the memory of the transceiver. Takes some 10 ms or more over a slow bus, while the kernel lets nobody else
  /// configure the network: not to be asked often, nor on the loop's thread.
  /// - Throws: EOPNOTSUPP where the driver knows of no transceiver, EIO and others where none is plugged in.
  public func moduleMemory(of interface: String) throws(Errno) -> ModuleMemory {
    var number: UInt32 = 0
    var length: UInt32 = 0
    try systemCall { unsafe cl_ethtool_module_info(descriptor.rawValue, interface, &number, &length) }
    guard let layout = ModuleMemory.Layout(rawValue: number) else { throw .notSupportedOnSocket }
    var octets = [UInt8](repeating: 0, count: Int(min(length, 640)))
    try systemCall {
      unsafe octets.withUnsafeMutableBytes { room -> CInt in
        // An empty array has no address.
        guard let start = room.baseAddress else { return 0 }
        return unsafe cl_ethtool_module_read(descriptor.rawValue, interface, start, UInt32(room.count))
      }
    }
    return ModuleMemory(layout, octets)
  }
}
