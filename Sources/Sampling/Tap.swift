internal import Linux
internal import Logging
internal import Netlink
internal import SFlow
internal import SystemPackage

/// The capture of one interface, data source 0:ifIndex. A new interface with an old name gets a new tap.
///
/// A class because it owns the ring, which the loop watches.
final class Tap {
  private(set) var device: CaptureDevice
  private(set) var tapping: CapturePlan.Tapping
  let source: FlowSource
  /// Packets that are neither Ethernet nor IP.
  private(set) var unknownPackets: UInt64 = 0
  private var ring: PacketRing?
  private(set) var health: SourceHealth?
  /// The rate before the last change, for packets that came before it.
  private var earlier: (rate: UInt32, until: UInt64, end: Instant)?

  private let sink: any FlowSampleSink
  private let loop: any EventLoop
  private let logger: Logger

  /// So long a packet may wait in a block that does not fill; with the half second that it may then wait in a
  /// datagram still less than the second that sFlow allows.
  private static let latency = Duration.milliseconds(250)
  /// And so long in the ring at most. The times of packets are those of the wall clock: when that is set back, what comes
  /// seems to have come before.
  private static let earlierIsGoodFor = Duration.seconds(5)

  init(
    _ device: CaptureDevice, _ tapping: CapturePlan.Tapping, sink: any FlowSampleSink, loop: any EventLoop,
    logger: Logger
  ) {
    self.device = device
    self.tapping = tapping
    self.sink = sink
    self.loop = loop
    self.logger = logger
    source = FlowSource(DataSource(.interface, device.index))
  }

  deinit { close() }

  // MARK: - Life

  /// Under the name that the interface has now. Takes some 10 ms, in which the kernel waits for itself.
  func begin() {
    logger.notice("pcap \(device.name): \(tapping)")
    health?.stop()
    let health = SourceHealth("pcap \(device.name)", loop: loop, logger: logger) {
      [unowned self] () throws(SourceFailure) in try open()
    }
    self.health = health
    health.start()
  }

  /// No more samples. The kernel takes some 20 ms to end the ring, and does so when the tap goes.
  func stop() {
    if let ring { loop.unwatch(ring.rawDescriptor) }
    health?.stop()
  }

  /// The interface or how it is tapped has changed. What need not stop goes on.
  func apply(_ device: CaptureDevice, _ tapping: CapturePlan.Tapping) {
    let (oldDevice, old) = (self.device, self.tapping)
    if tapping.isPromiscuous != old.isPromiscuous || tapping.ringSize != old.ringSize {
      ring?.read(onLoss: takeDrops, sample)
      takeDrops()
      close()
    }
    self.device = device
    self.tapping = tapping
    if let ring, tapping.rate != old.rate || tapping.headerBytes != old.headerBytes {
      do throws(PacketRing.Failure) {
        try ring.setFilter(filter)
        earlier = (old.rate, WallClock.nanoseconds, loop.now + Self.earlierIsGoodFor)
      } catch {
        close()
      }
    }
    // One that did not begin yet will.
    guard let health else { return }
    if device.name != oldDevice.name || tapping != old {
      begin()
    } else if health.state == .stopped {
      // Another interface with the same index.
      health.start()
    } else if device != oldDevice {
      health.nudge()
    }
  }

  private func open() throws(SourceFailure) {
    if let ring, ring.isAttached { return }
    close()
    let ring: PacketRing
    do throws(PacketRing.Failure) {
      ring = try PacketRing(
        interface: device.index, filter: filter, size: tapping.ringSize, latency: Self.latency,
        isPromiscuous: tapping.isPromiscuous)
    } catch {
      throw SourceFailure(error)
    }
    do throws(Errno) {
      try loop.watch(ring.rawDescriptor) { [unowned self] in readable() }
    } catch {
      throw SourceFailure("cannot watch the packet socket: \(error.explanation)")
    }
    self.ring = ring
    earlier = nil
  }

  private func close() {
    guard let ring else { return }
    loop.unwatch(ring.rawDescriptor)
    self.ring = nil
  }

  /// On the loopback every packet passes twice, sent and received; once is enough.
  private var filter: PacketFilter {
    // What is no Ethernet loses its link-layer header; as many octets are to be left as elsewhere.
    let lost = device.hardwareType == .ethernet ? 0 : Self.longestLinkHeader
    return .sampling(
      rate: tapping.rate, octets: max(tapping.headerBytes, Self.leastOctets) + lost,
      receivedOnly: device.isLoopback)
  }

  /// A program that returns 0 lets no packet through, whatever `headerBytes` says, and VLAN tags are to be seen.
  private static let leastOctets: UInt32 = 64

  /// That of the loopback is 14 octets, that of IP over InfiniBand 24 with its addresses.
  private static let longestLinkHeader: UInt32 = 32

