/// Writes one request. Requests are rare, so this may allocate.
public struct MessageBuilder {
  private let header: MessageHeader
  private var payload: [UInt8] = []

  /// `NLM_F_REQUEST` is added to `flags`; the port stays 0, which the kernel takes for the sender's.
  public init(_ type: MessageType, flags: MessageFlags, sequence: UInt32) {
    header = MessageHeader(type: type, flags: flags.union(.request), sequence: sequence, port: 0)
  }

  /// In the machine's order.
  public mutating func native32(_ value: UInt32) { payload.append(native: value) }

  /// An attribute that is one number, in the machine's order.
  public mutating func attribute(_ type: UInt16, _ value: UInt32) {
    payload.append(native: UInt16(8))
    payload.append(native: type)
    payload.append(native: value)
  }

  /// Octets as they are.
  public mutating func octets(_ octets: [UInt8]) { payload += octets }

  /// An attribute of any octets, and the padding behind it.
  public mutating func attribute(_ type: UInt16, _ octets: [UInt8]) {
    payload.append(native: UInt16(clamping: 4 + octets.count))
    payload.append(native: type)
    payload += octets
    payload += [UInt8](repeating: 0, count: -octets.count & 3)
  }

  /// The message, header and all.
  public func finish() -> [UInt8] {
    var message: [UInt8] = []
    message.append(native: UInt32(clamping: MessageHeader.size + payload.count))
    message.append(native: header.type.rawValue)
    message.append(native: header.flags.rawValue)
    message.append(native: header.sequence)
    message.append(native: header.port)
    return message + payload
  }
}

extension Array where Element == UInt8 {
  /// `littleEndian` swaps only on big-endian machines, where this then writes the highest octet first.
  fileprivate mutating func append(native value: some FixedWidthInteger & UnsignedInteger) {
    let ordered = value.littleEndian
    for i in 0..<(ordered.bitWidth / 8) { append(UInt8(truncatingIfNeeded: ordered >> (8 * i))) }
  }
}
