import Glibc
import Linux
import SystemPackage
import Testing

extension LinuxTests {
  @Suite struct AnnouncedFileTests {
    let folder = TemporaryFolder()

    @Test(.enabled(if: getuid() == 0, "mounting needs root"))
    func `a mount is announced, and then there is no news until the next`() throws {
      let place = folder.path
      let file = try AnnouncedFile("/proc/self/mountinfo")
      #expect(file.isAnnounced)
      /// Others on this host may mount too, but not all the time.
      func settles() -> Bool { (0..<1000).contains { _ in !file.hasChanged } }
      func shows() throws -> Bool {
        String(decoding: try file.contents(), as: UTF8.self).contains(" \(place) ")
      }
      #expect(settles())
      #expect(try !shows())
      #expect(mount("tmpfs", place, "tmpfs", 0, nil) == 0)
      #expect(file.hasChanged)
      #expect(try shows())
      #expect(settles())
      #expect(umount(place) == 0)
      #expect(file.hasChanged)
      #expect(try !shows())
    }

    @Test func `of a file that is not the kernel's there is always news`() throws {
      try folder.write("one", to: "file")
      let file = try AnnouncedFile(folder["file"])
      #expect(!file.isAnnounced)
      #expect(file.hasChanged && file.hasChanged)
      #expect(try file.contents() == Array("one".utf8))
    }

    @Test func `what is not there is an error`() {
      #expect(throws: FileError.unreadable(path: "/proc/nothing", .noSuchFileOrDirectory)) {
        try AnnouncedFile("/proc/nothing")
      }
    }
  }
}
