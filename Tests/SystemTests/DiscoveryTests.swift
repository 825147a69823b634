import Bytes
import Foundation
import Linux
import SFlow
import Testing

extension SystemTests {
  /// Collectors and settings from real name servers, and from bad ones.
  @Suite struct DiscoveryTests {
    static let domain = "_sflow._udp.example.com"
    static let service = "srv-host=\(domain),collector.example.com,6343,1,0\n"
    static let everySecond = service + "txt-record=\(domain),polling=1\nlocal-ttl=10"

    /// Asks for a reload and so for the questions to DNS that belong to it, until the log has one more such line.
    private func hurry(_ agent: Agent, until text: String) -> Bool {
      let before = agent.count(text)
      agent.program.signal(SIGHUP)
      return eventually { agent.count(text) > before }
    }

    @Test(.enabled(if: tool("dnsmasq") != nil, "needs dnsmasq"))
    func `dnsmasq comes up, answers, changes, has nothing, and goes`() throws {
      let names = try NameLab()
      let lab = names.lab
      let (receiver, other) = (try lab.collector(), try lab.collector(port: 6344))
      let agent = try names.agent("sflow { dns-sd { } }")
      #expect(agent.says("DNS-SD: asking for _sflow._udp in "))
      #expect(hurry(agent, until: "cannot ask for _sflow._udp: no name server listens (ECONNREFUSED)"))
      #expect(agent.auto.hasSuffix("rev_start=1\nrev_end=1\n"))

      var server = try Dnsmasq(Self.everySecond, in: lab)
      #expect(hurry(agent, until: "DNS-SD: polling 0 → 1, collector collector.example.com added"))
      // The first may come before the collector's name has its address.
      #expect(try receiver.require().sequence <= 2)
      #expect(eventually { agent.auto.contains("polling=1\ncollector=10.99.0.2\n") })
      #expect(agent.says("settings in force: sampling = 400 (default), polling = 1 (DNS-SD)"))

      // Another port, seen when the lifetime of 10 s is over; and more strings than a datagram holds.
      server.end()
      let strings = (0..<30).map { ten in
        let ten = (ten * 10..<ten * 10 + 10).map { "sampling.app\($0)=\($0 + 1)" }.joined(separator: ",")
        return "txt-record=\(Self.domain),\(ten)\n"
      }.joined()
      server = try Dnsmasq(
        Self.everySecond.replacing(",6343,", with: ",6344,") + "\n" + strings
          + "txt-record=\(Self.domain),headerBytes=64,bogus,polling=1M", in: lab)
      #expect(agent.says("collector collector.example.com port 6344 added"))
      let last = try receiver.drain().last?.sequence ?? 1
      #expect((last + 1...last + 2).contains(try other.require().sequence))
      #expect(
        eventually { agent.auto.contains("sampling.app299=300\n") && agent.auto.contains("header=64\n") })
      #expect(agent.count(#""bogus" is ignored: there is no "=" in it"#) == 1)
      #expect(agent.count(#""polling=1M" is ignored: "1M" is out of range"#) == 1)

      // No such name any more.
      server.end()
      server = try Dnsmasq("", in: lab)
      #expect(hurry(agent, until: "DNS has no server for _sflow._udp: nothing is sent"))
      #expect(eventually { agent.auto.contains("\nagentIP=10.99.0.1\n") && !agent.auto.contains("hostname") })
      _ = try other.drain()
      #expect(try other.next(within: .seconds(2)) == nil)
      let muted = "muted: DNS has no server for _sflow._udp"
      agent.program.signal(SIGUSR1)
      #expect(agent.says("collector collector.example.com port 6344: \(muted), "))
      if Release.hasTool {
        let status = try Program.run([
          Release.hsflowctl, "status", "--control", agent.folder["control"],
        ])
        #expect(status.output.contains(muted), "\(status.output)\(status.errors)")
      }

