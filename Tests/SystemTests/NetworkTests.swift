import Bytes
import Foundation
import Linux
import SFlow
import Testing

extension SystemTests {
  /// Networks that are not as they should be. Whatever happens is said once, and the agent goes on.
  @Suite struct NetworkTests {
    /// Waits for so many more samples to have been taken.
    private func polls(_ number: Int, by agent: Agent) -> Bool {
      // Before that a signal would end it.
      guard agent.says("counters every 1 s") else { return false }
      let end = counterSamples(of: agent) + number
      return eventually { counterSamples(of: agent) >= end }
    }

    /// Taken or suppressed, by the telemetry.
    private func counterSamples(of agent: Agent) -> Int {
      let before = agent.count("counter_samples_suppressed=")
      agent.program.signal(SIGUSR1)
      _ = eventually { agent.count("counter_samples_suppressed=") > before && agent.log.hasSuffix("\n") }
      let lines = agent.log.split(separator: "\n")
      return ["counter_samples=", "counter_samples_suppressed="].compactMap { name in
        lines.last { $0.contains(" \(name)") }?.split(separator: "=").last.flatMap { Int($0) }
      }.reduce(0, +)
    }

    @Test func `without an address nothing is sent, and everything once there is one`() throws {
      let lab = try Lab(isBare: true)
      let agent = try Agent(everySecond, in: lab.hostPath)
      #expect(polls(3, by: agent))
      #expect(agent.count("agent address: none") == 0)
      #expect(
        agent.count("agent address: no interface has an IP address; nothing is sent until one has") == 1)
      #expect(agent.auto.contains("rev_end=1") && !agent.auto.contains("agentIP"))
      try lab.ip(lab.far, "addr add 10.99.0.2/24 dev hx0")
      try lab.ip(lab.far, "link set hx0 up")
      let receiver = try lab.collector()
      try lab.ip(lab.host, "addr add 10.99.0.1/24 dev hx0")
      try lab.ip(lab.host, "link set hx0 up")
      let datagram = try receiver.require(within: .seconds(60))
      #expect(datagram.agentAddress == Lab.hostAddress)
      #expect(eventually { agent.auto.contains("agentIP=10.99.0.1\n") })
      #expect(agent.count("agent address: 10.99.0.1 on hx0") == 1)
      #expect(agent.count("warning") <= 2, "\(agent.log)")
    }

    @Test func `IPv6 turned off leaves the IPv4 collector undisturbed`() throws {
      let lab = try Lab()
      for name in ["all", "default"] {
        let result = try Program.run(
          ["sysctl", "-q", "-w", "net.ipv6.conf.\(name).disable_ipv6=1"], in: lab.hostPath)
        try #require(result.status == 0, "\(result.errors)")
      }
      let receiver = try lab.collector()
      let agent = try Agent(
        "sflow { polling = 1 collector { ip = 2001:db8::1 } collector { ip = 10.99.0.2 } }", in: lab.hostPath)
      for _ in 1...4 { _ = try receiver.require() }
      #expect(agent.count("warning: collector 2001:db8::1: ") == 1, "\(agent.log)")
      #expect(agent.count("warning") == 1)
      #expect(agent.program.end() == 0)
    }

    @Test func `a collector that goes and comes back is missed once`() throws {
      let lab = try Lab()
      var receiver: Receiver? = try lab.collector()
      let agent = try Agent(everySecond, in: lab.hostPath)
      _ = try #require(receiver).require()
      receiver = nil
      #expect(agent.says("nobody listens there"))
      #expect(polls(5, by: agent))
      #expect(agent.count("nobody listens there") == 1, "\(agent.log)")
      let again = try lab.collector()
      let first = try again.require()
      #expect(try again.require().sequence == first.sequence + 1)
    }

