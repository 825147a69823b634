import Bytes
import Foundation
import Linux
import Testing

extension SystemTests {
  /// What another program has already.
  @Suite(.enabled(if: Release.hasTool, "no .build/release/hsflowctl: make build")) struct TakenTests {
    private func says(_ text: String, _ command: String, _ agent: Agent) -> Bool {
      eventually {
        let words = [Release.hsflowctl, command, "--control", agent.folder["control"]]
        return (try? Program.run(words).output.contains(text)) ?? false
      }
    }

    @Test func `a source port`() throws {
      let lab = try Lab()
      let other = try Receiver(on: SocketAddress(Lab.hostAddress, port: 7777), in: lab.hostPath)
      let agent = try Agent(
        "sflow { polling = 1 collector { ip = 10.99.0.2 source = 10.99.0.1 sourcePort = 7777 } }",
        in: lab.hostPath)
      #expect(agent.says("another program has sourcePort: choose another"), "\(agent.log)")
      for command in ["status", "explain"] { #expect(says("another program has sourcePort", command, agent)) }
      let check = try Program.run(
        [Release.hsflowctl, "check", agent.folder["hsflowd.conf"]], in: lab.hostPath)
      #expect(check.status == 2 && check.output.contains("sourcePort is in use"), "\(check.output)")
      _ = other
    }

    @Test func `a log group`() throws {
      let lab = try Lab()
      let first = try Agent("sflow { collector { ip = 10.99.0.2 } nflog { group = 5 } }", in: lab.hostPath)
      #expect(first.says("source nflog group 5: running"))
      let second = try Agent("sflow { collector { ip = 10.99.0.2 } nflog { group = 5 } }", in: lab.hostPath)
      #expect(second.says("another program has this group"), "\(second.log)")
      for command in ["status", "explain"] {
        #expect(says("another program has this group", command, second))
      }
    }

    @Test(.enabled(if: tool("tcpdump") != nil, "needs tcpdump"))
    func `the check names who has a log group`() throws {
      let (lab, folder) = (try Lab(), try Folder())
      let other = try Program(["tcpdump", "-n", "-i", "nflog:7"], in: lab.hostPath)
      #expect(eventually { other.errors.contains("listening on nflog:7") }, "\(other.errors)")
      let file = try folder.write("sflow { collector { ip = 10.99.0.2 } nflog { group = 7 } }", to: "conf")
      let check = try Program.run([Release.hsflowctl, "check", file], in: lab.hostPath)
      #expect(check.status == 1)
      #expect(
        check.output.contains("nflog group 7: another program has this group: tcpdump, process \(other.pid)"),
        "\(check.output)")
      #expect(check.output.contains("choose another group here and in the firewall rule"))
    }

    @Test func `the control socket, and the port to listen on`() throws {
      let (lab, folder) = (try Lab(), try Folder())
      let first = try Agent(everySecond, "--control", folder["control"], in: lab.hostPath)
      let status = [Release.hsflowctl, "status", "--control", folder["control"]]
      #expect(try eventually { try Program.run(status).status == 0 })
      let second = try Agent(everySecond, "--control", folder["control"], in: lab.hostPath)
      #expect(second.says("another agent answers there"), "\(second.log)")
      #expect(second.program.end() == 0)
      // The first one still answers: the second took nothing away.
      #expect(
        try Program.run([Release.hsflowctl, "explain", "address", "--control", folder["control"]]).status == 0
      )
      _ = first
      let receiver = try lab.collector()
      let listen = try Program.run([Release.hsflowctl, "listen", "--address", "10.99.0.2"], in: lab.farPath)
      #expect(
        listen.status == 1 && listen.errors.contains("another program listens there"), "\(listen.errors)")
      _ = receiver
    }
  }
}