      // Servers of two priorities, of which the better one has no address.
      server.end()
      server = try Dnsmasq(
        Self.everySecond + "\nsrv-host=\(Self.domain),gone.example.com,6343,0,0\n", in: lab)
      #expect(hurry(agent, until: "those of the next stand in"))
      let again = try receiver.require()
      #expect(again.sequence > last)
      agent.program.signal(SIGUSR1)
      #expect(agent.says("DNS-SD: settings of _sflow._udp.example.com, stand-in servers"))
      #expect(agent.says("setting polling = 1 (DNS-SD)"))
      #expect(agent.says("collector collector.example.com: sending"))
      server.end()
      #expect(hurry(agent, until: "no name server listens (ECONNREFUSED) (the settings in force stay"))
      _ = try receiver.drain()
      #expect(try receiver.require().hostSamples.count == 1)
      #expect(agent.program.end() == 0)
    }

    @Test(.enabled(if: tool("unbound") != nil, "needs unbound"))
    func `unbound is understood as well, aliases included`() throws {
      let names = try NameLab()
      let receiver = try names.lab.collector()
      let server = try Unbound(
        [
          "collector.example.com. 60 A 10.99.0.2", "\(Self.domain). 60 SRV 1 0 6343 collector.example.com.",
          "\(Self.domain). 60 TXT polling=1 agent=hx0",
          "_sflow._udp.alias.example.com. 60 CNAME \(Self.domain).",
        ], in: names.lab)
      let agent = try names.agent("sflow { dns-sd { domain = .alias.example.com } }")
      #expect(agent.says("DNS-SD: asking for "))
      #expect(hurry(agent, until: "collector collector.example.com added"))
      #expect(try receiver.require().agentAddress == Lab.hostAddress)
      #expect(eventually { agent.auto.contains("polling=1\nagent=hx0\ncollector=10.99.0.2\n") })
      #expect(agent.program.end() == 0)
      server.end()
    }

    /// Host samples one after the other, and never more than one of them late. By the agent's own clock.
    private func expectGrid(_ datagrams: [Datagram], _ what: String) {
      let samples = datagrams.flatMap { datagram in
        datagram.hostSamples.map { (number: $0.sequence, uptime: datagram.uptime) }
      }
      let steps = zip(samples, samples.dropFirst())
      #expect(steps.allSatisfy { $1.number == $0.number + 1 }, "\(what): \(samples)")
      #expect(steps.allSatisfy { $1.uptime - $0.uptime <= 2500 }, "\(what): \(samples)")
      let longest = steps.map { $1.uptime - $0.uptime }.max() ?? 0
      report("polls and DNS", "\(what): \(samples.count) samples, at most \(longest) ms apart")
    }

    @Test func `a resolver that waits as long as it does by default delays no poll`() throws {
      let names = try NameLab("timeout:5 attempts:2")
      let receiver = try names.lab.collector()
      let good: @Sendable ([UInt8]) -> [UInt8]? = { question in
        let asked = NameServer.type(of: question)
        if !asked.isInDomain { return NameServer.reply(to: question, code: 3) }
        let data: [UInt8]
        switch asked.type {
        case 1: data = [10, 99, 0, 2]
        case 16: data = [9] + Array("polling=1".utf8)
        case 33: data = [0, 1, 0, 0, 0x18, 0xC7] + NameServer.name("collector.example.com")
        default: return NameServer.reply(to: question)
        }
        return NameServer.reply(to: question, [NameServer.record(asked.type, 60, data)])
      }
      let server = try NameServer(in: names.lab, good)
      let agent = try names.agent("sflow { dns-sd { } }")
      #expect(agent.says("DNS-SD: asking for "))
      #expect(hurry(agent, until: "collector collector.example.com added"))
      var datagrams = [try receiver.require()]

      // 10 s for each question.
      server.answer { _ in nil }
      agent.program.signal(SIGHUP)
      #expect(agent.says("no name server answers (the settings in force stay", within: .seconds(60)))
      datagrams += try receiver.drain()
      expectGrid(datagrams, "silence")

      // Heads of answers with anything behind them, as fast as they are asked for.
      server.answer { question in
        let rubbish = (0..<Int.random(in: 0...900)).map { _ in UInt8.random(in: 0...255) }
        var bytes = NameServer.reply(to: question) + rubbish
        bytes[7] = .random(in: 0...255)
        return bytes
      }
      for _ in 1...100 {
        let before = server.questions
        agent.program.signal(SIGHUP)
        #expect(eventually { server.questions > before })
      }
      datagrams += try receiver.drain()
      expectGrid(datagrams, "rubbish")

      // The same agent with names in its file of which nobody tells anything.
      server.answer { _ in nil }
      let collectors = (1...3).map { "collector { ip = silent\($0).example.com }" }.joined(separator: " ")
      try agent.reconfigure("sflow { polling = 1 collector { ip = 10.99.0.2 } \(collectors) }")
      #expect(agent.says("cannot resolve silent1.example.com", within: .seconds(90)))
      datagrams += try receiver.drain()
      datagrams.append(try receiver.require())
      expectGrid(datagrams, "silent names")
      #expect(agent.program.end() == 0)
    }

