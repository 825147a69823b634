import Foundation
import Linux
import SFlow
import SystemPackage
import Testing

extension SystemTests {
  /// Hosts that lack something: descriptors, memory, room on a disk, the right time, the network itself. Nothing of it
  /// ends the agent, each is said, and what comes back is used again.
  @Suite(.enabled(if: PacketLab.isPossible, "needs root and ip(8)"))
  struct FaultEnvironmentTests {
    private func datagrams(_ receiver: Receiver, _ number: Int) throws {
      for _ in 0..<number { _ = try receiver.require() }
    }

    private func warnings(_ agent: Agent) -> [Substring] {
      agent.log.split(separator: "\n").filter { $0.contains("warning: ") || $0.contains("error: ") }
    }

    private func taps(_ number: Int) -> String {
      (0..<number).map { "pcap { dev = x\($0) sampling = 100 }\n" }.joined()
    }

    @Test(.enabled(if: tool("prlimit") != nil, "needs prlimit(1)"), arguments: [3, 16])
    func `with few descriptors some sources wait, and run once there are more`(spare: Int) throws {
      let lab = try Lab()
      let receiver = try lab.collector()
      for i in 0..<30 { try lab.ip(lab.host, "link add x\(i) type bridge") }
      for i in 0..<30 { try lab.ip(lab.host, "link set x\(i) up") }
      func settings(_ taps: Int) -> String {
        "sflow { polling = 1 collector { ip = 10.99.0.2 } nflog { group = 7 } \(self.taps(taps)) }\n"
      }
      // As root: it is nobody else's who lowers its limit and raises it again.
      let agent = try Agent(
        settings(0), "-P", in: lab.hostPath, wrapped: ["prlimit", "--nofile=256:256"])
      #expect(agent.runs())
      func allow(_ number: Int) throws {
        #expect(try Program.run(["prlimit", "--pid", "\(agent.pid)", "--nofile=\(number):256"]).status == 0)
      }
      try datagrams(receiver, 2)
      // Who starts the tests may have left descriptors open for all, of any number.
      let used = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(agent.pid)/fd")
      let free = (0..<256).filter { !used.contains("\($0)") }
      try allow(free[spare])
      try agent.reconfigure(settings(30))
      #expect(agent.says("every tap needs a descriptor: raise LimitNOFILE in its unit"))
      try datagrams(receiver, 3)
      let time = agent.program.processorTime
      try datagrams(receiver, 2)
      #expect(agent.program.processorTime - time < 1)
      // Each source says it once, however often it is tried; and so does each source of counters.
      let lines = Dictionary(grouping: warnings(agent).map { $0.dropFirst(20) }) { $0 }
      #expect(lines.values.allSatisfy { $0.count == 1 }, "\(lines.filter { $0.value.count > 1 })")
      try allow(256)
      #expect(eventually(within: .seconds(70)) { agent.count(": running") == 31 }, "\(agent.log)")
      #expect(agent.program.end() == 0)
    }

    @Test(.enabled(if: tool("prlimit") != nil, "needs prlimit(1)"))
    func `so few descriptors that it cannot start end it with a reason`() throws {
      let lab = try Lab()
      for limit in 3...8 {
        let agent = try Agent(
          everySecond, in: lab.hostPath, wrapped: ["prlimit", "--nofile=\(limit):\(limit)"])
        // The linker itself needs one, and says so.
        let status = agent.program.status(within: .seconds(2))
        if let status { #expect(status == 1 || status == 127, "\(limit)") }
        #expect(
          eventually { (agent.log + agent.program.errors).contains(limit == 3 ? "annot" : "EMFILE") },
          "\(limit): \(agent.log)")
        agent.program.end()
      }
    }

    @Test(.enabled(if: tool("prlimit") != nil, "needs prlimit(1)"))
    func `64 MiB of addresses are enough`() throws {
      let lab = try PacketLab()
      let receiver = try lab.lab.collector()
      let agent = try Agent(
        """
        sflow { polling = 1 interfaceCounters = all collector { ip = 10.99.0.2 } collector { ip = localhost }
          nflog { group = 7 } pcap { dev = w0 sampling = 100 } }
        """, in: lab.hostPath, wrapped: ["prlimit", "--as=\(64 << 20)"])
      #expect(agent.runs(2), "\(agent.log)")
      try datagrams(receiver, 4)
      #expect(agent.program.end() == 0)
    }

