public import Netlink

/// A network interface of the host, as far as it matters for capturing its packets.
public struct CaptureDevice: Equatable, Sendable {
  /// ifIndex.
  public var index: UInt32
  public var name: String
  /// Administratively up.
  public var isUp: Bool
  public var isLoopback: Bool
  public var hardwareType: HardwareType
  /// The link kind: "bond", "bridge", "veth"; `nil` for hardware. "vif" for Xen's end of a guest's interface, which
  /// rtnetlink says nothing of.
  public var kind: String?
  /// ifIndex of the bridge, bond or team it belongs to.
  public var master: UInt32?
  /// In bit/s; `nil` if unknown.
  public var speed: UInt64?

  public init(
    index: UInt32, name: String, isUp: Bool = true, isLoopback: Bool = false,
    hardwareType: HardwareType = .ethernet, kind: String? = nil, master: UInt32? = nil, speed: UInt64? = nil
  ) {
    self.index = index
    self.name = name
    self.isUp = isUp
    self.isLoopback = isLoopback
    self.hardwareType = hardwareType
    self.kind = kind
    self.master = master
    self.speed = speed
  }

  /// Its packets are those of its members.
  var isBond: Bool { kind == "bond" || kind == "team" }
  var isBridge: Bool { kind == "bridge" }
  /// The kind of an interface whose packets are most likely seen on another one too.
  var repeatingKind: String? {
    switch kind {
    case "vlan": "VLAN interface"
    case "veth", "vif", "openvswitch": kind
    default: nil
    }
  }
}
