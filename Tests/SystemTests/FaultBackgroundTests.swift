import Foundation
import Testing

extension SystemTests {
  /// Calls that fail on the way into the background: either it is there, with its number in its file, or it is not and said
  /// why, and the next start finds nothing in its way.
  @Suite(.enabled(if: Lab.isPossible && FaultInjector.library != nil, "needs root and a compiler"))
  struct FaultBackgroundTests {
    typealias Fault = FaultInjector.Fault

    final class Rig {
      let lab: Lab
      let injector: FaultInjector
      let folder: Folder
      let receiver: Receiver
      private var launcher: Program?

      init() throws {
        lab = try Lab()
        injector = try FaultInjector()
        folder = try Folder()
        receiver = try lab.collector()
        try folder.write(everySecond, to: "conf")
      }

      deinit { for pid in processes { kill(pid, SIGKILL) } }

      /// Those that have the folder in their command line, but for the one that was started here.
      var processes: [pid_t] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap(pid_t.init).filter {
          $0 != launcher?.pid && contents("/proc/\($0)/cmdline").contains(folder.path)
        }
      }

      /// What it said, wherever: its log may not be open yet.
      var said: String { contents(folder["log"]) + (launcher?.errors ?? "") + (launcher?.output ?? "") }

      private func start() throws -> Int32? {
        try? FileManager.default.removeItem(atPath: folder["log"])
        let launcher = try Program(
          injector.words + [
            Release.hsflowd, "-P", "-f", folder["conf"], "-o", folder["auto"], "-p", folder["pid"], "-D",
            folder["log"],
            "--control", folder["control"],
          ], in: lab.hostPath)
        self.launcher = launcher
        return launcher.status()
      }

      /// In the background, with its number in its file, and sending.
      private func isWell() throws -> Bool {
        guard let pid = processes.first, contents(folder["pid"]) == "\(pid)\n" else { return false }
        return try receiver.next(within: .milliseconds(100)) != nil
      }

      private func end() -> Bool {
        for pid in processes { kill(pid, SIGTERM) }
        return eventually { processes.isEmpty }
      }

      func run(_ fault: Fault) throws -> FaultTrial.Outcome {
        var outcome = FaultTrial.Outcome(trial: "background \(fault)", verdict: .unused)
        func judge(_ verdict: FaultTrial.Verdict, _ detail: String) -> FaultTrial.Outcome {
          outcome.verdict = verdict
          outcome.detail = detail
          return outcome
        }
        defer { _ = end() }
        _ = try receiver.drain()
        injector.begin(fault)
        defer { injector.end(fault) }
        let status = try start()
        guard let status, status == 0 || status == 1 else { return judge(.died, "\(status ?? -1): \(said)") }
        // It may end a moment after the one that was started here.
        let isWell = try eventually(within: .seconds(10)) { try processes.isEmpty || self.isWell() }
        outcome.failures = injector.failures(of: fault.call)
        injector.end(fault)
        if !isWell { return judge(.stuck, "runs as \(processes) without its file or datagrams: \(said)") }
        if !processes.isEmpty {
          guard status == 0 else { return judge(.silent, "status \(status), and it runs: \(said)") }
          if outcome.failures > 0 { outcome = judge(.unharmed, "") }
        } else {
          // EAGAIN of flock(2) is a lock that another process has.
          let reason = said.split(separator: "\n").last { line in
            ["cannot ", "failed to ", "already running: it holds"].contains { line.contains($0) }
          }
          guard let reason else { return judge(.silent, "status \(status), and it does not run: \(said)") }
          outcome = judge(.refused, String(reason))
        }
        guard end() else { return judge(.stuck, "it does not end: \(said)") }
        _ = try receiver.drain()
        guard try start() == 0, try eventually(within: .seconds(10), { try self.isWell() }) else {
          return judge(.stuck, "it does not start again: \(said)")
        }
        return outcome
      }
    }

    private func run(_ faults: [Fault], rigs: Int) -> [FaultTrial.Outcome] {
      FaultTrial.spread(faults, rigs: rigs, rig: { try Rig() }) { try $1.run($0) }
    }

    @Test func `what fails on the way into the background is told, and in nobody's way`() {
      FaultTrial.expectGood(
        run(
          [
            Fault(call: "fork", error: EAGAIN, times: .always),
            Fault(call: "setsid", error: EPERM, times: .always),
            Fault(call: "pwrite", error: ENOSPC, times: .always),
            Fault(call: "dup2", error: EMFILE, times: .third),
          ], rigs: 4))
    }

    @Test(.enabled(if: FaultMatrix.has("background"), "make faults"))
    func `every call on the way into the background may fail`() {
      let calls = ["fork", "setsid", "dup2", "open", "flock", "fstat", "ftruncate", "pwrite", "read"]
      let faults = calls.flatMap { call in
        [EINTR, EAGAIN, ENOMEM, EMFILE, EPERM, EIO, ENOSPC].flatMap { error in
          // What is interrupted is done again, always interrupted for ever.
          Fault.Times.allCases.filter { error != EINTR || $0 != .always }.map {
            Fault(call: call, error: error, times: $0)
          }
        }
      }
      FaultTrial.expectGood(run(faults.shuffled(), rigs: 12), mayBeUnused: true)
    }
  }
}
