import Bytes
import Testing

@testable import SFlow

/// Octets from outside may be anything.
struct RobustnessTests {
  /// Datagrams with every structure of the vectors, without most of their repetitions.
  static func seeds() throws -> [[UInt8]] {
    try PcapFile.names.flatMap { name in
      let payloads = try PcapFile(name).payloads
      return name == "hsflowd-run1-ipv4" ? Array(payloads[20..<34]) : payloads
    }
  }

  @Test func `no beginning of a datagram is a datagram`() throws {
    for payload in try Self.seeds() {
      for count in 0..<payload.count {
        let part = Array(payload[..<count])
        #expect(throws: WireError.self) { try decode(part) }
      }
    }
  }

  @Test func `a datagram with octets behind it is refused`() throws {
    for payload in try Self.seeds() {
      guard (try? decode(payload)) != nil else { continue }
      #expect(throws: WireError.trailing(at: payload.count, count: 4)) { try decode(payload + [0, 0, 0, 0]) }
    }
  }

  @Test func `whatever is read is written back as it was`() throws {
    var random = Random(5)
    let seeds = try Self.seeds()
    var accepted = 0
    for i in 0..<100_000 {
      var octets = seeds[i % seeds.count]
      for _ in 0...Int.random(in: 0...3, using: &random) {
        let at = Int.random(in: 0..<octets.count, using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: octets[at] = .random(in: 0...255, using: &random)
        case 1: octets[at] ^= 1 << UInt8.random(in: 0...7, using: &random)
        case 2: octets[min(at | 3, octets.count - 1)] = [0, 1, 3, 4, 8, 0xFF].randomElement(using: &random)!
        default: for j in (at & ~3)..<min(octets.count, (at | 3) + 1) { octets[j] = 0xFF }
        }
      }
      guard let datagram = try? decode(octets) else { continue }
      accepted += 1
      for offset in datagram.nonZeroPadding { octets[offset] = 0 }
      guard datagram.encode() == octets else {
        Issue.record("mutation \(i)")
        return
      }
      if i % 16 == 0 { _ = datagram.describe() }
    }
    #expect(accepted > 20_000)
  }

  @Test func `a count that cannot be true is refused before anything is read`() {
    let head = hex("00000005 00000001 0a630001 000186a0 00000001 00000000")
    #expect(throws: WireError.invalid(at: 24, "count of 4294967295 in front of 0 octets")) {
      try decode(head + hex("ffffffff"))
    }
    let adapters = hex(
      "00000001 00000004 00000024 00000001 00000002 00000001 00000001 000007d1 0000000c 00000001")
    #expect(throws: WireError.invalid(at: 68, "count of 1073741824 in front of 0 octets")) {
      try decode(head + adapters + hex("00000003 40000000"))
    }
  }

  @Test func `errors name the octet`() {
    let head = hex("00000005 00000001 0a630001 000186a0 00000001 00000000")
    #expect(throws: WireError.invalid(at: 0, "version 4")) { try decode(hex("00000004")) }
    #expect(throws: WireError.invalid(at: 4, "address of type 3")) { try decode(hex("00000005 00000003")) }
    #expect(throws: WireError.truncated(at: 8)) { try decode(hex("00000005 00000002 20010db8")) }
    // A counters sample whose host_parent has one word.
    let short = hex(
      "00000001 00000004 0000001c 00000001 00000002 00000001 00000001 000007d2 00000004 00000002")
    #expect(throws: WireError.truncated(at: 64)) { try decode(head + short) }
    // A sample whose length goes beyond its records.
    let long = hex("00000001 00000002 00000010 00000001 02000001 00000000 00000000")
    #expect(throws: WireError.trailing(at: 48, count: 4)) { try decode(head + long) }
    // An rtmetric of a type that nobody knows.
    let metric = hex("00000001 010cc3ea 00000018 00000000 00000001 00000001 61000000 00000007 00000000")
    #expect(throws: WireError.invalid(at: 52, "metric of type 7")) { try decode(head + metric) }
  }

  @Test func `text that is not UTF-8 is kept as it came`() throws {
    let head = hex("00000005 00000001 0a630001 000186a0 00000001 00000000")
    let name = hex(
      "00000001 00000002 0000001c 00000001 00000002 00000001 000003ed 00000008 00000002 c3280000")
    let datagram = try decode(head + name)
    #expect(datagram.samples[0].records == [.raw(PortName.format, hex("00000002 c3280000"))])
    #expect(datagram.encode() == head + name)
    #expect(datagram.describe().last == "  record 0:1005 8 octets 00000002c3280000")
  }
}
