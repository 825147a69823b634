public import Bytes

extension HostAdapters {
  /// An adapter of the host.
  ///
  ///     0  unsigned int  ifIndex
  ///     4  mac<>         mac_address
  public struct Adapter: Equatable, Sendable {
    /// The interface; 0 unknown. It must be the ifIndex that a virtual switch reports for the port.
    public var index: UInt32
    /// Its addresses. `IFLA_ADDRESS`.
    public var addresses: [MACAddress]

    public init(index: UInt32, addresses: [MACAddress]) {
      self.index = index
      self.addresses = addresses
    }

    /// Octets of an adapter with that many addresses, to see whether one still fits.
    public static func octets(addresses: Int) -> Int { 8 + 8 * addresses }
  }
}

extension HostAdapters.Adapter: XDRElement, CustomStringConvertible {
  static var minimumOctets: Int { 8 }

  func encode(into writer: inout XDRWriter) {
    writer.u32(index)
    writer.list(addresses)
  }

  init(decoding reader: inout XDRReader) throws(WireError) {
    index = try reader.u32()
    addresses = try reader.list()
  }

  /// "3 02:00:00:00:00:10"
  public var description: String {
    ([index.description] + addresses.map(\.description)).joined(separator: " ")
  }
}

extension MACAddress: XDRElement {
  static var minimumOctets: Int { 8 }
  func encode(into writer: inout XDRWriter) { writer.mac(self) }
  init(decoding reader: inout XDRReader) throws(WireError) { self = try reader.mac() }
}
