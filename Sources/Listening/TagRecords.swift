internal import Bytes
internal import SFlow

// Structures that are more than a list of fields with names of their own.

extension TagText {
  /// - Returns: `false` if there is nothing special about the structure.
  mutating func special(_ record: any SFlowRecord) -> Bool {
    switch record {
    case let header as SampledHeader: self.header(header)
    case let record as SampledEthernet: ethernet(record, "")
    case let record as SampledIPv4: ipv4(record, "")
    case let record as SampledIPv6: ipv6(record, "")
    case let record as ExtendedL2TunnelEgress: ethernet(record.outer, "tunnel_l2_out_")
    case let record as ExtendedL2TunnelIngress: ethernet(record.outer, "tunnel_l2_in_")
    case let record as ExtendedIPv4TunnelEgress: ipv4(record.outer, "tunnel_ipv4_out_")
    case let record as ExtendedIPv4TunnelIngress: ipv4(record.outer, "tunnel_ipv4_in_")
    case let record as ExtendedIPv6TunnelEgress: ipv6(record.outer, "tunnel_ipv6_out_")
    case let record as ExtendedIPv6TunnelIngress: ipv6(record.outer, "tunnel_ipv6_in_")
    case let record as ExtendedGateway: gateway(record)
    case let record as ExtendedVLANTunnel: vlanTunnel(record)
    case let record as ExtendedEntities:
      add("entities_src_class", record.source.type.rawValue)
      add("entities_src_index", record.source.index)
      add("entities_dst_class", record.destination.type.rawValue)
      add("entities_dst_index", record.destination.index)
    case let record as HostAdapters: adapters(record)
    case let record as HostParent:
      add("parent_dsClass", record.container.type.rawValue)
      add("parent_dsIndex", record.container.index)
    case let record as LAGPortStats: lacp(record)
    case let record as OpticalModule: optical(record)
    default: return false
    }
    return true
  }

  private mutating func ethernet(_ frame: SampledEthernet, _ prefix: String) {
    add(prefix + "ethernet_type", frame.etherType)
    add(prefix + "ethernet_len", frame.length)
    add(prefix + "ethernet_src", frame.sourceMAC.digits)
    add(prefix + "ethernet_dst", frame.destinationMAC.digits)
  }

  private mutating func ipv4(_ packet: SampledIPv4, _ prefix: String) {
    add(prefix + "sampledPacketSize", packet.length)
    add(prefix + "IPSize", packet.length)
    add(prefix + "srcIP", packet.source)
    add(prefix + "dstIP", packet.destination)
    add(prefix + "IPProtocol", packet.ipProtocol)
    add(prefix + "IPTOS", packet.tos)
    ports(packet.ipProtocol, packet.sourcePort, packet.destinationPort, packet.tcpFlags, prefix)
  }

  private mutating func ipv6(_ packet: SampledIPv6, _ prefix: String) {
    add(prefix + "sampledPacketSize", packet.length)
    add(prefix + "IPSize", packet.length)
    add(prefix + "srcIP6", packet.source)
    add(prefix + "dstIP6", packet.destination)
    add(prefix + "IPProtocol", packet.nextHeader)
    add(prefix + "priority", packet.priority)
    ports(packet.nextHeader, packet.sourcePort, packet.destinationPort, packet.tcpFlags, prefix)
  }

  private mutating func ports(
    _ ipProtocol: UInt32, _ source: UInt32, _ destination: UInt32, _ flags: UInt32, _ prefix: String
  ) {
    switch ipProtocol {
    case 1: add(prefix + "ICMPType", destination)
    case 6:
      add(prefix + "TCPSrcPort", source)
      add(prefix + "TCPDstPort", destination)
      add(prefix + "TCPFlags", flags)
    case 17:
      add(prefix + "UDPSrcPort", source)
      add(prefix + "UDPDstPort", destination)
    default: break
    }
  }

  /// Systems and communities are parted by dashes; sets of systems are in parentheses, without a dash beside them.
  private mutating func gateway(_ route: ExtendedGateway) {
    add("bgp_nexthop", route.nextHop?.description ?? "-")
    add("my_as", route.system)
    add("src_as", route.sourceAS)
    add("src_peer_as", route.sourcePeerAS)
    var path = ""
    for segment in route.destinationPath {
      let systems = segment.systems.map(String.init).joined(separator: "-")
      if segment.type == .set {
        path += "(\(systems))"
      } else {
        if let last = path.last, last != ")" { path += "-" }
        path += systems
      }
    }
    if !path.isEmpty { add("dst_as_path", path) }
    add("dst_as", route.destinationPath.last?.systems.last ?? 0)
    add("dst_peer_as", route.destinationPath.first?.systems.first ?? 0)
    if !route.communities.isEmpty {
      add("BGP_communities", route.communities.map(String.init).joined(separator: "-"))
    }
    add("BGP_localpref", route.localPreference)
  }

