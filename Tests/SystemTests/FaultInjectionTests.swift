import Foundation
import Testing

extension SystemTests {
  /// Calls of libc that fail, at the start and while everything works: the agent goes on, says why what stands still does,
  /// spins never, and needs nobody when the fault is over. `FaultMatrixTests` has all of them.
  @Suite(.enabled(if: FaultRig.isPossible, "needs root, a compiler, iptables and virsh"))
  struct FaultInjectionTests {
    typealias Fault = FaultInjector.Fault

    /// The few that a host really meets, in a few seconds each.
    @Test func `calls that matter most may fail`() throws {
      let faults: [(FaultTrial.Moment, Fault)] = [
        (.start, Fault(call: "socket", error: EMFILE, times: .always)),
        (.run, Fault(call: "socket", error: EMFILE, times: .always)),
        (.start, Fault(call: "open", error: EMFILE, times: .third)),
        (.run, Fault(call: "open", error: EMFILE, times: .always)),
        // A file that can be opened once and not a moment later.
        (.run, Fault(call: "open", error: ENOMEM, times: .second)),
        (.run, Fault(call: "open", error: ENOMEM, times: .third)),
        (.run, Fault(call: "recv", error: ENOBUFS, times: .third)),
        (.run, Fault(call: "recv", error: EIO, times: .always)),
        (.run, Fault(call: "recv", error: EAGAIN, times: .second)),
        (.run, Fault(call: "send", error: ENOMEM, times: .always)),
        (.run, Fault(call: "send", error: EPERM, times: .third)),
        (.start, Fault(call: "pthread_create", error: EAGAIN, times: .always)),
        (.run, Fault(call: "pwrite", error: ENOSPC, times: .always)),
        (.start, Fault(call: "setns", error: ENOMEM, times: .always)),
        (.run, Fault(call: "pread", error: -1, times: .always)),
        (.run, Fault(call: "epoll_wait", error: EINTR, times: .second)),
        // Behind bind(2): the file of the socket must not stay, and be another user's for ever.
        (.start, Fault(call: "listen", error: EMFILE, times: .always)),
        (.run, Fault(call: "accept4", error: EMFILE, times: .always)),
        // The mailbox of libvirt's events.
        (.start, Fault(call: "eventfd", error: EIO, times: .third)),
        // Rights that cannot be read are not rights that are not there.
        (.start, Fault(call: "capset", error: EAGAIN, times: .always)),
        // Three options of a ring.
        (.start, Fault(call: "setsockopt", error: EINTR, times: .third)),
        // GLib's loop, which does not wait.
        (.start, Fault(call: "poll", error: ENOMEM, times: .always)),
      ]
      FaultTrial.expectGood(
        try FaultTrial.run(faults.map { FaultTrial(moment: $0, fault: $1) }, rigs: 6))
    }

    /// Threads of libvirt and of the agent are still in libraries when it ends: exit(3) tears those down under them, and one
    /// end in ten was a crash.
    @Test(arguments: [nil, Fault(call: "epoll_wait", error: ENOBUFS, times: .always)])
    func `at its end it tears down nothing that its threads may be in`(_ fault: Fault?) throws {
      let (lab, injector) = (try PacketLab(), try FaultInjector())
      if let fault { injector.begin(fault) }
      let agent = try Agent(
        "sflow { polling = 1 collector { ip = 10.99.0.2 } kvm { uri = \"test:///default\" } }\n",
        in: lab.hostPath, wrapped: injector.words)
      if fault == nil {
        #expect(agent.says("virtual machines: connected to test:///default"))
        #expect(agent.program.end() == 0)
      } else {
        #expect(agent.program.status() == 1)
        #expect(agent.says("cannot wait for events: ENOBUFS"))
      }
      #expect(!injector.isTornDown)
    }
  }
}
