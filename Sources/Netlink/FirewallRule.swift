public import Bytes

extension MessageType {
  /// A rule of nf_tables. `NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE`.
  public static let newRule = MessageType(rawValue: 0xA06)
  /// `NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETRULE`.
  public static let getRule = MessageType(rawValue: 0xA07)
}

/// What a rule of nf_tables does with packets, as far as it hands them to a log group. Rules of iptables are among
/// them, unless they were made with iptables-legacy.
public struct FirewallRule: Equatable, Sendable {
  public var family = FirewallFamily(rawValue: 0)
  public var table = ""
  public var chain = ""
  /// The NFLOG group it logs to; `nil` if it logs to none.
  public var logGroup: UInt16?
  /// With which it picks a packet, by chance or in turn; `nil` if it picks all that fit.
  public var probability: Double?
  /// Packets that it took; `nil` if they are not counted, or not where all that fits has been compared.
  public var packets: UInt64?

  public init() {}

  /// All rules of this network namespace: `struct nfgenmsg` of zeros.
  public static func request(sequence: UInt32) -> [UInt8] {
    var message = MessageBuilder(.getRule, flags: .dump, sequence: sequence)
    message.native32(0)
    return message.finish()
  }

  /// `nil` if `message` is not a rule.
  ///
  ///     NFTA_RULE_TABLE 1, NFTA_RULE_CHAIN 2, NFTA_RULE_EXPRESSIONS 4: NFTA_LIST_ELEM 1:
  ///       NFTA_EXPR_NAME 1, NFTA_EXPR_DATA 2
  public init?(parsing message: Message) throws(WireError) {
    guard message.header.type == .newRule else { return nil }
    var reader = message.payload
    family = FirewallFamily(rawValue: try reader.u8())
    try reader.skip(3)
    var attributes = Attributes(reader)
    while let attribute = try attributes.next() {
      switch attribute.type {
      case 1: table = try attribute.string()
      case 2: chain = try attribute.string()
      case 4:
        var expressions = attribute.attributes
        while let expression = try expressions.next() {
          try take(expression)
        }
      default: break
      }
    }
  }

  private mutating func take(_ expression: Attribute) throws(WireError) {
    var name = ""
    var parts = expression.attributes
    while let part = try parts.next() {
      if part.type == 1 { name = try part.string() }
      if part.type == 2 { try take(name, part) }
    }
  }

  private mutating func take(_ name: String, _ data: Attribute) throws(WireError) {
    var attributes = data.attributes
    var extensionName = ""
    while let attribute = try attributes.next() {
      switch (name, attribute.type) {
      // NFTA_LOG_GROUP
      case ("log", 1): logGroup = try attribute.u16()
      // NFTA_COUNTER_PACKETS: of iptables it counts what fits; nft counts where it is written.
      case ("counter", 2):
        var reader = attribute.payload
        packets = try reader.u64()
      // NFTA_NG_MODULUS: one packet in so many, if it is compared with one number.
      case ("numgen", 2):
        var reader = attribute.payload
        let modulus = try reader.u32()
        if modulus > 0 { probability = 1 / Double(modulus) }
      // NFTA_TARGET_NAME and NFTA_MATCH_NAME, NFTA_TARGET_INFO and NFTA_MATCH_INFO.
      case ("target", 1), ("match", 1): extensionName = try attribute.string()
      case ("target", 3), ("match", 3): try take(extensionName, info: attribute.payload)
      default: break
      }
    }
  }

  /// The structures of iptables' own extensions, in the machine's order.
  ///
  ///     xt_nflog_info       0 len 4, 4 group 2
  ///     xt_statistic_info   0 mode 2 (0 random, 1 every n-th), 2 flags 2,
  ///                         4 probability 4 (of 2³¹), or every 4 (n - 1)
  mutating func take(_ name: String, info: ByteReader) throws(WireError) {
    var reader = info
    switch name {
    case "NFLOG":
      try reader.skip(4)
      logGroup = try reader.native16()
    case "statistic":
      let mode = try reader.native16()
      try reader.skip(2)
      let value = try reader.native32()
      probability = mode == 0 ? Double(value) / 2_147_483_648 : 1 / (Double(value) + 1)
    default: break
    }
  }
}