    @Test func `a full disk is said once, and written to once there is room`() throws {
      let (lab, folder) = (try Lab(), try Folder())
      let receiver = try lab.collector()
      // A page, and somebody else has it.
      try #require(
        Program.run(["mount", "-t", "tmpfs", "-o", "size=4k,mode=777", "none", folder.path]).status == 0)
      defer { _ = try? Program.run(["umount", "-l", folder.path]) }
      try folder.write("x", to: "filler")
      let configuration =
        "sflow { polling = 1 collector { ip = 10.99.0.2 } telemetry { textfile = \(folder["metrics"]) } }\n"
      let agent = try Agent(configuration, "-o", folder["auto"], in: lab.hostPath)
      let other = try Agent(everySecond, "-D", folder["log"], "-P", in: lab.hostPath)
      try datagrams(receiver, 6)
      for file in [
        "cannot write \(folder["auto"]): ENOSPC", "textfile \(folder["metrics"]): cannot write it: ENOSPC",
      ] {
        #expect(agent.count(file) == 1, "\(agent.log)")
      }
      #expect(other.program.isRunning && contents(folder["log"]).isEmpty)
      // Room for three.
      try #require(Program.run(["mount", "-o", "remount,size=64k", folder.path]).status == 0)
      other.program.signal(SIGUSR1)
      #expect(eventually { contents(folder["log"]).contains("counter_samples=") })
      #expect(agent.says("\(folder["auto"]): written again"))
      #expect(contents(folder["auto"]).contains("collector=10.99.0.2"))
      #expect(agent.says("textfile \(folder["metrics"]): written again"))
      #expect(contents(folder["metrics"]).contains("hsflowd_"))
      #expect(agent.program.end() == 0 && other.program.end() == 0)
    }

    @Test(.enabled(if: tool("unshare") != nil, "needs unshare(1)"))
    func `a folder that may only be read costs the file in it and nothing else`() throws {
      let (lab, folder) = (try Lab(), try Folder())
      let receiver = try lab.collector()
      let agent = try Agent(
        everySecond, "-o", folder["auto"], in: lab.hostPath,
        wrapped: [
          "unshare", "-m", "sh", "-ec",
          "mount --bind \"$0\" \"$0\"; mount -o remount,bind,ro \"$0\"; exec \"$@\"", folder.path,
        ])
      try datagrams(receiver, 3)
      #expect(
        agent.count("cannot write \(folder["auto"]): EROFS (Read-only file system)") == 1, "\(agent.log)")
      #expect(agent.program.end() == 0)
    }

    @Test(.enabled(if: FaultInjector.library != nil, "needs a compiler"))
    func `a wall clock that is set forth and back moves neither polls nor rates`() throws {
      let lab = try PacketLab()
      let (injector, receiver) = (try FaultInjector(), try lab.lab.collector())
      func settings(_ rate: Int) -> String {
        "sflow { polling = 1 collector { ip = 10.99.0.2 } pcap { dev = w0 sampling = \(rate) } }\n"
      }
      let agent = try Agent(settings(1), in: lab.hostPath, wrapped: injector.words)
      #expect(agent.runs())
      let sender = try FrameSocket(in: lab.hostPath)
      sender.goes(by: lab.hostIndex)
      let (frame, place) = LabFrame.numbered()
      var last = try receiver.require()
      var polls = 0
      var rates: Set<UInt32> = []
      func watch(_ seconds: Int) throws {
        let end = Instant.now + .seconds(seconds)
        rates = []
        polls = 0
        while Instant.now < end {
          try sender.send(frame, numbers: 0..<20, at: place)
          guard let first = try receiver.next(within: .milliseconds(200)) else { continue }
          for next in [first] + (try receiver.drain()) {
            #expect(next.uptime >= last.uptime && next.uptime &- last.uptime < 2500)
            last = next
            polls += next.hostSamples.count
            for case .flowExpanded(let sample) in next.samples { rates.insert(sample.rate) }
          }
        }
      }
      for shift in [Int64(86_400), -86_400, 0] {
        injector.shiftClock(by: shift)
        try watch(3)
        #expect((2...4).contains(polls), "\(shift): \(polls)")
      }
      // The clock is a day ahead of the times on packets when the rate changes: as if it were set back after that.
      injector.shiftClock(by: 86_400)
      try agent.reconfigure(settings(2))
      #expect(agent.says("1 in 2 packets"))
      try watch(6)
      try watch(2)
      #expect(rates == [2])
      #expect(agent.program.end() == 0)
    }

    @Test func `the names of its namespaces may go while it runs, and its cable, and come again`() throws {
      let lab = try Lab()
      var receiver: Receiver? = try lab.collector()
      let agent = try Agent(everySecond, in: lab.hostPath)
      try datagrams(try #require(receiver), 2)
      // The agent keeps its namespace alive, which has lost its name.
      try #require(Program.run(["ip", "netns", "delete", lab.host]).status == 0)
      try datagrams(try #require(receiver), 2)
      // With its far end goes the cable, the only interface with an address. The kernel takes its time to end a
      // namespace, and somebody else may hold it.
      receiver = nil
      try lab.ip(lab.far, "link delete hx0")
      try #require(Program.run(["ip", "netns", "delete", lab.far]).status == 0)
      #expect(agent.says("collector 10.99.0.2: no route to it (ENETUNREACH)"))
      try #require(Program.run(["ip", "netns", "attach", lab.host, "\(agent.pid)"]).status == 0)
      try #require(Program.run(["ip", "netns", "add", lab.far]).status == 0)
      try lab.ip(lab.host, "link add hx0 type veth peer name hx0 netns \(lab.far)")
      for (namespace, end) in [(lab.far, 2), (lab.host, 1)] {
        try lab.ip(namespace, "addr add 10.99.0.\(end)/24 dev hx0")
        try lab.ip(namespace, "link set hx0 up")
      }
      let again = try lab.collector()
      try datagrams(again, 2)
      #expect(agent.count("no route to it") == 1)
      #expect(agent.program.end() == 0)
    }
  }
}
