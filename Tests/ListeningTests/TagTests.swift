import Bytes
import Foundation
import Listening
import SFlow
import Testing

/// The tags of `--format text`, held against what sflowtool 6.11 prints for each structure, in its order. Deliberate
/// differences: IPv6 addresses are shortened (RFC 5952), a temperature has its sign, IPID is in network order.
@Suite struct TagTests {
  /// Behind `counterBlock_tag`.
  static let counters: [String: String] = [
    "0:1":
      "ifIndex networkType ifSpeed ifDirection ifStatus ifInOctets ifInUcastPkts ifInMulticastPkts ifInBroadcastPkts ifInDiscards ifInErrors ifInUnknownProtos ifOutOctets ifOutUcastPkts ifOutMulticastPkts ifOutBroadcastPkts ifOutDiscards ifOutErrors ifPromiscuousMode",
    "0:2":
      "dot3StatsAlignmentErrors dot3StatsFCSErrors dot3StatsSingleCollisionFrames dot3StatsMultipleCollisionFrames dot3StatsSQETestErrors dot3StatsDeferredTransmissions dot3StatsLateCollisions dot3StatsExcessiveCollisions dot3StatsInternalMacTransmitErrors dot3StatsCarrierSenseErrors dot3StatsFrameTooLongs dot3StatsInternalMacReceiveErrors dot3StatsSymbolErrors",
    "0:5": "in_vlan octets ucastPkts multicastPkts broadcastPkts discards",
    "0:7":
      "actorSystemID partnerSystemID attachedAggID actorAdminPortState actorOperPortState partnerAdminPortState partnerOperPortState LACPDUsRx markerPDUsRx markerResponsePDUsRx unknownRx illegalRx LACPDUsTx markerPDUsTx markerResponsePDUsTx",
    "0:1001": "5s_cpu 1m_cpu 5m_cpu total_memory_bytes free_memory_bytes",
    "0:1005": "ifName",
    "0:2000": "hostname UUID machine_type os_name os_release",
    "0:2002": "parent_dsClass parent_dsIndex",
    "0:2003":
      "cpu_load_one cpu_load_five cpu_load_fifteen cpu_proc_run cpu_proc_total cpu_num cpu_speed cpu_uptime cpu_user cpu_nice cpu_system cpu_idle cpu_wio cpuintr cpu_sintr cpuinterrupts cpu_contexts",
    "0:2004":
      "mem_total mem_free mem_shared mem_buffers mem_cached swap_total swap_free page_in page_out swap_in swap_out",
    "0:2005":
      "disk_total disk_free disk_partition_max_used disk_reads disk_bytes_read disk_read_time disk_writes disk_bytes_written disk_write_time",
    "0:2006":
      "nio_bytes_in nio_pkts_in nio_errs_in nio_drops_in nio_bytes_out nio_pkts_out nio_errs_out nio_drops_out",
    "0:2007":
      "ipForwarding ipDefaultTTL ipInReceives ipInHdrErrors ipInAddrErrors ipForwDatagrams ipInUnknownProtos ipInDiscards ipInDelivers ipOutRequests ipOutDiscards ipOutNoRoutes ipReasmTimeout ipReasmReqds ipReasmOKs ipReasmFails ipFragOKs ipFragFails ipFragCreates",
    "0:2008":
      "icmpInMsgs icmpInErrors icmpInDestUnreachs icmpInTimeExcds icmpInParamProbs icmpInSrcQuenchs icmpInRedirects icmpInEchos icmpInEchoReps icmpInTimestamps icmpInAddrMasks icmpInAddrMaskReps icmpOutMsgs icmpOutErrors icmpOutDestUnreachs icmpOutTimeExcds icmpOutParamProbs icmpOutSrcQuenchs icmpOutRedirects icmpOutEchos icmpOutEchoReps icmpOutTimestamps icmpOutTimestampReps icmpOutAddrMasks icmpOutAddrMaskReps",
    "0:2009":
      "tcpRtoAlgorithm tcpRtoMin tcpRtoMax tcpMaxConn tcpActiveOpens tcpPassiveOpens tcpAttemptFails tcpEstabResets tcpCurrEstab tcpInSegs tcpOutSegs tcpRetransSegs tcpInErrs tcpOutRsts tcpInCsumErrors",
    "0:2010":
      "udpInDatagrams udpNoPorts udpInErrors udpOutDatagrams udpRcvbufErrors udpSndbufErrors udpInCsumErrors",
    "0:2100": "vnode_mhz vnode_cpus vnode_memory vnode_memory_free vnode_num_domains",
    "0:2101": "vcpu_state vcpu_cpu_mS vcpu_cpuCount",
    "0:2102": "vmem_memory vmem_maxMemory",
    "0:2103":
      "vdsk_capacity vdsk_allocation vdsk_available vdsk_rd_req vdsk_rd_bytes vdsk_wr_req vdsk_wr_bytes vdsk_errs",
    "0:2104":
      "vnio_bytes_in vnio_pkts_in vnio_errs_in vnio_drops_in vnio_bytes_out vnio_pkts_out vnio_errs_out vnio_drops_out",
    "0:2202":
      "application status_OK errors_OTHER errors_TIMEOUT errors_INTERNAL_ERROR errors_BAD_REQUEST errors_FORBIDDEN errors_TOO_LARGE errors_NOT_IMPLEMENTED errors_NOT_FOUND errors_UNAVAILABLE errors_UNAUTHORIZED",
    "0:2203":
      "user_time system_time memory_used memory_max files_open files_max connections_open connections_max",
    "0:2206": "workers_active workers_idle workers_max requests_delayed requests_dropped",
    "5703:1":
      "nvml_device_count nvml_processes nvml_gpu_mS nvml_mem_mS nvml_mem_bytes_total nvml_mem_bytes_free nvml_ecc_errors nvml_energy_mJ nvml_temperature_C nvml_fan_speed_pc",
  ]

