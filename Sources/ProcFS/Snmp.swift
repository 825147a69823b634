public import Bytes

/// `/proc/net/snmp`: pairs of lines, the names of the columns and below them their values.
///
/// Columns are taken by name: kernels insert new ones anywhere (`InCsumErrors` in `Icmp:` since Linux 3.10).
/// A group or a column that is not there is `nil`. A negative value (`Tcp: MaxConn` is -1) is kept as two's
/// complement, so that its low 32 bits are those of the 32-bit number.
/// ```
/// Udp: InDatagrams NoPorts InErrors
/// Udp: 21 0 0
/// ```
public struct Snmp: Equatable, Sendable {
  public var ip: IP?
  public var icmp: ICMP?
  public var tcp: TCP?
  public var udp: UDP?

  public init() {}

  public init(parsing text: Span<UInt8>) throws(TextError) {
    var cursor = ASCIICursor(text)
    while !cursor.isAtEnd {
      let group = cursor.word()
      if group.equals("Ip:") {
        ip = try read(IP(), "Ip:", from: &cursor)
      } else if group.equals("Icmp:") {
        icmp = try read(ICMP(), "Icmp:", from: &cursor)
      } else if group.equals("Tcp:") {
        tcp = try read(TCP(), "Tcp:", from: &cursor)
      } else if group.equals("Udp:") {
        udp = try read(UDP(), "Udp:", from: &cursor)
      } else {
        // IcmpMsg, UdpLite and what comes in the future; twice, for names and values.
        cursor.skipLine()
      }
    }
  }
}

/// A group of `/proc/net/snmp`.
protocol SnmpGroup {
  /// Puts `value` where the column called `name` belongs; other names are ignored.
  mutating func set(_ name: Span<UInt8>, to value: UInt64)
}

/// Reads a group whose label in the line of names was just taken.
@_lifetime(cursor: copy cursor)
private func read<Group: SnmpGroup>(
  _ empty: Group, _ label: StaticString, from cursor: inout ASCIICursor
) throws(TextError) -> Group {
  var group = empty
  var names = cursor
  cursor.skipLine()
  try cursor.expect(label)
  while let value = try cursor.signedColumn() {
    let name = names.word()
    if name.isEmpty { break }
    group.set(name, to: value)
  }
  cursor.skipLine()
  return group
}

extension ASCIICursor {
  /// The next number of this line, a negative one as two's complement; `nil` if the line has no more columns.
  @_lifetime(self: copy self)
  fileprivate mutating func signedColumn() throws(TextError) -> UInt64? {
    skipBlanks()
    if peek == UInt8(ascii: "-") { return UInt64(bitPattern: try signed()) }
    return try column()
  }
}
