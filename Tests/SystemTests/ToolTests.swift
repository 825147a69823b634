import Foundation
import Linux
import SFlow
import SystemPackage
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

    private func document(_ text: String) throws -> [String: [[String: Any]]] {
      try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: [[String: Any]]])
    }

    @Test func `status --watch asks again and again`() throws {
      let lab = try Lab()
      let agent = try Agent(everySecond, in: lab.hostPath)
      #expect(eventually { FileManager.default.fileExists(atPath: agent.folder["control"]) })
      let words = [Release.hsflowctl, "status", "--watch", "--control", agent.folder["control"]]
      let (screens, lines) = (try Program(words), try Program(words + ["--json"]))
      func complete(_ program: Program) -> [Substring] {
        program.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      }
      #expect(eventually { complete(lines).count >= 2 })
      let uptimes = try complete(lines).map {
        try document(String($0))["agent"]?.first?["uptime_seconds"] as? Int
      }
      #expect(try #require(uptimes[0]) < #require(uptimes[1]), "\(uptimes)")
      #expect(eventually { screens.output.components(separatedBy: "\u{1B}[H\u{1B}[2J").count > 2 })
      #expect(screens.output.contains("hsflowd 0.1.0 on "))
      // It ends when it is interrupted, and when the agent does.
      lines.signal(SIGINT)
      #expect(lines.status() == -SIGINT)
      #expect(agent.program.end() == 0)
      #expect(screens.status() == 1 && screens.errors.contains("cannot reach the agent"), "\(screens.errors)")
    }

    @Test func `every key of JSON that the manual page names is there, and has its type`() throws {
      let (lab, folder) = (try Lab(), try Folder())
      let listener = try Program(
        [Release.hsflowctl, "listen", "--count", "4", "--format", "json"], in: lab.farPath)
      #expect(eventually { listener.errors.contains("listening on") })
      let agent = try Agent(
        "sflow { polling = 1 collector { ip = 10.99.0.2 } nflog { group = 5 } pcap { dev = hx0 sampling = 1 } }",
        in: lab.hostPath)
      #expect(agent.says("source pcap hx0: running"))
      #expect(listener.status() == 0)
      let page = contents(Release.package + "/docs/man/hsflowctl.1")
      let json = try #require(page.range(of: ".SH JSON")).upperBound
      let named = Set(
        page[json...].components(separatedBy: "\n.SH")[0].split(separator: "\n")
          .filter { $0.hasPrefix(".B ") }.flatMap { $0.dropFirst(3).split(separator: " ").map(String.init) })
      var found: Set<String> = []
      func collect(_ value: Any) {
        if let object = value as? [String: Any] {
          found.formUnion(object.keys)
          for inner in object.values { collect(inner) }
        } else if let array = value as? [Any] {
          for inner in array { collect(inner) }
        }
      }
      let status = try document(try ctl("status", "--json", "--control", agent.folder["control"]).output)
      collect(status)
      for item in status.values.flatMap({ $0 }) {
        #expect(item["name"] is String && item["condition"] is String, "\(item)")
      }
      #expect(
        status["setting"]?.first { $0["name"] as? String == "polling" }?["origin"] as? String
          == "\(agent.folder["hsflowd.conf"]):1:9")
      let file = try folder.write("sflow { collector { ip = 192.0.2.1 } }", to: "conf")
      let check = try #require(
        try JSONSerialization.jsonObject(
          with: Data(try ctl("check", "--json", file, in: lab.hostPath).output.utf8)) as? [String: Any])
      #expect(check["file"] as? String == file && check["status"] as? Int == 1)
      collect(check)
      for line in listener.output.split(separator: "\n") {
        collect(try JSONSerialization.jsonObject(with: Data(line.utf8)))
      }
      #expect(!named.isEmpty && named.subtracting(found).isEmpty, "\(named.subtracting(found))")
    }

    @Test func `explain tells where a setting is written and what it won over`() throws {
      let lab = try Lab()
      let agent = try Agent(
        "sflow {\n polling = 2\n polling = 1\n collector { ip = 10.99.0.2 } }", in: lab.hostPath)
      let (control, file) = (agent.folder["control"], agent.folder["hsflowd.conf"])
      #expect(eventually { FileManager.default.fileExists(atPath: control) })
      let polling = try ctl("explain", "polling", "--control", control)
      #expect(polling.output == "polling = 1: \(file):3:2, over \(file):2:2 = 2, default 30\n")
      let all = try ctl("explain", "settings", "--control", control).output
      #expect(all.contains("\nsampling = 400: default\n") && all.contains("collector.ip = 10.99.0.2: "))
      // What runs as configured, and measures nothing, is told too.
      let troubles = try ctl("explain", "--control", control).output
      #expect(troubles.contains("source interface counters: off") && troubles.contains("interfaceCounters"))
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
      // The agent has left root behind, who may read it.
      chmod(agent.folder["hsflowd.conf"], 0o600)
      agent.program.signal(SIGHUP)
      #expect(agent.says("the user that the agent runs as must be able to read it"))
      let unread = try ctl("explain", "--control", agent.folder["control"]).output
      #expect(
        unread.contains("could not be read at the last reload") && unread.contains("EACCES"), "\(unread)")
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
      let agent = try Agent(
        "sflow { polling = 1 collector { ip = 10.99.0.2 } pcap { dev = hx0 sampling = 1 } }", in: lab.hostPath
      )
      #expect(agent.says("source pcap hx0: running"))
      _ = try receiver.require()
      let path = agent.folder["control"]
      let sender = try NetworkNamespace.run(inNamespaceAt: lab.hostPath) { () throws(Errno) in
        try UDPSocket(to: SocketAddress(Lab.farAddress, port: 9))
      }
      // What it opens once it has open now.
      #expect(try ctl("status", "--control", path).status == 0)
      var polls = 0
      while polls < 2 { polls += try receiver.require().hostSamples.count }
      let descriptors = agent.lastingDescriptors()
      var mute: [UnixStream] = []
      let payload: [UInt8] = [0, 1, 2, 3]
      var datagrams: [Datagram] = []
      for i in 0..<3000 {
        let stream = try UnixStream(connectingTo: path)
        // A packet to be sampled beside each client. The far end's ICMP answers are no matter.
        while (try? sender.send(payload.span)) == nil {}
        if i % 50 == 0 { datagrams += try receiver.drain() }
        switch i % 4 {
        case 0: if mute.count < 200 { mute.append(stream) }
        case 1: _ = try? stream.write((0..<200).map { _ in UInt8.random(in: 0...255) })
        case 2: _ = try? stream.write(Array("report\n".utf8))
        default: break
        }
      }
      // Never more than a few at once, and they go after their time.
      #expect(agent.openDescriptors <= descriptors + 17)
      #expect(eventually { agent.openDescriptors == descriptors })
      mute = []
      #expect(try ctl("status", "--control", path).status == 0)
      // A sample every second all the while.
      datagrams += try receiver.drain()
      let uptimes = datagrams.map(\.uptime)
      #expect(zip(uptimes, uptimes.dropFirst()).allSatisfy { $1 - $0 < 2000 }, "\(uptimes)")
      #expect(datagrams.count >= 4)
      #expect(agent.count("warning") == 0, "\(agent.log)")
      // Every packet became a sample, and none was lost on the way.
      let sampled = datagrams.flatMap(\.samples).count { sample in
        guard case .flowExpanded(let flow) = sample else { return false }
        return flow.records.contains { $0.value(as: SampledHeader.self)?.frameLength == 14 + 20 + 8 + 4 + 4 }
      }
      let status = try ctl("status", "--json", "--control", path)
      let drops = try #require(try document(status.output)["interface"]).compactMap { $0["drops"] as? Int }
      #expect(drops == [0] && sampled >= 3000, "\(drops) drops, \(sampled) samples")
      report("hostile clients", "3000 of them, \(sampled) of 3000 packets sampled, \(drops) lost")
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

    @Test func `JSON has a line for each recorded datagram, and every kind of sample in it`() throws {
      let folder = Release.package + "/Tests/SFlowTests/Vectors/"
      var (kinds, datagrams) = (Set<String>(), 0)
      for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".pcap") {
        let read = try ctl("listen", "--pcap", folder + name, "--format", "json")
        #expect(read.status == 0 && read.errors.isEmpty, "\(name): \(read.errors)")
        for line in read.output.split(separator: "\n") {
          let datagram = try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(name): \(line)")
          let samples = datagram["samples"] as? [[String: Any]] ?? []
          for sample in samples {
            kinds.insert(sample["type"] as? String ?? "?")
            for record in sample["records"] as? [[String: Any]] ?? [] {
              if record["type"] as? String == "unknown" { kinds.insert("unknown record") }
            }
          }
          datagrams += 1
        }
      }
      #expect(
        kinds == ["flow", "counters", "discarded", "rtmetric", "rtflow", "unknown record"],
        "\(kinds)")
      #expect(datagrams == 263)
    }

    @Test func `files that cannot be read or written are named, with the reason`() throws {
      let (lab, folder) = (try Lab(), try Folder())
      for (words, text) in [
        (["listen", "--pcap", folder.path], "cannot read \(folder.path): EISDIR"),
        (["listen", "--pcap", folder["none/pcap"]], "cannot write \(folder["none/pcap"]): ENOENT"),
        (["listen", "--pcap", try folder.write("text", to: "text")], "\(folder["text"]): "),
        (["listen", "--address", "nobody"], "--address \"nobody\" is not an IP address"),
      ] {
        let result = try Program.run([Release.hsflowctl] + words, in: lab.farPath)
        #expect(
          result.status != 0 && result.output.isEmpty && result.errors.contains(text), "\(result.errors)")
      }
      let check = try ctl("check", folder["none"])
      #expect(
        check.status == 1 && check.output.contains("\(folder["none"]): cannot read it: ENOENT"),
        "\(check.output)")

      let recorded = try Data(
        contentsOf: URL(fileURLWithPath: Release.package + "/Tests/SFlowTests/Vectors/hsflowd-run3-json.pcap")
      )
      try recorded.dropLast(3).write(to: URL(fileURLWithPath: folder["cut"]))
      let cut = try ctl("listen", "--pcap", folder["cut"], "--format", "line")
      #expect(cut.status == 0 && cut.errors == "\(folder["cut"]) ends within a packet\n", "\(cut.errors)")
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

    @Test func `a probe goes by name, from a namespace, and knows what does not fit the path`() throws {
      let lab = try Lab()
      // The collector is this host itself, as the other one sees it.
      let receiver = try Receiver(
        on: SocketAddress(Lab.hostAddress, port: 6343), in: lab.hostPath)
      let other = try ctl("probe", "10.99.0.1", "--namespace", lab.far, in: lab.hostPath)
      #expect(other.status == 0, "\(other.output)")
      #expect(try receiver.require().agentAddress == Lab.farAddress)
      let nowhere = try ctl("probe", "10.99.0.1", "--namespace", "nosuch-\(getpid())", in: lab.hostPath)
      #expect(nowhere.status == 1 && nowhere.output.contains("ip netns add"), "\(nowhere.output)")

      let named = try ctl("probe", "localhost", "--port", "7777", in: lab.hostPath)
      #expect(named.status == 1 && named.output.contains("addresses: "), "\(named.output)")
      let unknown = try ctl("probe", "nosuch.invalid", in: lab.hostPath)
      #expect(unknown.status == 1 && unknown.output.contains("\"nosuch.invalid\" cannot be resolved"))
      #expect(unknown.output.contains("/etc/resolv.conf"))

      let listening = try lab.collector()
      let long = try ctl("probe", "10.99.0.2", "--datagram-bytes", "1473", in: lab.hostPath)
      #expect(long.output.contains("do not fit the path's MTU of 1500"), "\(long.output)")
      #expect(long.status == 2 && long.output.contains("set datagramBytes = 1472 or less"))
      #expect(try listening.require().subAgentID == .max)
      let wrong = try ctl("probe", "10.99.0.2", "--source", "nobody", in: lab.hostPath)
      #expect(wrong.status != 0 && wrong.errors.contains("--source \"nobody\" is not an IP address"))
    }

    @Test func `explain sampling tells the rate of each interface and where it comes from`() throws {
      let lab = try Lab()
      let agent = try Agent(
        "sflow { sampling = 300 collector { ip = 10.99.0.2 } pcap { dev = hx0 sampling = 200 } }",
        in: lab.hostPath)
      var text = ""
      #expect(
        eventually {
          text = (try? ctl("explain", "sampling", "--control", agent.folder["control"]).output) ?? ""
          return text.contains("hx0: 1 in 200: sampling of its pcap block")
        }, "\(text)")
      #expect(text.contains("sampling = 300"), "\(text)")
      #expect(text.contains("The first that is set: "))
      #expect(text.contains("sampling.bps_ratio = 0 makes sampling the rate of all interfaces"))
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
