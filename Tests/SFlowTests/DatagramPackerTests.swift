import Bytes
import Testing

@testable import SFlow

/// Collects what a packer sends.
final class Wire {
  var payloads: [[UInt8]] = []
  func datagrams() throws -> [Datagram] { try payloads.map { try decode($0) } }

  func packer(
    _ address: IPAddress = .v4(IPv4Address(10, 99, 0, 1)), size: Int = 1400, samples: Int = 64
  ) -> DatagramPacker {
    DatagramPacker(
      agentAddress: address, subAgentID: 100000, maximumPayload: size, maximumSamples: samples
    ) { span in
      self.payloads.append(span.indices.map { span[$0] })
    }
  }
}

extension DatagramPacker {
  /// A flow sample with a header of `count` octets: 76 octets and the header, padded.
  @discardableResult
  mutating func flow(_ sequence: UInt32 = 1, header count: Int = 64) -> Bool {
    let header = [UInt8](repeating: 0xAB, count: count)
    return appendFlowSample(
      source: DataSource(.interface, 2), sequence: sequence, rate: 400, pool: 800, drops: 3,
      input: Interface(index: 2), output: .internal
    ) {
      let octets = header.span.bytes
      $0.appendSampledHeader(
        .ethernet, frameLength: 68, stripped: 4, link: octets.extracting(first: 0), octets, limit: count)
    }
  }
}

struct DatagramPackerTests {
  struct Failure: Error, Equatable {}

