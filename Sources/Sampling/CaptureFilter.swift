internal import Linux

extension PacketFilter {
  /// Lets 1 packet in `rate` through, chosen by the kernel's generator, and of each as many octets as are wanted.
  /// What it turns away costs nothing: it is never copied, and the program does not wake.
  ///
  /// A random number of 32 bits is compared with a limit; that is as near to 1 in N as whole numbers come: 0.001 %
  /// at 1 in 100 000, 0.1 % at 1 in 10 000 000.
  /// - Parameter receivedOnly: what the host sends is left out.
  static func sampling(rate: UInt32, octets: UInt32, receivedOnly: Bool) -> PacketFilter {
    var program: [Instruction] = []
    if receivedOnly {
      program.append(Instruction(Code.loadWord, Ancillary.packetType))
      program.append(Instruction(Code.jumpIfEqual, packetOutgoing, jumpIfTrue: rate > 1 ? 3 : 1))
    }
    if rate > 1 {
      let limit = ((1 << 32) + UInt64(rate) / 2) / UInt64(rate)
      program.append(Instruction(Code.loadWord, Ancillary.random))
      program.append(
        Instruction(Code.jumpIfGreaterOrEqual, UInt32(truncatingIfNeeded: limit), jumpIfTrue: 1))
    }
    program.append(Instruction(Code.returnConstant, octets))
    if receivedOnly || rate > 1 { program.append(Instruction(Code.returnConstant, 0)) }
    return PacketFilter(program)
  }

  /// `BPF_*` of linux/filter.h, put together.
  private enum Code {
    /// `BPF_LD | BPF_W | BPF_ABS`
    static let loadWord: UInt16 = 0x20
    /// `BPF_JMP | BPF_JEQ | BPF_K`
    static let jumpIfEqual: UInt16 = 0x15
    /// `BPF_JMP | BPF_JGE | BPF_K`
    static let jumpIfGreaterOrEqual: UInt16 = 0x35
    /// `BPF_RET | BPF_K`
    static let returnConstant: UInt16 = 0x06
  }

  /// What the kernel knows of a packet beside its octets, as offsets to load from: `SKF_AD_OFF` (-0x1000) and on.
  private enum Ancillary {
    /// `SKF_AD_PKTTYPE`
    static let packetType: UInt32 = 0xFFFF_F004
    /// `SKF_AD_RANDOM`, since Linux 3.16.
    static let random: UInt32 = 0xFFFF_F038
  }

  /// `PACKET_OUTGOING` of packet(7).
  private static let packetOutgoing: UInt32 = 4
}