  /// Behind `flowBlock_tag`; what is in front of "=" has that value.
  static let flows: [String: String] = [
    "0:2": "flowSampleType=ETHERNET ethernet_type ethernet_len ethernet_src ethernet_dst",
    "0:3": "flowSampleType=IPV4 sampledPacketSize IPSize srcIP dstIP IPProtocol IPTOS",
    "0:4": "flowSampleType=IPV6 sampledPacketSize IPSize srcIP6 dstIP6 IPProtocol priority",
    "0:1001": "extendedType=SWITCH in_vlan in_priority out_vlan out_priority",
    "0:1002": "extendedType=ROUTER nextHop srcSubnetMask dstSubnetMask",
    "0:1003":
      "extendedType=GATEWAY bgp_nexthop my_as src_as src_peer_as dst_as_path dst_as dst_peer_as BGP_communities BGP_localpref",
    "0:1004": "extendedType=USER src_user_charset src_user dst_user_charset dst_user",
    "0:1005": "extendedType=URL url_direction url host",
    "0:1007": "extendedType=NAT nat_src nat_dst",
    "0:1012": "vlan_tunnel",
    "0:1021":
      "flowSampleType=tunnel_l2_out_ETHERNET tunnel_l2_out_ethernet_type tunnel_l2_out_ethernet_len tunnel_l2_out_ethernet_src tunnel_l2_out_ethernet_dst",
    "0:1022":
      "flowSampleType=tunnel_l2_in_ETHERNET tunnel_l2_in_ethernet_type tunnel_l2_in_ethernet_len tunnel_l2_in_ethernet_src tunnel_l2_in_ethernet_dst",
    "0:1023":
      "flowSampleType=tunnel_ipv4_out_IPV4 tunnel_ipv4_out_sampledPacketSize tunnel_ipv4_out_IPSize tunnel_ipv4_out_srcIP tunnel_ipv4_out_dstIP tunnel_ipv4_out_IPProtocol tunnel_ipv4_out_IPTOS",
    "0:1024":
      "flowSampleType=tunnel_ipv4_in_IPV4 tunnel_ipv4_in_sampledPacketSize tunnel_ipv4_in_IPSize tunnel_ipv4_in_srcIP tunnel_ipv4_in_dstIP tunnel_ipv4_in_IPProtocol tunnel_ipv4_in_IPTOS",
    "0:1025":
      "flowSampleType=tunnel_ipv6_out_IPV6 tunnel_ipv6_out_sampledPacketSize tunnel_ipv6_out_IPSize tunnel_ipv6_out_srcIP6 tunnel_ipv6_out_dstIP6 tunnel_ipv6_out_IPProtocol tunnel_ipv6_out_priority",
    "0:1026":
      "flowSampleType=tunnel_ipv6_in_IPV6 tunnel_ipv6_in_sampledPacketSize tunnel_ipv6_in_IPSize tunnel_ipv6_in_srcIP6 tunnel_ipv6_in_dstIP6 tunnel_ipv6_in_IPProtocol tunnel_ipv6_in_priority",
    "0:1027": "extendedType=out_decap out_decap_inner_header_offset",
    "0:1028": "extendedType=in_decap in_decap_inner_header_offset",
    "0:1029": "extendedType=out_VNI out_VNI",
    "0:1030": "extendedType=in_VNI in_VNI",
    "0:1036": "extendedType=egress_queue egress_queue_id",
    "0:1038": "extendedType=function symbol",
    "0:1039": "extendedType=transit_delay transit_delay_nS",
    "0:1040": "extendedType=queue_depth queue_depth_bytes",
    "0:1041": "extendedType=hw_trap hw_trap_group hw_trap_name",
    "0:1042": "extendedType=linux_reason linux_drop_reason",
    "0:2100":
      "extendedType=socket4 socket4_ip_protocol socket4_local_ip socket4_remote_ip socket4_local_port socket4_remote_port",
    "0:2101":
      "extendedType=socket6 socket6_ip_protocol socket6_local_ip socket6_remote_ip socket6_local_port socket6_remote_port",
    "0:2102":
      "extendedType=proxy_socket4 proxy_socket4_ip_protocol proxy_socket4_local_ip proxy_socket4_remote_ip proxy_socket4_local_port proxy_socket4_remote_port",
    "0:2103":
      "extendedType=proxy_socket6 proxy_socket6_ip_protocol proxy_socket6_local_ip proxy_socket6_remote_ip proxy_socket6_local_port proxy_socket6_remote_port",
    "0:2202":
      "flowSampleType=applicationOperation application operation attributes status_descr request_bytes response_bytes duration_uS status",
    "0:2203": "server_context_application server_context_operation server_context_attributes",
    "0:2204": "actor_initiator",
    "0:2205": "actor_target",
    "0:2209":
      "tcpinfo_direction tcpinfo_send_mss tcpinfo_receive_mss tcpinfo_unacked_pkts tcpinfo_lost_pkts tcpinfo_retrans_pkts tcpinfo_path_mtu tcpinfo_rtt_uS tcpinfo_rtt_uS_var tcpinfo_send_congestion_win tcpinfo_reordering tcpinfo_rtt_uS_min",
    "0:2210":
      "extendedType=entities entities_src_class entities_src_index entities_dst_class entities_dst_index",
  ]

