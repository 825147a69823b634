public import Bytes

/// The rows of `/proc/self/mountinfo`, one after the other, without allocation.
///
/// Not `/proc/self/mounts`: that has no device numbers, and shows as read-only what only our own sandbox
/// (`ProtectSystem=strict`) has made so for us.
/// ```
/// 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
/// id parent number root point options optional… - type source superOptions
/// ```
public struct Mountinfo: ~Escapable {
  private var cursor: ASCIICursor

  @_lifetime(copy text)
  public init(parsing text: Span<UInt8>) { cursor = ASCIICursor(text) }

  /// One mount. Names are as the kernel writes them, with `\040` for a blank: see `unescaped`.
  public struct Row: ~Escapable {
    /// Identifies the mount among those of the file.
    public let id: UInt64
    /// The mount that this one is mounted on; need not be in the file.
    public let parent: UInt64
    /// The filesystem's device number: the same for all bind mounts and all subvolumes of one filesystem.
    public let number: DeviceNumber
    /// The directory of the filesystem that is mounted: "/" except for bind mounts and subvolumes.
    public let root: Span<UInt8>
    /// Where it is mounted.
    public let mountPoint: Span<UInt8>
    /// Filesystem type: "ext4", "fuse.sshfs".
    public let type: Span<UInt8>
    /// "/dev/sda1", "rpool/data", "server:/export"; may be empty.
    public let source: Span<UInt8>
    /// Whether the filesystem itself is read-only, by its own options and not those of this mount.
    public let isReadOnly: Bool
    /// Whether the space of a directory may be that of a project, which the filesystem looks up in its quota file.
    public let hasProjectQuota: Bool

    @_lifetime(copy cursor)
    @_lifetime(cursor: copy cursor)
    init(_ cursor: inout ASCIICursor) throws(TextError) {
      id = try cursor.unsigned()
      parent = try cursor.unsigned()
      number = try DeviceNumber(&cursor)
      try cursor.expect(" ")
      root = cursor.field(endingAt: 0x20)
      mountPoint = cursor.field(endingAt: 0x20)
      if mountPoint.isEmpty { throw TextError(at: cursor.offset, expected: "a mount point") }
      // The mount's own options, then any number of optional fields.
      while !cursor.take("- ") {
        if cursor.field(endingAt: 0x20).isEmpty { throw TextError(at: cursor.offset, expected: "'- '") }
      }
      type = cursor.field(endingAt: 0x20)
      source = cursor.field(endingAt: 0x20)
      // The kernel writes `ro` or `rw` first.
      let access = cursor.field(endingAt: 0x2C)
      if access.isEmpty { throw TextError(at: cursor.offset, expected: "'ro' or 'rw'") }
      isReadOnly = access.equals("ro")
      var hasProjectQuota = false
      while let octet = cursor.peek, octet != 0x0A {
        let option = cursor.field(endingAt: 0x2C)
        hasProjectQuota = hasProjectQuota || option.equals("prjquota") || option.equals("pqnoenforce")
      }
      self.hasProjectQuota = hasProjectQuota
    }
  }

  /// The next row, `nil` at the end. After an error the row after the malformed one is next.
  @_lifetime(copy self)
  @_lifetime(self: copy self)
  public mutating func next() throws(TextError) -> Row? {
    while cursor.take(0x0A) {}
    guard !cursor.isAtEnd else { return nil }
    defer { cursor.skipLine() }
    return try Row(&cursor)
  }

  /// `name` with its escapes (`\040` blank, `\011` tab, `\012` newline, `\134` backslash) replaced.
  public static func unescaped(_ name: Span<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(name.count)
    var i = 0
    while i < name.count {
      if name[i] == 0x5C, i + 3 < name.count, name[i + 1] &- 0x30 < 4, name[i + 2] &- 0x30 < 8,
        name[i + 3] &- 0x30 < 8
      {
        result.append((name[i + 1] &- 0x30) << 6 | (name[i + 2] &- 0x30) << 3 | (name[i + 3] &- 0x30))
        i += 4
      } else {
        result.append(name[i])
        i += 1
      }
    }
    return result
  }
}