    @Test func `name servers that fail, are silent or lie change nothing and hold up nothing`() throws {
      let names = try NameLab()
      let receiver = try names.lab.collector()
      let good: @Sendable ([UInt8]) -> [UInt8]? = { question in
        let asked = NameServer.type(of: question)
        if !asked.isInDomain { return NameServer.reply(to: question, code: 3) }
        let data: [UInt8] =
          asked.type == 33
          ? [0, 1, 0, 0, 0x18, 0xC7] + NameServer.name("10.99.0.2") : [9] + Array("polling=1".utf8)
        return NameServer.reply(to: question, [NameServer.record(asked.type, 60, data)])
      }
      let server = try NameServer(in: names.lab, good)
      let agent = try names.agent("sflow { dns-sd { } }")
      #expect(agent.says("DNS-SD: asking for "))
      #expect(hurry(agent, until: "collector 10.99.0.2 added"))
      _ = try receiver.require()
      let start = Instant.now

      for (code, name) in [(UInt8(1), "FORMERR"), (2, "SERVFAIL"), (5, "REFUSED")] {
        server.answer { NameServer.reply(to: $0, code: code) }
        #expect(hurry(agent, until: "(\(name)) (the settings in force stay"), "\(agent.log)")
      }
      server.answer { _ in nil }
      #expect(hurry(agent, until: "no name server answers (the settings in force stay"))
      // Truncated for ever: nobody listens for TCP.
      server.answer { question in good(question).map { $0[..<2] + [$0[2] | 2] + $0[3...] } }
      let before = server.questions
      agent.program.signal(SIGHUP)
      #expect(eventually { server.questions > before })

      // Answers with the right head and anything behind it.
      let rounds = 300
      for round in 0..<rounds {
        server.answer { question in
          guard var bytes = good(question) else { return nil }
          let body = NameServer.reply(to: question).count
          for _ in 0..<Int.random(in: 1...6) where bytes.count > body {
            bytes[Int.random(in: body..<bytes.count)] = .random(in: 0...255)
          }
          if round % 4 == 0 { bytes.removeLast(Int.random(in: 0...(bytes.count - body))) }
          if round % 7 == 0 { bytes += (0..<Int.random(in: 1...900)).map { _ in .random(in: 0...255) } }
          bytes[7] = UInt8.random(in: 1...3)
          return bytes
        }
        let before = server.questions
        agent.program.signal(SIGHUP)
        #expect(eventually { server.questions > before || !agent.program.isRunning })
      }
      server.answer(good)
      #expect(agent.program.isRunning)
      // Whatever was understood on the way, this is the state after it.
      agent.program.signal(SIGHUP)
      #expect(eventually { agent.auto.contains("polling=1\ncollector=10.99.0.2\n") }, "\(agent.auto)")
      _ = try receiver.drain()
      #expect(try receiver.require().hostSamples.count >= 1)
      report(
        "hostile DNS", "\(rounds) damaged answers, \(Instant.now - start), \(agent.count("warning")) warnings"
      )
      #expect(agent.program.end() == 0)
    }
  }
}