  // MARK: - Packets

  private func readable() {
    guard let ring else { return }
    if ring.read(onLoss: takeDrops, sample) > 0 { return }
    // ENETDOWN. An interface that is only down gets the ring going again by itself when it is up.
    guard ring.takeError() != nil, !ring.isAttached else { return }
    stop()
    // Who keeps the interfaces will say that it is gone, or may have said that there is another with its index.
    if Host.interfaceIndex(of: device.name) == device.index { health?.start() }
  }

  /// Counts what found no room in the ring. Such packets had been chosen, so each stands for `rate` packets.
  private func takeDrops() {
    guard let drops = ring?.takeStatistics().drops, drops > 0 else { return }
    source.drops &+= UInt64(drops)
    source.pool &+= UInt64(drops) * UInt64(tapping.rate)
  }

  private func sample(_ packet: RingPacket, _ octets: Span<UInt8>) {
    var rate = tapping.rate
    if let earlier, packet.nanoseconds < earlier.until, loop.now < earlier.end { rate = earlier.rate }
    // What the kernel chooses from is not to be seen here, so the pool is what the choice stands for. The counters
    // of the interface count something else: segments that the hardware merges or cuts, but not what it strips.
    source.pool &+= UInt64(rate)
    let (input, output) = ends(of: packet.direction)
    do throws(FrameError) {
      let frame = try SampledFrame(packet, unsafe octets.bytes)
      source.sample(to: sink, rate: rate, input: input, output: output) { writer in
        frame.write(to: &writer, limit: Int(tapping.headerBytes))
        if let (vlan, priority) = frame.vlanTag {
          // On the side of the wire; what a switch would do on the other side is not known.
          writer.append(
            packet.direction == .outgoing
              ? ExtendedSwitch(destinationVLAN: vlan, destinationPriority: priority)
              : ExtendedSwitch(sourceVLAN: vlan, sourcePriority: priority))
        }
        writer.append(ExtendedTimestamp(nanoseconds: packet.nanoseconds))
      }
    } catch {
      unknownPackets += 1
    }
  }

  /// The kernel says whether the packet was sent or received; addresses need not be known.
  private func ends(of direction: RingPacket.Direction) -> (input: Interface, output: Interface) {
    let own = Interface(index: device.index)
    // What a bridge does with a packet is decided after it was seen here, or was before.
    let host = tapping.isBridged ? Interface.unknown : .internal
    return switch direction {
    case .outgoing: (host, own)
    case .host, .broadcast, .multicast: (own, host)
    case .otherHost: (own, .unknown)
    }
  }

  // MARK: - For a person

  var status: String {
    takeDrops()
    var text = "\(device.name): \(tapping), \(source.samples) samples, \(source.drops) dropped"
    if unknownPackets > 0 { text += ", \(unknownPackets) neither Ethernet nor IP" }
    if let health, health.state != .running { text += ", \(health.status)" }
    return text
  }
}

extension CapturePlan.Tapping: CustomStringConvertible {
  /// "1 in 10000 packets (speed / 1000000, at least 100), promiscuous, as a member of bond0"
  var description: String {
    var text = "1 in \(rate) packets (\(rule))"
    if isPromiscuous { text += ", promiscuous" }
    if let bond { text += ", as a member of \(bond)" }
    return text
  }

  /// A packet that is kept takes some 250 octets. The kernel chooses before it copies, so that the more a tap samples
  /// the more room it needs; a host may have hundreds of taps.
  var ringSize: PacketRing.Size {
    switch rate {
    case 100...: PacketRing.Size(blockBytes: 16 << 10, blocks: 4)
    case 2...: PacketRing.Size(blockBytes: 64 << 10, blocks: 8)
    default: PacketRing.Size(blockBytes: 256 << 10, blocks: 8)
    }
  }
}

extension SourceFailure {
  init(_ failure: PacketRing.Failure) {
    let remedy: String? =
      switch (failure.step, failure.error) {
      case (.socket, .notPermitted):
        "give it the capability CAP_NET_RAW (in its unit, AmbientCapabilities=CAP_NET_RAW), or run it as root"
      case (.socket, .addressFamilyNotSupported):
        "the kernel needs packet sockets (CONFIG_PACKET, module af_packet)"
      case (.socket, .tooManyOpenFiles): "every tap needs a descriptor: raise LimitNOFILE in its unit"
      case (.filter, .invalidArgument): "to choose packets at random the kernel must be Linux 3.16 or later"
      case (.ring, .noMemory): "the ring needs memory that the kernel cannot lock"
      default: nil
      }
    // The interface is gone already; who keeps the interfaces is about to say so.
    // ENODEV
    let isPassing = failure.error == .operationNotSupportedByDevice
    self.init("\(failure)", remedy: remedy, isPassing: isPassing)
  }
}
