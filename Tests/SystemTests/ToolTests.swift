import Foundation
import Linux
import SFlow
import Testing

extension SystemTests {
  /// `hsflowctl` as an operator meets it.
  @Suite(.enabled(if: Release.hasTool, "no .build/release/hsflowctl: make build")) struct ToolTests {
    private func ctl(_ words: String..., in namespace: String? = nil) throws -> (
      status: Int32?, output: String, errors: String
    ) {
      try Program.run([Release.hsflowctl] + words, in: namespace)
    }

    @Test func `both programs have one version`() throws {
      let tool = try ctl("--version").output.split(separator: "\n").first
      let agent = try Program.run([Release.hsflowd, "-v"]).output
      #expect(agent.hasSuffix(" version \(tool ?? "")\n"))
    }

    @Test func `it needs the C library and nothing else`() throws {
      let names = try Program.run(["ldd", Release.hsflowctl]).output
      for name in ["libswift", "libFoundation", "libstdc++", "icu"] {
        #expect(!names.contains(name), "\(names)")
      }
    }

    @Test func `the manual page names every command and option`() throws {
      let page = contents(Release.package + "/docs/man/hsflowctl.1").replacingOccurrences(
        of: "\\-", with: "-")
      for command in ["status", "explain", "check", "listen", "probe", "metrics"] {
        #expect(page.contains(".B \(command)\n") || page.contains("hsflowctl \(command)"))
        let help = try ctl(command, "--help").output
        for word in help.split(whereSeparator: { " \n,/<".contains($0) }) where word.hasPrefix("--") {
          #expect(page.contains(word), "\(word) of \(command)")
        }
      }
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `the completions that are delivered are those of this build`(
      _ shell: String
    ) throws {
      let script = try ctl("--generate-completion-script", shell).output
      #expect(script == contents(Release.package + "/completions/hsflowctl.\(shell)"))
    }

    @Test func `without an agent it says so, and what to do`() throws {
      let folder = try Folder()
      for command in ["status", "explain", "metrics"] {
        let result = try ctl(command, "--control", folder["none"])
        #expect(result.status == 1)
        #expect(result.errors.contains("no agent runs"), "\(result.errors)")
      }
    }

    @Test func `status, explain and metrics tell what the agent did`() throws {
      let lab = try Lab()
      let receiver = try lab.collector()
      let agent = try Agent("sflow { polling = 1 collector { ip = 10.99.0.2 } }", in: lab.hostPath)
      _ = try receiver.require()
      let status = try ctl("status", "--control", agent.folder["control"])
      #expect(status.status == 0, "\(status.output)\(status.errors)")
      #expect(status.output.contains("agent address 10.99.0.1 on hx0"))
      let json = try ctl("status", "--json", "--control", agent.folder["control"])
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: [[String: Any]]])
      #expect(object["collector"]?.first?["condition"] as? String == "running")
      #expect(object["telemetry"]?.first?["dropped_samples"] as? Int == 0)
      let address = try ctl("explain", "address", "--control", agent.folder["control"])
      #expect(address.output.contains("* 11 10.99.0.1 on hx0: IPv4 private 11"), "\(address.output)")
      #expect(try ctl("explain", "nonsense", "--control", agent.folder["control"]).status == 1)
      let metrics = try ctl("metrics", "--control", agent.folder["control"]).output
      #expect(metrics.contains("hsflowd_collector_up{collector=\"10.99.0.2\"} 1\n"))
      #expect(metrics.contains("\nhsflowd_dropped_samples_total 0\n"))
    }

    @Test func `a refused reload is told until one is accepted`() throws {
      let lab = try Lab()
      let receiver = try lab.collector()
      let agent = try Agent(everySecond, in: lab.hostPath)
      _ = try receiver.require()
      try agent.reconfigure("sflow { poling = 1 }")
      #expect(agent.says("the old one stays in force"))
      let failed = try ctl("status", "--control", agent.folder["control"])
      #expect(failed.status == 1 && failed.output.contains("was refused"), "\(failed.output)")
      try agent.reconfigure(everySecond)
      #expect(agent.says("configuration reloaded"))
      #expect(try ctl("status", "--control", agent.folder["control"]).status == 0)
    }

