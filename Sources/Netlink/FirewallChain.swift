public import Bytes

extension MessageType {
  /// A chain of nf_tables. `NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN`.
  public static let newChain = MessageType(rawValue: 0xA03)
  /// `NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN`.
  public static let getChain = MessageType(rawValue: 0xA04)
}

/// The family of a table of nf_tables: `NFPROTO_*`.
public struct FirewallFamily: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public var rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let inet = FirewallFamily(rawValue: 1)
  public static let ipv4 = FirewallFamily(rawValue: 2)
  public static let netdev = FirewallFamily(rawValue: 5)
  public static let bridge = FirewallFamily(rawValue: 7)
  public static let ipv6 = FirewallFamily(rawValue: 10)

  /// As nft(8) calls it: "inet".
  public var description: String {
    switch rawValue {
    case 1: "inet"
    case 2: "ip"
    case 3: "arp"
    case 5: "netdev"
    case 7: "bridge"
    case 10: "ip6"
    default: "family \(rawValue)"
    }
  }
}

/// A chain of nf_tables, and what leads packets to it.
public struct FirewallChain: Equatable, Sendable {
  public var family = FirewallFamily(rawValue: 0)
  public var table = ""
  public var name = ""
  /// Number of the hook by which packets enter it; `nil` if other chains must lead them there.
  public var hook: UInt32?
  /// Rules in it, and references to it.
  public var uses: UInt32 = 0

  public init() {}

  /// All chains of this network namespace: `struct nfgenmsg` of zeros.
  public static func request(sequence: UInt32) -> [UInt8] {
    var message = MessageBuilder(.getChain, flags: .dump, sequence: sequence)
    message.native32(0)
    return message.finish()
  }

  /// `nil` if `message` is not a chain.
  ///
  ///     NFTA_CHAIN_TABLE 1, NFTA_CHAIN_NAME 3, NFTA_CHAIN_HOOK 4: NFTA_HOOK_HOOKNUM 1, NFTA_CHAIN_USE 6
  public init?(parsing message: Message) throws(WireError) {
    guard message.header.type == .newChain else { return nil }
    var reader = message.payload
    family = FirewallFamily(rawValue: try reader.u8())
    try reader.skip(3)
    var attributes = Attributes(reader)
    while let attribute = try attributes.next() {
      switch attribute.type {
      case 1: table = try attribute.string()
      case 3: name = try attribute.string()
      case 4:
        var parts = attribute.attributes
        while let part = try parts.next() {
          guard part.type == 1 else { continue }
          var reader = part.payload
          hook = try reader.u32()
        }
      case 6:
        var reader = attribute.payload
        uses = try reader.u32()
      default: break
      }
    }
  }
}
