extension MessageType {
  /// A packet of a log group. `NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET`.
  @inlinable public static var nfLogPacket: MessageType { MessageType(rawValue: 0x400) }
  /// `NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG`.
  public static let nfLogConfiguration = MessageType(rawValue: 0x401)
}

/// How the kernel hands over the packets of a log group. A group that is bound without saying so gets
/// whole packets, few in a message, up to 1 s late and without numbers.
public struct NFLogSettings: Equatable, Sendable {
  /// Octets of each packet to copy, the link-layer header not counted. The kernel takes 0 for "all", so it is
  /// sent as 1. A rule with a `snaplen` of its own copies at most that. `NFULA_CFG_MODE`.
  public var copyRange: UInt32 = 256
  /// Octets of messages that are collected before they are delivered; the kernel allows at most 131072.
  /// A receive buffer must not be smaller. `NFULA_CFG_NLBUFSIZ`.
  public var bufferSize: UInt32 = 131_072
  /// Packets that are collected before they are delivered. `NFULA_CFG_QTHRESH`.
  public var queueThreshold: UInt32 = 400
  /// How long they are collected at most, in 1/100 s. `NFULA_CFG_TIMEOUT`.
  public var timeoutCentiseconds: UInt32 = 10
  /// Whether packets are numbered, from 0: the only way to learn of lost ones, as `nlmsg_seq` is always 0.
  /// `NFULNL_CFG_F_SEQ`.
  public var isNumbered = true

  public init() {}
}

/// Requests to `NETLINK_NETFILTER` about log groups. Each is acknowledged.
public enum NFLogRequest {
  /// Binds this socket to `group`, all settings in one message, so that no packet comes with others. The kernel
  /// applies the attributes in this order.
  ///
  ///     NFULA_CFG_CMD       1  command 1
  ///     NFULA_CFG_MODE      2  copy_range 4, copy_mode 1 (2: packet), padding 1
  ///     NFULA_CFG_TIMEOUT   4  4
  ///     NFULA_CFG_NLBUFSIZ  3  4
  ///     NFULA_CFG_QTHRESH   5  4
  ///     NFULA_CFG_FLAGS     6  2
  ///
  /// Errors: EPERM without CAP_NET_ADMIN; EPERM or EBUSY when another socket has the group.
  public static func bind(group: UInt16, _ settings: NFLogSettings, sequence: UInt32) -> [UInt8] {
    var message = begin(group: group, sequence: sequence)
    message.attribute(1, [1])
    message.attribute(2, bigEndian(max(1, settings.copyRange)) + [2, 0])
    message.attribute(4, bigEndian(settings.timeoutCentiseconds))
    message.attribute(3, bigEndian(settings.bufferSize))
    message.attribute(5, bigEndian(settings.queueThreshold))
    message.attribute(6, [0, settings.isNumbered ? 1 : 0])
    return message.finish()
  }

  /// `struct nfgenmsg`:
  ///
  ///     0  nfgen_family  1
  ///     1  version       1
  ///     2  res_id        2  the group, in network order
  private static func begin(group: UInt16, sequence: UInt32) -> MessageBuilder {
    var message = MessageBuilder(.nfLogConfiguration, flags: .acknowledge, sequence: sequence)
    message.octets([0, 0, UInt8(group >> 8), UInt8(truncatingIfNeeded: group)])
    return message
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
