import Bytes
import Linux
import SystemPackage
import Testing

extension LinuxTests {
  @Suite struct KernelFileTests {
    let folder = TemporaryFolder()
    let buffer = FileBuffer()

    func file(_ name: String) -> KernelFile { KernelFile(FileRoot(folder.path), "/" + name, buffer: buffer) }

    func text(_ file: KernelFile) throws -> String { String(decoding: try file.bytes(), as: UTF8.self) }

    @Test func `a file is read anew from its start each time`() throws {
      try folder.write("one\n", to: "counter")
      let counter = file("counter")
      #expect(try text(counter) == "one\n")
      let writer = try FileDescriptor.open(folder["counter"], .writeOnly, options: .truncate)
      try writer.writeAll("two, longer\n".utf8)
      #expect(try text(counter) == "two, longer\n")
      try writer.resize(to: 3)
      #expect(try text(counter) == "two")
      try writer.close()
    }

    @Test(arguments: [0, 1, 8191, 8192, 8193, 16384, 100_001, 300_000])
    func `a file of any size is read whole, and a small one after it`(size: Int) throws {
      let long = String(repeating: "0123456789", count: size / 10 + 1).prefix(size)
      try folder.write(String(long), to: "long")
      try folder.write("short", to: "short")
      let (longFile, shortFile) = (file("long"), file("short"))
      for _ in 0..<2 {
        #expect(try text(longFile) == long)
        #expect(try text(shortFile) == "short")
      }
    }

    @Test func `two files share a buffer even while one is being parsed`() throws {
      try folder.write("outer", to: "outer")
      try folder.write("inner, which is longer", to: "inner")
      let (outer, inner) = (file("outer"), file("inner"))
      let result = try outer.read { (text) throws(TextError) in
        _ = try? inner.bytes()
        return (0..<text.count).map { text[$0] }
      }
      #expect(result == Array("outer".utf8))
    }

    @Test func `a file that is not there is named with the reason, and read when it comes`() throws {
      let late = file("late")
      let error = #expect(throws: FileError.self) { try late.bytes() }
      #expect(error == .unreadable(path: folder["late"], .noSuchFileOrDirectory))
      #expect(error?.description == "cannot read \(folder["late"]): ENOENT (No such file or directory)")
      try folder.write("here", to: "late")
      #expect(try text(late) == "here")
    }

    @Test func `a file of a process that is gone is an error, and its successor is found`() throws {
      let child = try Child("sleep", "60")
      folder.link("stat", to: "/proc/\(child.pid)/stat")
      let stat = file("stat")
      #expect(try text(stat).hasPrefix("\(child.pid) "))
      child.end()
      #expect(throws: FileError.unreadable(path: folder["stat"], .noSuchProcess)) { try stat.bytes() }
      #expect(throws: FileError.unreadable(path: folder["stat"], .noSuchFileOrDirectory)) {
        try stat.bytes()
      }
      let successor = try Child("sleep", "60")
      folder.link("stat", to: "/proc/\(successor.pid)/stat")
      #expect(try text(stat).hasPrefix("\(successor.pid) "))
    }

    @Test func `a file that cannot be understood is named with the place, and the next read goes on`() throws
    {
      try folder.write("12 x", to: "number")
      let number = file("number")
      let parse = { (text: Span<UInt8>) throws(TextError) in
        var cursor = ASCIICursor(text)
        return [try cursor.unsigned(), try cursor.unsigned()]
      }
      let error = #expect(throws: FileError.self) { try number.read(parse) }
      #expect(error == .malformed(path: folder["number"], TextError(at: 3, expected: "a number")))
      #expect(error?.description.hasPrefix("cannot understand \(folder["number"]): ") == true)
      let writer = try FileDescriptor.open(folder["number"], .writeOnly, options: .truncate)
      try writer.writeAll("12 13".utf8)
      try writer.close()
      #expect(try number.read(parse) == [12, 13])
    }

    @Test func `files of the kernel are read whole`() throws {
      let root = FileRoot("/")
      for path in ["/proc/self/stat", "/proc/stat", "/proc/meminfo", "/proc/self/maps"]
      where root.exists(path) {
        let file = KernelFile(root, path, buffer: buffer)
        let text = try text(file)
        #expect(text.hasSuffix("\n"))
        #expect(try file.bytes().isEmpty == false)
      }
    }

    @Test func `ten thousand failed reads leave no descriptor behind`() throws {
      let open = { try FileRoot("/").names(in: "/proc/self/fd").count }
      let before = try open()
      // Opened, and refused only when read.
      let directory = file("")
      let missing = file("missing")
      var failures = 0
      for _ in 0..<5000 {
        for (file, reason) in [(directory, Errno.isDirectory), (missing, .noSuchFileOrDirectory)] {
          do throws(FileError) {
            _ = try file.bytes()
          } catch {
            if case .unreadable(_, reason) = error { failures += 1 }
          }
        }
      }
      #expect(failures == 10_000)
      // Other tests of the process may have opened a few.
      #expect(try open() < before + 1000)
    }

    @Test func `the names in a folder come without its dots`() throws {
      let root = FileRoot(folder.path + "/")
      #expect(try root.names(in: "/") == [])
      for name in ["b", "a", ".hidden", "ünï", String(repeating: "n", count: 255)] {
        try folder.write("", to: name)
      }
      #expect(
        try root.names(in: "/").sorted() == [
          ".hidden", "a", "b", String(repeating: "n", count: 255), "ünï",
        ])
      #expect(throws: Errno.noSuchFileOrDirectory) { try root.names(in: "/none") }
      #expect(throws: Errno.notDirectory) { try root.names(in: "/a") }
      #expect(root.exists("/a"))
      #expect(!root.exists("/none"))
      #expect(root.path("/proc/stat") == folder.path + "/proc/stat")
      #expect(FileRoot("/").path("/proc/stat") == "/proc/stat")
    }

    @Test func `single folders of a root may be elsewhere`() {
      let root = FileRoot("/host/", elsewhere: ["proc": "/hostproc", "sys": "/s/"])
      #expect(root.path("/proc/stat") == "/hostproc/stat")
      #expect(root.path("/sys/block") == "/s/block")
      #expect(root.path("/proc") == "/hostproc")
      #expect(root.path("/process") == "/host/process")
      #expect(root.path("/etc/machine-id") == "/host/etc/machine-id")
      #expect(FileRoot("/").isOwn)
      #expect(!root.isOwn && !FileRoot("/host").isOwn && !FileRoot("/", elsewhere: ["proc": "/p"]).isOwn)
      #expect(FileRoot("/", elsewhere: ["sys": "/s"]).isOwn)
    }
  }
}
