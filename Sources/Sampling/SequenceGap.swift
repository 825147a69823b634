/// How many packets were seen and how many were lost on the way, by the numbers that the kernel gives them.
///
/// Only numbers of sampled packets need be read: between two of them every packet that came is counted, so what
/// the numbers say beyond that was lost.
public struct SequenceGap: Equatable, Sendable {
  /// Packets that came.
  public private(set) var seen: UInt64 = 0
  /// Packets that did not, as far as numbers were read.
  private var missing: UInt64 = 0
  /// Times that the kernel had no room for a message (ENOBUFS), each of which lost at least one.
  public private(set) var overruns: UInt64 = 0
  /// The number of the next packet, if none is lost. The kernel counts from 0 when a group is bound.
  private var next: UInt32 = 0
  private var isNumbered = false

  public init() {}

  /// Packets that were lost: exact if they are numbered, otherwise the least that is certain.
  public var lost: UInt64 { isNumbered ? missing : overruns }

  /// Packets that the kernel logged.
  public var pool: UInt64 { seen &+ lost }

  /// Counts one packet.
  @inline(__always)
  public mutating func count() {
    seen &+= 1
    next &+= 1
  }

  /// Takes the number of the packet counted last. A number from before it means that the kernel began anew,
  /// and nothing is known to be lost.
  /// - Returns: packets that were lost since the last number.
  @discardableResult public mutating func reconcile(_ sequence: UInt32) -> UInt64 {
    isNumbered = true
    let gap = sequence &+ 1 &- next
    next = sequence &+ 1
    guard gap < 1 << 31 else { return 0 }
    missing &+= UInt64(gap)
    return UInt64(gap)
  }

  /// The group is bound anew: the kernel counts from 0.
  public mutating func restart() { next = 0 }

  /// The kernel had no room (ENOBUFS). How much was lost, the next number tells.
  public mutating func overrun() { overruns &+= 1 }
}