  /// Tags that come only with some values: text that is empty is not told, nor ports of a protocol without them, nor
  /// what an older agent did not send.
  static let optional: Set<String> = [
    "hostname", "os_release", "ifName", "application", "operation", "attributes", "status_descr", "symbol",
    "server_context_application", "server_context_operation", "server_context_attributes", "host", "url",
    "src_user", "dst_user", "hw_trap_group", "hw_trap_name", "linux_drop_reason", "cpu_steal", "cpu_guest",
    "cpu_guest_nice", "TCPSrcPort", "TCPDstPort", "TCPFlags", "UDPSrcPort", "UDPDstPort", "ICMPType",
  ]

  /// The lines of each record of all captures and of a datagram with what these lack: its block's tag, and the rest.
  static func records() throws -> [(block: String, number: String, lines: [String])] {
    var all: [(String, String, [String])] = []
    for line in try ListeningTests.names.flatMap({ try ListeningTests.arrivals($0) }).map(TagText.init)
      .flatMap(\.lines) + TagText(rare).lines
    {
      let words = line.split(separator: " ", maxSplits: 1).map(String.init)
      let tag = words[0].hasPrefix("discarded_") ? String(words[0].dropFirst(10)) : words[0]
      if tag == "counterBlock_tag" || tag == "flowBlock_tag" {
        all.append((tag, words[1], []))
      } else if ["endSample", "startSample", "skipping"].contains(tag) {
        all.append(("", "", []))
      } else if !all.isEmpty {
        all[all.count - 1].2.append("\(tag) \(words[1])")
      }
    }
    return all.filter { $0.0 != "" }
  }

