import Bytes
import Config
import ControlProtocol
import HostCounters
import Linux
import SystemPackage
import Testing
import VirtualMachines

@testable import Agent

@Suite struct VirtualMachinesModuleTests {
  private let loop = SimulatedLoop()
  private let log = LogLines()

  /// - Parameter machines: what libvirt is asked with.
  private func module(
    _ machines: @escaping (ModuleContext) throws(Errno) -> VirtualMachines
  ) -> VirtualMachinesModule {
    let (interfaces, runner) = (FakeInterfaces(), FakeRunner())
    // What libvirt there is on this host is none of the test's business.
    runner.isHeldUp = true
    let exporter = Exporter(
      subAgentID: 0, datagramBytes: 1400, loop: loop, network: FakeNetwork(loop), logger: log.logger)
    return VirtualMachinesModule(
      ModuleContext(
        loop: loop, background: runner, exporter: exporter,
        hostRecords: HostRecords.all(
          fixture("debian12-virtio-6.1"), uuid: .init(), interfaces: interfaces, background: runner,
          logger: log.logger),
        interfaces: interfaces, transceivers: { _ in .failure(.notSupportedOnSocket) },
        sampledInterfaces: SampledInterfaces(), logger: log.logger),
      machines: machines)
  }

  @Test func `without descriptors it begins again with back-off, and says both once`() throws {
    var attempts = 0
    let module = module { (context) throws(Errno) in
      attempts += 1
      if attempts < 6 { throw .tooManyOpenFiles }
      return try VirtualMachines(loop: context.loop, background: context.background, logger: context.logger)
    }
    module.apply(try settings("collector { ip = 192.0.2.1 } kvm { }"))
    #expect(module.status == ["cannot make a mailbox: EMFILE (Too many open files) (will retry)"])
    #expect(module.report.first?.condition == .failed)
    // After 1, 2, 4, 8 and 16 s.
    loop.run(for: .milliseconds(30_999))
    #expect(attempts == 5)
    loop.run(for: .milliseconds(1))
    #expect(attempts == 6)
    #expect(module.report.first?.condition == .waiting)
    #expect(
      log.lines(with: "mailbox") == [
        "warning: virtual machines: cannot make a mailbox: EMFILE (Too many open files) (will retry)",
        "notice: virtual machines: a mailbox could be made",
      ])
  }

  @Test func `of kvm and xen together one counts, and that is said`() throws {
    let module = module { (context) throws(Errno) in
      try VirtualMachines(loop: context.loop, background: context.background, logger: context.logger)
    }
    module.apply(try settings("collector { ip = 192.0.2.1 } kvm { } xen { dsk = off }"))
    #expect(
      log.lines(with: "kvm") == [
        "notice: virtual machines: kvm { } counts, xen { } does not: both are the guests of libvirt"
      ])
  }

  @Test func `what is not wanted any more is not tried again`() throws {
    var attempts = 0
    let module = module { (_) throws(Errno) in
      attempts += 1
      throw .ioError
    }
    module.apply(try settings("collector { ip = 192.0.2.1 } kvm { }"))
    module.apply(try settings("collector { ip = 192.0.2.1 }"))
    loop.run(for: .seconds(200))
    #expect(attempts == 1)
    #expect(module.status == [] && module.report.isEmpty)
  }
}
