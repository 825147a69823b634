import Bytes
import Foundation
import HostCounters
import Linux
import Netlink
import SystemPackage
import Testing

/// The monitor and the kernel, in network namespaces of their own.
@Suite(
  .serialized, .timeLimit(.minutes(2)), .enabled(if: TestNamespace.isPossible, "needs root and ip(8)"))
struct InterfaceMonitorTests {
  /// A monitor of a namespace, and what it announced.
  private final class Monitored {
    let namespace: TestNamespace
    let loop: EpollLoop
    let log = TestLog()
    let monitor: InterfaceMonitor
    var announced = InterfaceChanges()

    init(_ name: String, prepare: (TestNamespace) throws -> Void = { _ in }) throws {
      namespace = try TestNamespace(name)
      try prepare(namespace)
      loop = try EpollLoop()
      monitor = InterfaceMonitor(loop: loop, logger: log.logger, receiveBuffer: 65536)
      monitor.onChange = { [unowned self] in
        announced.added.formUnion($0.added)
        announced.removed.merge($0.removed) { _, new in new }
        announced.renamed.formUnion($0.renamed)
        announced.readdressed.formUnion($0.readdressed)
        announced.linkChanged.formUnion($0.linkChanged)
      }
      try namespace.inside { monitor.start() }
    }

    var names: [String] { monitor.table.all.map(\.name) }

    func index(_ name: String) throws -> UInt32 {
      try #require(monitor.table.interface(named: name)?.index)
    }

    /// Runs ip(8), then the loop until the table is as it should be.
    func after(_ command: String, until isSeen: (InterfaceTable) -> Bool) throws {
      announced = InterfaceChanges()
      try namespace.ip(command)
      try loop.run { isSeen(monitor.table) }
    }

    /// Messages that the kernel could not give to sockets of the namespace. `/proc/net/netlink`, column Drops.
    func drops() throws -> Int {
      let text = try namespace.inside { () throws(Errno) in
        try WholeFile.read("/proc/thread-self/net/netlink")
      }
      let rows = String(decoding: text, as: UTF8.self).split(separator: "\n").dropFirst()
      return rows.compactMap { Int($0.split(separator: " ")[8]) }.reduce(0, +)
    }

    func statistics() throws -> [UInt32: LinkStatistics64] {
      var all: [UInt32: LinkStatistics64] = [:]
      try namespace.inside { () throws(Errno) in
        do throws(FileError) {
          try monitor.readStatistics { all[$0] = $1 }
        } catch {
          Issue.record("\(error)")
        }
      }
      return all
    }
  }

  @Test func `links that come, change and go are seen as they do`() throws {
    let host = try Monitored("links")
    #expect(host.names == ["lo"])
    #expect(host.announced.added == [1])

    try host.after("link add d0 type bridge") { $0.interface(named: "d0") != nil }
    let d0 = try host.index("d0")
    #expect(host.announced.added == [d0])
    #expect(host.monitor.table[d0]?.isUp == false)
    #expect(host.monitor.table[d0]?.kind == "bridge")

    try host.after("link set d0 up") { $0[d0]?.isUp == true }
    #expect(host.announced.linkChanged == [d0])
    try host.after("link set d0 alias uplink") { $0[d0]?.alias == "uplink" }
    try host.after("link set d0 address 02:00:00:00:00:77") { $0[d0]?.mac == MACAddress(0x0200_0000_0077) }
    try host.after("link set d0 mtu 1400") { $0[d0]?.mtu == 1400 }
    try host.after("link set d0 down") { $0[d0]?.isUp == false }

    try host.after("link set d0 name uplink0") { $0.interface(named: "uplink0") != nil }
    #expect(host.announced.renamed == [d0])
    #expect(host.announced.added.isEmpty)
    #expect(host.announced.removed.isEmpty)
    #expect(try host.index("uplink0") == d0)

    try host.after("link delete uplink0") { $0[d0] == nil }
    #expect(host.announced.removed.keys.sorted() == [d0])
    #expect(host.names == ["lo"])
    #expect(host.log.lines == [])
  }

