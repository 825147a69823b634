import Bytes
import CLibvirt
import Netlink
import SFlow

@testable import HostCounters
@testable import Linux
@testable import Sampling
@testable import VirtualMachines

// What comes from the kernel, from drivers and from libvirt in binary form.

func decodeNetlink(_ octets: Span<UInt8>) {
  var messages = Messages(octets)
  while let message = try? messages.next() {
    _ = try? LinkMessage(parsing: copy message)
    _ = try? AddressMessage(parsing: copy message)
    _ = try? StatisticsMessage(parsing: copy message)
    var link = LinkStatistics64()
    _ = try? link.update(from: copy message)
    _ = try? Acknowledgement(parsing: copy message)
    _ = try? FirewallRule(parsing: copy message)
    _ = try? RouteLookup(parsing: copy message)
    walk(Attributes(message.payload), depth: 0)
  }
}

private func walk(_ list: Attributes, depth: Int) {
  var attributes = list
  while let attribute = try? attributes.next() {
    _ = try? attribute.string()
    if depth < 4 { walk(attribute.attributes, depth: depth + 1) }
  }
}

/// Messages of rtnetlink as they would follow each other on a host, in a table whose changes are held against what it
/// was. Message 5 begins a resynchronisation that is not brought to its end before the last.
func followInterfaces(_ octets: Span<UInt8>) {
  let host = FuzzedInterfaces()
  var known: [UInt32: HostCounters.Interface] = [:]
  var bonds: [UInt32: LinkMessage] = [:]
  var count = 0
  var messages = Messages(octets)
  while let message = try? messages.next() {
    count += 1
    if count == 5 { host.table.beginResync() }
    try? host.table.apply(copy message)
    follow(host.table, host.table.takeChanges(), &known)
    if let link = try? LinkMessage(parsing: copy message), link.bond != nil { bonds[link.index] = link }
    var link = LinkStatistics64()
    if let index = (try? link.update(from: copy message)) ?? nil { host.statistics.append((index, link)) }
  }
  host.table.endResync()
  follow(host.table, host.table.takeChanges(), &known)
  precondition(host.table.all == known.values.sorted { $0.index < $1.index }, "a change that was not told")
  for index in host.table.hostTotalInterfaces() {
    precondition(host.table[index] != nil, "a total of interfaces that are gone")
  }
  let elected = AgentAddressElection.elect(
    interfaces: host.table.all, settings: AgentAddressElection.Settings(device: "eth0"))
  precondition((elected.address == nil) == elected.candidates.isEmpty, "an address of nobody")
  let sources: [any HostRecordSource] = [NetworkSource(host), AdaptersSource(host)]
  var packer = DatagramPacker(checkedFor: elected.address ?? .v4(IPv4Address(192, 0, 2, 1)))
  packer.appendCounterSample(source: .host, sequence: 1) { sample in
    for source in sources { try? source.append(to: &sample) }
  }
  for (index, link) in host.statistics {
    guard let interface = host.table[index] else { continue }
    var counters = InterfaceCounters(interface)
    counters.set(Ethtool.LinkMode(megabits: index, isFullDuplex: index & 1 == 0))
    counters.set(link)
    packer.appendCounterSample(source: DataSource(.interface, index), sequence: 1) { sample in
      sample.append(counters)
      if let bond = interface.master.flatMap({ bonds[$0] }) {
        sample.append(LAGPortStats(bond, of: bond, nil))
      }
    }
  }
  packer.flush()
}

/// What the changes say must lead from the table that was to the one that is.
private func follow(
  _ table: InterfaceTable, _ changes: InterfaceChanges, _ known: inout [UInt32: HostCounters.Interface]
) {
  for index in changes.removed.keys {
    precondition(known.removeValue(forKey: index) != nil, "one removed that was not there")
  }
  for index in changes.added {
    precondition(known.updateValue(table[index]!, forKey: index) == nil, "one added that was there")
  }
  for index in changes.renamed.union(changes.readdressed).union(changes.linkChanged) {
    precondition(known[index] != nil, "a change of one that was not there")
    known[index] = table[index]
  }
}

