/// Names of fields in tag-and-value output, as scripts for that form know them. A name that is not here is the
/// specification's own.
enum TagNames {
  /// Put in front of every field of a structure.
  static let prefixes: [String: String] = [
    "host_disk_io": "disk_", "host_net_io": "nio_", "virt_node": "vnode_", "virt_cpu": "vcpu_",
    "virt_memory": "vmem_", "virt_disk_io": "vdsk_", "virt_net_io": "vnio_", "nvidia_gpu": "nvml_",
    "host_parent": "parent_", "app_operation": "app_", "app_parent_context": "app_parent_",
    "app_initiator": "app_initiator_", "app_target": "app_target_", "app_operations": "app_",
    "app_resources": "app_", "app_workers": "app_",
  ]

  /// By "structure.field", whole names.
  static let names: [String: String] = [
    "host_cpu.load_one": "cpu_load_one", "host_cpu.load_five": "cpu_load_five",
    "host_cpu.load_fifteen": "cpu_load_fifteen", "host_cpu.proc_run": "cpu_proc_run",
    "host_cpu.proc_total": "cpu_proc_total", "host_cpu.uptime": "cpu_uptime",
    "host_cpu.cpu_intr": "cpuintr", "host_cpu.cpu_sintr": "cpu_sintr",
    "host_cpu.interrupts": "cpuinterrupts", "host_cpu.contexts": "cpu_contexts",
    "host_disk_io.disk_total": "disk_total", "host_disk_io.disk_free": "disk_free",
    "host_disk_io.part_max_used": "disk_partition_max_used",
    "host_net_io.packets_out": "nio_pkts_out",
    "host_descr.uuid": "UUID", "port_name.name": "ifName",
    "virt_node.num_domains": "vnode_domains", "virt_cpu.cpuTime": "vcpu_cpu_mS",
    "virt_cpu.nrVirtCpu": "vcpu_cpuCount",
    "virt_net_io.rx_bytes": "vnio_bytes_in", "virt_net_io.rx_packets": "vnio_pkts_in",
    "virt_net_io.rx_errs": "vnio_errs_in", "virt_net_io.rx_drop": "vnio_drops_in",
    "virt_net_io.tx_bytes": "vnio_bytes_out", "virt_net_io.tx_packets": "vnio_pkts_out",
    "virt_net_io.tx_errs": "vnio_errs_out", "virt_net_io.tx_drop": "vnio_drops_out",
    "if_counters.ifType": "networkType", "vlan_counters.vlan_id": "in_vlan",
    "vlan_counters.ucastPkts": "ucastPkts",
    "extended_switch.src_vlan": "in_vlan", "extended_switch.src_priority": "in_priority",
    "extended_switch.dst_vlan": "out_vlan", "extended_switch.dst_priority": "out_priority",
    "extended_router.nexthop": "nextHop", "extended_router.src_mask_len": "srcSubnetMask",
    "extended_router.dst_mask_len": "dstSubnetMask",
    "extended_gateway.nexthop": "bgp_nexthop", "extended_gateway.as": "my_as",
    "extended_gateway.dst_as_path": "dst_as_path", "extended_gateway.communities": "BGP_communities",
    "extended_gateway.localpref": "BGP_localpref",
    "sampled_ethernet.length": "ethernet_len", "sampled_ethernet.src_mac": "ethernet_src",
    "sampled_ethernet.dst_mac": "ethernet_dst", "sampled_ethernet.type": "ethernet_type",
    "sampled_ipv4.length": "sampledPacketSize", "sampled_ipv4.protocol": "IPProtocol",
    "sampled_ipv4.src_ip": "srcIP", "sampled_ipv4.dst_ip": "dstIP", "sampled_ipv4.tos": "IPTOS",
    "sampled_ipv4.src_port": "srcPort", "sampled_ipv4.dst_port": "dstPort",
    "sampled_ipv4.tcp_flags": "TCPFlags",
    "sampled_ipv6.length": "sampledPacketSize", "sampled_ipv6.protocol": "IPProtocol",
    "sampled_ipv6.src_ip": "srcIP6", "sampled_ipv6.dst_ip": "dstIP6", "sampled_ipv6.priority": "priority",
    "sampled_ipv6.src_port": "srcPort", "sampled_ipv6.dst_port": "dstPort",
    "sampled_ipv6.tcp_flags": "TCPFlags",
    "extended_socket_ipv4.protocol": "socket4_ip_protocol",
    "extended_socket_ipv4.local_ip": "socket4_local_ip",
    "extended_socket_ipv4.remote_ip": "socket4_remote_ip",
    "extended_socket_ipv4.local_port": "socket4_local_port",
    "extended_socket_ipv4.remote_port": "socket4_remote_port",
    "extended_socket_ipv6.protocol": "socket6_ip_protocol",
    "extended_socket_ipv6.local_ip": "socket6_local_ip",
    "extended_socket_ipv6.remote_ip": "socket6_remote_ip",
    "extended_socket_ipv6.local_port": "socket6_local_port",
    "extended_socket_ipv6.remote_port": "socket6_remote_port",
  ]

  static func tag(_ structure: String, _ field: String) -> String {
    if let name = names["\(structure).\(field)"] { return name }
    let prefix = prefixes[structure] ?? ""
    return field.hasPrefix(prefix) ? field : prefix + field
  }

  /// The kind of a flow record, and the tag it is told under.
  static func kind(of structure: String) -> (tag: String, value: String) {
    switch structure {
    case "sampled_header": ("flowSampleType", "HEADER")
    case "sampled_ethernet": ("flowSampleType", "ETHERNET")
    case "sampled_ipv4": ("flowSampleType", "IPV4")
    case "sampled_ipv6": ("flowSampleType", "IPV6")
    default:
      (
        "extendedType",
        (structure.hasPrefix("extended_") ? String(structure.dropFirst(9)) : structure).uppercased()
      )
    }
  }
}
