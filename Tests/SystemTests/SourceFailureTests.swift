import Foundation
import Linux
import SFlow
import Testing

extension SystemTests {
  /// Sources of packets that cannot run as they should. The agent runs, says once why and what to do, shows it as the
  /// state of the source, and tries again.
  @Suite struct SourceFailureTests {
    /// Nobody, with these rights and no others.
    private static func nobody(with rights: String...) -> [String] {
      let list = rights.map { "+\($0)" }.joined(separator: ",")
      return [
        "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps", list,
        "--ambient-caps",
        list,
      ]
    }

    /// The lines of a report about a module.
    private func state(of agent: Agent, _ module: String) -> [String] {
      // The line for the collector is the last.
      let before = agent.count(" datagrams, ")
      agent.program.signal(SIGUSR1)
      _ = eventually { agent.count(" datagrams, ") > before && agent.log.hasSuffix("\n") }
      let lines = agent.log.split(separator: "\n")
      let start = lines.lastIndex { $0.contains("oversized_samples=") } ?? lines.endIndex
      return lines[start...].filter { $0.contains("\(module): ") }.map(String.init)
    }

    private func configuration(_ sources: String) -> String {
      "sflow { polling = 1 collector { ip = 10.99.0.2 } \(sources) }\n"
    }

    @Test func `a group that another program has is taken over when that ends`() throws {
      let lab = try Lab()
      let receiver = try lab.collector()
      let first = try Agent(configuration("nflog { group = 7 }"), in: lab.hostPath)
      #expect(first.says("source nflog group 7: running"))
      let second = try Agent(configuration("nflog { group = 7 }"), in: lab.hostPath)
      let text = """
        source nflog group 7: cannot listen to NFLOG group 7: EPERM (Operation not permitted); another program has this \
        group: choose another here and in the firewall rule (will retry)
        """
      #expect(second.says(text))
      #expect(state(of: second, "packet log").first?.contains("nflog group 7: not running: cannot") == true)
      // It goes on with all else.
      _ = try receiver.drain()
      for _ in 1...2 { _ = try receiver.require() }
      #expect(first.program.end() == 0)
      #expect(second.says("source nflog group 7: running", within: .seconds(40)))
      #expect(second.count("nflog group 7: cannot listen") == 1, "\(second.log)")
      #expect(second.program.end() == 0)
    }

    @Test(.enabled(if: tool("setpriv") != nil, "needs setpriv(1)"))
    func `without CAP_NET_ADMIN there are captured packets but no logged ones`() throws {
      let lab = try Lab()
      let receiver = try lab.collector()
      let agent = try Agent(
        configuration("nflog { group = 7 } pcap { dev = hx0 sampling = 1 }"), in: lab.hostPath,
        wrapped: Self.nobody(with: "net_raw"))
      #expect(agent.says("source pcap hx0: running"))
      #expect(
        agent.says(
          "cannot listen to NFLOG group 7: EPERM (Operation not permitted); the agent needs CAP_NET_ADMIN"))
      #expect(try flowSample(receiver))
      #expect(agent.count("the agent needs CAP_NET_ADMIN") == 1, "\(agent.log)")
      #expect(agent.program.end() == 0)
    }

    @Test(.enabled(if: tool("setpriv") != nil, "needs setpriv(1)"))
    func `without CAP_NET_RAW there are logged packets but no captured ones`() throws {
      let lab = try Lab()
      let agent = try Agent(
        configuration("nflog { group = 7 } pcap { dev = hx0 sampling = 1 }"), in: lab.hostPath,
        wrapped: Self.nobody(with: "net_admin"))
      #expect(agent.says("source nflog group 7: running"))
      #expect(agent.says("source pcap hx0: "))
      #expect(agent.says("EPERM (Operation not permitted); give it the capability CAP_NET_RAW"))
      #expect(state(of: agent, "capture").contains { $0.contains("hx0") && $0.contains("not running") })
      // Two more attempts: after 1 and 2 s.
      let polls = try lab.collector()
      for _ in 1...4 { _ = try polls.require() }
      // One line, and one in the report.
      #expect(
        agent.count("warning: source pcap hx0") + agent.count("<4>source pcap hx0") == 1, "\(agent.log)")
      #expect(agent.program.end() == 0)
    }

    @Test
    func `a device that is not there yet and a pattern that fits nothing are told once, and waited for`()
      throws
    {
      let lab = try Lab()
      let receiver = try lab.collector()
      let agent = try Agent(
        configuration("pcap { dev = late0 sampling = 1 } pcap { dev.pattern = ^never sampling = 1 }"),
        in: lab.hostPath)
      #expect(agent.says("pcap: not tapped: late0: no interface \"late0\" yet"))
      #expect(agent.says("pcap: not tapped: ^never: no interface matches this pattern yet"))
      #expect(agent.says("pcap: no interface is tapped"))
      #expect(state(of: agent, "capture").count { $0.contains("late0: not tapped") } == 1)
      for _ in 1...2 { _ = try receiver.require() }
      try lab.ip(lab.host, "link add late0 type bridge")
      try lab.ip(lab.host, "link set late0 up")
      #expect(agent.says("source pcap late0: running"))
      #expect(agent.count("no interface \"late0\" yet") == 2, "the line and the report: \(agent.log)")
      #expect(agent.program.end() == 0)
    }

    @Test func `a pattern that is none is refused by a reload, and the old taps go on`() throws {
      let lab = try Lab()
      let receiver = try lab.collector()
      let agent = try Agent(configuration("pcap { dev = hx0 sampling = 1 }"), in: lab.hostPath)
      #expect(agent.says("source pcap hx0: running"))
      try agent.reconfigure(configuration("pcap { dev.pattern = \"[\" sampling = 1 }"))
      #expect(agent.says("\"[\" is not a regular expression"))
      #expect(agent.says("refused; the old one stays in force"))
      _ = try receiver.drain()
      #expect(try flowSample(receiver))
      #expect(agent.program.end() == 0)
    }

    /// Whether a flow sample comes: the agent's own datagrams are packets too.
    private func flowSample(_ receiver: Receiver) throws -> Bool {
      for _ in 1...20 {
        for sample in try receiver.require().samples {
          if case .flowExpanded = sample { return true }
        }
      }
      return false
    }
  }
}
