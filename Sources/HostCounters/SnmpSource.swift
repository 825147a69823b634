public import Linux
internal import ProcFS
public import SFlow

/// mib2_ip_group, mib2_icmp_group, mib2_tcp_group and mib2_udp_group, 0:2007 to 0:2010: `/proc/net/snmp`.
///
/// A column that the kernel does not have is a counter of all ones.
public final class SnmpSource: HostRecordSource {
  public var name: String { "snmp" }
  private let snmp: KernelFile

  public init(_ root: FileRoot, buffer: FileBuffer) {
    snmp = KernelFile(root, "/proc/net/snmp", buffer: buffer)
  }

  @_lifetime(sample: copy sample)
  public func append(to sample: inout CounterSampleWriter) throws(FileError) {
    let snmp = try snmp.read(Snmp.init(parsing:))
    if let tcp = snmp.tcp { sample.append(HostTCPGroup(tcp)) }
    if let udp = snmp.udp { sample.append(HostUDPGroup(udp)) }
    if let ip = snmp.ip { sample.append(HostIPGroup(ip)) }
    if let icmp = snmp.icmp { sample.append(HostICMPGroup(icmp)) }
  }
}

extension HostIPGroup {
  init(_ ip: Snmp.IP) {
    self.init()
    forwarding = gauge32(ip.forwarding)
    defaultTTL = gauge32(ip.defaultTTL)
    inReceives = counter32(ip.inReceives)
    inHeaderErrors = counter32(ip.inHeaderErrors)
    inAddressErrors = counter32(ip.inAddressErrors)
    forwarded = counter32(ip.forwardedDatagrams)
    inUnknownProtocols = counter32(ip.inUnknownProtocols)
    inDiscards = counter32(ip.inDiscards)
    inDelivers = counter32(ip.inDelivers)
    outRequests = counter32(ip.outRequests)
    outDiscards = counter32(ip.outDiscards)
    outNoRoutes = counter32(ip.outNoRoutes)
    // The MIB means a limit in seconds; Linux counts.
    reassemblyTimeout = counter32(ip.reassemblyTimeouts)
    reassemblyRequired = counter32(ip.reassemblyRequired)
    reassemblyOKs = counter32(ip.reassemblyOKs)
    reassemblyFails = counter32(ip.reassemblyFails)
    fragmentOKs = counter32(ip.fragmentOKs)
    fragmentFails = counter32(ip.fragmentFails)
    fragmentCreates = counter32(ip.fragmentCreates)
  }
}

extension HostICMPGroup {
  init(_ icmp: Snmp.ICMP) {
    self.init()
    inMessages = counter32(icmp.inMessages)
    inErrors = counter32(icmp.inErrors)
    inDestinationUnreachables = counter32(icmp.inDestinationUnreachables)
    inTimeExceeded = counter32(icmp.inTimeExceededs)
    inParameterProblems = counter32(icmp.inParameterProblems)
    inSourceQuenches = counter32(icmp.inSourceQuenches)
    inRedirects = counter32(icmp.inRedirects)
    inEchos = counter32(icmp.inEchos)
    inEchoReplies = counter32(icmp.inEchoReplies)
    inTimestamps = counter32(icmp.inTimestamps)
    inAddressMasks = counter32(icmp.inAddressMasks)
    inAddressMaskReplies = counter32(icmp.inAddressMaskReplies)
    outMessages = counter32(icmp.outMessages)
    outErrors = counter32(icmp.outErrors)
    outDestinationUnreachables = counter32(icmp.outDestinationUnreachables)
    outTimeExceeded = counter32(icmp.outTimeExceededs)
    outParameterProblems = counter32(icmp.outParameterProblems)
    outSourceQuenches = counter32(icmp.outSourceQuenches)
    outRedirects = counter32(icmp.outRedirects)
    outEchos = counter32(icmp.outEchos)
    outEchoReplies = counter32(icmp.outEchoReplies)
    outTimestamps = counter32(icmp.outTimestamps)
    outTimestampReplies = counter32(icmp.outTimestampReplies)
    outAddressMasks = counter32(icmp.outAddressMasks)
    outAddressMaskReplies = counter32(icmp.outAddressMaskReplies)
  }
}

extension HostTCPGroup {
  init(_ tcp: Snmp.TCP) {
    self.init()
    rtoAlgorithm = gauge32(tcp.rtoAlgorithm)
    rtoMinimumMS = gauge32(tcp.rtoMinimumMilliseconds)
    rtoMaximumMS = gauge32(tcp.rtoMaximumMilliseconds)
    // -1, "no limit", stays all ones.
    maximumConnections = counter32(tcp.maximumConnections)
    activeOpens = counter32(tcp.activeOpens)
    passiveOpens = counter32(tcp.passiveOpens)
    attemptFails = counter32(tcp.attemptFails)
    establishedResets = counter32(tcp.establishedResets)
    currentlyEstablished = gauge32(tcp.currentEstablished)
    inSegments = counter32(tcp.inSegments)
    outSegments = counter32(tcp.outSegments)
    retransmittedSegments = counter32(tcp.retransmittedSegments)
    inErrors = counter32(tcp.inErrors)
    outResets = counter32(tcp.outResets)
    inChecksumErrors = counter32(tcp.inChecksumErrors)
  }
}

extension HostUDPGroup {
  init(_ udp: Snmp.UDP) {
    self.init()
    inDatagrams = counter32(udp.inDatagrams)
    noPorts = counter32(udp.noPorts)
    inErrors = counter32(udp.inErrors)
    outDatagrams = counter32(udp.outDatagrams)
    receiveBufferErrors = counter32(udp.receiveBufferErrors)
    sendBufferErrors = counter32(udp.sendBufferErrors)
    inChecksumErrors = counter32(udp.inChecksumErrors)
  }
}
