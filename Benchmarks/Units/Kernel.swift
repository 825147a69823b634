import Benchmark
import Bytes
import Config
import Netlink
import ProcFS

/// The files as they were recorded on a host, and `/proc/stat` of one with 512 processors.
func kernelFiles() {
  func file(_ path: String, of tree: String = "debian12-vm-6.18") -> [UInt8] {
    octets("Tests/ProcFSTests/Fixtures/\(tree)/proc/\(path)")
  }
  let stat = file("stat")
  unit("/proc/stat") { blackHole(must { try Stat(parsing: stat.span) }) }
  let large = file("stat", of: "cpus-512")
  unit("/proc/stat, 512 processors") { blackHole(must { try Stat(parsing: large.span) }) }
  let memory = file("meminfo")
  unit("/proc/meminfo") { blackHole(must { try Meminfo(parsing: memory.span) }) }
  let paging = file("vmstat")
  unit("/proc/vmstat") { blackHole(must { try Vmstat(parsing: paging.span) }) }
  let load = file("loadavg")
  unit("/proc/loadavg") { blackHole(must { try LoadAverage(parsing: load.span) }) }
  let uptime = file("uptime")
  unit("/proc/uptime") { blackHole(must { try Uptime(parsing: uptime.span) }) }
  let processors = file("cpuinfo")
  unit("/proc/cpuinfo") { blackHole(must { try Cpuinfo(parsing: processors.span) }) }
  let snmp = file("net/snmp")
  unit("/proc/net/snmp") { blackHole(must { try Snmp(parsing: snmp.span) }) }
  let disks = file("diskstats")
  unit("/proc/diskstats") {
    must {
      var rows = Diskstats(parsing: disks.span)
      while let row = try rows.next() { blackHole(row.number) }
    }
  }
  let mounts = file("self/mountinfo")
  unit("/proc/self/mountinfo") { blackHole(must { try LocalFilesystem.all(parsing: mounts.span) }) }
}

/// Messages as they were recorded.
func netlink() {
  func recorded(_ name: String) -> [UInt8] { octets("Tests/NetlinkTests/Fixtures/\(name).bin") }
  let packets = recorded("nflog/batch")
  unit("NFLOG: \(packets.count) octets of packets") {
    must {
      var messages = Messages(packets.span)
      while let message = try messages.next() {
        if let packet = try NFLogPacket(parsing: message) { blackHole(packet.group) }
      }
    }
  }
  let statistics = recorded("statistics")
  unit("rtnetlink: \(statistics.count) octets of counters") {
    must {
      var link = LinkStatistics64()
      var messages = Messages(statistics.span)
      while let message = try messages.next() {
        if try link.update(from: message) != nil { blackHole(link.rxBytes) }
      }
    }
  }
  let links = recorded("links")
  unit("rtnetlink: \(links.count) octets of links") {
    must {
      var messages = Messages(links.span)
      while let message = try messages.next() { blackHole(try LinkMessage(parsing: message)?.index) }
    }
  }
  let addresses = recorded("addresses")
  unit("rtnetlink: \(addresses.count) octets of addresses") {
    must {
      var messages = Messages(addresses.span)
      while let message = try messages.next() { blackHole(try AddressMessage(parsing: message)?.index) }
    }
  }
}

func configuration() {
  let usual = octets("etc/hsflowd.conf")
  unit("configuration: etc/hsflowd.conf") { blackHole(Configuration.parse(usual, file: "hsflowd.conf")) }
  let collectors = (1...100).map { "  collector { ip = 192.0.2.\($0) udpport = 6343 }\n" }.joined()
  let large = [UInt8]("sflow {\n  polling = 20\n\(collectors)}\n".utf8)
  unit("configuration: 100 collectors") { blackHole(Configuration.parse(large, file: "hsflowd.conf")) }
}
