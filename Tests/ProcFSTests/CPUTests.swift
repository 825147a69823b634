import Bytes
import ProcFS
import Testing

private func ticks(_ columns: UInt64...) -> CPUTicks {
  var ticks = CPUTicks()
  let fields: [WritableKeyPath<CPUTicks, UInt64>] = [
    \.userTicks, \.niceTicks, \.systemTicks, \.idleTicks, \.iowaitTicks, \.irqTicks, \.softirqTicks,
    \.stealTicks, \.guestTicks, \.guestNiceTicks,
  ]
  for (field, value) in zip(fields, columns) { ticks[keyPath: field] = value }
  return ticks
}

private func stat(
  _ cpu: CPUTicks, processors: Int, intr: UInt64?, ctxt: UInt64?, btime: UInt64?, running: UInt64?
) -> Stat {
  var stat = Stat()
  stat.cpu = cpu
  stat.processors = processors
  stat.interrupts = intr
  stat.contextSwitches = ctxt
  stat.bootSeconds = btime
  stat.runningTasks = running
  return stat
}

private func parsed(_ text: String) throws -> Stat { try Stat(parsing: Array(text.utf8).span) }

@Suite struct CPUTests {
  @Test func `load average`() throws {
    let virtio = try Fixture("debian12-virtio-6.1").bytes("proc/loadavg")
    #expect(
      try LoadAverage(parsing: virtio.span)
        == LoadAverage(one: 0.52, five: 0.31, fifteen: 0.20, running: 2, total: 213))
    let text = Array("0.20 0.18 0.12 1 80".utf8)
    let error = #expect(throws: TextError.self) { () throws in _ = try LoadAverage(parsing: text.span) }
    #expect(error == TextError(at: 16, expected: "'/'"))
  }

  @Test func `uptime keeps its hundredths for years`() throws {
    let rhel = try Fixture("rhel7-3.10").bytes("proc/uptime")
    #expect(try Uptime(parsing: rhel.span) == Uptime(upCentiseconds: 1_814_421_103))
    let whole = Array("91120 5".utf8)
    #expect(try Uptime(parsing: whole.span) == Uptime(upCentiseconds: 9_112_000))
    let huge = Array("18446744073709551615.99".utf8)
    #expect(try Uptime(parsing: huge.span) == Uptime(upCentiseconds: .max))
  }

  @Test func `stat of a recorded host`() throws {
    let text = try Fixture("debian12-vm-6.18").bytes("proc/stat")
    #expect(
      try Stat(parsing: text.span)
        == stat(
          ticks(15119, 0, 5954, 301_255, 1942, 0, 68, 22, 0, 0), processors: 2, intr: 244_064, ctxt: 403_545,
          btime: 1_795_232_085, running: 1))
  }

  @Test func `stat of Linux 3·10, 2·6·32 with nine columns, 2·6·18 with eight`() throws {
    let rhel7 = try Fixture("rhel7-3.10").bytes("proc/stat")
    #expect(
      try Stat(parsing: rhel7.span)
        == stat(
          ticks(853_278, 1_098_154, 1_026_638, 1_530_163, 879_937, 610_241, 780_973, 70, 61, 23),
          processors: 2, intr: 342_541_659, ctxt: 81_298_940_206, btime: 1_681_851_850, running: 2))
    let centos6 = try Fixture("centos6-2.6.32").bytes("proc/stat")
    #expect(
      try Stat(parsing: centos6.span)
        == stat(
          ticks(922_164, 1_430_328, 1_474_912, 303_769, 613_910, 860_974, 749_378, 91, 28), processors: 2,
          intr: 53_108_944, ctxt: 95_400_529_973, btime: 1_720_109_892, running: 3))
    let rhel5 = try Fixture("rhel5-2.6.18").bytes("proc/stat")
    #expect(
      try Stat(parsing: rhel5.span)
        == stat(
          ticks(370_210, 650_426, 755_114, 403_025, 278_238, 18107, 208_475, 540_979), processors: 1,
          intr: 92_821_709, ctxt: 4_550_848_807, btime: 1_653_589_117, running: 6))
  }

  @Test func `stat of 1 and of 512 CPUs`() throws {
    let one = try Fixture("cpus-1").bytes("proc/stat")
    #expect(
      try Stat(parsing: one.span)
        == stat(
          ticks(502_479, 502_343, 47391, 714_387, 123_721, 455_337, 899_303, 2, 0, 33), processors: 1,
          intr: 93_817_988, ctxt: 46_588_853_038, btime: 1_645_511_210, running: 5))
    let many = try Fixture("cpus-512").bytes("proc/stat")
    #expect(
      try Stat(parsing: many.span)
        == stat(
          ticks(
            226_166_409, 242_544_085, 221_920_090, 227_340_579, 230_477_953, 235_930_584, 230_212_487, 12594,
            12684, 12647), processors: 512, intr: 4_182_322_253, ctxt: 34_058_746_524, btime: 1_679_808_680,
          running: 3))
  }

  @Test func `a cpu line may have one column to more than ten`() throws {
    #expect(
      try parsed("cpu 7\n")
        == stat(ticks(7), processors: 0, intr: nil, ctxt: nil, btime: nil, running: nil))
    #expect(
      try parsed("cpu  1 2 3 4 5 6 7 8 9 10 11 12\ncpu0 1\nctxt 5")
        == stat(
          ticks(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), processors: 1, intr: nil, ctxt: 5, btime: nil, running: nil))
  }

  @Test func `a stat without its cpu line, or with words for numbers, says where`() {
    #expect(throws: TextError(at: 7, expected: "a line 'cpu'")) { try parsed("ctxt 5\n") }
    #expect(throws: TextError(at: 0, expected: "a line 'cpu'")) { try parsed("") }
    #expect(throws: TextError(at: 7, expected: "a number")) { try parsed("cpu  1 x 3\n") }
    #expect(throws: TextError(at: 3, expected: "a number")) { try parsed("cpu\nctxt 5\n") }
    #expect(throws: TextError(at: 15, expected: "a number")) { try parsed("cpu  1 2\nbtime \n") }
  }

  @Test(
    arguments: [
      ("debian12-vm-6.18", 2, 2_445_432), ("debian12-virtio-6.1", 4, 2_095_078), ("rhel7-3.10", 2, 2_600_000),
      ("s390x-zvm-5.14", 2, 5_200_000), ("ppc64le-powervm-5.14", 2, 3_000_000),
      ("arm64-raspberrypi-6.1", 4, nil),
    ] as [(String, Int, UInt64?)])
  func `cpuinfo of every architecture`(host: String, processors: Int, kilohertz: UInt64?) throws {
    let text = try Fixture(host).bytes("proc/cpuinfo")
    #expect(try Cpuinfo(parsing: text.span) == Cpuinfo(processors: processors, kilohertz: kilohertz))
  }

  @Test(arguments: [("0\n", 1), ("0-3,5\n", 5), ("0-127\n", 128), ("\n", 0), ("", 0), ("2,4-5", 3)])
  func `processors that are online`(text: String, count: Int) throws {
    #expect(try ProcessorList(parsing: Array(text.utf8).span).count == count)
  }

  @Test(arguments: ["3-1\n", "0-9999999999\n", "all\n", "1-\n"])
  func `what is no list of processors is an error`(text: String) {
    #expect(throws: TextError.self) { try ProcessorList(parsing: Array(text.utf8).span) }
  }

  @Test func `the clock of arm64 is in cpufreq`() throws {
    let folder = "sys/devices/system/cpu/cpu0/cpufreq/"
    let host = Fixture("arm64-raspberrypi-6.1")
    let now = try host.bytes(folder + "scaling_cur_freq")
    let maximum = try host.bytes(folder + "cpuinfo_max_freq")
    #expect(try NumberFile(parsing: now.span) == NumberFile(value: 600_000))
    #expect(try NumberFile(parsing: maximum.span) == NumberFile(value: 1_500_000))
  }

  @Test func `a number file holds one number and nothing else`() throws {
    func value(_ text: String) throws -> Int64 { try NumberFile(parsing: Array(text.utf8).span).value }
    #expect(try value("-1\n") == -1)
    #expect(try value("0") == 0)
    #expect(try value("99999999999999999999\n") == .max)
    #expect(throws: TextError(at: 0, expected: "a number")) { try value("<unknown>\n") }
    #expect(throws: TextError(at: 0, expected: "a number")) { try value("") }
    #expect(throws: TextError(at: 1, expected: "the end of the number")) { try value("8:0\n") }
  }
}