  @Test func `samples have the octets of the specification`() throws {
    let wire = Wire()
    var packer = wire.packer()
    packer.flow(22, header: 5)
    packer.appendCounterSample(source: .host, sequence: 7) { $0.append(HostParent()) }
    packer.appendDiscardedPacket(
      source: DataSource(.interface, 0), sequence: 1, drops: 5, input: 2, output: 0, reason: .portUnreachable
    ) { $0.append(ExtendedTimestamp(nanoseconds: 258)) }
    #expect(packer.pendingSamples == 3 && wire.payloads.isEmpty)
    packer.flush(uptime: 4755)
    #expect(packer.isEmpty == true)
    #expect(
      wire.payloads == [
        hex(
          """
          00000005                             version
          00000001 0a630001                    agent_address
          000186a0                             sub_agent_id = 100000
          00000001                             sequence_number
          00001293                             uptime = 4755
          00000003                             samples
          00000003 0000004c                    flow_sample_expanded, 76 octets
          00000016                             sequence_number = 22
          00000000 00000002                    source_id
          00000190 00000320 00000003           sampling_rate, sample_pool, drops
          00000000 00000002                    input
          00000000 3fffffff                    output: internal
          00000001                             records
          00000001 00000018                    sampled_header, 24 octets
          00000001 00000044 00000004           protocol, frame_length, stripped
          00000005 abababab ab000000           header
          00000004 00000020                    counters_sample_expanded, 32 octets
          00000007                             sequence_number = 7
          00000002 00000001                    source_id: the host
          00000001                             records
          000007d2 00000008 00000002 00000001  host_parent
          00000005 00000030                    discarded_packet, 48 octets
          00000001                             sequence_number
          00000000 00000000                    source_id
          00000005 00000002 00000000 00000003  drops, inputifindex, outputifindex, reason
          00000001                             records
          00000413 00000008 00000000 00000102  extended_timestamp
          """)
      ])
  }

  @Test(arguments: [200, 201, 300, 1399, 1400, 1401, 1500, 4096, 8192])
  func `a datagram is filled but never above the maximum`(_ size: Int) throws {
    let wire = Wire()
    var packer = wire.packer(size: size, samples: 1000)
    for i in 1...500 { packer.flow(UInt32(i), header: 64) }
    packer.flush()
    // Each sample is 140 octets behind a head of 28.
    let fit = (size - 28) / 140
    #expect(wire.payloads.dropLast().allSatisfy { $0.count == 28 + fit * 140 })
    #expect(wire.payloads.allSatisfy { $0.count <= size })
    let sequences: [UInt32] = try wire.datagrams().flatMap(\.samples).map { sample in
      if case .flowExpanded(let flow) = sample { flow.sequence } else { 0 }
    }
    #expect(sequences == Array(1...500))
    #expect(try wire.datagrams().map(\.sequence) == Array(1...UInt32(wire.payloads.count)))
  }

  @Test func `whatever the sizes, samples arrive whole, once and in order`() throws {
    var random = Random(1)
    for _ in 0..<300 {
      let wire = Wire()
      let v6 = Bool.random(using: &random)
      let size = Int.random(in: 200...Int.random(in: 200...8192, using: &random), using: &random)
      var packer = wire.packer(
        v6 ? .v6(IPv6Address(high: 1, low: 2)) : .v4(IPv4Address(1)), size: size,
        samples: .random(in: 1...40, using: &random))
      var accepted: [UInt32] = []
      var oversized: UInt64 = 0
      for i in 1...60 as ClosedRange<UInt32> {
        let header = Int.random(in: 0...min(size, 2000), using: &random)
        let octets = 76 + (header + 3) / 4 * 4 + (v6 ? 40 : 28)
        let sent = packer.flow(i, header: header)
        #expect(sent == (octets <= size))
        if sent { accepted.append(i) } else { oversized += 1 }
        if .random(in: 0..<20, using: &random) == 0 { packer.flush() }
      }
      packer.flush()
      let datagrams = try wire.datagrams()
      #expect(wire.payloads.allSatisfy { $0.count <= size })
      #expect(datagrams.allSatisfy { !$0.samples.isEmpty && $0.samples.count <= packer.maximumSamples })
      let sequences: [UInt32] = datagrams.flatMap(\.samples).map { sample in
        if case .flowExpanded(let flow) = sample { flow.sequence } else { 0 }
      }
      #expect(sequences == accepted)
      let (count, dropped) = (packer.samples, packer.oversizedSamples)
      #expect(count == UInt64(accepted.count) && dropped == oversized)
    }
  }

  @Test func `a sample that can never fit is dropped and counted, and harms nothing`() throws {
    let wire = Wire()
    var packer = wire.packer(size: 300)
    #expect(packer.flow(1) == true)
    #expect(packer.flow(2, header: 197) == false)
    #expect(packer.flow(3, header: 9000) == false)
    #expect(packer.oversizedSamples == 2)
    // 196 octets of header make exactly 300.
    #expect(packer.flow(4, header: 196) == true)
    packer.flush()
    #expect(wire.payloads.map(\.count) == [168, 300])
  }

  @Test func `a body that throws leaves nothing behind`() throws {
    let wire = Wire()
    var packer = wire.packer()
    packer.flow(1)
    #expect(throws: Failure()) {
      try packer.appendCounterSample(source: .host, sequence: 1) { writer throws(Failure) in
        writer.append(HostMemory())
        throw Failure()
      }
    }
    packer.flow(2)
    packer.flush()
    let reference = Wire()
    var other = reference.packer()
    other.flow(1)
    other.flow(2)
    other.flush()
    #expect(wire.payloads == reference.payloads)
  }

  @Test func `a sample without records is not sent`() {
    let wire = Wire()
    var packer = wire.packer()
    #expect(packer.appendCounterSample(source: .host, sequence: 1) { _ in } == false)
    packer.flush()
    #expect(packer.isEmpty == true && wire.payloads.isEmpty)
  }

  @Test func `a body sees how much room is left`() {
    let wire = Wire()
    var packer = wire.packer(size: 1000)
    packer.flow(1, header: 128)
    packer.appendCounterSample(source: .host, sequence: 1) { writer in
      // The head of the datagram, and that of the sample: a sample may need a datagram of its own.
      #expect(writer.remainingInSample == 1000 - 28 - 24)
      var adapters = HostAdapters()
      var octets = 12
      while octets + HostAdapters.Adapter.octets(addresses: 1) <= writer.remainingInSample {
        adapters.adapters.append(.init(index: 1, addresses: [MACAddress(1)]))
        octets += HostAdapters.Adapter.octets(addresses: 1)
      }
      writer.append(adapters)
      #expect(writer.remainingInSample < 16)
    }
    packer.flush()
    #expect(wire.payloads.count == 2 && wire.payloads[1].count > 1000 - 16)
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5, 9, 256])
  func `a header in two parts is joined, cut at its limit and padded with zeros`(limit: Int) throws {
    let wire = Wire()
    var packer = wire.packer()
    let (link, packet): ([UInt8], [UInt8]) = ([1, 2, 3], [0x45, 0, 0, 5, 0x99])
    for _ in 0..<2 {
      packer.appendFlowSample(
        source: DataSource(.interface, 3), sequence: 1, rate: 1, pool: 1, drops: 0,
        input: Interface(index: 3),
        output: .internal
      ) {
        $0.appendSampledHeader(
          .ethernet, frameLength: 8, stripped: 4, link: link.span.bytes, packet.span.bytes, limit: limit)
      }
      packer.flush()
    }
    let expected = SampledHeader(
      headerProtocol: .ethernet, frameLength: 8, stripped: 4, header: Array((link + packet).prefix(limit)))
    for datagram in try wire.datagrams() { #expect(datagram.samples[0].records == [.known(expected)]) }
  }

  @Test func `records may be of any type at run time`() throws {
    let wire = Wire()
    var packer = wire.packer()
    let records: [any CounterRecord] = [InterfaceCounters(), PortName(name: "swv0")]
    packer.appendCounterSample(source: DataSource(.interface, 2), sequence: 1) { writer in
      for record in records { writer.append(record) }
    }
    packer.flush()
    #expect(
      try wire.datagrams()[0].samples[0].records.map(\.format) == [InterfaceCounters.format, PortName.format])
  }

  @Test func `a standalone sample has a datagram of its own`() throws {
    let wire = Wire()
    var packer = wire.packer()
    packer.flow(1)
    #expect(packer.appendStandalone(RTMetric(dataSource: "a", metrics: [.init("m", .gauge32(5))])) == true)
    #expect(packer.isEmpty == true)
    packer.flow(2)
    packer.flush()
    #expect(
      try wire.datagrams().map { $0.samples.map(\.format) } == [
        [.flowSampleExpanded], [.rtMetric], [.flowSampleExpanded],
      ])
    let long = RTMetric(
      dataSource: "", metrics: (0..<100).map { .init("m\($0)", .string(String(repeating: "x", count: 255))) })
    #expect(packer.appendStandalone(long) == false)
    #expect(packer.oversizedSamples == 1 && packer.isEmpty == true)
  }

  @Test func `another agent address begins with datagram 1`() throws {
    let wire = Wire()
    var packer = wire.packer()
    packer.flow(1)
    packer.flush()
    packer.flow(2)
    packer.restart(agentAddress: .v6(IPv6Address(high: 0xFD00_0098_0000_0000, low: 1)))
    packer.flow(3)
    packer.flush(uptime: 5)
    let datagrams = try wire.datagrams()
    #expect(datagrams.map(\.sequence) == [1, 2, 1])
    #expect(datagrams.map(\.agentAddress.description) == ["10.99.0.1", "10.99.0.1", "fd00:98::1"])
    #expect(datagrams[2].uptime == 5)
  }

  @Test func `the maximum can change, within limits, at any time`() {
    let wire = Wire()
    var packer = wire.packer(size: 1_000_000)
    #expect(packer.maximumPayload == 8192)
    for i in 1...10 { packer.flow(UInt32(i)) }
    packer.setMaximumPayload(1)
    #expect(packer.maximumPayload == 200)
    for i in 11...13 { packer.flow(UInt32(i)) }
    packer.flush()
    #expect(wire.payloads.map(\.count) == [1428, 168, 168, 168])
  }
}
