internal import CLinux
public import SystemPackage

/// Reads the tables of iptables-legacy, which nf_tables does not show, as iptables-legacy-save(8) does.
public enum LegacyFirewall {
  /// `IPT_SO_GET_INFO` and `IP6T_SO_GET_INFO`, `IPT_SO_GET_ENTRIES` and `IP6T_SO_GET_ENTRIES`.
  private static let (getInfo, getEntries): (CInt, CInt) = (64, 65)
  /// Some 100,000 rules.
  private static let mostOctets = 64 << 20

  /// - Parameters:
  ///   - infoSize: octets of the kernel's description of a table.
  ///   - headSize: octets in front of the rules.
  ///   - size: octets of the rules, by the description.
  /// - Throws: EPERM without CAP_NET_ADMIN, ENOENT if there is no such table, EAGAIN if it was just changed.
  public static func table(
    _ name: String, isIPv6: Bool, infoSize: Int, headSize: Int, size: ([UInt8]) -> Int
  ) throws(Errno) -> (info: [UInt8], entries: [UInt8]) {
    let descriptor = Descriptor(
      owning: try systemCall {
        socket(
          isIPv6 ? AF_INET6 : AF_INET, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue),
          CInt(IPPROTO_UDP))
      })
    var info = [UInt8](repeating: 0, count: infoSize)
    for (i, octet) in name.utf8.prefix(31).enumerated() { info[i] = octet }
    var entries = Array(info.prefix(32))
    try ask(descriptor, isIPv6, getInfo, &info)
    let count = size(info)
    guard count >= 0, count <= mostOctets else { throw .messageTooLong }
    entries += (0..<4).map { UInt8(truncatingIfNeeded: UInt32(count) >> (8 * littleShift($0))) }
    entries += [UInt8](repeating: 0, count: headSize - 36 + count)
    try ask(descriptor, isIPv6, getEntries, &entries)
    return (info, Array(entries.dropFirst(headSize)))
  }

  /// Which octet of a number stands at place `i` on this machine.
  private static func littleShift(_ i: Int) -> Int { UInt16(1).littleEndian == 1 ? i : 3 - i }

  private static func ask(
    _ descriptor: borrowing Descriptor, _ isIPv6: Bool, _ option: CInt, _ buffer: inout [UInt8]
  ) throws(Errno) {
    var length = socklen_t(buffer.count)
    let number = descriptor.rawValue
    try systemCall {
      unsafe buffer.withUnsafeMutableBytes {
        unsafe getsockopt(
          number, CInt(isIPv6 ? IPPROTO_IPV6 : IPPROTO_IP), option, $0.baseAddress, &length)
      }
    }
  }
}
