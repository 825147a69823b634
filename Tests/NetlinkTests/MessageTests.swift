import Bytes
import Netlink
import Testing

/// The vectors of this target are those of a little-endian machine.
@Suite struct MessageTests {
  @Test func `walks messages of unaligned length`() throws {
    let octets = hex(
      """
      11000000      nlmsg_len = 17, an octet of payload
      1000          nlmsg_type = RTM_NEWLINK
      0200          nlmsg_flags = NLM_F_MULTI
      07000000      nlmsg_seq
      2a000000      nlmsg_pid
      ff 000000     payload, padding
      10000000      nlmsg_len = 16
      0300          nlmsg_type = NLMSG_DONE
      1200          nlmsg_flags = NLM_F_MULTI | NLM_F_DUMP_INTR
      08000000 00000000
      """)
    #expect(
      try headers(octets) == [
        MessageHeader(type: .newLink, flags: .multi, sequence: 7, port: 42),
        MessageHeader(type: .done, flags: [.multi, .dumpInterrupted], sequence: 8, port: 0),
      ])
    var messages = Messages(octets.span)
    let first = try messages.next()?.payload.remaining
    #expect(first == 1)
    let second = try messages.next()?.payload.remaining
    #expect(second == 0)
  }

  @Test func `the last message may lack its padding`() throws {
    let octets = hex("11000000 1000 0000 00000000 00000000 ff")
    #expect(try headers(octets).count == 1)
  }

  @Test func `an empty buffer has no messages`() throws {
    #expect(try headers([]).isEmpty)
  }

  @Test(arguments: [
    ("00000000 0300 0000 00000000 00000000", WireError.invalid(at: 16, "message shorter than its header")),
    ("0f000000 0300 0000 00000000 00000000", .invalid(at: 16, "message shorter than its header")),
    ("11000000 0300 0000 00000000 00000000", .truncated(at: 32)),
    ("ffffffff 0300 0000 00000000 00000000", .truncated(at: 32)),
    ("10000000 0300 0000 00000000 0000", .truncated(at: 28)),
    ("10", .truncated(at: 16)),
  ]) func `a broken length is an error and then the end`(text: String, expected: WireError) throws {
    let octets = hex("10000000 0100 0000 00000000 00000000") + hex(text)
    var messages = Messages(octets.span)
    let first = try messages.next()?.header.type
    #expect(first == .noop)
    var thrown: WireError?
    do { _ = try messages.next() } catch { thrown = error }
    #expect(thrown == expected)
    let isAtEnd = try messages.next() == nil
    #expect(isAtEnd)
  }
}

@Suite struct AttributeTests {
  /// Types, sizes and first octets of the attributes in `octets`.
  private func list(_ octets: [UInt8]) throws -> [[Int]] {
    var attributes = Attributes(ByteReader(octets.span))
    var list: [[Int]] = []
    while let attribute = try attributes.next() {
      list.append([Int(attribute.type), attribute.payload.remaining])
    }
    return list
  }

  @Test func `walks attributes and drops the flags of their types`() throws {
    let octets = hex(
      """
      0500 0100 aa 000000        nla_len = 5, type 1, padding
      0800 0280 04000340         nla_len = 8, type 2 | NLA_F_NESTED: one empty attribute, type 3
      0600 0440 1234             nla_len = 6, type 4 | NLA_F_NET_BYTEORDER, padding left out
      """)
    #expect(try list(octets) == [[1, 1], [2, 4], [4, 2]])
    var attributes = Attributes(ByteReader(octets.span))
    _ = try attributes.next()
    if var nested = try attributes.next()?.attributes {
      let inner = try nested.next()?.type
      #expect(inner == 3)
    }
    let number = try attributes.next()?.u16()
    #expect(number == 0x1234)
  }

  @Test(arguments: [
    ("0000 0100", WireError.invalid(at: 0, "attribute shorter than its header")),
    ("0300 0100", .invalid(at: 0, "attribute shorter than its header")),
    ("0500 0100", .truncated(at: 4)),
    ("ffff ffff 00000000", .truncated(at: 4)),
    ("0400 01", .truncated(at: 2)),
    ("04", .truncated(at: 0)),
  ]) func `a broken length is an error and then the end`(text: String, expected: WireError) throws {
    let octets = hex(text)
    var attributes = Attributes(ByteReader(octets.span))
    var thrown: WireError?
    do { _ = try attributes.next() } catch { thrown = error }
    #expect(thrown == expected)
    let isAtEnd = try attributes.next() == nil
    #expect(isAtEnd)
  }

  @Test(arguments: [
    ("0700 0100 657468 00", "eth"), ("0800 0100 65746800", "eth"), ("0800 0100 65007468", "e"),
    ("0400 0100", ""), ("0500 0100 ff", "\u{FFFD}"),
  ]) func `text ends at its NUL or with the attribute`(text: String, expected: String) throws {
    let octets = hex(text)
    var attributes = Attributes(ByteReader(octets.span))
    let string = try attributes.next()?.string()
    #expect(string == expected)
  }
}

@Suite struct AcknowledgementTests {
  /// Recorded: RTM_GETLINK for an index that is not there, without a reason.
  @Test func `an error repeats the request`() throws {
    #expect(try acknowledgements(fixture("error")) == [Acknowledgement(code: 19)])
  }

  /// Recorded: RTM_GETLINK with an attribute too short for its policy.
  @Test func `an error says why and where`() throws {
    let all = try acknowledgements(fixture("error-attribute"))
    #expect(
      all == [Acknowledgement(code: 34, text: "Attribute failed policy validation", requestOffset: 40)])
    #expect(all[0].description == "error 34: Attribute failed policy validation (octet 40)")
  }

  /// Recorded: a dump of links with flags in its header, under strict checking.
  @Test func `the end of a dump says why it failed`() throws {
    #expect(
      try acknowledgements(fixture("error-strict")) == [
        Acknowledgement(code: 22, text: "Invalid values in header for link dump request")
      ])
  }

  @Test func `a capped error repeats only the header`() throws {
    let octets = hex(
      """
      30000000 0200 0003 00000000 00000000   NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS
      ffffffff                               -EPERM
      ff000000 1200 0503 07000000 00000000   the request was 255 octets long
      0900 0100 6e6f706500 000000            NLMSGERR_ATTR_MSG "nope"
      """)
    #expect(try acknowledgements(octets) == [Acknowledgement(code: 1, text: "nope")])
  }

  @Test func `success is code 0`() throws {
    let done = hex("14000000 0300 0200 00000000 00000000 00000000")
    let empty = hex("10000000 0300 0200 00000000 00000000")
    #expect(try acknowledgements(done + empty).map(\.isSuccess) == [true, true])
    #expect(try acknowledgements(done).map(\.description) == ["success"])
  }

  @Test func `other messages are not acknowledgements`() throws {
    #expect(try acknowledgements(message(.overrun, []) + message(.noop, [])).isEmpty)
  }

  @Test(arguments: [
    "14000000 0200 0002 00000000 00000000 ffffffff",
    "24000000 0200 0002 00000000 00000000 ffffffff 0f000000 00000000 00000000 00000000",
    "24000000 0200 0002 00000000 00000000 ffffffff 11000000 00000000 00000000 00000000",
    "12000000 0200 0000 00000000 00000000 ffff 0000",
  ]) func `a cut error is an error`(text: String) {
    #expect(throws: WireError.self) { try acknowledgements(hex(text)) }
  }
}
