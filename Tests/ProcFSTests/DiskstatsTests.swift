import Bytes
import ProcFS
import Testing

/// A row with its name copied.
struct DiskRow: Equatable {
  var number: DeviceNumber
  var name: String
  var counters: DiskCounters
  var isShort = false

  init(_ major: UInt32, _ minor: UInt32, _ name: String, _ columns: UInt64..., isShort: Bool = false) {
    number = DeviceNumber(major, minor)
    self.name = name
    counters = DiskCounters()
    let fields: [WritableKeyPath<DiskCounters, UInt64>] =
      isShort
      ? [\.reads, \.sectorsRead, \.writes, \.sectorsWritten]
      : [
        \.reads, \.readsMerged, \.sectorsRead, \.readMilliseconds, \.writes, \.writesMerged, \.sectorsWritten,
        \.writeMilliseconds, \.inFlight, \.busyMilliseconds, \.weightedMilliseconds,
      ]
    for (field, value) in zip(fields, columns) { counters[keyPath: field] = value }
    self.isShort = isShort
  }

  init(_ row: borrowing Diskstats.Row) {
    number = row.number
    name = String(row.name)
    counters = row.counters
    isShort = row.isShortPartitionRow
  }

  static func all(_ text: [UInt8]) throws -> [DiskRow] {
    var result: [DiskRow] = []
    var rows = Diskstats(parsing: text.span)
    while let row = try rows.next() { result.append(DiskRow(row)) }
    return result
  }
}

@Suite struct DiskstatsTests {
  @Test func `a recorded host, 17 columns`() throws {
    let rows = try DiskRow.all(Fixture("debian12-vm-6.18").bytes("proc/diskstats"))
    #expect(
      rows == (0..<8).map { DiskRow(7, $0, "loop\($0)") }
        + [
          DiskRow(254, 0, "vda", 58035, 9798, 11102722, 86963, 22383, 20040, 1635632, 7903, 0, 23856, 95568),
          DiskRow(253, 0, "zram0"),
        ])
  }

  @Test func `Linux 3·10, 11 columns`() throws {
    let rows = try DiskRow.all(Fixture("rhel7-3.10").bytes("proc/diskstats"))
    #expect(
      rows == [
        DiskRow(
          8, 0, "sda", 4_112_098, 1209, 412_098_211, 3_311_091, 91_120_983, 221_098, 1_911_209_872,
          88_112_091, 0,
          22_110_983, 91_423_111),
        DiskRow(8, 1, "sda1", 2110, 2, 112_098, 1209, 2098, 4, 4196, 887, 0, 1988, 2096),
        DiskRow(
          8, 2, "sda2", 4_109_911, 1207, 411_982_113, 3_309_812, 90_112_098, 221_094, 1_911_205_676,
          88_100_983, 0,
          22_098_112, 91_410_795),
        DiskRow(8, 16, "sdb", 88_112, 11, 9_112_098, 71_120, 1209, 0, 112_098, 8112, 0, 31_120, 79_232),
        DiskRow(
          253, 0, "dm-0", 4_001_120, 0, 398_112_098, 3_400_112, 91_300_112, 0, 1_801_120_983, 99_112_098, 0,
          22_001_120, 102_512_210),
        DiskRow(
          253, 1, "dm-1", 110_112, 0, 881_120, 41_120, 221_120, 0, 1_768_960, 911_209, 0, 112_098, 952_329),
      ])
  }

  @Test func `partitions of Linux 2·6·18 have four columns`() throws {
    let rows = try DiskRow.all(Fixture("rhel5-2.6.18").bytes("proc/diskstats"))
    #expect(
      rows == [
        DiskRow(1, 0, "ram0"), DiskRow(2, 0, "fd0"),
        DiskRow(
          3, 0, "hda", 112_098, 9112, 4_112_098, 811_209, 311_209, 91_120, 3_112_098, 2_112_098, 0, 811_209,
          2_923_307),
        DiskRow(3, 1, "hda1", 812, 1622, 40, 80, isShort: true),
        DiskRow(3, 2, "hda2", 120_112, 4_110_112, 389_012, 3_112_018, isShort: true),
        DiskRow(9, 0, "md0"),
      ])
  }

  @Test func `names keep their slash`() throws {
    let rows = try DiskRow.all(Fixture("centos6-2.6.32").bytes("proc/diskstats"))
    #expect(
      rows.map(\.name) == [
        "ram0", "loop0", "cciss/c0d0", "cciss/c0d0p1", "cciss/c0d0p2", "sr0", "dm-0", "md0",
      ])
  }

  @Test func `after a malformed row the next one follows`() throws {
    let text = Array("8 0 sda 1 2 3 4 5 6\n8 16 sdb\n\n8 32 sdc 1 2 3 4 5 6 7 8 9 10 11 12 13\n".utf8)
    var rows = Diskstats(parsing: text.span)
    var errors: [TextError] = []
    var names: [String] = []
    for _ in 0..<4 {
      do throws(TextError) {
        if let row = try rows.next() { names.append(String(row.name)) }
      } catch {
        errors.append(error)
      }
    }
    #expect(errors == [TextError(at: 19, expected: "a number"), TextError(at: 28, expected: "a number")])
    #expect(names == ["sdc"])
  }
}
