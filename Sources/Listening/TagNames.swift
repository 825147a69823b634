/// Names of fields in tag-and-value output, as scripts for that form know them. A name that is not here is the
/// specification's own.
enum TagNames {
  /// Put in front of every field of a structure.
  static let prefixes: [String: String] = [
    "host_disk_io": "disk_", "host_net_io": "nio_", "virt_node": "vnode_", "virt_cpu": "vcpu_",
    "virt_memory": "vmem_", "virt_disk_io": "vdsk_", "virt_net_io": "vnio_", "nvidia_gpu": "nvml_",
    "app_operations": "errors_", "app_parent_context": "server_context_",
    "extended_decapsulate_egress": "out_decap_", "extended_decapsulate_ingress": "in_decap_",
    "extended_tcp_info": "tcpinfo_", "extended_hw_trap": "hw_trap_", "pfc_counters": "pfc_",
    "extended_acl": "acl_", "extended_timestamp": "timestamp_",
    "extended_socket_ipv4": "socket4_", "extended_socket_ipv6": "socket6_",
    "extended_proxy_socket_ipv4": "proxy_socket4_", "extended_proxy_socket_ipv6": "proxy_socket6_",
  ]

  /// By "structure.field", whole names.
  static let names: [String: String] = [
    "host_cpu.load_one": "cpu_load_one", "host_cpu.load_five": "cpu_load_five",
    "host_cpu.load_fifteen": "cpu_load_fifteen", "host_cpu.proc_run": "cpu_proc_run",
    "host_cpu.proc_total": "cpu_proc_total", "host_cpu.uptime": "cpu_uptime",
    "host_cpu.cpu_intr": "cpuintr", "host_cpu.cpu_sintr": "cpu_sintr",
    "host_cpu.interrupts": "cpuinterrupts", "host_cpu.contexts": "cpu_contexts",
    "host_disk_io.part_max_used": "disk_partition_max_used",
    "host_net_io.packets_out": "nio_pkts_out",
    "host_descr.uuid": "UUID", "port_name.name": "ifName",
    "mib2_tcp_group.tcpInCsumErrs": "tcpInCsumErrors",
    "processor.total_memory": "total_memory_bytes", "processor.free_memory": "free_memory_bytes",
    "virt_cpu.cpuTime": "vcpu_cpu_mS", "virt_cpu.nrVirtCpu": "vcpu_cpuCount",
    "virt_net_io.rx_bytes": "vnio_bytes_in", "virt_net_io.rx_packets": "vnio_pkts_in",
    "virt_net_io.rx_errs": "vnio_errs_in", "virt_net_io.rx_drop": "vnio_drops_in",
    "virt_net_io.tx_bytes": "vnio_bytes_out", "virt_net_io.tx_packets": "vnio_pkts_out",
    "virt_net_io.tx_errs": "vnio_errs_out", "virt_net_io.tx_drop": "vnio_drops_out",
    "nvidia_gpu.gpu_time": "nvml_gpu_mS", "nvidia_gpu.mem_time": "nvml_mem_mS",
    "nvidia_gpu.mem_total": "nvml_mem_bytes_total", "nvidia_gpu.mem_free": "nvml_mem_bytes_free",
    "nvidia_gpu.energy": "nvml_energy_mJ", "nvidia_gpu.temperature": "nvml_temperature_C",
    "nvidia_gpu.fan_speed": "nvml_fan_speed_pc",
    "if_counters.ifType": "networkType", "vlan_counters.vlan_id": "in_vlan",
    "lag_port_stats.partnerOperSystemID": "partnerSystemID",
    "lag_port_stats.MarkerPDUsRx": "markerPDUsRx",
    "lag_port_stats.MarkerResponsePDUsRx": "markerResponsePDUsRx",
    "lag_port_stats.UnknownRx": "unknownRx", "lag_port_stats.IllegalRx": "illegalRx",
    "lag_port_stats.MarkerPDUsTx": "markerPDUsTx",
    "lag_port_stats.MarkerResponsePDUsTx": "markerResponsePDUsTx",
    "app_operations.application": "application", "app_operations.success": "status_OK",
    "app_operations.other": "errors_OTHER", "app_operations.timeout": "errors_TIMEOUT",
    "app_operations.internal_error": "errors_INTERNAL_ERROR",
    "app_operations.bad_request": "errors_BAD_REQUEST", "app_operations.forbidden": "errors_FORBIDDEN",
    "app_operations.too_large": "errors_TOO_LARGE",
    "app_operations.not_implemented": "errors_NOT_IMPLEMENTED",
    "app_operations.not_found": "errors_NOT_FOUND", "app_operations.unavailable": "errors_UNAVAILABLE",
    "app_operations.unauthorized": "errors_UNAUTHORIZED",
    "app_resources.mem_used": "memory_used", "app_resources.mem_max": "memory_max",
    "app_resources.fd_open": "files_open", "app_resources.fd_max": "files_max",
    "app_resources.conn_open": "connections_open", "app_resources.conn_max": "connections_max",
    "app_workers.req_delayed": "requests_delayed", "app_workers.req_dropped": "requests_dropped",
    "app_operation.req_bytes": "request_bytes", "app_operation.resp_bytes": "response_bytes",
    "app_operation.uS": "duration_uS",
    "app_initiator.actor": "actor_initiator", "app_target.actor": "actor_target",
    "extended_switch.src_vlan": "in_vlan", "extended_switch.src_priority": "in_priority",
    "extended_switch.dst_vlan": "out_vlan", "extended_switch.dst_priority": "out_priority",
    "extended_router.nexthop": "nextHop", "extended_router.src_mask_len": "srcSubnetMask",
    "extended_router.dst_mask_len": "dstSubnetMask",
    "extended_user.src_charset": "src_user_charset", "extended_user.dst_charset": "dst_user_charset",
    "extended_url.direction": "url_direction",
    "extended_nat.src_address": "nat_src", "extended_nat.dst_address": "nat_dst",
    "extended_vni_egress.vni": "out_VNI", "extended_vni_ingress.vni": "in_VNI",
    "extended_egress_queue.queue": "egress_queue_id",
    "extended_transit.delay": "transit_delay_nS", "extended_queue.depth": "queue_depth_bytes",
    "extended_linux_drop_reason.reason": "linux_drop_reason", "extended_hw_trap.trap": "hw_trap_name",
    "extended_socket_ipv4.protocol": "socket4_ip_protocol",
    "extended_socket_ipv6.protocol": "socket6_ip_protocol",
    "extended_proxy_socket_ipv4.protocol": "proxy_socket4_ip_protocol",
    "extended_proxy_socket_ipv6.protocol": "proxy_socket6_ip_protocol",
    "extended_tcp_info.dir": "tcpinfo_direction", "extended_tcp_info.snd_mss": "tcpinfo_send_mss",
    "extended_tcp_info.rcv_mss": "tcpinfo_receive_mss", "extended_tcp_info.unacked": "tcpinfo_unacked_pkts",
    "extended_tcp_info.lost": "tcpinfo_lost_pkts", "extended_tcp_info.retrans": "tcpinfo_retrans_pkts",
    "extended_tcp_info.pmtu": "tcpinfo_path_mtu", "extended_tcp_info.rtt": "tcpinfo_rtt_uS",
    "extended_tcp_info.rttvar": "tcpinfo_rtt_uS_var",
    "extended_tcp_info.snd_cwnd": "tcpinfo_send_congestion_win",
    "extended_tcp_info.min_rtt": "tcpinfo_rtt_uS_min",
  ]

