import Linux
import SystemPackage
import Testing

extension LinuxTests {
  @Suite struct HostTests {
    @Test func `the host says its name as the kernel does`() throws {
      let name = HostName()
      let file = KernelFile(FileRoot("/"), "/proc/sys/kernel/hostname", buffer: FileBuffer())
      #expect(try file.bytes() == Array("\(name.node)\n".utf8))
      #expect(!name.release.isEmpty)
      #expect(!name.machine.isEmpty)
    }

    @Test func `the numbers of the host are plausible`() {
      #expect((1...10_000).contains(Host.ticksPerSecond))
      #expect(Host.maximumResidentKiB > 100)
      #expect(Host.random(below: 0) == 0)
      #expect((0..<1000).allSatisfy { _ in Host.random(below: 3) < 3 })
      #expect(Host.interfaceIndex(of: "lo") != nil)
      #expect(Host.interfaceIndex(of: "no such") == nil)
      #expect(Instant.now < Instant.now + .nanoseconds(1))
    }

    @Test func `a file system has no more free than it has`() throws {
      let space = try FileSystemSpace(at: "/")
      #expect(space.total > 0)
      #expect(space.free <= space.total)
      #expect(space.available <= space.free)
      #expect(throws: Errno.noSuchFileOrDirectory) { try FileSystemSpace(at: "/no/such/folder") }
    }

    @Test func `an error names itself as manual pages do`() {
      #expect(Errno.permissionDenied.explanation == "EACCES (Permission denied)")
      #expect(Errno(rawValue: 99_999).name == "errno 99999")
    }

    @Test func `the capabilities are those of this thread`() throws {
      let file = KernelFile(FileRoot("/"), "/proc/thread-self/status", buffer: FileBuffer())
      let line = String(decoding: try file.bytes(), as: UTF8.self).split(separator: "\n")
        .first { $0.hasPrefix("CapEff:") }
      let hex = try #require(line).split(separator: "\t").last ?? ""
      #expect(Capabilities.effective.rawValue == UInt64(hex, radix: 16))
    }
  }
}
