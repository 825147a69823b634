import Bytes
import ProcFS
import Testing

/// Has every parser read `text`; an error is as good as a value, a trap ends the test run.
private func parseAll(_ text: Span<UInt8>) {
  _ = try? LoadAverage(parsing: text)
  _ = try? Uptime(parsing: text)
  _ = try? Stat(parsing: text)
  _ = try? Cpuinfo(parsing: text)
  _ = try? ProcessorList(parsing: text)
  _ = try? Meminfo(parsing: text)
  _ = try? Vmstat(parsing: text)
  _ = try? Snmp(parsing: text)
  _ = try? NumberFile(parsing: text)
  _ = try? DeviceNumber(parsing: text)
  _ = try? MachineID(parsing: text)
  _ = ProductUUID(parsing: text)
  _ = try? BlockDevice.guessed(parsing: text)
  _ = try? LocalFilesystem.all(parsing: text)
}

/// The parser that is meant for the file at `path`.
private func parse(_ path: String, _ text: Span<UInt8>) throws {
  switch path.split(separator: "/").last {
  case "loadavg": _ = try LoadAverage(parsing: text)
  case "uptime": _ = try Uptime(parsing: text)
  case "stat": _ = try Stat(parsing: text)
  case "cpuinfo": _ = try Cpuinfo(parsing: text)
  case "online": _ = try ProcessorList(parsing: text)
  case "meminfo": _ = try Meminfo(parsing: text)
  case "vmstat": _ = try Vmstat(parsing: text)
  case "diskstats": _ = try BlockDevice.guessed(parsing: text)
  case "mountinfo": _ = try LocalFilesystem.all(parsing: text)
  case "snmp": _ = try Snmp(parsing: text)
  case "machine-id": _ = try MachineID(parsing: text)
  case "product_uuid": _ = ProductUUID(parsing: text)
  case "dev": _ = try DeviceNumber(parsing: text)
  default: _ = try NumberFile(parsing: text)
  }
}

@Suite struct RobustnessTests {
  @Test func `every fixture can be parsed, but for the marked ones`() throws {
    for (path, bytes) in try Fixture.all()
    where !path.contains("/slaves/") && path != "lxc-container-5.15/etc/machine-id" {
      #expect(throws: Never.self, "\(path)") { () throws in try parse(path, bytes.span) }
    }
  }

  /// Every prefix of files up to 4 kB; of larger ones every 997th.
  @Test func `a file cut anywhere never traps`() throws {
    for (path, bytes) in try Fixture.all() {
      let step = bytes.count > 4096 ? 997 : 1
      for length in stride(from: 0, to: bytes.count, by: step) {
        try? parse(path, bytes.span.extracting(0..<length))
      }
    }
  }

  @Test func `50,000 mutations never trap`() throws {
    let files = try Fixture.all().filter { (1...2048).contains($0.bytes.count) }
    // Marsaglia's xorshift64: the same mutations every time.
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func random(below limit: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(limit))
    }
    let telling: [UInt8] = [0, 0x0A, 0x20, 0x09, 0x2D, 0x2E, 0x2F, 0x30, 0x39, 0x3A, 0x5C, 0xFF]
    for _ in 0..<50_000 {
      let file = files[random(below: files.count)]
      var bytes = file.bytes
      for _ in 0...random(below: 3) where !bytes.isEmpty {
        let i = random(below: bytes.count)
        switch random(below: 5) {
        case 0: bytes[i] = UInt8(random(below: 256))
        case 1: bytes[i] = telling[random(below: telling.count)]
        case 2: bytes.remove(at: i)
        case 3: bytes.insert(telling[random(below: telling.count)], at: i)
        default: bytes.replaceSubrange(i..<i, with: "99999999999999999999".utf8)
        }
      }
      try? parse(file.path, bytes.span)
    }
  }

  @Test func `any parser survives any file`() throws {
    for (_, bytes) in try Fixture.all() where bytes.count < 4096 { parseAll(bytes.span) }
    for byte in UInt8.min...UInt8.max {
      for count in 0..<40 { parseAll(Array(repeating: byte, count: count).span) }
    }
  }

  @Test(arguments: [
    "/proc/loadavg", "/proc/uptime", "/proc/stat", "/proc/cpuinfo", "/proc/meminfo", "/proc/vmstat",
    "/proc/diskstats", "/proc/self/mountinfo", "/proc/net/snmp",
  ])
  func `the files of this machine can be parsed`(path: String) throws {
    guard let text = Fixture.live(path) else { return }
    #expect(throws: Never.self) { () throws in try parse(path, text.span) }
  }

  @Test func `the values of this machine are plausible`() throws {
    if let text = Fixture.live("/proc/stat") {
      let stat = try Stat(parsing: text.span)
      #expect(stat.processors > 0 && stat.cpu.userTicks > 0)
    }
    if let text = Fixture.live("/proc/meminfo") {
      let meminfo = try Meminfo(parsing: text.span)
      #expect(meminfo.memTotalKiB ?? 0 > meminfo.memFreeKiB ?? .max)
    }
  }
}