  static var rare: Arrival {
    var flow = FlowSample(
      sequence: 1, source: DataSource(.interface, 1), rate: 1, pool: 1, drops: 0, input: .unknown,
      output: .unknown, records: [])
    var (tcp, udp) = (SampledIPv4(), SampledIPv6())
    (tcp.ipProtocol, udp.nextHeader) = (6, 17)
    flow.records = [
      .known(ExtendedL2TunnelIngress()), .known(ExtendedIPv4TunnelIngress(outer: tcp)),
      .known(ExtendedIPv6TunnelEgress(outer: udp)), .known(ExtendedDecapsulateIngress()),
      .known(ExtendedVNIEgress()),
    ]
    let datagram = Datagram(
      agentAddress: .v4(IPv4Address(10, 0, 0, 1)), subAgentID: 0, sequence: 1, uptime: 1,
      samples: [.flowExpanded(flow)])
    return Arrival(from: .v4(IPv4Address(10, 0, 0, 1)), at: 1, datagram.encode())
  }

  @Test func `every structure has the tags that scripts know, in their order`() throws {
    var seen: Set<String> = []
    for (block, number, lines) in try Self.records() {
      guard let expected = (block == "counterBlock_tag" ? Self.counters : Self.flows)[number] else {
        continue
      }
      seen.insert("\(block) \(number)")
      // What is optional is compared where it is.
      let tags = lines.map { line -> String in
        let words = line.split(separator: " ", maxSplits: 1)
        return ["flowSampleType", "extendedType"].contains(words[0])
          ? "\(words[0])=\(words[1])" : String(words[0])
      }
      func isPort(_ tag: String) -> Bool {
        ["TCPSrcPort", "TCPDstPort", "TCPFlags", "UDPSrcPort", "UDPDstPort", "ICMPType"].contains {
          tag.hasSuffix($0)
        }
      }
      let told = tags.filter { !isPort($0) && !["cpu_steal", "cpu_guest", "cpu_guest_nice"].contains($0) }
      let wanted = expected.split(separator: " ").map(String.init).filter {
        told.contains($0) || !Self.optional.contains($0)
      }
      #expect(told == wanted, "\(block) \(number)")
    }
    let all =
      Self.counters.keys.map { "counterBlock_tag \($0)" } + Self.flows.keys.map { "flowBlock_tag \($0)" }
    #expect(Set(all).subtracting(seen).isEmpty)
  }

  @Test func `values have the form that scripts know`() throws {
    let text = TagText(Self.rare).lines
    for line in [
      "tunnel_ipv4_in_TCPSrcPort 0", "tunnel_ipv6_out_UDPDstPort 0",
      "tunnel_l2_in_ethernet_src 000000000000",
    ] {
      #expect(text.contains(line), "\(line)")
    }
    let lines = Set(try Self.records().flatMap(\.lines))
    for line in [
      "dst_as_path 65001-65002(65003)", "vlan_tunnel 0x88a80.0.100-0x81005.0.42",
      "sfp_lane_tx_power_uW.0 600", "machine_type 3", "os_name 2", "status SUCCESS",
      "tcpinfo_direction received", "actorAdminPortState 61", "partnerAdminPortState 7",
    ] {
      #expect(lines.contains(line), "\(line)")
    }
    for line in lines where line.hasPrefix("disk_partition_max_used ") || line.hasPrefix("5s_cpu ") {
      #expect(line.split(separator: " ").count == 2 && !line.contains("%"), "\(line)")
    }
  }

