import Bytes
import Testing

@testable import HostCounters

@Suite struct HostIdentityTests {
  private static let machineID = "00112233-4455-6677-8899-aabbccddeeff"

  /// What the C agent made of it on x86_64.
  @Test func `makes the UUID of the C agent`() throws {
    let machine = try #require(UUID(Self.machineID))
    #expect(
      UUID(machineID: machine, signedCharacters: true).description == "bd1be3c0-5df1-5c52-bd1b-e3c05df1fc52")
    // By the same arithmetic, with octets instead of signed characters.
    #expect(
      UUID(machineID: machine, signedCharacters: false).description == "bd1be3c0-5d55-59a4-bd1b-e3c05d5589a4")
  }

  @Test func `hosts without a machine-id share one UUID`() {
    let none = UUID(machineID: UUID(high: 0, low: 0))
    #expect(none.description == "6571e19b-6571-519b-a571-e19b6571e19b")
  }
}

@Suite struct EntityNumbersTests {
  private static let known = UUID(high: 0x6695_eb01_f6a4_8304, low: 0x79aa_97f2_502e_193f)

  /// The number that the C agent gave to a libvirt domain on x86_64.
  @Test func `gives the number of the C agent`() {
    var numbers = EntityNumbers(signedCharacters: true)
    #expect(numbers.number(for: Self.known) == 148_529)
    var unsigned = EntityNumbers(signedCharacters: false)
    #expect(unsigned.number(for: Self.known) == 125_377)
  }

  @Test func `an entity keeps its number`() {
    var numbers = EntityNumbers(signedCharacters: true)
    #expect(numbers.number(for: Self.known) == numbers.number(for: Self.known))
    #expect(numbers.count == 1)
  }

  /// Both hash to 49999.
  @Test func `who comes second gets the next number, round the end`() {
    let first = UUID(high: 0, low: 0x11f1a)
    let second = UUID(high: 0, low: 0x15c37)
    var numbers = EntityNumbers(signedCharacters: true)
    #expect(numbers.number(for: first) == 149_999)
    #expect(numbers.number(for: second) == 100_000)
    numbers.release(first)
    #expect(numbers.number(for: second) == 100_000)
    #expect(numbers.number(for: first) == 149_999)
    numbers.release(first)
    numbers.release(second)
    numbers.release(second)
    #expect(numbers.count == 0)
    #expect(numbers.number(for: second) == 149_999)
  }

  @Test func `a full table gives no number until one is released`() {
    var numbers = EntityNumbers(signedCharacters: true)
    var given: Set<UInt32> = []
    for i in 0..<UInt64(50_000) {
      if let number = numbers.number(for: UUID(high: i, low: 0)) { given.insert(number) }
    }
    #expect(given.count == 50_000)
    #expect(given.min() == 100_000 && given.max() == 149_999)
    #expect(numbers.number(for: Self.known) == nil)
    numbers.release(UUID(high: 7, low: 0))
    #expect(numbers.number(for: Self.known) != nil)
  }
}
