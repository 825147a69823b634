public import Bytes

/// The 32-bit hash from which the C agent makes identifiers: FNV-1a, except that its octets are of C's type
/// `char`, which is signed on x86 and there spreads the top bit of an octet over the whole word.
struct FNV1a {
  private(set) var value: UInt32 = 2_166_136_261

  /// Whether C's `char` is signed on this platform.
  #if arch(x86_64) || arch(i386)
    static let signsCharacters = true
  #else
    static let signsCharacters = false
  #endif

  /// Adds 8 octets, the most significant first.
  mutating func add(_ octets: UInt64, signed: Bool) {
    for i in 0..<8 {
      let octet = UInt8(truncatingIfNeeded: octets >> (56 - 8 * UInt64(i)))
      let character = signed ? UInt32(truncatingIfNeeded: Int8(bitPattern: octet)) : UInt32(octet)
      value = (value ^ character) &* 16_777_619
    }
  }
}

extension UUID {
  /// The identifier of a host that has no other: made from systemd's machine-id as the C agent does, so that
  /// a host keeps its identifier when it changes over.
  ///
  /// Both halves are hash(first 8 octets), hash(last 8 octets) as numbers of the machine's byte order; then
  /// version 5 and the variant of RFC 9562 are set. Without a machine-id the C agent uses zeros.
  public init(machineID: UUID) { self.init(machineID: machineID, signedCharacters: FNV1a.signsCharacters) }

  init(machineID: UUID, signedCharacters: Bool) {
    var first = FNV1a()
    first.add(machineID.high, signed: signedCharacters)
    var last = FNV1a()
    last.add(machineID.low, signed: signedCharacters)
    // `bigEndian`: the octets as they lie in memory, read as this type counts them.
    let half = UInt64(first.value.bigEndian) << 32 | UInt64(last.value.bigEndian)
    self.init(
      high: half & ~0xF000 | 0x5000,
      low: half & ~(0xC0 << 56) | 0x80 << 56)
  }
}
