/// A classic BPF program, as the kernel runs it on every packet of a socket (`SO_ATTACH_FILTER`).
public struct PacketFilter: Equatable, Sendable {
  /// `struct sock_filter`.
  public struct Instruction: Equatable, Sendable {
    /// `code`: class, size and mode, or operation and source.
    public var code: UInt16
    /// `jt`: instructions to leave out if the comparison holds.
    public var jumpIfTrue: UInt8
    /// `jf`: instructions to leave out if it does not.
    public var jumpIfFalse: UInt8
    /// `k`: the constant or offset.
    public var value: UInt32

    public init(_ code: UInt16, _ value: UInt32, jumpIfTrue: UInt8 = 0, jumpIfFalse: UInt8 = 0) {
      self.code = code
      self.jumpIfTrue = jumpIfTrue
      self.jumpIfFalse = jumpIfFalse
      self.value = value
    }

    /// The octets of `struct sock_filter`, in the machine's order.
    var packed: UInt64 {
      let high = UInt64(value)
      #if _endian(little)
        return UInt64(code) | UInt64(jumpIfTrue) << 16 | UInt64(jumpIfFalse) << 24 | high << 32
      #else
        return UInt64(code) << 48 | UInt64(jumpIfTrue) << 40 | UInt64(jumpIfFalse) << 32 | high
      #endif
    }
  }

  public var instructions: [Instruction]

  public init(_ instructions: [Instruction]) { self.instructions = instructions }
}
