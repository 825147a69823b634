import Foundation
import SFlow
import Testing

enum Guest {
  /// Where the image is kept.
  static let folder = ProcessInfo.processInfo.environment["HSFLOWD_GUEST"]
  static let isPossible =
    getuid() == 0
    && ["debootstrap", "qemu-system-x86_64", "mke2fs", "dpkg-buildpackage", "dh", "lintian"].allSatisfy {
      tool($0) != nil
    }
}

/// The service on a real host with systemd: `Tests/System/in-guest` in a virtual machine. `make system-test` runs it.
@Suite(
  .serialized, .timeLimit(.minutes(12)),
  .enabled(
    if: Guest.folder != nil, "minutes of a virtual machine: make system-test (or make test) runs it"),
  .enabled(if: Release.isBuilt, "no .build/release/hsflowd: make build"),
  .enabled(if: Guest.isPossible, "needs root, debootstrap, qemu-system-x86, e2fsprogs, debhelper and lintian")
)
struct GuestTests {
  private static let results = ".build/guest-test"

  @Test func `install, run, reload, crash, hang, upgrade, purge: the service on a host with systemd`() throws
  {
    let script = Release.package + "/Tests/System/run-guest-test"
    let run = try Program([script, try #require(Guest.folder), Self.results], at: Release.package)
    defer { run.endGroup() }
    let status = run.status(within: .seconds(660))
    let folder = Release.package + "/" + Self.results
    let log = contents(folder + "/out.log")
    try #require(status == 0, "\(run.errors)\n\(log)")

    let lines = log.split(separator: "\n")
    for line in lines where line.hasPrefix("figure - ") { report("guest", String(line.dropFirst(9))) }
    #expect(!lines.contains { $0.hasPrefix("not ok") }, "\(log)")
    let wanted = contents(Release.package + "/Tests/System/in-guest").split(separator: "\n")
      .count { $0.hasPrefix("check \"") }
    #expect(wanted > 50)
    #expect(lines.count { $0.hasPrefix("ok - ") } == wanted, "\(log)")
    #expect(lines.last == "exit 0")
    let packets = try capture(folder + "/sflow.pcap")
    try checkDatagrams(packets.map(\.payload))
    try BondReading.check(packets, folder)
  }

  private func checkDatagrams(_ payloads: [[UInt8]]) throws {
    let datagrams = try payloads.map { try Datagram(decoding: $0.span) }
    #expect(datagrams.count > 60)
    // Each start and each change of sub-agent begins anew; in between nothing is missing. On the fresh host the collector
    // is set when one poll was made or two: at the start, and where those of every 30 s lie.
    var (beginnings, fresh) = (1, 0)
    for (before, datagram) in zip(datagrams, datagrams.dropFirst()) {
      if datagram.sequence <= before.sequence {
        beginnings += 1
        let isFresh = datagram.sequence == 3 && datagram.uptime < before.uptime && datagram.uptime > 1000
        if isFresh { fresh += 1 }
        #expect(isFresh || datagram.sequence <= 2)
      } else {
        #expect(datagram.sequence == before.sequence + 1)
      }
      #expect(datagram.nonZeroPadding.isEmpty)
    }
    #expect(beginnings >= 10 && fresh <= 1)
    let samples = datagrams.flatMap(\.samples)
    let hosts = datagrams.flatMap(\.hostSamples)
    #expect(hosts.allSatisfy { $0.records.count == 10 })
    let uuids = Set(hosts.compactMap { $0.record(HostDescription.self).map { "\($0.uuid)" } })
    #expect(
      uuids == ["11111111-2222-3333-4444-555555555555", "6695eb01-f6a4-4304-89aa-97f2502e193f"], "\(uuids)")
    // 50 echo requests of 1028 octets and IP's 20 by the firewall rule, and with their answers by the device.
    let lengths = samples.compactMap { sample -> UInt32? in
      guard case .flowExpanded(let flow) = sample else { return nil }
      return flow.records.lazy.compactMap { $0.value(as: SampledHeader.self) }.first?.frameLength
    }
    let pings = lengths.count { $0 == 1000 + 8 + 20 + 14 + 4 }
    #expect(pings == 150)
    report(
      "guest",
      "\(datagrams.count) datagrams, \(beginnings) beginnings, \(hosts.count) host samples, \(lengths.count) flow samples"
    )
  }

  /// The UDP payloads of a pcap file of Ethernet frames with IPv4, and where their packets begin in it.
  private func capture(_ path: String) throws -> [(at: Int, payload: [UInt8])] {
    let file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    func little32(_ at: Int) -> Int {
      (0..<4).reduce(0) { $0 | Int(file[at + $1]) << (8 * $1) }
    }
    try #require(file.count > 24 && little32(0) == 0xA1B2_C3D4 && little32(20) == 1)
    var packets: [(at: Int, payload: [UInt8])] = []
    var at = 24
    while at + 16 <= file.count, at + 16 + little32(at + 8) <= file.count {
      let end = at + 16 + little32(at + 8)
      let ip = at + 16 + 14
      packets.append((at, Array(file[(ip + Int(file[ip] & 15) * 4 + 8)..<end])))
      at = end
    }
    return packets
  }
}