private final class FuzzedInterfaces: HostInterfaces {
  var table = InterfaceTable()
  var statistics: [(UInt32, LinkStatistics64)] = []
  var onChange: (InterfaceChanges) -> Void = { _ in }
  func start() {}
  func readStatistics(_ body: (UInt32, LinkStatistics64) -> Void) throws(FileError) {
    for (index, link) in statistics { body(index, link) }
  }
  func readMembership(of member: UInt32, in bond: UInt32) throws(FileError) -> LAGPortStats? { nil }
}

func sampleLogged(_ octets: Span<UInt8>) {
  var packer = DatagramPacker(checkedFor: .v4(IPv4Address(192, 0, 2, 1)))
  var messages = Messages(octets)
  while let message = try? messages.next() {
    if let packet = try? NFLogPacket(parsing: copy message), let frame = try? SampledFrame(packet),
      let path = PacketPath(packet)
    {
      packer.appendFlowSample(
        source: DataSource(.interface, path.source), sequence: 1, rate: 1, pool: 1, drops: 0,
        input: path.input,
        output: path.output
      ) { frame.write(to: &$0, limit: 128) }
    }
    for longSize in [4, 8] {
      if let packet = try? ULogPacket(parsing: copy message, longSize: longSize),
        let frame = try? SampledFrame(packet)
      {
        packer.appendFlowSample(
          source: .host, sequence: 1, rate: 1, pool: 1, drops: 0, input: .unknown, output: .unknown
        ) { frame.write(to: &$0, limit: 128) }
      }
    }
  }
  packer.flush()
}

/// A block of a packet ring, which the kernel fills and this end writes VLAN tags into.
func emptyRing(_ octets: Span<UInt8>) {
  // In a place of its own, for the sanitizer to see every octet beside it.
  let block = UnsafeMutableRawBufferPointer.allocate(byteCount: octets.count, alignment: 16)
  defer { block.deallocate() }
  for i in octets.indices { block[i] = octets[i] }
  var packer = DatagramPacker(checkedFor: .v4(IPv4Address(192, 0, 2, 1)))
  _ = PacketRingBlock(block).forEach { packet, octets in
    guard let frame = try? SampledFrame(packet, octets.bytes) else { return }
    packer.appendFlowSample(
      source: .host, sequence: 1, rate: 1, pool: 1, drops: 0, input: .unknown, output: .unknown
    ) { writer in
      frame.write(to: &writer, limit: 128)
      if let (vlan, priority) = frame.vlanTag {
        writer.append(ExtendedSwitch(sourceVLAN: vlan, sourcePriority: priority))
      }
      writer.append(ExtendedTimestamp(nanoseconds: packet.nanoseconds))
    }
  }
  packer.flush()
}

/// The first octet chooses the layout.
func readModule(_ octets: Span<UInt8>) {
  guard octets.count > 0, let layout = Ethtool.ModuleMemory.Layout(rawValue: UInt32(octets[0] % 4 + 1)) else {
    return
  }
  let memory = Ethtool.ModuleMemory(layout, Array([UInt8](copying: octets.bytes).dropFirst()))
  _ = try? OpticalModule(ofInterface: 1, memory)
}