    @Test func `a collector without a route is tried until there is one`() throws {
      let lab = try Lab()
      try lab.ip(lab.far, "addr add 192.0.2.9/32 dev lo")
      let receiver = try Receiver(
        on: SocketAddress(.v4(IPv4Address(192, 0, 2, 9)), port: 6343), in: lab.farPath)
      let near = try lab.collector()
      let agent = try Agent(
        "sflow { polling = 1 collector { ip = 192.0.2.9 } collector { ip = 10.99.0.2 } }", in: lab.hostPath)
      for _ in 1...4 { _ = try near.require() }
      #expect(agent.count("collector 192.0.2.9: no route to it (ENETUNREACH)") == 1, "\(agent.log)")
      try lab.ip(lab.host, "route add 192.0.2.0/24 via 10.99.0.2")
      let datagram = try receiver.require(within: .seconds(60))
      #expect(datagram.agentAddress == Lab.hostAddress)
      #expect(agent.count("warning") == 1, "\(agent.log)")
    }

    @Test func `an interface that is deleted and made again is no end`() throws {
      let lab = try Lab()
      var receiver: Receiver? = try lab.collector()
      let agent = try Agent(everySecond, in: lab.hostPath)
      // The first poll is made at once, the second where all later ones are: a second before the third.
      for _ in 1...2 { _ = try #require(receiver).require() }
      receiver = nil
      try lab.ip(lab.host, "link delete hx0")
      // What is left is the address of the loopback.
      #expect(agent.says("agent address: 127.0.0.1"))
      #expect(polls(3, by: agent))
      let warnings = agent.count("warning")
      #expect(warnings <= 1, "\(agent.log)")
      try lab.ip(lab.host, "link add hx0 type veth peer name hx0 netns \(lab.far)")
      try lab.ip(lab.far, "addr add 10.99.0.2/24 dev hx0")
      try lab.ip(lab.far, "link set hx0 up")
      let again = try lab.collector()
      try lab.ip(lab.host, "addr add 10.99.0.1/24 dev hx0")
      try lab.ip(lab.host, "link set hx0 up")
      // An address of higher class is preferred as soon as there is one.
      var datagram = try again.require(within: .seconds(60))
      while datagram.agentAddress != Lab.hostAddress { datagram = try again.require() }
      // Another address, another stream.
      #expect(datagram.sequence <= 2)
      let adapter = datagram.hostSamples.first?.record(HostAdapters.self)?.adapters
      #expect(adapter?.count == 1)
      #expect(agent.program.end() == 0)
    }

    @Test func `a name that nobody knows holds up nobody`() throws {
      let lab = try Lab()
      let receiver = try lab.collector()
      let agent = try Agent(
        "sflow { polling = 1 collector { ip = sflow.invalid } collector { ip = 10.99.0.2 } }",
        in: lab.hostPath)
      for _ in 1...3 { _ = try receiver.require() }
      #expect(agent.says("collector sflow.invalid: cannot resolve sflow.invalid: ", within: .seconds(60)))
      #expect(agent.count("cannot resolve") == 1)
      agent.program.signal(SIGUSR1)
      #expect(agent.says("collector sflow.invalid: has no address"))
      #expect(agent.program.end() == 0)
    }

    @Test func `a device and a namespace that do not exist are said once each`() throws {
      let lab = try Lab()
      let receiver = try lab.collector()
      let agent = try Agent(
        """
        sflow { polling = 1
          collector { ip = 10.99.0.2 dev = nowhere0 }
          collector { ip = 10.99.0.2 udpport = 6344 namespace = hsfs-nowhere }
          collector { ip = 10.99.0.2 } }
        """, in: lab.hostPath)
      for _ in 1...4 { #expect(try receiver.require().hostSamples.count == 1) }
      #expect(agent.count("warning") == 2, "\(agent.log)")
      #expect(agent.program.end() == 0)
    }

    @Test func `a namespace and a device that appear later are used then, and said once`() throws {
      let lab = try Lab()
      let near = try lab.collector()
      let name = lab.host + "later"
      let agent = try Agent(
        """
        sflow { polling = 1 collector { ip = 10.99.0.2 }
          collector { ip = 10.98.0.2 dev = later0 }
          collector { ip = 127.0.0.1 namespace = \(name) } }
        """, in: lab.hostPath)
      for _ in 1...3 { _ = try near.require() }
      #expect(agent.count("its network namespace does not exist (ENOENT)") == 1)
      #expect(agent.count("its device does not exist (ENODEV)") == 1)
      try #require(Program.run(["ip", "netns", "add", name]).status == 0)
      defer { _ = try? Program.run(["ip", "netns", "delete", name]) }
      try lab.ip(name, "link set lo up")
      let receiver = try Receiver(
        on: SocketAddress(.v4(IPv4Address(127, 0, 0, 1)), port: 6343), in: "/run/netns/" + name)
      #expect(try receiver.require().agentAddress == Lab.hostAddress)
      try lab.ip(lab.host, "link add later0 type veth peer name later0 netns \(lab.far)")
      for (namespace, address) in [(lab.far, "10.98.0.2/24"), (lab.host, "10.98.0.1/24")] {
        try lab.ip(namespace, "addr add \(address) dev later0")
        try lab.ip(namespace, "link set later0 up")
      }
      let other = try Receiver(
        on: SocketAddress(.v4(IPv4Address(10, 98, 0, 2)), port: 6343), in: lab.farPath)
      _ = try other.require(within: .seconds(40))
      #expect(agent.count("warning: collector ") == 2, "\(agent.log)")
      #expect(agent.program.end() == 0)
    }

    @Test func `a collector in another namespace is reached from there`() throws {
      let lab = try Lab()
      let receiver = try Receiver(
        on: SocketAddress(.v4(IPv4Address(127, 0, 0, 1)), port: 6343), in: lab.farPath)
      let agent = try Agent(
        "sflow { polling = 1 collector { ip = 127.0.0.1 namespace = \(lab.far) } }", in: lab.hostPath)
      #expect(try receiver.require().agentAddress == Lab.hostAddress)
      // Entering a namespace again, after a failure, takes CAP_SYS_ADMIN (21): kept only for such a collector.
      #expect(agent.status("CapEff") == ["0000000000203000"])
      #expect(agent.program.end() == 0)
    }

    @Test func `a namespace that is deleted and made again is followed`() throws {
      let lab = try Lab()
      let name = lab.host + "again"
      func make() throws -> Receiver {
        try #require(Program.run(["ip", "netns", "add", name]).status == 0)
        try lab.ip(name, "link set lo up")
        return try Receiver(
          on: SocketAddress(.v4(IPv4Address(127, 0, 0, 1)), port: 6343), in: "/run/netns/" + name)
      }
      func delete() throws { try #require(Program.run(["ip", "netns", "delete", name]).status == 0) }
      var receiver: Receiver? = try make()
      defer { _ = try? Program.run(["ip", "netns", "delete", name]) }
      let agent = try Agent(
        "sflow { polling = 1 collector { ip = 127.0.0.1 namespace = \(name) } }", in: lab.hostPath)
      let first = try #require(receiver).require()
      receiver = nil
      // At once: no moment without a namespace of that name is seen.
      try delete()
      receiver = try make()
      let second = try #require(receiver).require(within: .seconds(30))
      #expect(second.sequence > first.sequence)
      #expect(agent.says("its network namespace was made anew"))
      // And after a while.
      receiver = nil
      try delete()
      #expect(agent.says("its network namespace does not exist (ENOENT)", within: .seconds(30)))
      receiver = try make()
      #expect(try #require(receiver).require(within: .seconds(60)).sequence > second.sequence)
      #expect(agent.count("was made anew") == 1 && agent.count("ENOENT") == 1, "\(agent.log)")
      #expect(agent.program.end() == 0)
    }

    @Test func `many interfaces are no burden`() throws {
      let lab = try Lab()
      let receiver = try lab.collector()
      let agent = try Agent(everySecond, in: lab.hostPath)
      _ = try receiver.require()
      let lines = (1...100).map { "link add br\($0) type bridge\nlink set br\($0) up" }.joined(
        separator: "\n")
      let folder = try Folder()
      try lab.ip(lab.host, "-batch \(try folder.write(lines + "\n", to: "batch"))")
      var datagram = try receiver.require()
      for _ in 1...3 { datagram = try receiver.require() }
      // The C agent's limit.
      #expect(datagram.hostSamples.first?.record(HostAdapters.self)?.adapters.count == 32)
      #expect(agent.count("warning") == 0, "\(agent.log)")
      #expect(agent.program.end() == 0)
    }
  }
}
