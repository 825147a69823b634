import Foundation
import Linux
import SFlow
import Testing

extension SystemTests {
  /// Signals, while it sends to a collector.
  @Suite struct SignalTests {
    let lab: Lab
    let receiver: Receiver
    let agent: Agent

    init() throws {
      lab = try Lab()
      receiver = try lab.collector()
      agent = try Agent(everySecond, in: lab.hostPath)
      _ = try receiver.require()
    }

    /// A value of the telemetry, asked for by SIGUSR1.
    private func telemetry(_ name: String) -> UInt32? {
      let before = agent.count("\(name)=")
      agent.program.signal(SIGUSR1)
      guard eventually({ agent.count("\(name)=") > before }) else { return nil }
      let line = agent.log.split(separator: "\n").last { $0.contains("\(name)=") }
      return line?.split(separator: "=").last.flatMap { UInt32($0) }
    }

    @Test(arguments: [SIGTERM, SIGINT]) func `it ends with status 0 and sends what it has`(_ signal: Int32)
      throws
    {
      // Samples of packets wait for company, and the agent's own datagrams are packets. Until one waits.
      try agent.reconfigure(
        "sflow { polling = 1 collector { ip = 10.99.0.2 } pcap { dev = hx0 sampling = 1 } }")
      func latest() throws -> UInt32? {
        try receiver.drain().flatMap(\.samples).compactMap {
          if case .flowExpanded(let sample) = $0 { sample.sequence } else { nil }
        }.last
      }
      var (received, taken): (UInt32, UInt32) = (0, 0)
      try #require(
        eventually {
          taken = telemetry(": flow_samples") ?? 0
          received = try latest() ?? received
          return taken > received
        })
      #expect(agent.program.end(signal) == 0)
      #expect(try latest() ?? 0 >= taken)
      #expect(agent.log.contains(signal == SIGTERM ? "SIGTERM: ending" : "SIGINT: ending"))
      #expect(agent.log.hasSuffix("hsflowd ends\n"))
    }

    @Test func `SIGHUP takes over a changed configuration and the numbers go on`() throws {
      let added = try lab.collector(port: 6344)
      let before = try receiver.require()
      try agent.reconfigure(
        "sflow { polling = 1 collector { ip = 10.99.0.2 } collector { ip = 10.99.0.2 udpport = 6344 } }")
      #expect(agent.says("configuration reloaded: "))
      let new = try added.require()
      var sequences = [before.sequence]
      var uptime = before.uptime
      while sequences.last! < new.sequence {
        let datagram = try receiver.require()
        sequences.append(datagram.sequence)
        #expect(datagram.uptime > uptime)
        uptime = datagram.uptime
      }
      #expect(sequences == Array(before.sequence...new.sequence))
      #expect(new.hostSamples.first!.sequence > before.hostSamples.first!.sequence)
      #expect(agent.auto.contains("collector=10.99.0.2 6344\n") && agent.auto.contains("rev_end=2\n"))
      #expect(telemetry("reloads") == 1)
    }

    @Test func `SIGHUP with a broken configuration changes nothing`() throws {
      let auto = agent.auto
      try agent.reconfigure("sflow {\n  poling = 1\n  collector { ip = 10.99.0.2 }\n}")
      #expect(agent.says("\(agent.folder["hsflowd.conf"]):2:3: unexpected \"poling\""))
      #expect(agent.says("refused; the old one stays in force"))
      let next = try receiver.require().sequence
      #expect(try receiver.require().sequence == next + 1)
      #expect(agent.auto == auto)
      #expect(telemetry("reloads_refused") == 1)
      // Gone altogether is no better.
      try FileManager.default.removeItem(atPath: agent.folder["hsflowd.conf"])
      agent.program.signal(SIGHUP)
      #expect(telemetry("reloads_refused") == 2)
      _ = try receiver.require()
      #expect(agent.program.end() == 0)
    }

    @Test func `SIGHUP opens the log of -D anew`() throws {
      let folder = try Folder()
      let other = try Agent(everySecond, "-D", folder["log"], "-P", in: lab.hostPath)
      #expect(eventually { contents(folder["log"]).contains("counters every 1 s") })
      rename(folder["log"], folder["log.1"])
      other.program.signal(SIGHUP)
      #expect(eventually { contents(folder["log"]).contains("configuration reloaded") })
      #expect(!contents(folder["log.1"]).contains("configuration reloaded"))
    }

    @Test func `SIGUSR1 writes the telemetry to the log`() throws {
      #expect(telemetry("datagrams")! >= 1)
      #expect(agent.says(": dropped_samples="))
      for name in ["flow_samples", "counter_samples", "rtmetric_samples", "datagrams", "dropped_samples"] {
        #expect(agent.log.contains(": \(name)="))
      }
      #expect(agent.says("collector 10.99.0.2: sending, "))
      _ = try receiver.require()
    }

    @Test func `SIGUSR2 makes it say more`() {
      agent.program.signal(SIGUSR2)
      #expect(agent.says("log level is now debug"))
      agent.program.signal(SIGUSR2)
      #expect(agent.says("log level is now trace"))
    }

    @Test(arguments: [SIGPIPE, SIGCONT, SIGWINCH]) func `other signals of everyday life are harmless`(
      _ signal: Int32
    ) throws {
      agent.program.signal(signal)
      let next = try receiver.require().sequence
      #expect(try receiver.require().sequence == next + 1)
      #expect(agent.program.end() == 0)
    }
  }
}
