/// A classic BPF program, for `SO_ATTACH_FILTER`.
public struct BPFProgram: Equatable, Sendable {
  /// `struct sock_filter`.
  public struct Instruction: Equatable, Sendable {
    public var code: UInt16
    /// Instructions to step over when a comparison holds.
    public var whenTrue: UInt8
    /// And when it does not.
    public var whenFalse: UInt8
    public var operand: UInt32

    public init(code: UInt16, whenTrue: UInt8 = 0, whenFalse: UInt8 = 0, operand: UInt32) {
      self.code = code
      self.whenTrue = whenTrue
      self.whenFalse = whenFalse
      self.operand = operand
    }

    /// `BPF_LD | BPF_W | BPF_ABS`
    public static let loadWord: UInt16 = 0x20
    /// `BPF_JMP | BPF_JGE | BPF_K`
    public static let jumpIfAtLeast: UInt16 = 0x35
    /// `BPF_RET | BPF_K`
    public static let returnConstant: UInt16 = 0x06
  }

  /// Where the kernel puts a random word. `SKF_AD_OFF + SKF_AD_RANDOM`, Linux 3.16.
  public static let randomWord: UInt32 = 0xFFFF_F038

  public var instructions: [Instruction]

  public init(_ instructions: [Instruction]) { self.instructions = instructions }

  /// Accepts 1 packet in `rate` at random and `length` octets of it; none if `rate` is 0.
  ///
  ///     ld  #random
  ///     jge #2³²/rate, 1, 0
  ///     ret #length
  ///     ret #0
  ///
  /// A comparison costs less than the division of `random mod rate`, and errs as little: the probability is that
  /// of a whole number in 2³², nearest to 1/rate, 0.12 % off at the most for rates up to 10,000,000.
  public static func sampling(rate: UInt32, length: UInt32) -> BPFProgram {
    let accept = Instruction(code: Instruction.returnConstant, operand: length)
    let drop = Instruction(code: Instruction.returnConstant, operand: 0)
    guard rate > 1 else { return BPFProgram([rate == 0 ? drop : accept]) }
    let threshold = ((1 << 32) + UInt64(rate) / 2) / UInt64(rate)
    return BPFProgram([
      Instruction(code: Instruction.loadWord, operand: randomWord),
      Instruction(
        code: Instruction.jumpIfAtLeast, whenTrue: 1, operand: UInt32(truncatingIfNeeded: threshold)),
      accept, drop,
    ])
  }
}
