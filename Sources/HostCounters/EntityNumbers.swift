public import Bytes

/// Numbers the virtual machines, containers and services of a host as sFlow data sources of class 3.
///
/// A number is 100000 + hash(UUID) mod 50000, or the next free one, wrapping. It is kept nowhere, so only
/// entities whose hashes meet may change places when the agent starts again.
public struct EntityNumbers {
  /// All numbers that can be given.
  public static let range: ClosedRange<UInt32> = 100_000...149_999

  private let signedCharacters: Bool
  private var numbers: [UUID: UInt32] = [:]
  private var taken: Set<UInt32> = []

  public init() { self.init(signedCharacters: FNV1a.signsCharacters) }

  init(signedCharacters: Bool) { self.signedCharacters = signedCharacters }

  /// How many numbers are in use.
  public var count: Int { taken.count }

  /// The number of the entity `uuid`, always the same until it is released; `nil` if all are taken.
  public mutating func number(for uuid: UUID) -> UInt32? {
    if let known = numbers[uuid] { return known }
    guard taken.count < Self.range.count else { return nil }
    var hash = FNV1a()
    hash.add(uuid.high, signed: signedCharacters)
    hash.add(uuid.low, signed: signedCharacters)
    var number = Self.range.lowerBound + hash.value % UInt32(Self.range.count)
    while !taken.insert(number).inserted {
      number = number == Self.range.upperBound ? Self.range.lowerBound : number + 1
    }
    numbers[uuid] = number
    return number
  }

  /// The entity is gone; its number may be given to another.
  public mutating func release(_ uuid: UUID) {
    if let number = numbers.removeValue(forKey: uuid) { taken.remove(number) }
  }
}
