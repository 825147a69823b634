import Bytes
import Config
import Foundation
import Linux
import SFlow
import Testing

@testable import Sampling

extension CaptureInNamespaces {
  @Suite struct CaptureLifeTests {
    static let ends = CaptureTests.ends
    static func settings(_ pcap: String, _ rest: String = "") -> Settings {
      CapturePlanTests.settings(pcap, rest)
    }

    static func b(
      _ index: UInt32 = End.b, name: String = "b", isUp: Bool = true, gigabits: UInt64 = 10
    ) -> CaptureDevice {
      CaptureDevice(index: index, name: name, isUp: isUp, kind: "veth", speed: gigabits * 1_000_000_000)
    }

    @Test func `a tap follows its interface through everything`() throws {
      let namespace = try CaptureNamespace("life")
      try namespace.run {
        let rig = try CaptureRig()
        var changes = 0
        rig.capture.onChange = { changes += 1 }
        // Missing at the start.
        try rig.update([])
        try rig.apply(Self.settings("pcap { dev=b sampling=1 }"))
        #expect(rig.capture.status == ["b: not tapped: no interface \"b\" yet"])
        #expect(rig.capture.tappedIndexes == [])

        // There, but down.
        try namespace.addCable(a: End.a, b: End.b)
        try namespace.ip("link set dev b down")
        try rig.update([Self.b(isUp: false)])
        #expect(rig.capture.status == ["b: not tapped yet: the interface is down"])

        // Up.
        try namespace.ip("link set dev b up")
        try rig.update([Self.b()])
        #expect(rig.capture.tappedIndexes == [End.b])
        var sender = try FrameSender(End.a)
        func next(_ source: UInt32, _ sequence: UInt32) throws {
          try namespace.awaitUp("a")
          try sender.send(frame(0x800))
          let samples = try rig.take(1)
          #expect(samples.map(\.source) == [DataSource(.interface, source)])
          #expect(samples.map(\.sequence) == [sequence])
        }
        try next(End.b, 1)

        // Down and up, once known to the tap and once not.
        try namespace.ip("link set dev b down")
        try rig.update([Self.b(isUp: false)])
        #expect(rig.capture.status[0].hasSuffix("the interface is down"))
        try namespace.ip("link set dev b up")
        try rig.update([Self.b()])
        try next(End.b, 2)
        try namespace.ip("link set dev b down")
        try namespace.ip("link set dev b up")
        try next(End.b, 3)

        // Renamed: it is no longer the one that is configured.
        try namespace.ip("link set dev b name c")
        try rig.update([Self.b(name: "c")])
        #expect(rig.capture.tappedIndexes == [])
        try rig.update([Self.b()])
        try next(End.b, 1)

        // Deleted; the loop hears of it before the tap.
        try namespace.ip("link delete dev a")
        try rig.run { !rig.log.lines.isEmpty }
        try rig.update([])
        #expect(rig.capture.tappedIndexes == [])

        // Again, with another index.
        try namespace.addCable(a: 30, b: 31)
        try rig.update([Self.b(31)])
        #expect(rig.capture.tappedIndexes == [31])
        sender = try FrameSender(30)
        try next(31, 1)
        #expect(changes == 5)
        #expect(!rig.log.lines.contains { $0.hasPrefix("warning: source") })
      }
    }

    /// The end of the old one may be heard before its keeper tells that nothing looks different, or after.
    @Test(arguments: [0, 3])
    func `a new interface with the index of an old one is tapped`(roundsBefore: Int) throws {
      let namespace = try CaptureNamespace.cable("same-index")
      try namespace.run {
        let rig = try CaptureRig()
        try rig.update([Self.b()])
        try rig.apply(Self.settings("pcap { dev=b sampling=1 }"))
        try namespace.ip("link delete dev a")
        func turn(_ rounds: Int) throws {
          var left = rounds
          try rig.run {
            left -= 1
            return left < 0
          }
        }
        try turn(roundsBefore)
        try namespace.addCable(a: End.a, b: End.b)
        rig.capture.update([Self.b()])
        try turn(3 - roundsBefore)
        try FrameSender(End.a).send(frame(0x800))
        #expect(try rig.take(1).map(\.source.index) == [End.b])
      }
    }

