/// An enumeration that may hold values nobody has named yet: receivers must accept them.
public protocol OpenEnumeration: RawRepresentable<UInt32>, Hashable, Sendable, CustomStringConvertible {
  init(rawValue: UInt32)
  /// The specification's names of the values 0, 1, 2...; an empty one for a value without a name.
  static var names: [String] { get }
}

extension OpenEnumeration {
  /// The name with its number, or the number alone: "x86_64(3)", "99".
  public var description: String {
    let names = Self.names
    guard rawValue < names.count, case let name = names[Int(rawValue)], !name.isEmpty else {
      return "\(rawValue)"
    }
    return "\(name)(\(rawValue))"
  }
}
