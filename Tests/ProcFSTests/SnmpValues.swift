import ProcFS

// Groups written as their values in the order of the declarations, for whole-value comparisons.

extension Snmp.IP {
  static var fields: [WritableKeyPath<Self, UInt64?>] {
    [
      \.forwarding, \.defaultTTL, \.inReceives, \.inHeaderErrors, \.inAddressErrors, \.forwardedDatagrams,
      \.inUnknownProtocols, \.inDiscards, \.inDelivers, \.outRequests, \.outDiscards, \.outNoRoutes,
      \.reassemblyTimeouts, \.reassemblyRequired, \.reassemblyOKs, \.reassemblyFails, \.fragmentOKs,
      \.fragmentFails, \.fragmentCreates,
    ]
  }

  init(_ values: [UInt64?]) {
    self.init()
    for (field, value) in zip(Self.fields, values) { self[keyPath: field] = value }
  }
}

extension Snmp.ICMP {
  static var fields: [WritableKeyPath<Self, UInt64?>] {
    [
      \.inMessages, \.inErrors, \.inDestinationUnreachables, \.inTimeExceededs, \.inParameterProblems,
      \.inSourceQuenches, \.inRedirects, \.inEchos, \.inEchoReplies, \.inTimestamps, \.inTimestampReplies,
      \.inAddressMasks, \.inAddressMaskReplies, \.outMessages, \.outErrors, \.outDestinationUnreachables,
      \.outTimeExceededs, \.outParameterProblems, \.outSourceQuenches, \.outRedirects, \.outEchos,
      \.outEchoReplies, \.outTimestamps, \.outTimestampReplies, \.outAddressMasks, \.outAddressMaskReplies,
    ]
  }

  init(_ values: [UInt64?]) {
    self.init()
    for (field, value) in zip(Self.fields, values) { self[keyPath: field] = value }
  }
}

extension Snmp.TCP {
  static var fields: [WritableKeyPath<Self, UInt64?>] {
    [
      \.rtoAlgorithm, \.rtoMinimumMilliseconds, \.rtoMaximumMilliseconds, \.maximumConnections,
      \.activeOpens, \.passiveOpens, \.attemptFails, \.establishedResets, \.currentEstablished,
      \.inSegments, \.outSegments, \.retransmittedSegments, \.inErrors, \.outResets, \.inChecksumErrors,
    ]
  }

  init(_ values: [UInt64?]) {
    self.init()
    for (field, value) in zip(Self.fields, values) { self[keyPath: field] = value }
  }
}

extension Snmp.UDP {
  static var fields: [WritableKeyPath<Self, UInt64?>] {
    [
      \.inDatagrams, \.noPorts, \.inErrors, \.outDatagrams, \.receiveBufferErrors, \.sendBufferErrors,
      \.inChecksumErrors,
    ]
  }

  init(_ values: [UInt64?]) {
    self.init()
    for (field, value) in zip(Self.fields, values) { self[keyPath: field] = value }
  }
}
