import Config
import Foundation
import Linux
import SFlow
import Testing

@testable import Sampling

extension CaptureInNamespaces {
  @Suite struct CaptureLossTests {
    /// Accepts a marker, and nothing else: when it has come, all packets before it have.
    static let marker: UInt16 = 0x88B5
    static func waitForMarker(from sender: FrameSender, on ring: PacketRing) throws {
      try sender.send(frame(marker))
      let loop = try EpollLoop()
      try loop.watch(ring.rawDescriptor) { if ring.read({ _, _ in }) > 0 { loop.stop() } }
      try loop.run()
    }

    static func markerRing() throws -> PacketRing {
      try PacketRing(
        interface: End.b,
        filter: PacketFilter([
          // ldh [12]; jeq #marker, 0, 1; ret #1; ret #0
          .init(0x28, 12), .init(0x15, UInt32(marker), jumpIfFalse: 1), .init(0x06, 1), .init(0x06, 0),
        ]),
        size: .init(blockBytes: 4096, blocks: 2), latency: .milliseconds(1), isPromiscuous: false)
    }

    @Test func `the kernel takes 1 in 100, with the scatter of chance`() throws {
      let namespace = try CaptureNamespace.cable("chance")
      try namespace.run {
        let rig = try CaptureRig()
        rig.recorder.keeps = false
        try rig.update(CaptureTests.ends)
        try rig.apply(CapturePlanTests.settings("pcap { dev=b sampling=100 }"))
        let (sender, markers) = (try FrameSender(End.a), try Self.markerRing())
        for _ in 0..<200 {
          try sender.send(frame(0x0800), times: 1000)
          // So that nothing is lost.
          rig.loop.arm(Deadline { [loop = rig.loop] in loop.stop() }, after: .zero)
          try rig.loop.run()
        }
        try Self.waitForMarker(from: sender, on: markers)
        // What is in the last block comes when its time is up.
        let ended = Deadline { [loop = rig.loop] in loop.stop() }
        rig.loop.arm(ended, after: .milliseconds(300))
        try rig.loop.run()
        // 2000 expected, standard deviation 44.5; five of them.
        #expect((1777...2223).contains(rig.recorder.count))
      }
    }

    @Test func `packets that found no room are in drops and pool`() throws {
      let namespace = try CaptureNamespace.cable("loss")
      try namespace.run {
        let rig = try CaptureRig()
        try rig.update(CaptureTests.ends)
        // 1 in 2: a ring of 512 KiB, which holds some 2000 packets.
        try rig.apply(CapturePlanTests.settings("pcap { dev=b sampling=2 }"))
        let (sender, markers) = (try FrameSender(End.a), try Self.markerRing())
        let packets = 40_000
        try sender.send(frame(0x0800), times: packets)
        try Self.waitForMarker(from: sender, on: markers)
        // Nobody has read until now.
        var samples: [FlowSample] = []
        while samples.isEmpty { samples = try rig.take(1) }
        let drops = try #require(samples.last?.drops)
        let pool = try #require(samples.last?.pool)
        #expect(drops > 10_000)
        #expect(samples.allSatisfy { $0.drops == drops })
        #expect(pool == 2 * (drops + UInt32(samples.count)))

        // No more is lost, so the number stays.
        try sender.send(frame(0x0800), times: 100)
        var later = try rig.take(1)
        #expect(later.allSatisfy { $0.drops == drops })
        while later.count < 30 { later += try rig.take(1) }
        let last = try #require(later.last)
        #expect(last.drops == drops)
        #expect(last.pool == 2 * (drops + UInt32(samples.count + later.count)))
        // Chosen: half of the packets, give or take five standard deviations of 100.
        let chosen = Int(last.pool) / 2
        #expect(abs(chosen - (packets + 100) / 2) < 520)
      }
    }

    static func residentKiB() throws -> Int {
      let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
      return (Int(text.split(separator: " ")[1]) ?? 0) * Int(Host.pageBytes) / 1024
    }

    /// In a process of its own, where nothing else asks for memory.
    @Test func `three hundred taps take less than 40 MB together`() async {
      await #expect(processExitsWith: .success) {
        let namespace = try CaptureNamespace("many")
        let pairs = 150
        try namespace.batch(
          (0..<pairs).flatMap { i in
            [
              "link add name x\(i) index \(100 + 2 * i) type veth peer name y\(i) index \(101 + 2 * i)",
              "link set dev x\(i) up", "link set dev y\(i) up",
            ]
          })
        try namespace.run {
          let rig = try CaptureRig()
          let devices = (0..<UInt32(2 * pairs)).map { i in
            CaptureDevice(index: 100 + i, name: "\(i % 2 == 0 ? "x" : "y")\(i / 2)", speed: 10_000_000_000)
          }
          func hasSockets(_ count: Int) throws -> Bool {
            let test = "test $(wc -l </proc/net/packet) = \(count + 1)"
            return try CaptureNamespace.command("ip netns exec \(namespace.name) sh -c '\(test)'") == 0
          }
          try rig.update(devices)
          let before = try CaptureLossTests.residentKiB()
          try rig.apply(CapturePlanTests.settings("pcap { speed=1- }"))
          let after = try CaptureLossTests.residentKiB()
          #expect(rig.capture.tappedIndexes.count == 2 * pairs)
          #expect(try hasSockets(2 * pairs))
          #expect(after - before < 40_000)

          for i in stride(from: 100, to: UInt32(100 + 2 * pairs), by: 50) {
            try FrameSender(i).send(frame(0x0800), times: 100)
          }
          try rig.apply(Settings())
          #expect(try hasSockets(0))
        }
      }
    }

    @Test func `without the capability the log says how to get it`() async {
      await #expect(processExitsWith: .success) {
        try Privileges.drop(to: "nobody", keeping: [])
        let rig = try CaptureRig()
        try rig.update(CaptureTests.ends)
        try rig.apply(CapturePlanTests.settings("pcap { dev=a }"))
        #expect(
          rig.log.lines.last
            == "warning: source pcap a: cannot open a packet socket: EPERM (Operation not permitted); give it "
            + "the capability CAP_NET_RAW (in its unit, AmbientCapabilities=CAP_NET_RAW), or run it as root "
            + "(will retry)")
        #expect(rig.capture.status.contains { $0.contains("not running: cannot open a packet socket") })
      }
    }
  }
}
