import Foundation
import Linux
import SFlow
import Sampling
import SystemPackage
import Testing

extension NFLogTests {
  /// What is said of all packets together.
  @Suite struct AccountTests {
    private let sinkhole: [UInt8] = [10, 9, 0, 2]

    /// Sends datagrams of 100 octets in portions that fit into the receive buffer.
    private func send(_ count: Int, _ row: LogRow, _ source: NFLogSource) throws {
      let datagrams = try WireSocket(datagramsTo: sinkhole, in: row.middle)
      for sent in stride(from: 4000, through: count, by: 4000) {
        try datagrams.send(WirePacket.filler(100), times: 4000)
        try row.run(source, until: UInt64(sent))
      }
    }

    @Test func `1 in 1 is every packet`() throws {
      let row = try LogRow()
      try row.middle.log("ip", "output", "udp dport 9 log group 5")
      let source = try row.source()
      try send(20_000, row, source)
      #expect(row.sink.samples.map(\.sequence) == Array(1...20_000))
      #expect(row.sink.samples.map(\.pool) == Array(1...20_000))
      #expect(row.sink.samples.allSatisfy { $0.rate == 1 && $0.drops == 0 })
      #expect(source.packets.lost == 0)
      #expect(source.packets.seen == 20_000)
    }

    @Test func `1 in 100 of 100,000 is 1000, within four sigma`() throws {
      let row = try LogRow()
      try row.middle.log("ip", "output", "udp dport 9 log group 5")
      let source = try row.source(sampling: 100)
      try send(100_000, row, source)
      #expect(source.packets.seen == 100_000)
      #expect(source.packets.lost == 0)
      // The distance between samples is uniform in 1...199: σ² ≈ 1000 / 3.
      let samples = row.sink.samples
      #expect(abs(samples.count - 1000) <= 73)
      #expect(samples.allSatisfy { $0.rate == 100 && $0.drops == 0 })
      #expect(samples.last?.pool == UInt32(samples.count * 100))
    }

    @Test func `a rule that picks 1 in 10 itself, within four sigma`() throws {
      let row = try LogRow()
      try row.middle.shell(
        """
        iptables-nft -A OUTPUT -p udp --dport 9 -m statistic --mode random --probability 0.1 \
          -j NFLOG --nflog-group 5
        iptables-nft -A OUTPUT -p udp --dport 10 -j NFLOG --nflog-group 5
        """)
      let source = try row.source(sampling: 10, probability: 0.1)
      let datagrams = try WireSocket(datagramsTo: sinkhole, in: row.middle)
      try datagrams.send(WirePacket.filler(100), times: 100_000)
      // The last one.
      try WireSocket(datagramsTo: sinkhole, port: 10, in: row.middle).send([1])
      let port: [UInt8] = [0, 10]
      try row.loop.run(until: {
        row.sink.samples.last?.packet.map { $0.header[22..<24] == port[...] } ?? false
      })
      let samples = row.sink.samples
      #expect(source.packets.lost == 0)
      #expect(UInt64(samples.count) == source.packets.seen)
      // σ² = 100,000 · 0.1 · 0.9
      #expect(abs(samples.count - 1 - 10_000) <= 380)
      #expect(samples.allSatisfy { $0.rate == 10 })
      #expect(samples.last?.pool == UInt32(samples.count * 10))
    }

    @Test(arguments: [(1, 64 << 10, 40_000), (50, 64 << 10, 40_000), (1, 8 << 20, 130_000)])
    func `nothing that is lost is forgotten`(sampling: UInt32, receiveBuffer: CInt, count: Int) throws {
      let row = try LogRow()
      try row.middle.log("ip", "output", "udp dport 9 log group 5; udp dport 10 log group 5 snaplen 0")
      let source = try row.source(sampling: sampling, receiveBuffer: receiveBuffer)
      let datagrams = try WireSocket(datagramsTo: sinkhole, in: row.middle)
      var sent: UInt64 = 0
      for _ in 0..<2 {
        // Nobody reads.
        try datagrams.send(WirePacket.filler(200), times: count)
        // What shows the loss may not become a sample.
        try WireSocket(datagramsTo: sinkhole, port: 10, in: row.middle).send([1], times: 400)
        sent += UInt64(count + 400)
        let before = (source.packets.overruns, source.packets.seen)
        try row.loop.run(until: {
          source.packets.overruns > before.0 && source.packets.seen > before.1
        })
        while source.packets.pool < sent {
          // More of them than the greatest distance between two samples.
          try datagrams.send(WirePacket.filler(200), times: 400)
          sent += 400
          let seen = source.packets.seen
          try row.loop.run(until: { source.packets.seen >= seen + 400 || source.packets.pool >= sent })
        }
        #expect(source.packets.pool == sent)
        #expect(source.packets.lost > UInt64(count / 20))
        let last = try #require(row.sink.samples.last)
        #expect(UInt64(last.drops) == source.packets.lost)
        #expect(row.sink.samples.map(\.drops) == row.sink.samples.map(\.drops).sorted())
        let expected = UInt64(row.sink.samples.count) * UInt64(sampling) + source.packets.lost
        #expect(UInt64(last.pool) == expected)
      }
      #expect(source.packets.overruns >= 2)
    }
  }
}
