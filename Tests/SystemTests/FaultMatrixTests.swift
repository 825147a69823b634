import Foundation
import Testing

enum FaultMatrix {
  /// Names of calls, with commas between them, "names" and "background"; "all".
  static let named = ProcessInfo.processInfo.environment["HSFLOWD_FAULTS"]?.split(separator: ",").map(
    String.init)
  static let calls =
    named == ["all"] ? FaultInjector.calls : (named ?? []).filter(FaultInjector.calls.contains)

  static func has(_ part: String) -> Bool { named == ["all"] || named?.contains(part) == true }
}

/// Every call that the agent makes, with every error: `make faults`. HSFLOWD_FAULTS says which.
@Suite(
  .serialized, .timeLimit(.minutes(90)),
  .enabled(if: !FaultMatrix.calls.isEmpty, "a quarter of an hour: make faults"),
  .enabled(if: Release.isBuilt, "no .build/release/hsflowd: make build"),
  .enabled(if: FaultRig.isPossible, "needs root, a compiler, iptables and virsh"))
struct FaultMatrixTests {
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

  private static let receiving = ["read", "recv", "recvfrom", "accept4"]

  private static func trials(of calls: [String]) -> [FaultTrial] {
    calls.flatMap { call in
      (common + (special[call] ?? [])).flatMap { error -> [FaultTrial] in
        // What is interrupted is done again; always interrupted it would be for ever. What can be read can be read, but
        // for another who was first; and a loss is told once.
        // Shims make two or three calls, so that every second one would never let the same one pass.
        let isPassing = [EAGAIN, ENOBUFS, ECONNABORTED].contains(error) && Self.receiving.contains(call)
        let times: [Fault.Times] =
          error == EINTR || isPassing ? [.third, .once] : error < 0 ? [.always] : [.always, .third]
        return times.flatMap { times in
          FaultTrial.Moment.allCases.map {
            // Any of three, so that in time each call was one of them.
            let phase = times == .third ? UInt64.random(in: 0..<3) : 0
            return FaultTrial(
              moment: $0, fault: Fault(call: call, error: error, times: times, phase: phase))
          }
        }
      }
    }
  }

  @Test func `every call that the program makes may fail in every way`() throws {
    let trials = Self.trials(of: FaultMatrix.calls)
    // Not the same call in all rigs at once.
    let outcomes = try FaultTrial.run(
      trials.shuffled(), rigs: 16, table: Release.package + "/.build/faults.tsv")
    #expect(outcomes.count == trials.count)
    FaultTrial.expectGood(outcomes, mayBeUnused: true)
  }
}
