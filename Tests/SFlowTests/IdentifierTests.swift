import Bytes
import Testing

@testable import SFlow

struct IdentifierTests {
  @Test func `a data format has 20 bits of enterprise and 12 of format`() {
    #expect(DataFormat.rtMetric.rawValue == 0x010C_C3EA)
    #expect(NVIDIAGPU.format.rawValue == 0x0164_7001)
    #expect(NVIDIAGPU.format.enterprise == 5703 && NVIDIAGPU.format.format == 1)
    #expect(HostCPU.format.description == "0:2003")
  }

  @Test func `no two records of a kind have the same format`() {
    #expect(RecordTypes.counters.count == 28 && RecordTypes.flows.count == 39)
  }

  @Test func `compact forms`() {
    #expect(DataSource(.physicalEntity, 1).compact == 0x0200_0001)
    #expect(DataSource(compact: 0x0301_86A0) == DataSource(.logicalEntity, 100000))
    #expect(Interface.discarded(.acl).compact == 0x4000_0102)
    #expect(Interface(compact: 0x8000_0007) == .multiple(7))
    #expect(Interface(compact: 0x3FFF_FFFF) == .internal)
  }

  @Test func `interfaces in words`() {
    #expect(Interface.internal.description == "internal")
    #expect(Interface(index: 0).description == "unknown")
    #expect(Interface(index: 7).description == "7")
    #expect(Interface.discarded(.acl).description == "discarded(acl(258))")
    #expect(Interface.multiple(3).description == "multiple(3)")
  }

  @Test func `drop reasons have names`() {
    #expect(DropReason.netUnreachable.name == "net_unreachable")
    #expect(DropReason.unknown.rawValue == 256)
    #expect(DropReason.blackholeRoute.description == "blackhole_route(269)")
    #expect(DropReason.tcEgress.rawValue == 366 && DropReason.devHdr.rawValue == 332)
    #expect(DropReason.bgpFlowspec.name == "bgp_flowspec")
    #expect(DropReason(rawValue: 36).description == "36")
    #expect(DropReason(rawValue: 373).name == nil)
    #expect(DropReason(name: "TCP_RESET")?.rawValue == 347)
    #expect(DropReason(name: "precedence_cutoff")?.rawValue == 15)
    #expect(DropReason(name: "no_socket") == nil)
  }

  @Test func `enumerations take values without a name`() {
    #expect(MachineType.x86_64.description == "x86_64(3)")
    #expect(MachineType(rawValue: 99).description == "99")
    #expect(HeaderProtocol(rawValue: 0).description == "0")
    #expect(HeaderProtocol.infiniBand.description == "INFINIBAND(18)")
    #expect(DomainState.crashed.rawValue == 6)
    #expect(InterfaceStatus([.adminUp]).description == "admin-up oper-down(1)")
  }

  @Test func `percentages are hundredths`() {
    #expect(Percentage(hundredths: 6981).description == "69.81 %")
    #expect(Percentage(hundredths: 5).description == "0.05 %")
    #expect(Percentage(hundredths: .min).description == "-21474836.48 %")
    #expect(Percentage.unknown.description == "unknown")
  }
}
