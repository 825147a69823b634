import Bytes
import Config
import Linux
import Netlink
import SFlow
import Testing

@testable import Sampling

extension CaptureInNamespaces {
  @Suite struct CaptureTests {
    static func settings(_ pcap: String, _ rest: String = "") -> Settings {
      CapturePlanTests.settings(pcap, rest)
    }

    static let ends = [
      CaptureDevice(index: End.a, name: "a", kind: "veth", speed: 10_000_000_000),
      CaptureDevice(index: End.b, name: "b", kind: "veth", speed: 10_000_000_000),
    ]
    static let everything = "pcap { dev=a sampling=1 } pcap { dev=b sampling=1 promisc=on }"

    static func header(_ sample: FlowSample) -> SampledHeader? { sample.records.first?.value() }

    static let frames: [(name: String, octets: [UInt8])] = [
      ("IPv4", frame(0x0800)), ("IPv6", frame(0x86DD, count: 200)), ("ARP", frame(0x0806, count: 28)),
      ("jumbo", frame(0x0800, count: 8986)), ("shortest", frame(0x0800, count: 0)),
      ("length and LLC", frame(38, count: 38)),
      ("VLAN", Array(frame(0x8100)[..<14]) + [0x60, 5, 0x08, 0] + [UInt8](repeating: 7, count: 300)),
      ("QinQ", Array(frame(0x88A8)[..<14]) + [0, 9, 0x81, 0, 0, 6, 0x08, 0] + [7, 7, 7]),
      ("MPLS", frame(0x8847)), ("PPPoE", frame(0x8864)),
    ]

    @Test func `each sample shows the frame that was sent, on both ends`() throws {
      let namespace = try CaptureNamespace.cable("frames")
      try namespace.run {
        let rig = try CaptureRig()
        try rig.update(Self.ends)
        try rig.apply(Self.settings(Self.everything))
        #expect(rig.capture.tappedIndexes == [End.a, End.b])
        let sender = try FrameSender(End.a)
        for (name, frame) in Self.frames {
          try sender.send(frame)
          let samples = try rig.take(2).sorted { $0.source.index < $1.source.index }
          try #require(samples.count == 2, "\(name)")
          let expected = SampledHeader(
            headerProtocol: .ethernet, frameLength: UInt32(frame.count + 4), stripped: 4,
            header: Array(frame.prefix(128)))
          #expect(samples.map { Self.header($0) } == [expected, expected], "\(name)")
          #expect(samples.map(\.source) == [DataSource(.interface, 10), DataSource(.interface, 11)])
          #expect(samples.map(\.input) == [.internal, SFlow.Interface(index: End.b)])
          #expect(samples.map(\.output) == [SFlow.Interface(index: End.a), .internal])
          #expect(samples.map(\.rate) == [1, 1])
          #expect(samples.map(\.drops) == [0, 0])
          let times = samples.compactMap { $0.records.last?.value(as: ExtendedTimestamp.self) }
          #expect(times.count == 2)
          let tags = samples.compactMap { $0.records[1].value(as: ExtendedSwitch.self) }
          switch name {
          case "VLAN":
            let (vlan, priority) = (UInt32(5), UInt32(3))
            #expect(
              tags == [
                ExtendedSwitch(destinationVLAN: vlan, destinationPriority: priority),
                ExtendedSwitch(sourceVLAN: vlan, sourcePriority: priority),
              ])
          case "QinQ":
            #expect(tags.map(\.sourceVLAN) == [.max, 9])
          default:
            #expect(samples.map(\.records.count) == [2, 2])
          }
        }
        #expect(rig.capture.status.allSatisfy { $0.contains("\(Self.frames.count) samples, 0 dropped") })
      }
    }

