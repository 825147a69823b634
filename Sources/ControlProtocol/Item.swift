/// Something the agent tells of itself: a source of samples, an interface, a collector, a loss.
///
/// Every kind of item has the same shape, so that a new feature of the agent needs no new version of the tool.
public struct Item: Equatable, Sendable {
  /// What it is about. A tool shows kinds it does not know under their own name.
  public struct Kind: RawRepresentable, Hashable, Sendable {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// The agent as a whole: one item.
    public static let agent = Kind(rawValue: "agent")
    /// The configuration in force: one item.
    public static let configuration = Kind(rawValue: "configuration")
    /// A setting in force, and where it comes from.
    public static let setting = Kind(rawValue: "setting")
    /// A module of the agent, in lines for a person.
    public static let module = Kind(rawValue: "module")
    /// A source of samples.
    public static let source = Kind(rawValue: "source")
    /// A network interface of the host.
    public static let interface = Kind(rawValue: "interface")
    public static let collector = Kind(rawValue: "collector")
    /// A virtual machine or container.
    public static let machine = Kind(rawValue: "vm")
    /// The DNS-SD query.
    public static let discovery = Kind(rawValue: "dns-sd")
    /// A candidate for the agent's address.
    public static let candidate = Kind(rawValue: "candidate")
    /// The agent's counters under the names of the C agent's telemetry: one item.
    public static let telemetry = Kind(rawValue: "telemetry")
  }

  public enum Condition: String, Sendable, CaseIterable {
    /// It does what it should.
    case running
    /// Nothing is wrong, but something it needs is not there yet.
    case waiting
    /// It does not do what it should; it is tried again.
    case failed
    /// It does nothing, as configured.
    case off
  }

  /// One thing that is said of an item.
  public struct Value: Equatable, Sendable {
    public enum Content: Equatable, Sendable {
      case number(UInt64)
      case text(String)
      case truth(Bool)
    }

    /// With the unit, if it has one: "uptime_seconds".
    public var name: String
    public var content: Content

    public init(_ name: String, _ content: Content) {
      self.name = name
      self.content = content
    }
  }

  public var kind: Kind
  public var name: String
  public var condition: Condition
  /// For so many seconds it is in this condition; `nil` if that is not known.
  public var seconds: UInt64?
  /// Why it is in this condition; empty if there is nothing to say.
  public var reason: String
  /// What the operator can do about it; empty if nothing.
  public var remedy: String
  public var values: [Value]

  public init(
    _ kind: Kind, _ name: String, _ condition: Condition = .running, seconds: UInt64? = nil,
    reason: String = "", remedy: String = "", values: [Value] = []
  ) {
    self.kind = kind
    self.name = name
    self.condition = condition
    self.seconds = seconds
    self.reason = reason
    self.remedy = remedy
    self.values = values
  }

  public mutating func add(_ name: String, _ number: some BinaryInteger) {
    values.append(Value(name, .number(UInt64(clamping: number))))
  }

  public mutating func add(_ name: String, _ text: String) { values.append(Value(name, .text(text))) }

  public mutating func add(_ name: String, _ truth: Bool) { values.append(Value(name, .truth(truth))) }

  public subscript(name: String) -> Value.Content? { values.first { $0.name == name }?.content }

  /// The number of that name; `nil` if there is none.
  public func number(_ name: String) -> UInt64? {
    if case .number(let number) = self[name] { number } else { nil }
  }

  /// The text of that name; `nil` if there is none.
  public func text(_ name: String) -> String? {
    if case .text(let text) = self[name] { text } else { nil }
  }
}

extension Item.Value.Content: CustomStringConvertible {
  public var description: String {
    switch self {
    case .number(let number): "\(number)"
    case .text(let text): text
    case .truth(let truth): truth ? "yes" : "no"
    }
  }
}
