import Bytes
import Foundation
import Linux
import SFlow
import Synchronization
import SystemPackage
import Testing

extension SystemTests {
  /// Changes of the configuration while the agent works.
  @Suite struct ReloadTests {
    static func conf(_ polling: Int, _ more: String = "") -> String {
      "sflow { watch = on polling = \(polling) collector { ip = 10.99.0.2 } \(more) }\n"
    }

    @Test func `a watched file may be written, replaced, or reached by other links`() throws {
      let lab = try Lab()
      let receiver = try lab.collector()
      let agent = try Agent(Self.conf(1), in: lab.hostPath)
      _ = try receiver.require()
      let files = FileManager.default
      let conf = agent.folder["hsflowd.conf"]
      func expect(_ polling: Int, _ action: () throws -> Void) throws {
        try action()
        #expect(agent.says("→ \(polling)\n"), "\(polling): \(agent.log)")
        #expect(eventually { agent.auto.contains("\npolling=\(polling)\n") })
      }
      func put(_ polling: Int, _ name: String) throws { try agent.folder.write(Self.conf(polling), to: name) }

      // In place, slowly: a file that is being written makes no sense yet.
      try expect(2) {
        let file = try #require(FileHandle(forWritingAtPath: conf))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data("sflow { polling = ".utf8))
        rest(.milliseconds(300))
        try file.write(contentsOf: Data("2 watch = on collector { ip = 10.99.0.2 } }\n".utf8))
        try file.close()
      }
      // As vim(1) and sed -i do.
      try expect(3) {
        try put(3, "new")
        rename(agent.folder["new"], conf)
      }
      // Removed, and made anew.
      try expect(4) {
        unlink(conf)
        try put(4, "hsflowd.conf")
      }
      // A link takes its place, and then another; as the files of a ConfigMap are exchanged.
      for (i, polling) in [5, 6, 7].enumerated() {
        try expect(polling) {
          let version = "version\(i)"
          try files.createDirectory(atPath: agent.folder[version], withIntermediateDirectories: true)
          try put(polling, version + "/hsflowd.conf")
          symlink(version, agent.folder["data.new"])
          rename(agent.folder["data.new"], agent.folder["data"])
          if i == 0 {
            symlink("data/hsflowd.conf", agent.folder["new"])
            rename(agent.folder["new"], conf)
          }
        }
      }
      // What a link leads to changes.
      try expect(8) { try put(8, "version2/hsflowd.conf") }
      // A bad one is refused, and the next good one is taken.
      // At once: one that is being written is a bad one too, and would be told.
      try agent.folder.write("sflow { polling = soon }", to: "version2/new")
      rename(agent.folder["version2/new"], agent.folder["version2/hsflowd.conf"])
      #expect(agent.says("refused; the old one stays in force"))
      try expect(9) { try put(9, "version2/hsflowd.conf") }
      // Touched, and read by others: no change, not a word.
      let reloads = agent.count("configuration reloaded")
      try put(9, "version2/hsflowd.conf")
      try agent.folder.write(Self.conf(10).replacing("watch = on", with: ""), to: "version2/hsflowd.conf")
      #expect(agent.says("watch on → off"))
      #expect(agent.count("configuration reloaded") == reloads + 1)
      // What is wrong with the bad one, and that it is refused.
      #expect(agent.count("error: ") == 2, "\(agent.log)")
      #expect(agent.program.end() == 0)
    }

    /// Reads a file again and again, on a thread of its own.
    final class Reader: Sendable {
      private let isOver = Mutex(false)
      private let ended = DispatchSemaphore(value: 0)
      let looks = Mutex(0)
      let torn = Mutex<[String]>([])

      init(_ path: String) {
        Thread { [self] in
          while !isOver.withLock({ $0 }) {
            let text = contents(path)
            let lines = text.split(separator: "\n")
            let isWhole =
              lines.count > 3 && lines[1].hasPrefix("rev_start=") && text.hasSuffix("\n")
              && lines[lines.count - 1] == "rev_end=" + lines[1].dropFirst(10)
            looks.withLock { $0 += 1 }
            if !isWhole { torn.withLock { $0.append(text) } }
          }
          ended.signal()
        }.start()
      }

      func end() {
        isOver.withLock { $0 = true }
        ended.wait()
      }
    }