    @Test func `where a received packet goes is known only if it is for this host`() throws {
      let namespace = try CaptureNamespace.cable("ends")
      try namespace.run {
        let rig = try CaptureRig()
        try rig.update([Self.ends[1]])
        try rig.apply(Self.settings(Self.everything))
        let sender = try FrameSender(End.a)
        for (to, output) in [
          ([2, 0, 0, 0, 0, 0x0b] as [UInt8], SFlow.Interface.internal),
          ([255, 255, 255, 255, 255, 255], .internal),
          ([1, 0, 0x5E, 0, 0, 1], .internal), ([2, 0, 0, 0, 0, 0x99], .unknown),
        ] {
          try sender.send(frame(0x0800, to: to))
          let sample = try #require(try rig.take(1).first)
          #expect(sample.input == SFlow.Interface(index: End.b))
          #expect(sample.output == output)
        }
      }
    }

    @Test func `on a port of a bridge the other side is unknown`() throws {
      let namespace = try CaptureNamespace.cable("bridge")
      try namespace.batch([
        "link add name br0 index 20 type bridge", "link set dev br0 up", "link set dev b master br0",
      ])
      try namespace.run {
        let rig = try CaptureRig()
        var port = Self.ends[1]
        port.master = 20
        let bridge = CaptureDevice(index: 20, name: "br0", kind: "bridge")
        try rig.update([port, bridge])
        try rig.apply(Self.settings("pcap { dev=b sampling=1 } pcap { dev=br0 sampling=1 }"))
        #expect(rig.capture.bridgePortIndexes == [End.b])
        let sent = frame(0x88B5, to: [255, 255, 255, 255, 255, 255])
        try FrameSender(End.a).send(sent)
        var samples: [FlowSample] = []
        // A bridge says something of its own now and then.
        while samples.count < 2 { samples += try rig.take(1).filter { Self.header($0)?.header == sent } }
        samples.sort { $0.source.index < $1.source.index }
        #expect(samples.map(\.input) == [SFlow.Interface(index: End.b), SFlow.Interface(index: 20)])
        #expect(samples.map(\.output) == [.unknown, .unknown])
      }
    }

    @Test func `on the loopback a packet is one sample, without its empty header`() throws {
      let namespace = try CaptureNamespace("loopback")
      try namespace.ip("link set dev lo up")
      try namespace.run {
        let rig = try CaptureRig()
        try rig.update([CaptureDevice(index: 1, name: "lo", isLoopback: true, hardwareType: .loopback)])
        try rig.apply(Self.settings("pcap { dev=lo sampling=1 }"))
        let receiver = try UDPReceiver(on: SocketAddress(.v4(.init(0x7F00_0001)), port: 0))
        let socket = try UDPSocket(to: try receiver.localAddress())
        let payload: [UInt8] = Array(1...40)
        for _ in 0..<5 { try socket.send(payload.span) }
        let samples = try rig.take(5)
        #expect(samples.map(\.pool) == [1, 2, 3, 4, 5])
        for sample in samples {
          let header = try #require(Self.header(sample))
          #expect(header.headerProtocol == .ipv4)
          #expect(header.frameLength == 14 + 20 + 8 + 40 + 4)
          #expect(header.stripped == 18)
          #expect(header.header.first == 0x45)
          #expect(header.header.suffix(40) == payload[...])
          #expect(sample.input == SFlow.Interface(index: 1))
          #expect(sample.output == .internal)
        }
      }
    }

    @Test func `counts are exact at 1 in 1, sequence and pool run on`() throws {
      let namespace = try CaptureNamespace.cable("exact")
      try namespace.run {
        let rig = try CaptureRig()
        try rig.update(Self.ends)
        try rig.apply(Self.settings(Self.everything))
        let sender = try FrameSender(End.a)
        var samples: [FlowSample] = []
        for _ in 0..<50 {
          try sender.send(frame(0x0800), times: 200)
          samples += try rig.take(400)
        }
        for end in [End.a, End.b] {
          let own = samples.filter { $0.source.index == end }
          #expect(own.map(\.sequence) == Array(1...10_000))
          #expect(own.map(\.pool) == Array(1...10_000))
          #expect(own.allSatisfy { $0.drops == 0 })
        }
      }
    }
  }
}