  @Test func `addresses that come and go are seen as they do`() throws {
    let host = try Monitored("addresses") { try $0.ip("link add d0 type bridge") }
    try host.namespace.sh("sysctl -q -w net.ipv6.conf.d0.disable_ipv6=0")
    let d0 = try host.index("d0")
    func addresses(_ table: InterfaceTable) -> [String] {
      (table[d0]?.addresses ?? []).map { "\($0.address)/\($0.prefixLength)" }
    }
    try host.after("address add 192.0.2.7/24 dev d0") { addresses($0) == ["192.0.2.7/24"] }
    #expect(host.announced.readdressed == [d0])
    try host.after("address add 2001:db8::7/64 dev d0 nodad") { addresses($0).contains("2001:db8::7/64") }
    try host.after("address delete 192.0.2.7/24 dev d0") { addresses($0) == ["2001:db8::7/64"] }
    try host.after("address delete 2001:db8::7/64 dev d0") { addresses($0) == [] }
    #expect(host.announced.readdressed == [d0])
    #expect(host.log.lines == [])
  }

  @Test func `an interface that moves to another namespace is gone, and a new one when it is back`() throws {
    let host = try Monitored("move") { try $0.ip("link add d0 type veth peer name p0") }
    let other = try TestNamespace("move2")
    let d0 = try host.index("d0")
    let birth = host.monitor.table[d0]?.birth
    try host.after("link set d0 netns \(other.name)") { $0[d0] == nil }
    #expect(host.announced.removed.keys.sorted() == [d0])
    try other.ip("link set d0 netns \(host.namespace.name)")
    try host.loop.run { host.monitor.table.interface(named: "d0") != nil }
    // The kernel gives it its old ifIndex.
    #expect(try host.index("d0") == d0)
    #expect(host.monitor.table[d0]?.birth != birth)
  }

  @Test func `a burst that overruns the socket is made good by reading everything anew`() throws {
    let host = try Monitored("burst")
    // The loop doesn't run meanwhile.
    try host.namespace.ip(batch: (0..<500).map { "link add v\($0) group 7 type veth peer name p\($0)" })
    try host.namespace.ip("link set v7 up")
    #expect(try host.drops() > 0)
    try host.loop.run {
      host.monitor.table.count == 1001 && host.monitor.table.interface(named: "v7")?.isUp == true
    }
    #expect(host.announced.added.count == 1001)
    #expect(host.announced.removed.isEmpty)

    let before = try host.drops()
    try host.namespace.ip("link delete group 7")
    try host.namespace.ip("link add d0 type bridge")
    #expect(try host.drops() > before)
    try host.loop.run { host.names == ["lo", "d0"] }
    #expect(host.announced.removed.count == 1000)
    #expect(host.log.lines == [])
  }

  @Test func `while losses go on the table is read anew all the same`() throws {
    let namespace = try TestNamespace("losses")
    let loop = WatchingLoop()
    let log = TestLog()
    let monitor = InterfaceMonitor(loop: loop, logger: log.logger, receiveBuffer: 65536)
    try namespace.inside { monitor.start() }
    let events = try #require(loop.watched.first)

    try namespace.ip(batch: (0..<300).map { "link add a\($0) group 7 type veth peer name b\($0)" })
    // The loss, then what the buffer held.
    for _ in 0..<2 { loop.simulated.makeReadable(events) }
    let deadline = try #require(loop.simulated.nextDeadline)
    #expect(deadline == loop.now + .milliseconds(200))
    #expect(monitor.table.count < 601)

    loop.simulated.run(for: .milliseconds(150))
    try namespace.ip("link delete group 7")
    loop.simulated.makeReadable(events)
    #expect(loop.simulated.nextDeadline == deadline)

    loop.simulated.run(for: .milliseconds(50))
    #expect(monitor.table.all.map(\.name) == ["lo"])
    #expect(loop.simulated.nextDeadline == nil)
    #expect(log.lines == [])
  }

