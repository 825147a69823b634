import Foundation
import Linux
import SFlow
import Sampling
import SystemPackage
import Testing

extension NFLogTests {
  /// Start, failure, change and end of a source.
  @Suite struct LifeTests {
    private let sinkhole: [UInt8] = [10, 9, 0, 2]
    private let taken =
      "cannot listen to NFLOG group 5: EPERM (Operation not permitted); another program has this group: "
      + "choose another here and in the firewall rule"

    @Test func `a group that is taken is tried again until it is free, and said once`() throws {
      let row = try LogRow()
      try row.middle.log("ip", "output", "udp dport 9 log group 5")
      let first = try row.source()
      let (loop, log, sink) = (SimulatedLoop(), SourceLog(), LoggedSampleRecorder())
      let second = NFLogSource(.log(), loop: loop, sink: sink, logger: log.logger)
      try row.inMiddle {
        second.start()
        loop.run(for: .seconds(600))
      }
      // 1, 2, 4, 8, 16, 32 and then 60 s apart.
      #expect(loop.wakeUps == 6 + 8)
      #expect(second.status.first?.hasPrefix("nflog group 5: not running: \(taken)") == true)
      #expect(log.lines == ["warning: source nflog group 5: \(taken) (will retry)"])
      first.stop()
      #expect(first.status.first?.hasPrefix("nflog group 5: stopped") == true)
      try row.awaitFree()
      try row.inMiddle { loop.run(for: .seconds(60)) }
      #expect(second.status.first?.hasPrefix("nflog group 5: running") == true)
      #expect(log.lines.dropFirst() == ["notice: source nflog group 5: running"])
      #expect(loop.nextDeadline == nil)
    }

    @Test func `a source that had to wait samples once it runs`() throws {
      let row = try LogRow()
      try row.middle.log("ip", "output", "udp dport 9 log group 5")
      let other = NFLogSource(
        .log(), loop: row.loop, sink: LoggedSampleRecorder(), logger: SourceLog().logger)
      try row.inMiddle { other.start() }
      let source = try row.source()
      #expect(row.log.lines.count == 1)
      other.stop()
      try row.runInMiddle { source.status.first?.contains("running, 1 in 1") ?? false }
      try WireSocket(datagramsTo: sinkhole, in: row.middle).send([1, 2, 3])
      try row.run(untilSamples: 1)
      #expect(row.log.lines.count == 2)
    }

    @Test func `starting twice is starting once`() throws {
      let row = try LogRow()
      try row.middle.log("ip", "output", "udp dport 9 log group 5")
      let source = try row.source()
      try row.inMiddle { source.start() }
      try #require(source.status.first?.hasPrefix("nflog group 5: running") == true)
      try WireSocket(datagramsTo: sinkhole, in: row.middle).send([1, 2, 3])
      try row.run(untilSamples: 1)
      #expect(row.log.lines == ["notice: source nflog group 5: running"])
    }

    @Test func `without the right to it the remedy says which`() async {
      await #expect(processExitsWith: .success) {
        try Privileges.drop(to: "nobody", keeping: [])
        let log = SourceLog()
        let source = NFLogSource(
          .log(), loop: SimulatedLoop(), sink: LoggedSampleRecorder(), logger: log.logger)
        source.start()
        #expect(
          log.lines == [
            "warning: source nflog group 5: cannot listen to NFLOG group 5: EPERM (Operation not permitted); "
              + "the agent needs CAP_NET_ADMIN (will retry)"
          ])
      }
    }

    /// In a process of its own, where nobody else opens files.
    @Test func `starts that fail leave no descriptor behind, nor do stops`() async {
      await #expect(processExitsWith: .success) {
        let namespace = try LogNamespace()
        let (loop, log) = (try EpollLoop(), SourceLog())
        let first = NFLogSource(.log(), loop: loop, sink: LoggedSampleRecorder(), logger: log.logger)
        try NetworkNamespace.run(inNamespaceAt: namespace.path) { first.start() }
        let second = NFLogSource(.log(), loop: loop, sink: LoggedSampleRecorder(), logger: log.logger)
        func descriptors() throws -> Int {
          try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        }
        let before = try descriptors()
        try NetworkNamespace.run(inNamespaceAt: namespace.path) { for _ in 0..<200 { second.start() } }
        // One or two may be the testing library's; 200 would be ours.
        #expect(try descriptors() < before + 10)
        #expect(log.lines.count == 2)
        first.stop()
        try NetworkNamespace.run(inNamespaceAt: namespace.path) {
          for _ in 0..<200 {
            second.start()
            second.stop()
          }
        }
        #expect(try descriptors() < before + 10)
      }
    }

    @Test func `another rate, more octets and a pause keep the numbers`() throws {
      let row = try LogRow()
      try row.middle.log("ip", "output", "udp dport 9 log group 5")
      let source = try row.source(headerBytes: 64)
      let datagrams = try WireSocket(datagramsTo: sinkhole, in: row.middle)
      func sample(_ count: Int) throws -> [FlowSample] {
        let before = row.sink.samples.count
        try datagrams.send(WirePacket.filler(400), times: count)
        try row.run(untilSamples: before + count)
        return Array(row.sink.samples[before...])
      }
      #expect(try sample(3).map(\.sequence) == [1, 2, 3])

      // The rule is said to pick 1 in 8: every logged packet is still sampled.
      source.apply(.log(sampling: 8, probability: 0.125, headerBytes: 64))
      let rated = try sample(2)
      #expect(rated.map(\.sequence) == [4, 5])
      #expect(rated.map(\.rate) == [8, 8])
      #expect(rated.map(\.pool) == [11, 19])
      #expect(rated.map(\.packet?.header.count) == [64, 64])

      // Longer ones need another binding, which numbers packets anew.
      try row.inMiddle { source.apply(.log(headerBytes: 250)) }
      try row.runInMiddle { source.status.first?.contains("running, ") ?? false }
      let longer = try sample(2)
      #expect(longer.map(\.sequence) == [6, 7])
      #expect(longer.map(\.packet?.header.count) == [250, 250])
      #expect(longer.map(\.packet?.frameLength) == [446, 446])
      source.apply(.log(headerBytes: 100))
      #expect(try sample(1).map(\.packet?.header.count) == [100])

      source.stop()
      try datagrams.send([0], times: 1000)
      try row.inMiddle { source.start() }
      let later = try sample(2)
      #expect(later.map(\.sequence) == [9, 10])
      #expect(later.map(\.drops) == [0, 0])
      #expect(source.packets.seen == 10)
      #expect(source.packets.lost == 0)

      let sink0 = try row.middle.index(of: "sink0")
      #expect(source.sampledIndexes == [sink0])
      source.forget(sink0)
      #expect(source.sampledIndexes.isEmpty)
      let anew = try sample(2)
      #expect(anew.map(\.sequence) == [1, 2])
      #expect(anew.map(\.pool) == [1, 2])

      // At rate 0 there are none.
      source.apply(.log(sampling: 0, headerBytes: 100))
      try datagrams.send([0], times: 400)
      try row.run(source, until: 412)
      #expect(row.sink.samples.count == 12)
      // Begun twice; the other binding is none of the operator's business.
      #expect(row.log.lines == Array(repeating: "notice: source nflog group 5: running", count: 2))
    }
  }
}
