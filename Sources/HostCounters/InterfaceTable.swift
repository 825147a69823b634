public import Bytes
public import Netlink

/// What happened to an `InterfaceTable` since somebody last asked. Interfaces are told apart by ifIndex.
///
/// Take `removed` first: an ifIndex in both `removed` and `added` is a new interface with an old number.
public struct InterfaceChanges: Equatable, Sendable {
  /// New, addresses and all.
  public var added: Set<UInt32> = []
  /// Gone, or moved to another network namespace: the last that was known of them.
  public var removed: [UInt32: Interface] = [:]
  /// Have another name.
  public var renamed: Set<UInt32> = []
  /// Have other addresses, or the same with other flags or in another order.
  public var readdressed: Set<UInt32> = []
  /// Have another state, MAC address, MTU, master, lower link or alias.
  public var linkChanged: Set<UInt32> = []

  public init() {}

  public var isEmpty: Bool { self == InterfaceChanges() }
}

/// The network interfaces of this network namespace, kept up to date with rtnetlink messages.
///
/// Dumps and events go through the same `apply`. Both must come over one socket, joined to its groups before
/// the first dump, so that they keep the kernel's order. After a loss (`ENOBUFS`) or an interrupted dump, dump
/// links and then addresses again between `beginResync` and `endResync`.
public struct InterfaceTable {
  private struct Resync {
    /// Interfaces that the dump has not yet shown.
    var unseen: Set<UInt32>
    /// What the dump says of addresses, in its order.
    var addresses: [UInt32: [Interface.Address]] = [:]
  }

  private var interfaces: [UInt32: Interface] = [:] {
    didSet { generation &+= 1 }
  }
  /// Differs whenever an interface does: what is made of the table need not be made anew while it is the same.
  public private(set) var generation: UInt64 = 0
  private var names: [String: UInt32] = [:]
  private var changes = InterfaceChanges()
  private var resync: Resync?

  public init() {}

  // MARK: Look-up

  public var count: Int { interfaces.count }

  /// All interfaces by ifIndex.
  public var all: [Interface] { interfaces.values.sorted { $0.index < $1.index } }

  public subscript(index: UInt32) -> Interface? { interfaces[index] }

  public func interface(named name: String) -> Interface? { names[name].flatMap { interfaces[$0] } }

  /// That with the lowest ifIndex, if several have the same alias.
  public func interface(alias: String) -> Interface? {
    interfaces.values.filter { $0.alias == alias }.min { $0.index < $1.index }
  }

  /// What changed since the last call.
  public mutating func takeChanges() -> InterfaceChanges {
    defer { changes = InterfaceChanges() }
    return changes
  }

  // MARK: Messages

  /// Applies a message about a link or an address; others are ignored.
  public mutating func apply(_ message: Message) throws(WireError) {
    if let link = try LinkMessage(parsing: message) {
      apply(link)
    } else if let address = try AddressMessage(parsing: message) {
      apply(address)
    }
  }

  public mutating func apply(_ link: LinkMessage) {
    // A port that leaves its bridge is "deleted" too, but in the bridge's family. Wireless events are not
    // whole.
    guard link.family == LinkMessage.anyFamily, !link.isWirelessEvent else { return }
    if link.isDeletion { return remove(link.index) }
    guard link.index != 0, let name = link.name else { return }

    var new = Interface(link, name: name)
    guard let old = interfaces[link.index], !old.isReplaced(by: new) else {
      remove(link.index)
      new.birth = generation
      interfaces[link.index] = new
      names[name] = link.index
      changes.added.insert(link.index)
      return
    }
    resync?.unseen.remove(link.index)
    new.addresses = old.addresses
    new.birth = old.birth
    guard new != old else { return }
    interfaces[link.index] = new
    if new.name != old.name {
      if names[old.name] == link.index { names[old.name] = nil }
      names[name] = link.index
      note(link.index, in: \.renamed)
    }
    var renamed = old
    renamed.name = name
    if new != renamed { note(link.index, in: \.linkChanged) }
  }

  /// Addresses of interfaces not in the table are ignored: the kernel announces the interface first.
  public mutating func apply(_ message: AddressMessage) {
    guard var interface = interfaces[message.index] else { return }
    let old = interface.addresses
    Self.apply(message, to: &interface.addresses)
    if var dump = resync.take() {
      Self.apply(message, to: &dump.addresses[message.index, default: []])
      resync = dump
    }
    guard interface.addresses != old else { return }
    interfaces[message.index] = interface
    note(message.index, in: \.readdressed)
  }

  private static func apply(_ message: AddressMessage, to addresses: inout [Interface.Address]) {
    let place = addresses.firstIndex {
      $0.address == message.address && $0.prefixLength == message.prefixLength
    }
    if message.isDeletion {
      if let place { addresses.remove(at: place) }
      return
    }
    let new = Interface.Address(
      message.address, prefixLength: message.prefixLength, scope: message.scope, flags: message.flags,
      isAlias: message.label?.utf8.contains(UInt8(ascii: ":")) ?? false)
    if let place { addresses[place] = new } else { addresses.append(new) }
  }

  private mutating func remove(_ index: UInt32) {
    resync?.unseen.remove(index)
    resync?.addresses[index] = nil
    guard let interface = interfaces.removeValue(forKey: index) else { return }
    if names[interface.name] == index { names[interface.name] = nil }
    changes.renamed.remove(index)
    changes.readdressed.remove(index)
    changes.linkChanged.remove(index)
    // Who never heard of it need not hear that it is gone.
    if changes.added.remove(index) == nil { changes.removed[index] = interface }
  }

  private mutating func note(_ index: UInt32, in set: WritableKeyPath<InterfaceChanges, Set<UInt32>>) {
    if !changes.added.contains(index) { changes[keyPath: set].insert(index) }
  }

  // MARK: Resynchronisation

  /// A new dump begins; one that had begun before is forgotten.
  public mutating func beginResync() { resync = Resync(unseen: Set(interfaces.keys)) }

  /// The dumps of links and addresses are complete: what they did not show is gone.
  public mutating func endResync() {
    guard let dump = resync else { return }
    resync = nil
    for index in dump.unseen { remove(index) }
    for index in interfaces.keys {
      let addresses = dump.addresses[index] ?? []
      guard interfaces[index]?.addresses != addresses else { continue }
      interfaces[index]?.addresses = addresses
      note(index, in: \.readdressed)
    }
  }
}
