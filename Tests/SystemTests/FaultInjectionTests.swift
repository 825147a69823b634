import Foundation
import Testing

extension SystemTests {
  /// Calls of libc that fail, at the start and while everything works: the agent goes on, says why what stands still does,
  /// spins never, and needs nobody when the fault is over.
  @Suite(.enabled(if: FaultRig.isPossible, "needs root, a compiler, iptables and virsh"))
  struct FaultInjectionTests {
    typealias Fault = FaultInjector.Fault

    /// What every call is given, whether its manual page knows it or not.
    private static let common = [EINTR, EAGAIN, ENOMEM, EMFILE, EPERM, EIO, ENOBUFS]
    /// What else some calls are known to say.
    private static let special: [String: [Int32]] = [
      "open": [ENFILE, EACCES, ENOENT, ENOSPC, EROFS], "socket": [ENFILE, EACCES, EAFNOSUPPORT],
      "rename": [ENOSPC, EROFS, EACCES], "write": [ENOSPC, EPIPE, -1], "log": [ENOSPC, EPIPE, -1],
      "pwrite": [ENOSPC, -1], "pread": [ESRCH, EINVAL, -1], "read": [-1], "recv": [-1, ECONNRESET],
      "unlink": [EROFS, EACCES], "mkdir": [ENOSPC, EROFS, EACCES], "ioctl": [ENODEV, EBUSY, EOPNOTSUPP],
      "bind": [ENODEV, EADDRINUSE, EADDRNOTAVAIL, EACCES], "connect": [ENETUNREACH, EHOSTUNREACH, EACCES],
      "send": [ENETUNREACH, EHOSTUNREACH, ENETDOWN, ECONNREFUSED, EMSGSIZE, EACCES, EINVAL],
      "sendto": [ENETUNREACH, EHOSTUNREACH, ENETDOWN, EMSGSIZE, EACCES, EINVAL],
      "opendir": [ENFILE, EACCES, ENOENT], "accept4": [ENFILE, ECONNABORTED], "statvfs": [EACCES, ESTALE],
      "setsockopt": [ENOPROTOOPT, EINVAL, ENOTCONN], "setns": [EINVAL], "stat": [EACCES, ENOENT],
      "inotify_add_watch": [ENOSPC, EACCES], "mmap": [ENFILE, EINVAL], "epoll_ctl": [ENOSPC],
      "ftruncate": [ENOSPC], "if_nametoindex": [ENODEV],
    ]

    private static func trials(of calls: [String]) -> [FaultTrial] {
      calls.flatMap { call in
        (common + (special[call] ?? [])).flatMap { error -> [FaultTrial] in
          // What is interrupted is done again; always interrupted it would be for ever.
          let times: [Fault.Times] =
            error == EINTR ? [.second, .third, .once] : error < 0 ? [.always] : [.always, .third, .once]
          return times.flatMap { times in
            FaultTrial.Moment.allCases.map {
              FaultTrial(moment: $0, fault: Fault(call: call, error: error, times: times))
            }
          }
        }
      }
    }

    private func expectGood(_ outcomes: [FaultTrial.Outcome]) {
      for outcome in outcomes where !outcome.verdict.isGood {
        Issue.record(
          "\(outcome.verdict.rawValue): \(outcome.trial), \(outcome.failures) failures: \(outcome.detail)")
      }
      let numbers = FaultTrial.Verdict.allCases.map { verdict in
        "\(outcomes.count { $0.verdict == verdict }) \(verdict.rawValue)"
      }
      report("faults", "\(outcomes.count) combinations: " + numbers.joined(separator: ", "))
    }

    /// `make faults`. HSFLOWD_FAULTS may name some of the calls.
    @Test(
      .enabled(if: ProcessInfo.processInfo.environment["HSFLOWD_FAULTS"] != nil, "make faults"),
      .timeLimit(.minutes(60)))
    func `every call that the program makes may fail in every way`() throws {
      let named = (ProcessInfo.processInfo.environment["HSFLOWD_FAULTS"] ?? "").split(separator: ",").map(
        String.init)
      let trials = Self.trials(of: named.contains("all") ? FaultInjector.calls : named)
      // In an order that has the same call in few rigs at once.
      let outcomes = try FaultTrial.run(trials.shuffled(), rigs: 10).sorted { "\($0.trial)" < "\($1.trial)" }
      let table = outcomes.map { "\($0.verdict.rawValue)\t\($0.trial)\t\($0.failures)\t\($0.detail)\n" }
      try Data(table.joined().utf8).write(to: URL(fileURLWithPath: Release.package + "/.build/faults.tsv"))
      #expect(outcomes.count == trials.count)
      expectGood(outcomes)
    }
  }
}
