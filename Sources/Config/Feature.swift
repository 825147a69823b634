/// What a build of hsflowd may be able to do beyond host counters; each has a block of that name.
public enum Feature: String, Sendable, CaseIterable {
  case dnsSD = "dns-sd"
  case nflog, ulog, psample, pcap, epcap, dropmon, tcp
  case json, dbus
  case kvm, xen, docker, containerd, k8s, systemd
  case nlroute, ovs, nvml
  case dent, cumulus, opx, sonic, vpp, eapi
}
