import Foundation
import Linux
import SystemPackage
import Testing

extension SystemTests {
  /// The resolver of libc, whose calls of the system fail while DNS is asked for collectors and settings. Those do not
  /// pass a library in front of libc: strace(1) makes them fail in the running agent.
  @Suite(
    .enabled(
      if: Lab.isPossible && tool("dnsmasq") != nil && tool("strace") != nil, "needs root, dnsmasq, strace"))
  struct FaultNameTests {
    struct Fault: Hashable, Sendable, CustomStringConvertible {
      var call: String
      var error: Int32
      /// Every third call; otherwise each.
      var isThird: Bool
      var description: String {
        "names \(call) \(Errno(rawValue: error).name) \(isThird ? "third" : "always")"
      }
    }

    /// An agent whose settings are those of DNS.
    final class Rig {
      let names: NameLab
      let server: Dnsmasq
      let receiver: Receiver
      let agent: Agent

      init() throws {
        names = try NameLab()
        server = try Dnsmasq(DiscoveryTests.everySecond, in: names.lab)
        receiver = try names.lab.collector()
        agent = try names.agent("sflow { dns-sd { } }")
        try #require(agent.says("DNS-SD: asking"))
        agent.program.signal(SIGHUP)
        try #require(try sendsWell(), "\(agent.log)")
      }

      func sendsWell() throws -> Bool {
        _ = try receiver.drain()
        return try receiver.next(within: .seconds(20)) != nil
      }

      func run(_ fault: Fault) throws -> FaultTrial.Outcome {
        var outcome = FaultTrial.Outcome(trial: fault.description, verdict: .unused)
        let folder = try Folder()
        let (start, time) = (agent.log.utf8.count, agent.program.processorTime)
        let strace = try Program([
          "strace", "-f", "-qq", "-o", folder["calls"], "-e", "trace=\(fault.call)", "-e",
          "inject=\(fault.call):error=\(Errno(rawValue: fault.error).name)\(fault.isThird ? ":when=3+3" : "")",
          "-p", "\(agent.pid)",
        ])
        defer { strace.end(SIGINT) }
        try #require(eventually { agent.status("TracerPid") == ["\(strace.pid)"] }, "\(strace.errors)")
        agent.program.signal(SIGHUP)
        var complaints: [Substring] = []
        func takeLog() {
          complaints = String(decoding: agent.log.utf8.dropFirst(start), as: UTF8.self).split(separator: "\n")
            .map { $0.dropFirst(20) }.filter { $0.hasPrefix("warning: ") || $0.hasPrefix("error: ") }
        }
        // What always fails is no answer, within the resolver's time and that of the search list.
        let isTold = eventually(within: .seconds(fault.isThird ? 3 : 12)) {
          takeLog()
          return !fault.isThird && complaints.contains { $0.contains("DNS-SD: cannot ask for _sflow._udp") }
        }
        rest(.seconds(1))
        strace.end(SIGINT)
        outcome.failures = UInt64(
          contents(folder["calls"]).split(separator: "\n").count { $0.contains("(INJECTED)") })
        let took = agent.program.processorTime - time
        takeLog()
        func judge(_ verdict: FaultTrial.Verdict, _ detail: String) -> FaultTrial.Outcome {
          outcome.verdict = verdict
          outcome.detail = detail
          return outcome
        }
        guard agent.program.isRunning else { return judge(.died, "\(agent.log.suffix(500))") }
        if outcome.failures == 0 { return outcome }
        if took > 1 { return judge(.spun, "\(took) s") }
        if Dictionary(grouping: complaints, by: \.self).values.contains(where: { $0.count > 4 }) {
          return judge(.flooded, "\(complaints)")
        }
        if !isTold, !fault.isThird { return judge(.silent, "\(agent.log.utf8.dropFirst(start))") }
        let told = agent.count("DNS-SD: cannot ask for"), answered = agent.count("DNS-SD: DNS answers for")
        agent.program.signal(SIGHUP)
        let isWell = try eventually {
          try agent.count("DNS-SD: DNS answers for") >= min(told, answered + 1)
            && receiver.next(within: .seconds(2)) != nil
        }
        if !isWell { return judge(.stuck, "\(agent.log.suffix(1000))") }
        return judge(complaints.isEmpty ? .unharmed : .recovered, "\(complaints.first ?? "")")
      }
    }

    private func run(_ faults: [Fault], rigs: Int) -> [FaultTrial.Outcome] {
      FaultTrial.spread(faults, rigs: rigs, rig: { try Rig() }) { try $1.run($0) }
    }

    @Test func `a resolver without descriptors is told, and asked again`() {
      FaultTrial.expectGood(
        run(
          [
            Fault(call: "socket", error: EMFILE, isThird: false),
            Fault(call: "poll", error: ENOMEM, isThird: false),
          ],
          rigs: 2))
    }

    @Test(.enabled(if: FaultMatrix.has("names"), "make faults"))
    func `every call of the resolver may fail`() {
      let faults = ["socket", "connect", "poll", "sendto", "recvfrom"].flatMap { call in
        [EAGAIN, ENOMEM, EMFILE, EPERM, EIO, ENOBUFS, ENETUNREACH].flatMap { error in
          [false, true].map { Fault(call: call, error: error, isThird: $0) }
        }
      }
      FaultTrial.expectGood(run(faults.shuffled(), rigs: 8))
    }
  }
}
