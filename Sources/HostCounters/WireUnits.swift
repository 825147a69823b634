// From the kernel's numbers to those of the wire. Structures on the wire have counters of 32 bits that wrap and
// gauges that must not; what is unknown is all ones in a counter and 0 in a gauge (sFlow v5, section 5).

/// A counter: the low 32 bits, or all ones if the kernel doesn't count it.
func counter32(_ value: UInt64?) -> UInt32 { value.map { UInt32(truncatingIfNeeded: $0) } ?? .max }

/// A gauge: saturating, or 0 if the kernel doesn't show it.
func gauge32(_ value: UInt64?) -> UInt32 { value.map { UInt32(clamping: $0) } ?? 0 }

/// KiB to bytes, saturating; 0 if the kernel doesn't show it.
func bytes(kib value: UInt64?) -> UInt64 {
  guard let value else { return 0 }
  return value > UInt64.max >> 10 ? .max : value << 10
}

/// Clock ticks to milliseconds, modulo 2³².
func milliseconds(ticks: UInt64, perSecond: UInt64) -> UInt32 {
  // Split, so that no product can overflow.
  let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: max(1, perSecond))
  return UInt32(truncatingIfNeeded: seconds &* 1000 &+ rest &* 1000 / max(1, perSecond))
}