    /// Ten packets a millisecond at the most from the agent's namespace to port 9 of the far end.
    final class Load: Sendable {
      private let isOver = Mutex(false)
      private let ended = DispatchSemaphore(value: 0)
      let packets = Mutex(0)

      init(from namespace: String) {
        Thread { [self] in
          try? send(from: namespace)
          ended.signal()
        }.start()
      }

      private func send(from namespace: String) throws(Errno) {
        let socket = try NetworkNamespace.run(inNamespaceAt: namespace) { () throws(Errno) in
          try UDPSocket(to: SocketAddress(Lab.farAddress, port: 9))
        }
        let payload = [UInt8](repeating: 0x55, count: 100)
        while !isOver.withLock({ $0 }) {
          for _ in 0..<10 { try? socket.send(payload.span) }
          packets.withLock { $0 += 10 }
          rest(.milliseconds(1))
        }
      }

      func end() {
        isOver.withLock { $0 = true }
        ended.wait()
      }
    }

    @Test func `a thousand reloads under load lose no number, leak nothing and publish whole files`() throws {
      let lab = try Lab()
      let receiver = try lab.collector()
      func conf(_ round: Int) -> String {
        // What changes: rates, a second collector, sizes, an application; what stays: one collector, one tap.
        """
        sflow { polling = 1 collector { ip = 10.99.0.2 } pcap { dev = hx0 sampling = 10 }
          headerBytes = \(64 + round % 2 * 64) sampling.http = \(round + 1)
          \(round % 3 == 0 ? "collector { ip = 10.99.0.2 udpport = 6400 }" : "") }

        """
      }
      // As root it may make new files in its folder, as under systemd(1) in one of its own.
      let agent = try Agent(conf(0), "-P", in: lab.hostPath)
      var datagrams = [try receiver.require()]
      let sink = try lab.collector(port: 9)
      let load = Load(from: lab.hostPath)
      #expect(eventually { agent.auto.contains("rev_end=") })
      let reader = Reader(agent.folder["hsflowd.auto"])
      func reload(_ rounds: Range<Int>) throws {
        for round in rounds {
          try agent.reconfigure(conf(round))
          try #require(eventually { agent.auto.contains("\nsampling.http=\(round + 1)\n") }, "\(round)")
          datagrams += try receiver.drain()
        }
      }
      let start = Instant.now
      try reload(1..<201)
      let (files, memory) = (agent.lastingDescriptors(), Int(agent.status("RssAnon").first ?? "") ?? 0)
      try reload(201..<1001)
      let grown = (Int(agent.status("RssAnon").first ?? "") ?? 0) - memory
      let took = Instant.now - start
      reader.end()
      load.end()
      _ = sink
      agent.program.signal(SIGUSR1)
      #expect(agent.says("reloads=1000\n"))
      rest(.seconds(1))
      datagrams += try receiver.drain()

      #expect(zip(datagrams, datagrams.dropFirst()).allSatisfy { $1.sequence == $0.sequence + 1 })
      #expect(zip(datagrams, datagrams.dropFirst()).allSatisfy { $1.uptime >= $0.uptime })
      var numbers: [String: [UInt32]] = [:]
      for sample in datagrams.flatMap(\.samples) {
        switch sample {
        case .flowExpanded(let flow): numbers["flow \(flow.source)", default: []].append(flow.sequence)
        case .countersExpanded(let counters):
          numbers["counters \(counters.source)", default: []].append(counters.sequence)
        default: break
        }
      }
      #expect(numbers.count == 3, "\(numbers.keys)")
      for (source, list) in numbers {
        #expect(zip(list, list.dropFirst()).allSatisfy { $1 == $0 + 1 }, "\(source)")
      }
      #expect(reader.torn.withLock { $0 } == [])
      #expect(reader.looks.withLock { $0 } > 1000)
      #expect(agent.lastingDescriptors() <= files + 1)
      #expect(grown < 512, "\(grown) KiB")
      report(
        "1000 reloads",
        "\(took), \(load.packets.withLock { $0 }) packets, \(datagrams.count) datagrams, \(numbers.values.map(\.count).reduce(0, +)) samples, none lost, memory grew by \(grown) KiB, \(reader.looks.withLock { $0 }) reads of hsflowd.auto, none torn"
      )
      #expect(agent.program.end() == 0)
    }
  }
}
