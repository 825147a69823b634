import Foundation
import Linux
import SFlow
import Testing

extension SystemTests {
  /// In the background, and with how many rights.
  @Suite struct DaemonTests {
    /// An agent in the background; ended with its owner.
    final class Background {
      let folder: Folder
      let launcher: Program
      private(set) var pid: pid_t = 0

      init(
        _ flags: String..., in lab: Lab, wrapped: [String] = [], prepare: (Folder) throws -> Void = { _ in }
      ) throws {
        folder = try Folder()
        try folder.write(everySecond, to: "conf")
        try prepare(folder)
        let stale = contents(folder["pid"])
        launcher = try Program(
          wrapped + [Release.hsflowd, "-f", "conf", "-o", folder["auto"], "-p", folder["pid"]] + flags,
          in: lab.hostPath, at: folder.path)
        try #require(launcher.status() == 0, "\(launcher.errors)")
        try #require(
          eventually {
            let text = contents(folder["pid"])
            return text.hasSuffix("\n") && text != stale
          })
        pid = pid_t(contents(folder["pid"]).dropLast()) ?? 0
        try #require(pid > 1)
      }

      deinit { if pid > 1, isRunning { kill(pid, SIGKILL) } }

      /// Not for a process that ended and has not been asked for its status.
      var isRunning: Bool {
        let words = contents("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
        return words.first.map { $0 != "Z" && $0 != "X" } ?? false
      }

      func end(_ signal: Int32 = SIGTERM) -> Bool {
        kill(pid, signal)
        return eventually { !isRunning }
      }
    }

    @Test func `it goes into the background with a session of its own and nothing on its streams`() throws {
      let lab = try Lab()
      let receiver = try lab.collector()
      let agent = try Background("-P", in: lab)
      #expect(try receiver.require().hostSamples.count == 1)
      #expect(agent.launcher.output.isEmpty && agent.launcher.errors.isEmpty)
      #expect(agent.pid != agent.launcher.pid)
      let files = FileManager.default
      for stream in 0...2 {
        #expect(try files.destinationOfSymbolicLink(atPath: "/proc/\(agent.pid)/fd/\(stream)") == "/dev/null")
      }
      // As the C agent: the working folder stays, so that a relative -f still means the same at a reload.
      let workingFolder = try files.destinationOfSymbolicLink(atPath: "/proc/\(agent.pid)/cwd")
      #expect(workingFolder.hasSuffix(agent.folder.path))
      let words = contents("/proc/\(agent.pid)/stat").split(separator: ")").last!.split(separator: " ")
      #expect(words[3] == "\(agent.pid)", "session")
      #expect(words[4] == "0", "terminal")
      #expect(Agent.status(agent.pid, "Uid") == ["0", "0", "0", "0"])
      #expect(agent.end())
      #expect(!files.fileExists(atPath: agent.folder["pid"]))
    }

    @Test func `files that its caller left open are closed`() throws {
      let lab = try Lab()
      let agent = try Background(
        "-P", in: lab, wrapped: ["sh", "-c", #"exec 9>left; exec "$@""#, "sh"])
      let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(agent.pid)/fd").compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(agent.pid)/fd/\($0)")
      }
      #expect(FileManager.default.fileExists(atPath: agent.folder["left"]))
      #expect(!open.contains { $0.hasSuffix("/left") })
      #expect(agent.end())
    }

    @Test func `a second one is refused with the number of the first, and a stale pid file is no obstacle`()
      throws
    {
      let lab = try Lab()
      let agent = try Background("-P", in: lab) { try $0.write("4194304\n", to: "pid") }
      let second = try Program.run(
        [Release.hsflowd, "-f", agent.folder["conf"], "-p", agent.folder["pid"], "-o", agent.folder["auto"]],
        in: lab.hostPath)
      #expect(second.status == 1)
      #expect(
        (second.output + second.errors).contains("another hsflowd is already running: process \(agent.pid) "))
      #expect(agent.isRunning)
      #expect(contents(agent.folder["pid"]) == "\(agent.pid)\n")
      // Killed, it leaves its file, and that stops nobody.
      #expect(agent.end(SIGKILL))
      #expect(contents(agent.folder["pid"]) == "\(agent.pid)\n")
      let third = try Program.run(
        [
          Release.hsflowd, "-f", agent.folder["conf"], "-p", agent.folder["pid"], "-o", agent.folder["auto"],
          "-P",
        ],
        in: lab.hostPath)
      #expect(third.status == 0)
      try #require(eventually { !["", "\(agent.pid)\n"].contains(contents(agent.folder["pid"])) })
      kill(try #require(pid_t(contents(agent.folder["pid"]).dropLast())), SIGTERM)
      #expect(eventually { !FileManager.default.fileExists(atPath: agent.folder["pid"]) })
    }

    @Test func `it becomes the package's user, or nobody, and keeps two rights`() throws {
      let lab = try Lab()
      let receiver = try lab.collector()
      let agent = try Background(in: lab)
      // The second sample: all that needed root is over.
      for _ in 1...2 { _ = try receiver.require() }
      let names: [String] = ["hsflowd", "_hsflowd"]
      let user = try #require(getpwnam(names.first { getpwnam($0) != nil } ?? "nobody")).pointee
      #expect(Agent.status(agent.pid, "Uid") == Array(repeating: "\(user.pw_uid)", count: 4))
      #expect(Agent.status(agent.pid, "Gid") == Array(repeating: "\(user.pw_gid)", count: 4))
      #expect(Agent.status(agent.pid, "Groups").isEmpty)
      // CAP_NET_ADMIN is 12, CAP_NET_RAW 13.
      for set in ["CapEff", "CapPrm"] { #expect(Agent.status(agent.pid, set) == ["0000000000003000"]) }
      for set in ["CapInh", "CapAmb"] { #expect(Agent.status(agent.pid, set) == ["0000000000000000"]) }
      let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(agent.pid)/task")
      for task in tasks {
        #expect(contents("/proc/\(agent.pid)/task/\(task)/status").contains("CapEff:\t0000000000003000\n"))
      }
      // Its pid file lies in a folder of root's: it is emptied instead of removed.
      #expect(agent.end())
      #expect(contents(agent.folder["pid"]).isEmpty)
    }

    @Test(.enabled(if: tool("strace") != nil, "needs strace"))
    func `its log goes to syslog`() throws {
      let (lab, folder) = (try Lab(), try Folder())
      let agent = try Background(
        "-P", in: lab,
        wrapped: ["strace", "-f", "-D", "-o", folder["trace"], "-s", "300", "-e", "trace=connect,sendto"])
      #expect(eventually { contents(folder["trace"]).contains("\"/dev/log\"") })
      #expect(agent.end())
    }

    @Test func `it can be started without any right`() throws {
      guard tool("setpriv") != nil else { return }
      let (lab, folder) = (try Lab(), try Folder())
      let receiver = try lab.collector()
      let agent = try Program(
        [
          "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", Release.hsflowd, "-d", "-f",
          try folder.write(everySecond, to: "conf"), "-o", folder["auto"],
        ], in: lab.hostPath)
      for _ in 1...2 { #expect(try receiver.require().hostSamples.first?.records.count == 10) }
      #expect(agent.end() == 0)
      #expect(agent.output.contains("cannot write \(folder["auto"]): EACCES"))
    }
  }
}