    @Test func `a pattern keeps the tap of an interface that gets another name`() throws {
      let namespace = try CaptureNamespace.cable("rename")
      try namespace.run {
        let rig = try CaptureRig()
        var b = Self.b()
        b.kind = nil
        try rig.update([b])
        try rig.apply(Self.settings("pcap { dev.pattern=^[bc]$ sampling=1 }"))
        let sender = try FrameSender(End.a)
        try sender.send(frame(0x800))
        #expect(try rig.take(1).map(\.sequence) == [1])
        b.name = "c"
        try rig.update([b])
        try sender.send(frame(0x800))
        #expect(try rig.take(1).map(\.sequence) == [2])
        #expect(rig.log.lines.contains("notice: source pcap c: running"))
      }
    }

    @Test func `another speed is another rate in the same tap, each sample at its own`() throws {
      let namespace = try CaptureNamespace.cable("speed")
      try namespace.run {
        let rig = try CaptureRig()
        try rig.update([Self.b(gigabits: 1)])
        try rig.apply(Self.settings("pcap { dev=b }", "sampling.1G=1\nsampling.10G=1"))
        let sender = try FrameSender(End.a)
        try sender.send(frame(0x800), times: 3)
        // Not yet read: these were chosen at the old rate.
        try rig.apply(Self.settings("pcap { dev=b }", "sampling.1G=200\nsampling.10G=300"))
        try sender.send(frame(0x800), times: 20_000)
        try rig.run { rig.recorder.count >= 30 }
        try rig.update([Self.b(gigabits: 10)])
        try sender.send(frame(0x800), times: 20_000)
        var samples: [FlowSample] = []
        try rig.run {
          samples += rig.recorder.flush()
          return samples.count { $0.rate == 300 } >= 20
        }
        #expect(samples.map(\.rate) == samples.map(\.rate).sorted())
        #expect(samples.map(\.sequence) == Array(1...UInt32(samples.count)))
        var pool: UInt32 = 0
        for sample in samples {
          pool += sample.rate
          #expect(sample.pool == pool)
        }
        #expect(rig.log.lines.count { $0.contains("running") } <= 3)
      }
    }

    @Test func `blocks that go end their taps, others stay`() throws {
      let namespace = try CaptureNamespace.cable("reload")
      try namespace.run {
        let rig = try CaptureRig()
        try rig.update(Self.ends)
        try rig.apply(Self.settings(CaptureTests.everything))
        let sender = try FrameSender(End.a)
        try sender.send(frame(0x800))
        #expect(try rig.take(2).count == 2)
        try rig.apply(Self.settings("pcap { dev=b sampling=1 promisc=on }", "headerBytes=64"))
        #expect(rig.capture.tappedIndexes == [End.b])
        try sender.send(frame(0x800, count: 500))
        let samples = try rig.take(1)
        #expect(samples.map(\.sequence) == [2])
        #expect(samples.compactMap { CaptureTests.header($0)?.header.count } == [64])
        try rig.apply(Settings())
        #expect(rig.capture.tappedIndexes == [])
        #expect(rig.capture.status == [])
        #expect(rig.log.lines.contains("notice: pcap a: ends: no pcap block names it"))
      }
    }

    @Test func `what is not tapped is said once, together`() throws {
      let log: [String] = try {
        let rig = try CaptureRig()
        try rig.update((1...9).map { CaptureDevice(index: $0, name: "veth\($0)", kind: "veth") })
        try rig.apply(Self.settings("pcap { dev.pattern=veth } pcap { dev=eth9 }"))
        try rig.update((1...8).map { CaptureDevice(index: $0, name: "veth\($0)", kind: "veth") })
        return rig.log.lines
      }()
      #expect(
        log == [
          "notice: pcap: not tapped: eth9: no interface \"eth9\" yet",
          "notice: pcap: not tapped: veth1, veth2, veth3, veth4, veth5 and 4 more: veth: name it with dev",
          "warning: pcap: no interface is tapped",
        ])
    }
  }
}
