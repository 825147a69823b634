import Foundation
import Linux
import SFlow
import Testing

extension SystemTests {
  /// What the agent costs while it has next to nothing to do: counters every 20 s.
  @Suite struct IdleTests {
    /// Two agents in one namespace, each with its collector: one is measured, of the other strace(1) counts the
    /// returns of epoll_wait. (strace slows only what it traces.)
    @Test(.enabled(if: tool("strace") != nil, "needs strace"))
    func `it is small, and wakes for polls and nothing else`() throws {
      let (lab, folder) = (try Lab(), try Folder())
      let (first, second) = (try lab.collector(port: 6343), try lab.collector(port: 6344))
      let measured = try Agent("sflow { polling = 20 collector { ip = 10.99.0.2 } }", in: lab.hostPath)
      let traced = try Agent(
        "sflow { polling = 20 collector { ip = 10.99.0.2 udpport = 6344 } }", in: lab.hostPath,
        // -D: the agent remains our child.
        wrapped: ["strace", "-D", "-f", "-o", folder["trace"], "-e", "trace=epoll_wait,epoll_pwait"])
      _ = try first.require()
      _ = try second.require()
      let (start, startTime) = (Self.processorTime(measured.pid), Instant.now)
      // The first sample comes at once, the second within 20 s, the fourth at most 40 s later.
      var samples = 1
      while samples < 4 { samples += try first.require(within: .seconds(40)).hostSamples.count }
      let seconds = Double((Instant.now - startTime).nanoseconds) / 1e9
      let busy = Self.processorTime(measured.pid) - start

      let resident = Self.kib(measured, "VmRSS")
      let anonymous = Self.kib(measured, "RssAnon")
      let threads = measured.status("Threads").first.flatMap { Int($0) } ?? .max
      #expect(resident <= 8 * 1024)
      #expect(anonymous <= 1280)
      // The loop, and the worker that asks file systems for their space.
      #expect(threads <= 2)
      #expect(measured.program.end() == 0)

      // It began later, at another phase.
      var polls = 1
      while polls < 3 { polls += try second.require(within: .seconds(40)).hostSamples.count }
      #expect(traced.program.end() == 0)
      #expect(eventually { contents(folder["trace"]).contains(" +++ exited with 0 +++") })
      polls += try second.drain().reduce(0) { $0 + $1.hostSamples.count }
      let returns = contents(folder["trace"]).split(separator: "\n").count {
        $0.contains("epoll_") && $0.contains(" = ") && !$0.contains("unfinished")
      }
      // Each poll takes one, that its time has come, and where the worker measures file systems another one. The first is
      // made at once. Two more are the giving back of code that is not needed any more, and the signal that ends it.
      #expect(polls >= 3)
      #expect(returns <= 1 + 2 * (polls - 1) + 2)
      #expect(returns >= polls - 1)
      report(
        "idle",
        "\(resident) KiB resident, \(anonymous) KiB of it its own, \(threads) threads, "
          + "\(busy / 3000) µs of processor a poll (\(busy / 1000) µs in \(Int(seconds)) s), "
          + "\(returns) wake-ups for \(polls) polls")
    }

    /// Nanoseconds on a processor, all threads.
    private static func processorTime(_ pid: pid_t) -> Int {
      let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
      return tasks.compactMap { task in
        contents("/proc/\(pid)/task/\(task)/schedstat").split(separator: " ").first.flatMap { Int($0) }
      }.reduce(0, +)
    }

    private static func kib(_ agent: Agent, _ name: String) -> Int {
      agent.status(name).first.flatMap { Int($0) } ?? .max
    }
  }
}