  @Test func `counters of 300 interfaces are those of ip(8)`() throws {
    let host = try Monitored("statistics") { namespace in
      try namespace.ip(batch: (0..<150).map { "link add v\($0) type veth peer name p\($0)" })
      try namespace.ip(
        batch: ["link set lo up"]
          + (0..<150).flatMap { n in
            [
              "link set v\(n) up", "link set p\(n) up", "address add 198.18.\(n).1/24 dev v\(n)",
              "neigh add 198.18.\(n).2 lladdr 02:00:00:00:00:02 dev v\(n)",
            ]
          })
      // The kernel starts their queues a while after they have a carrier, and drops packets before that.
      try namespace.sh("until [ $(cat /sys/class/net/[vp]*/operstate | grep -c up) = 300 ]; do :; done")
      try namespace.sh(
        "for n in {0..149}; do for ((i = 0; i <= n % 7; i++)); do echo $i > /dev/udp/198.18.$n.2/9; done; done"
      )
    }
    let ours = try host.statistics()
    let json = try JSONSerialization.jsonObject(with: host.namespace.ip("-s -s -j link"))
    let links = try #require(json as? [[String: Any]])
    #expect(links.count == 301)
    #expect(ours.count == 301)
    func value(_ link: [String: Any], _ way: String, _ name: String) -> UInt64? {
      let counters = (link["stats64"] as? [String: Any])?[way] as? [String: Any]
      return (counters?[name] as? NSNumber)?.uint64Value
    }
    for link in links {
      let index = try #require(link["ifindex"] as? NSNumber).uint32Value
      let counters = try #require(ours[index])
      #expect(counters.rxBytes == value(link, "rx", "bytes"))
      #expect(counters.rxPackets == value(link, "rx", "packets"))
      #expect(counters.rxErrors == value(link, "rx", "errors"))
      #expect(counters.rxDropped == value(link, "rx", "dropped"))
      #expect(counters.rxMissedErrors == value(link, "rx", "missed_errors") ?? value(link, "rx", "missed"))
      #expect(counters.multicast == value(link, "rx", "multicast"))
      #expect(counters.txBytes == value(link, "tx", "bytes"))
      #expect(counters.txPackets == value(link, "tx", "packets"))
      #expect(counters.txErrors == value(link, "tx", "errors"))
      #expect(counters.txDropped == value(link, "tx", "dropped"))
    }
    let p6 = try #require(ours[try host.index("p6")])
    // Seven datagrams of two octets.
    #expect(p6.rxPackets == 7)
    #expect(p6.rxBytes == 7 * (14 + 20 + 8 + 2))
  }

  @Test func `host totals of a namespace are those of its links to the outside`() throws {
    let outside = try TestNamespace("outside")
    let host = try Monitored("totals") { namespace in
      try namespace.ip("link add eth0 type veth peer name out netns \(outside.name)")
      try namespace.ip(batch: ["link set eth0 up", "address add 198.18.0.1/24 dev eth0"])
      try outside.ip("link set out up")
      try namespace.ip("neigh add 198.18.0.2 lladdr 02:00:00:00:00:02 dev eth0")
      try namespace.sh("until grep -q up /sys/class/net/eth0/operstate; do :; done")
      try namespace.sh("for n in {1..5}; do echo 1 > /dev/udp/198.18.0.2/9; done")
    }
    let source = NetworkSource(host.monitor)
    _ = try host.statistics()
    #expect(
      try lines(source) == [
        words(
          """
          host_net_io bytes_in=0 B pkts_in=0 errs_in=0 drops_in=0
          bytes_out=220 B packets_out=5 errs_out=0 drops_out=0
          """)
      ])
  }
}

/// A simulated loop that says which descriptors wait.
private final class WatchingLoop: EventLoop {
  let simulated = SimulatedLoop()
  private(set) var watched: [CInt] = []

  var now: Instant { simulated.now }
  func arm(_ deadline: Deadline, at time: Instant) { simulated.arm(deadline, at: time) }
  func disarm(_ deadline: Deadline) { simulated.disarm(deadline) }
  func watch(_ descriptor: CInt, _ action: @escaping () -> Void) throws(Errno) {
    watched.append(descriptor)
    try simulated.watch(descriptor, action)
  }
  func unwatch(_ descriptor: CInt) { simulated.unwatch(descriptor) }
}
