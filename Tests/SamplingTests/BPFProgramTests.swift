import Sampling
import Testing

@Suite struct BPFProgramTests {
  /// Runs a program as the kernel does; `nil` if it does something that this interpreter does not know.
  private func run(_ program: BPFProgram, random: UInt32) -> UInt32? {
    var accumulator: UInt32 = 0
    var next = 0
    while program.instructions.indices.contains(next) {
      let instruction = program.instructions[next]
      next += 1
      switch instruction.code {
      case 0x20 where instruction.operand == 0xFFFF_F038: accumulator = random
      case 0x35:
        next += Int(accumulator >= instruction.operand ? instruction.whenTrue : instruction.whenFalse)
      case 0x06: return instruction.operand
      default: return nil
      }
    }
    return nil
  }

  @Test func `one in a thousand is four instructions`() {
    #expect(
      BPFProgram.sampling(rate: 1000, length: 128).instructions == [
        .init(code: 0x20, operand: 0xFFFF_F038), .init(code: 0x35, whenTrue: 1, operand: 4_294_967),
        .init(code: 0x06, operand: 128), .init(code: 0x06, operand: 0),
      ])
  }

  @Test func `rate 1 accepts everything and rate 0 nothing`() {
    #expect(BPFProgram.sampling(rate: 1, length: 128).instructions == [.init(code: 0x06, operand: 128)])
    #expect(BPFProgram.sampling(rate: 0, length: 128).instructions == [.init(code: 0x06, operand: 0)])
  }

  /// The random words that are accepted are those below a threshold, so two runs on either side of it tell how
  /// many of the 2³² there are.
  @Test(arguments: [2, 3, 10, 400, 1000, 65_537, 1_000_000, 10_000_000, .max] as [UInt32])
  func `the probability is one in the rate`(rate: UInt32) {
    let program = BPFProgram.sampling(rate: rate, length: 256)
    var low: UInt64 = 0
    var high: UInt64 = 1 << 32
    while high - low > 1 {
      let middle = (low + high) / 2
      if run(program, random: UInt32(middle)) == 256 { low = middle } else { high = middle }
    }
    let accepted = Double(high)
    #expect(run(program, random: 0) == 256)
    #expect(run(program, random: .max) == 0)
    let wanted = 4_294_967_296 / Double(rate)
    #expect(abs(accepted - wanted) <= 0.5)
    if rate <= 10_000_000 { #expect(abs(accepted / wanted - 1) < 0.0012) }
  }

  @Test func `a million random words are accepted as often as they should be`() {
    let program = BPFProgram.sampling(rate: 100, length: 64)
    var random = SplitMix64(seed: 1)
    var accepted = 0
    for _ in 0..<1_000_000 {
      let length = run(program, random: UInt32(truncatingIfNeeded: random.next()))
      if length == 64 {
        accepted += 1
      } else if length != 0 {
        Issue.record("accepted \(String(describing: length))")
      }
    }
    // 10 000, standard deviation 99.5.
    #expect((9600...10_400).contains(accepted))
  }
}