  /// "0x81003.0.100-0x88a80.0.7": type, priority, drop eligibility, VLAN.
  private mutating func vlanTunnel(_ tunnel: ExtendedVLANTunnel) {
    if tunnel.tags.isEmpty { return }
    let tags = tunnel.tags.map { tag in
      let type = String(0x10000 + (tag >> 16), radix: 16).dropFirst()
      return "0x\(type)\(tag >> 13 & 7).\(tag >> 12 & 1).\(tag & 0xFFF)"
    }
    add("vlan_tunnel", tags.joined(separator: "-"))
  }

  private mutating func adapters(_ adapters: HostAdapters) {
    for (i, adapter) in adapters.adapters.enumerated() {
      add("adaptor_\(i)_ifIndex", adapter.index)
      add("adaptor_\(i)_MACs", adapter.addresses.count)
      for (j, mac) in adapter.addresses.enumerated() { add("adaptor_\(i)_MAC_\(j)", mac.digits) }
    }
  }

  private mutating func lacp(_ counters: LAGPortStats) {
    for field in counters.fields {
      switch field.name {
      case "actorSystemID": add("actorSystemID", counters.actorSystemID.digits)
      case "partnerOperSystemID": add("partnerSystemID", counters.partnerOperSystemID.digits)
      case "portState":
        add("actorAdminPortState", counters.state.actorAdmin)
        add("actorOperPortState", counters.state.actorOper)
        add("partnerAdminPortState", counters.state.partnerAdmin)
        add("partnerOperPortState", counters.state.partnerOper)
      default: add(TagNames.tag("lag_port_stats", field.name), field.plainValue)
      }
    }
  }

  private mutating func optical(_ module: OpticalModule) {
    add("sfp_module_id", module.id)
    add("sfp_module_total_lanes", module.laneCount)
    add("sfp_module_supply_voltage", module.supplyMilliVolts)
    add("sfp_module_temperature", module.temperatureMilliCelsius)
    add("sfp_module_active_lanes", module.lanes.count)
    for (i, lane) in module.lanes.enumerated() {
      for (name, value) in [
        ("index", lane.index), ("tx_bias_current_uA", lane.txBiasMicroAmperes),
        ("tx_power_uW", lane.txMicroWatts), ("tx_power_min_uW", lane.txMinimumMicroWatts),
        ("tx_power_max_uW", lane.txMaximumMicroWatts), ("tx_wavelength_nM", lane.txNanometres),
        ("rx_power_uW", lane.rxMicroWatts), ("rx_power_min_uW", lane.rxMinimumMicroWatts),
        ("rx_power_max_uW", lane.rxMaximumMicroWatts), ("rx_wavelength_nM", lane.rxNanometres),
      ] {
        add("sfp_lane_\(name).\(i)", value)
      }
    }
  }

  // MARK: - The packet in a raw header

  private mutating func header(_ header: SampledHeader) {
    add("headerProtocol", header.headerProtocol.rawValue)
    add("sampledPacketSize", header.frameLength)
    add("strippedBytes", header.stripped)
    add("headerLen", header.header.count)
    add("headerBytes", dashed(header.header))
    guard let packet = header.packet else { return }
    if let mac = packet.destinationMAC { add("dstMAC", mac.digits) }
    if let mac = packet.sourceMAC { add("srcMAC", mac.digits) }
    for (depth, tag) in packet.tags.enumerated() {
      let suffix = depth == 0 ? "" : ".\(depth)"
      add("decodedVLAN" + suffix, tag.vlan)
      add("decodedPriority" + suffix, tag.priority)
    }
    if let type = packet.etherType, type > 1500 { add("ethernet_type", type) }
    guard let network = packet.network else { return }
    add("IPSize", max(0, Int(header.frameLength) - Int(header.stripped) - packet.networkOffset))
    if case .v6 = network.source { ipv6(network) } else { ipv4(network) }
    switch packet.transport {
    case .tcp(let source, let destination, let flags):
      add("TCPSrcPort", source)
      add("TCPDstPort", destination)
      add("TCPFlags", flags)
    case .udp(let source, let destination, let length):
      add("UDPSrcPort", source)
      add("UDPDstPort", destination)
      add("UDPBytes", length)
    case .icmp(let type, let code):
      add("ICMPType", type)
      add("ICMPCode", code)
    case nil: break
    }
  }

  private mutating func ipv4(_ network: PacketHeader.Network) {
    add("ip.tot_len", network.length)
    add("srcIP", network.source)
    add("dstIP", network.destination)
    add("IPProtocol", network.ipProtocol)
    add("IPTOS", network.tos)
    add("IPTTL", network.ttl)
    add("IPID", network.identification)
    if network.fragmentOffset > 0 { add("IPFragmentOffset", network.fragmentOffset) }
  }

  private mutating func ipv6(_ network: PacketHeader.Network) {
    add("IPTOS", network.tos)
    add("IP6_label", "0x" + String(network.label, radix: 16))
    add("IPV6_payloadLen", network.length == 40 ? "<jumbo>" : "\(network.length - 40)")
    add("IPTTL", network.ttl)
    add("srcIP6", network.source)
    add("dstIP6", network.destination)
    for next in network.extensions { add("IP6HeaderExtension", next) }
    add("IPProtocol", network.ipProtocol)
    if network.fragmentOffset > 0 { add("IPFragmentOffset", network.fragmentOffset) }
  }
}
