extension MessageType {
  /// A link was added or changed, or is part of a dump. `RTM_NEWLINK`.
  public static let newLink = MessageType(rawValue: 16)
  /// A link is gone, or left this network namespace. `RTM_DELLINK`.
  public static let deleteLink = MessageType(rawValue: 17)
  /// `RTM_GETLINK`.
  public static let getLink = MessageType(rawValue: 18)
  /// `RTM_NEWADDR`.
  public static let newAddress = MessageType(rawValue: 20)
  /// `RTM_DELADDR`.
  public static let deleteAddress = MessageType(rawValue: 21)
  /// `RTM_GETADDR`.
  public static let getAddress = MessageType(rawValue: 22)
  /// `RTM_NEWSTATS`.
  @inlinable public static var newStatistics: MessageType { MessageType(rawValue: 92) }
  /// `RTM_GETSTATS`, Linux 4.7.
  public static let getStatistics = MessageType(rawValue: 94)
}

/// Requests to `NETLINK_ROUTE`. All are accepted under strict checking (`NETLINK_GET_STRICT_CHK`).
public enum RouteRequest {
  /// All links, without the statistics of protocols and virtual functions, which are most of the octets.
  ///
  ///     0  ifi_family  1    4  ifi_index  4
  ///     1  padding     1    8  ifi_flags  4
  ///     2  ifi_type    2    12 ifi_change 4
  ///     16 IFLA_EXT_MASK = RTEXT_FILTER_SKIP_STATS (without RTEXT_FILTER_VF)
  public static func links(sequence: UInt32) -> [UInt8] {
    var message = MessageBuilder(.getLink, flags: .dump, sequence: sequence)
    for _ in 0..<4 { message.native32(0) }
    message.attribute(LinkMessage.Attribute.extensionMask.rawValue, 1 << 3)
    return message.finish()
  }

  /// One link, as in `links`, and an acknowledgement.
  public static func link(index: UInt32, sequence: UInt32) -> [UInt8] {
    var message = MessageBuilder(.getLink, flags: .acknowledge, sequence: sequence)
    message.native32(0)
    message.native32(index)
    for _ in 0..<2 { message.native32(0) }
    message.attribute(LinkMessage.Attribute.extensionMask.rawValue, 1 << 3)
    return message.finish()
  }

  /// All addresses of all families: `struct ifaddrmsg` of zeros.
  public static func addresses(sequence: UInt32) -> [UInt8] {
    var message = MessageBuilder(.getAddress, flags: .dump, sequence: sequence)
    for _ in 0..<2 { message.native32(0) }
    return message.finish()
  }

  /// The 64-bit counters of one link, or of all if `index` is 0.
  ///
  ///     0  family  1    4  ifindex      4
  ///     1  padding 3    8  filter_mask  4  bit n-1 asks for attribute n
  public static func statistics(index: UInt32 = 0, sequence: UInt32) -> [UInt8] {
    var message = MessageBuilder(.getStatistics, flags: index == 0 ? .dump : [], sequence: sequence)
    message.native32(0)
    message.native32(index)
    message.native32(1 << (UInt32(StatisticsMessage.link64Attribute) - 1))
    return message.finish()
  }

  /// What the master of one link, a bond, has counted for it (Linux 5.1), laid out as
  /// `statistics`, and an acknowledgement.
  public static func memberStatistics(index: UInt32, sequence: UInt32) -> [UInt8] {
    var message = MessageBuilder(.getStatistics, flags: .acknowledge, sequence: sequence)
    message.native32(0)
    message.native32(index)
    message.native32(1 << (UInt32(StatisticsMessage.memberAttribute) - 1))
    return message.finish()
  }
}
