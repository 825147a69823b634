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
        (.run, Fault(call: "recvmmsg", error: EAGAIN, times: .second)),
        (.run, Fault(call: "send", error: ENOMEM, times: .always)),
        (.run, Fault(call: "send", error: EPERM, times: .third)),
        (.start, Fault(call: "pthread_create", error: EAGAIN, times: .always)),
        (.run, Fault(call: "pwrite", error: ENOSPC, times: .always)),
        (.run, Fault(call: "setns", error: ENOMEM, times: .third)),
        (.run, Fault(call: "pread", error: -1, times: .always)),
        (.run, Fault(call: "epoll_wait", error: EINTR, times: .second)),
      ]
      FaultTrial.expectGood(
        try FaultTrial.run(faults.map { FaultTrial(moment: $0, fault: $1) }, rigs: 5))
    }
  }
}