  @Test func `a discarded packet and measurements of applications`() throws {
    let stress = try ListeningTests.arrivals("synthetic-decoder-stress.pcap").flatMap { TagText($0).lines }
    for line in [
      "sampleType DISCARD", "discardCode 3", "discardReason port_unreachable", "discarded_flowBlock_tag 0:1",
      "discarded_flowSampleType HEADER", "discarded_headerProtocol 1",
    ] {
      #expect(stress.contains(line), "\(line)")
    }
    let run = try ListeningTests.arrivals("hsflowd-run3-json.pcap").flatMap { TagText($0).lines }
    for tag in [
      "rtmetric_datasource_name", "rtmetric_string_m_str", "rtmetric_counter32_m_c32",
      "rtmetric_counter64_m_c64", "rtmetric_gauge32_m_g32", "rtmetric_gauge64_m_g64",
      "rtmetric_gaugeFloat_m_gf", "rtmetric_gaugeDouble_m_gd", "rtflow_datasource_name",
      "rtflow_sampling_rate", "rtflow_sample_pool", "rtflow_string_f_str", "rtflow_mac_f_mac",
      "rtflow_ip_f_ip", "rtflow_ip6_f_ip6", "rtflow_int32_f_i32", "rtflow_int64_f_i64", "rtflow_float_f_fl",
      "rtflow_double_f_db",
    ] {
      #expect(run.contains { $0.hasPrefix(tag + " ") }, "\(tag)")
    }
  }

  @Test func `nested VLAN tags and IPv6 in a sampled packet`() throws {
    var flow = FlowSample(
      sequence: 1, source: DataSource(.interface, 1), rate: 1, pool: 1, drops: 0, input: .unknown,
      output: .unknown, records: [])
    // Two tags, IPv6, a hop-by-hop header of 8 octets, UDP.
    let octets: [UInt8] =
      [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xA8, 0x20, 100, 0x81, 0, 0, 7, 0x86, 0xDD]
      + [0x60, 0, 0, 5, 0, 16, 0, 64] + [UInt8](repeating: 0, count: 15) + [1]
      + [UInt8](repeating: 0, count: 15) + [1] + [17, 0, 1, 4, 0, 0, 0, 0] + [0, 53, 4, 0, 0, 8, 0, 0]
    flow.records = [
      .known(
        SampledHeader(
          headerProtocol: .ethernet, frameLength: UInt32(octets.count) + 4, stripped: 4, header: octets))
    ]
    let datagram = Datagram(
      agentAddress: .v4(IPv4Address(10, 0, 0, 1)), subAgentID: 0, sequence: 1, uptime: 1,
      samples: [.flow(flow)])
    let lines = TagText(Arrival(from: .v4(IPv4Address(10, 0, 0, 1)), at: 1, datagram.encode())).lines
    let start = try #require(lines.firstIndex { $0.hasPrefix("dstMAC") })
    #expect(
      Array(lines[start...].prefix { $0 != "endSample   ----------------------" }) == [
        "dstMAC 020000000002", "srcMAC 020000000001", "decodedVLAN 100", "decodedPriority 1",
        "decodedVLAN.1 7", "decodedPriority.1 0", "ethernet_type 34525", "IPSize 56", "IPTOS 0",
        "IP6_label 0x5", "IPV6_payloadLen 16", "IPTTL 64", "srcIP6 ::1", "dstIP6 ::1",
        "IP6HeaderExtension 0", "IPProtocol 17", "UDPSrcPort 53", "UDPDstPort 1024", "UDPBytes 8",
      ])
  }
}