  /// Fields that are told by the name of their value and not by its number.
  static let named: Set<String> = ["extended_tcp_info.dir", "app_operation.status"]

  static func tag(_ structure: String, _ field: String) -> String {
    if let name = names["\(structure).\(field)"] { return name }
    let prefix = prefixes[structure] ?? ""
    return field.hasPrefix(prefix) ? field : prefix + field
  }

  /// The kind of a flow record, and the tag it is told under.
  private static let kinds: [String: (tag: String, value: String)] = [
    "sampled_header": ("flowSampleType", "HEADER"),
    "sampled_ethernet": ("flowSampleType", "ETHERNET"),
    "sampled_ipv4": ("flowSampleType", "IPV4"),
    "sampled_ipv6": ("flowSampleType", "IPV6"),
    "extended_L2_tunnel_egress": ("flowSampleType", "tunnel_l2_out_ETHERNET"),
    "extended_L2_tunnel_ingress": ("flowSampleType", "tunnel_l2_in_ETHERNET"),
    "extended_ipv4_tunnel_egress": ("flowSampleType", "tunnel_ipv4_out_IPV4"),
    "extended_ipv4_tunnel_ingress": ("flowSampleType", "tunnel_ipv4_in_IPV4"),
    "extended_ipv6_tunnel_egress": ("flowSampleType", "tunnel_ipv6_out_IPV6"),
    "extended_ipv6_tunnel_ingress": ("flowSampleType", "tunnel_ipv6_in_IPV6"),
    "app_operation": ("flowSampleType", "applicationOperation"),
    "extended_switch": ("extendedType", "SWITCH"), "extended_router": ("extendedType", "ROUTER"),
    "extended_gateway": ("extendedType", "GATEWAY"), "extended_user": ("extendedType", "USER"),
    "extended_url": ("extendedType", "URL"), "extended_nat": ("extendedType", "NAT"),
    "extended_decapsulate_egress": ("extendedType", "out_decap"),
    "extended_decapsulate_ingress": ("extendedType", "in_decap"),
    "extended_vni_egress": ("extendedType", "out_VNI"), "extended_vni_ingress": ("extendedType", "in_VNI"),
    "extended_egress_queue": ("extendedType", "egress_queue"),
    "extended_acl": ("extendedType", "acl"), "extended_function": ("extendedType", "function"),
    "extended_transit": ("extendedType", "transit_delay"),
    "extended_queue": ("extendedType", "queue_depth"), "extended_hw_trap": ("extendedType", "hw_trap"),
    "extended_linux_drop_reason": ("extendedType", "linux_reason"),
    "extended_timestamp": ("extendedType", "timestamp"),
    "extended_socket_ipv4": ("extendedType", "socket4"), "extended_socket_ipv6": ("extendedType", "socket6"),
    "extended_proxy_socket_ipv4": ("extendedType", "proxy_socket4"),
    "extended_proxy_socket_ipv6": ("extendedType", "proxy_socket6"),
    "extended_entities": ("extendedType", "entities"),
  ]

  /// `nil` for those that are told by their fields only.
  static func kind(of structure: String) -> (tag: String, value: String)? { kinds[structure] }
}
