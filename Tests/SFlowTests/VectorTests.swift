import Bytes
import Testing

@testable import SFlow

/// Datagrams of other agents and encoders (`Vectors/README.md`).
struct VectorTests {
  /// Datagrams that are out of the specification on purpose, counted from 1.
  static let malformed: [String: [Int: WireError]] = [
    "synthetic-decoder-stress": [
      13: .invalid(at: 4, "agent address of type 0"),
      16: .invalid(at: 0x54, "length of 61, not a multiple of 4"),
    ]
  ]

  @Test(arguments: PcapFile.names)
  func `every datagram decodes to its last octet and is written back as it was`(_ name: String) throws {
    for (i, payload) in try PcapFile(name).payloads.enumerated() {
      if let error = Self.malformed[name]?[i + 1] {
        #expect(throws: error, "\(name) \(i + 1)") { try decode(payload) }
        continue
      }
      let datagram = try decode(payload)
      // The C agent leaves what was in its buffer in the padding.
      var clean = payload
      for offset in datagram.nonZeroPadding { clean[offset] = 0 }
      #expect(datagram.encode() == clean, "\(name) \(i + 1)")
      var again = try decode(clean)
      #expect(again.nonZeroPadding.isEmpty)
      again.nonZeroPadding = datagram.nonZeroPadding
      #expect(again == datagram, "\(name) \(i + 1)")
      #expect(datagram.describe().count == 1 + datagram.samples.reduce(0) { $0 + 1 + $1.records.count })
    }
  }

  @Test(arguments: PcapFile.names.filter { !$0.hasPrefix("synthetic") })
  func `every record that an agent sends is understood`(_ name: String) throws {
    for payload in try PcapFile(name).payloads {
      for sample in try decode(payload).samples {
        if case .unknown = sample { Issue.record("\(name): \(sample)") }
        for record in sample.records {
          if case .raw = record { Issue.record("\(name): \(record)") }
        }
      }
    }
  }

  @Test func `padding that is not zero is found where it is`() throws {
    let payloads = try PcapFile("hsflowd-run1-ipv4").payloads
    #expect(try decode(payloads[25]).nonZeroPadding == [0xA7])
    #expect(try decode(payloads[0]).nonZeroPadding == [])
    let json = try PcapFile("hsflowd-run3-json").payloads
    #expect(try decode(json[1]).nonZeroPadding == [0x97, 0xA7])
    #expect(try decode(json[2]).nonZeroPadding == [0xA3])
    let library = try PcapFile("reflib-expanded").payloads
    #expect(try decode(library[30]).nonZeroPadding == [0x43, 0x4B])
  }

  @Test func `lengthened records are kept as they came`() throws {
    let payloads = try PcapFile("synthetic-decoder-stress").payloads
    let flow = try #require(try decode(payloads[13]).samples.first)
    #expect(
      flow.records[1] == .raw(ExtendedSwitch.format, hex("00000001 00000002 00000003 00000004 00000063")))
    #expect(flow.records[0].value(as: SampledHeader.self)?.frameLength == 66)
    let counters = try #require(try decode(payloads[14]).samples.first)
    guard case .raw(InterfaceCounters.format, let octets) = counters.records[0] else {
      Issue.record("\(counters.records[0])")
      return
    }
    #expect(octets.count == 92 && octets.suffix(4) == [0, 0, 0, 7])
    #expect(counters.records[1].value(as: EthernetCounters.self)?.alignmentErrors == 0)
  }

  @Test func `interfaces have three forms, compact and expanded`() throws {
    let payloads = try PcapFile("synthetic-decoder-stress").payloads
    func output(_ number: Int) throws -> Interface? {
      switch try decode(payloads[number - 1]).samples.first {
      case .flow(let sample), .flowExpanded(let sample): sample.output
      default: nil
      }
    }
    #expect(try output(3) == Interface(format: 0, value: .max))
    #expect(try output(3)?.isInternal == true)
    #expect(try output(8) == .internal)
    #expect(try output(9) == .discarded(.acl))
    #expect(try output(10) == .discarded(.acl))
    #expect(try output(11) == .multiple(7))
    #expect(try output(12) == .multiple(7))
  }

  @Test func `long strings and both lengths of host_cpu are read`() throws {
    let payloads = try PcapFile("synthetic-spec-only").payloads
    func record<R: SFlowRecord>(_ number: Int, _: R.Type) throws -> R? {
      try decode(payloads[number - 1]).samples[0].records.last?.value()
    }
    #expect(try record(22, HostDescription.self)?.hostname == String(repeating: "h", count: 70))
    #expect(try record(21, AppOperations.self)?.application.utf8.count == 40)
    #expect(try record(8, AppTarget.self)?.actor.utf8.count == 70)
    #expect(try record(19, HostCPU.self)?.hasGuestTimes == false)
    #expect(try record(20, HostCPU.self)?.guestNiceMS == 20)
    #expect(try record(6, ExtendedACL.self) == ExtendedACL(number: 100, name: "deny1", direction: .egress))
  }
}
