public import Bytes

/// `/etc/machine-id`: 32 hexadecimal digits, made up when the system was installed.
public struct MachineID: Equatable, Sendable {
  public var uuid: UUID

  public init(uuid: UUID) { self.uuid = uuid }

  /// Fails on an empty file and on "uninitialized", which images carry before their first boot.
  public init(parsing text: Span<UInt8>) throws(TextError) {
    var cursor = ASCIICursor(text)
    let word = cursor.word()
    guard word.count == 32, let uuid = UUID(word) else {
      throw TextError(at: 0, expected: "32 hexadecimal digits")
    }
    self.uuid = uuid
  }
}
