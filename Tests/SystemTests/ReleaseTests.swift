import Foundation
import Testing

extension SystemTests {
  /// What is delivered.
  @Suite struct ReleaseTests {
    @Test func `the program needs the C library and nothing else`() throws {
      let (status, output, _) = try Program.run(["ldd", Release.hsflowd])
      #expect(status == 0)
      let names = output.split(separator: "\n").compactMap {
        $0.split(separator: " ").first?.split(separator: "/").last
      }
      .map { $0.drop { $0 == "\t" } }
      let allowed = ["linux-vdso.so", "libc.so", "libm.so", "ld-linux"]
      #expect(!names.isEmpty)
      for name in names { #expect(allowed.contains { name.hasPrefix($0) }, "\(name)") }
      report(
        "release",
        "\(try Data(contentsOf: URL(fileURLWithPath: Release.hsflowd)).count / 1024) KiB, needs \(names.joined(separator: ", "))"
      )
    }

    @Test(.enabled(if: tool("readelf") != nil, "needs binutils"))
    func `it is position independent, its relocations are read-only, and it searches no folder of its own`()
      throws
    {
      let dynamic = try Program.run(["readelf", "-dW", Release.hsflowd]).output
      #expect(dynamic.contains("BIND_NOW") && dynamic.contains("NOW PIE"))
      #expect(!dynamic.contains("RUNPATH") && !dynamic.contains("RPATH"))
      let segments = try Program.run(["readelf", "-lW", Release.hsflowd]).output.split(separator: "\n")
      #expect(segments.contains { $0.contains("GNU_RELRO") })
      #expect(segments.contains { $0.contains("GNU_STACK") && $0.contains(" RW ") })
    }

    // libvirt and libpcap may be named in it, to be loaded when wanted; linked they would be above.
    @Test func `no trace of Foundation or ICU is in it`() throws {
      let program = try Data(contentsOf: URL(fileURLWithPath: Release.hsflowd))
      for name in ["libFoundation", "FoundationEssentials", "icudt", "ucol_open"] {
        #expect(program.range(of: Data(name.utf8)) == nil, "\(name)")
      }
    }

    /// `make demo` as a newcomer would run it, but for the build: while tests run, the package manager lets no other
    /// build begin, and the program is there.
    @Test(.enabled(if: tool("make") != nil, "needs make")) func `the demonstration prints what it sends`()
      throws
    {
      let demo = try Program(["make", "-C", Release.package, "demo", "SWIFT=true"])
      defer { demo.endGroup() }
      #expect(
        eventually(within: .seconds(120)) { demo.output.contains("\n  host_cpu load_one=") },
        "\(demo.output)\(demo.errors)")
      for record in ["host_descr", "host_memory", "host_disk_io", "host_net_io", "mib2_ip_group"] {
        #expect(demo.output.contains("\n  \(record) "), "\(record)")
      }
    }
  }
}