    @Test func `the socket is for root and the agent's group`() throws {
      let lab = try Lab()
      let agent = try Agent(everySecond, in: lab.hostPath)
      let path = agent.folder["control"]
      #expect(eventually { FileManager.default.fileExists(atPath: path) })
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o660)
      guard tool("setpriv") != nil else { return }
      let other = try Program.run([
        "setpriv", "--reuid", "1234", "--regid", "1234", "--clear-groups", Release.hsflowctl, "status",
        "--control", path,
      ])
      #expect(other.status == 1 && other.errors.contains("EACCES"), "\(other.errors)")
    }

    @Test func `clients that are mute, slow, mad or many do not disturb it`() throws {
      let lab = try Lab()
      let receiver = try lab.collector()
      let agent = try Agent(everySecond, in: lab.hostPath)
      _ = try receiver.require()
      let path = agent.folder["control"]
      let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(agent.pid)/fd").count
      var mute: [UnixStream] = []
      for i in 0..<3000 {
        let stream = try UnixStream(connectingTo: path)
        switch i % 4 {
        case 0: if mute.count < 200 { mute.append(stream) }
        case 1: _ = try? stream.write((0..<200).map { _ in UInt8.random(in: 0...255) })
        case 2: _ = try? stream.write(Array("report\n".utf8))
        default: break
        }
      }
      // Never more than a few at once, and they go after their time.
      let during = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(agent.pid)/fd").count
      #expect(during <= descriptors + 17)
      #expect(
        eventually {
          (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(agent.pid)/fd").count) == descriptors
        })
      mute = []
      #expect(try ctl("status", "--control", path).status == 0)
      // A sample every second all the while.
      let datagrams = try receiver.drain()
      let uptimes = datagrams.map(\.uptime)
      #expect(zip(uptimes, uptimes.dropFirst()).allSatisfy { $1 - $0 < 2000 }, "\(uptimes)")
      #expect(datagrams.count >= 4)
      #expect(agent.count("warning") == 0, "\(agent.log)")
    }

    @Test func `what listen writes, listen reads`() throws {
      let (lab, folder) = (try Lab(), try Folder())
      let listener = try Program(
        [Release.hsflowctl, "listen", "--pcap", folder["pcap"], "--count", "2", "--format", "json"],
        in: lab.farPath)
      #expect(eventually { listener.errors.contains("listening on") })
      let agent = try Agent(everySecond, in: lab.hostPath)
      #expect(listener.status() == 0, "\(listener.errors)\(agent.log)")
      let read = try ctl("listen", "--pcap", folder["pcap"], "--format", "json")
      #expect(read.status == 0 && read.output == listener.output)
      #expect(read.output.split(separator: "\n").count == 2)
      #expect(read.output.contains("\"agent\":\"10.99.0.1\"") && read.output.contains("host_cpu"))
      let text = try ctl("listen", "--pcap", folder["pcap"]).output
      #expect(text.contains("\ncpu_load_one ") && text.contains("\ndatagramSourceIP 10.99.0.1\n"))
    }

    @Test func `a probe tells the way, and what ICMP answers`() throws {
      let lab = try Lab()
      let receiver = try lab.collector()
      let good = try ctl("probe", "10.99.0.2", in: lab.hostPath)
      #expect(good.status == 0 && good.output.contains("interface: hx0") && good.output.contains("mtu: 1500"))
      #expect(try receiver.require().subAgentID == .max)
      let closed = try ctl("probe", "10.99.0.2", "--port", "7777", in: lab.hostPath)
      #expect(closed.status == 1 && closed.output.contains("ECONNREFUSED"), "\(closed.output)")
      let far = try ctl("probe", "192.0.2.1", in: lab.hostPath)
      #expect(far.status == 1 && far.output.contains("ENETUNREACH"))
    }

    @Test func `hsflowd -t says of the host what hsflowctl check says`() throws {
      let lab = try Lab()
      let folder = try Folder()
      let file = try folder.write("sflow { collector { ip = 192.0.2.1 } pcap { dev = nosuch } }", to: "conf")
      let daemon = try Program.run([Release.hsflowd, "-t", "-f", file], in: lab.hostPath)
      let tool = try ctl("check", file, in: lab.hostPath)
      #expect(daemon.status == 1 && tool.status == 1)
      for text in ["no route to it (ENETUNREACH)", "pcap nosuch: there is no such interface"] {
        #expect(daemon.output.contains(text) && tool.output.contains(text), "\(daemon.output)")
      }
    }
  }
}
