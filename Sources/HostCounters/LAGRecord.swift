internal import Bytes
public import Netlink
public import SFlow

extension LAGPortStats {
  /// lag_port_stats, 0:7, of a member of a bond.
  ///
  /// What the kernel does not tell stays unknown: what is configured as opposed to what is in force; the far end of a
  /// member that is not in the bond's active aggregator; and, but for the bond, everything if that does not speak LACP.
  public init(_ member: LinkMessage, of bond: LinkMessage, _ lacp: LACPStatistics?) {
    self.init()
    attachedAggregatorID = bond.index
    guard let aggregation = bond.bond, aggregation.isLACP else { return }
    if let configured = aggregation.actorSystem, !configured.isZero {
      actorSystemID = configured
    } else if let mac = bond.mac {
      actorSystemID = mac
    }
    if let port = member.bondMember {
      if let partner = aggregation.partner, port.aggregator == aggregation.aggregator {
        partnerOperSystemID = partner
      }
      state.actorOper = port.actorState ?? 0
      state.partnerOper = port.partnerState ?? 0
    }
    guard let lacp else { return }
    lacpdusReceived = counter32(lacp.lacpdusReceived)
    markerPDUsReceived = counter32(lacp.markersReceived)
    markerResponsePDUsReceived = counter32(lacp.markerResponsesReceived)
    unknownReceived = counter32(lacp.unknownReceived &+ lacp.unknownMarkersReceived)
    illegalReceived = counter32(lacp.illegalReceived)
    lacpdusSent = counter32(lacp.lacpdusSent)
    markerPDUsSent = counter32(lacp.markersSent)
    markerResponsePDUsSent = counter32(lacp.markerResponsesSent)
  }
}