/// libvirt's typed parameters of two polls of a guest, parted by one without a name: name, a zero, type, 8 octets.
func measureGuest(_ octets: Span<UInt8>) {
  var guest = Guest(ListedGuest(uuid: UUID(high: 1, low: 2), name: "guest", identifier: 1))
  var reader = ByteReader(octets.bytes)
  var parameters: [virTypedParameter] = []
  var text = Array("vda\0".utf8CString)
  text.withUnsafeMutableBufferPointer { text in
    while reader.remaining > 0 {
      var parameter = virTypedParameter()
      let isNamed = withUnsafeMutableBytes(of: &parameter.field) { field in
        var length = 0
        while length < field.count - 1, let octet = try? reader.u8(), octet != 0 {
          field[length] = octet
          length += 1
        }
        return length > 0
      }
      if !isNamed {
        parameters.withUnsafeBufferPointer { guest.update(GuestStatistics($0)) }
        parameters = []
        continue
      }
      guard let type = try? reader.u8(), let value = try? reader.u64() else { break }
      parameter.type = CInt(type % 8)
      parameter.value.ul = value
      // 7, VIR_TYPED_PARAM_STRING: a pointer must lead somewhere.
      if parameter.type == 7 { parameter.value.s = value & 1 == 0 ? nil : text.baseAddress }
      parameters.append(parameter)
    }
    parameters.withUnsafeBufferPointer { guest.update(GuestStatistics($0)) }
  }
  var packer = DatagramPacker(checkedFor: .v4(IPv4Address(192, 0, 2, 1)))
  packer.appendCounterSample(source: DataSource(.logicalEntity, 1), sequence: 1) { sample in
    sample.append(guest.hostDescription)
    sample.append(guest.cpu)
    sample.append(guest.memory)
    if let disk = guest.diskIO { sample.append(disk) }
    if let network = guest.networkIO { sample.append(network) }
  }
  packer.flush()
}

/// A program for the packer: sizes first, then one octet for each thing to do. What it said that it takes must arrive,
/// once, whole and in order. Sampled headers are the ones of all sizes; of records there are few, for each is decoded.
func packSamples(_ octets: Span<UInt8>) {
  guard octets.count > 2 else { return }
  let agent: IPAddress =
    octets[0] & 1 == 0 ? .v4(IPv4Address(192, 0, 2, 1)) : .v6(IPv6Address(high: 1, low: 2))
  let filling = [UInt8](repeating: 0xA5, count: 9000)
  var arrived: [UInt32] = []
  var taken: [UInt32] = []
  var packer = DatagramPacker(
    checkedFor: agent, maximumPayload: 200 + Int(octets[1]) * 32, maximumSamples: Int(octets[2] % 70)
  ) { datagram in
    for sample in datagram.samples {
      switch sample {
      case .flowExpanded(let flow): arrived.append(flow.sequence)
      case .countersExpanded(let counters): arrived.append(counters.sequence)
      case .discarded(let discarded): arrived.append(discarded.sequence)
      default: preconditionFailure("a sample of another kind")
      }
    }
  }
  for i in 3..<octets.count {
    let (number, size) = (UInt32(i), Int(octets[i] >> 2))
    let isTaken =
      switch octets[i] & 3 {
      case 0:
        packer.appendFlowSample(
          source: .host, sequence: number, rate: 1, pool: 1, drops: 0, input: .unknown, output: .internal
        ) { writer in
          let link = filling.span.bytes.extracting(first: size & 15)
          writer.appendSampledHeader(
            .ethernet, frameLength: 9000, stripped: 4, link: link, filling.span.bytes, limit: size * size * 2)
        }
      case 1:
        packer.appendCounterSample(source: .host, sequence: number) { sample in
          for _ in 0..<size / 4 { sample.append(VirtualMemory(usedBytes: 1, maximumBytes: 2)) }
        }
      case 2:
        packer.appendDiscardedPacket(
          source: .host, sequence: number, drops: 0, input: 1, output: 2, reason: DropReason(rawValue: 1)
        ) { writer in
          for _ in 0..<size / 4 { writer.append(ExtendedTimestamp(nanoseconds: 1)) }
        }
      default:
        false
      }
    if octets[i] & 3 == 3 { packer.flush() }
    if isTaken { taken.append(number) }
  }
  packer.flush()
  precondition(arrived == taken, "what was taken did not arrive")
  precondition(Int(packer.samples) == taken.count, "counted otherwise")
}
