public import Bytes

/// How a request ended: the content of `NLMSG_ERROR` or `NLMSG_DONE`.
public struct Acknowledgement: Equatable, Sendable {
  /// 0 for success, otherwise an `errno` number, positive.
  public var code: Int32
  /// The kernel's reason, if the socket asked for one (`NETLINK_EXT_ACK`). `NLMSGERR_ATTR_MSG`.
  public var text: String?
  /// Octet of the request that the kernel objects to. `NLMSGERR_ATTR_OFFS`.
  public var requestOffset: UInt32?

  public init(code: Int32, text: String? = nil, requestOffset: UInt32? = nil) {
    self.code = code
    self.text = text
    self.requestOffset = requestOffset
  }

  public var isSuccess: Bool { code == 0 }
}

extension Acknowledgement {
  /// `nil` if `message` is neither an error nor the end of a dump.
  ///
  /// `NLMSG_ERROR` repeats the request, whole or (`NLM_F_CAPPED`) its header, before the attributes.
  public init?(parsing message: Message) throws(WireError) {
    var reader = message.payload
    switch message.header.type {
    case .error:
      self.init(code: try Self.code(&reader))
      guard message.header.flags.contains(.extendedAcknowledgement) else { return }
      let start = reader.offset
      let length = Int(clamping: try reader.native32())
      try reader.skip(MessageHeader.size - 4)
      if !message.header.flags.contains(.capped) {
        guard length >= MessageHeader.size else {
          throw .invalid(at: start, "message shorter than its header")
        }
        try reader.skip(length - MessageHeader.size)
        try reader.skipPadding(after: length)
      }
    case .done:
      // Old kernels end some dumps with an empty message.
      self.init(code: reader.isAtEnd ? 0 : try Self.code(&reader))
      guard message.header.flags.contains(.extendedAcknowledgement) else { return }
    default:
      return nil
    }
    var attributes = Attributes(reader)
    while let attribute = try attributes.next() {
      switch attribute.type {
      case Self.messageAttribute: text = try attribute.string()
      case Self.offsetAttribute: requestOffset = try attribute.native32()
      default: break
      }
    }
  }

  /// `NLMSGERR_ATTR_MSG`.
  private static let messageAttribute: UInt16 = 1
  /// `NLMSGERR_ATTR_OFFS`.
  private static let offsetAttribute: UInt16 = 2

  /// The kernel says `-errno`.
  private static func code(_ reader: inout ByteReader) throws(WireError) -> Int32 {
    0 &- Int32(bitPattern: try reader.native32())
  }
}

extension Acknowledgement: CustomStringConvertible {
  public var description: String {
    if isSuccess { return "success" }
    return "error \(code)" + (text.map { ": \($0)" } ?? "") + (requestOffset.map { " (octet \($0))" } ?? "")
  }
}
