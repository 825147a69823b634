import Foundation
import Linux
import Synchronization
import SystemPackage
import Testing

extension LinuxTests {
  @Suite struct PidFileTests {
    let folder = TemporaryFolder()

    @Test func `the file holds the number of this process and goes when it is removed`() throws {
      let file = try PidFile(at: folder["pid"])
      #expect(try folder.text(of: "pid") == "")
      try file.write()
      try file.write()
      #expect(try folder.text(of: "pid") == "\(getpid())\n")
      file.remove()
      #expect(!FileRoot(folder.path).exists("/pid"))
      let again = try PidFile(at: folder["pid"])
      again.remove()
    }

    @Test func `another process is refused and told who holds the file`() async throws {
      let file = try PidFile(at: folder["pid"])
      try file.write()
      await #expect(processExitsWith: .success) {
        [path = folder["pid"] as String, pid = "\(getpid())" as String] in
        #expect(Self.refusal(of: path) == pid)
        // Refusing takes nothing away from the holder.
        #expect(Self.refusal(of: path) == pid)
      }
      #expect(try folder.text(of: "pid") == "\(getpid())\n")
      file.remove()
      await #expect(processExitsWith: .success) { [path = folder["pid"] as String] in
        #expect(Self.refusal(of: path) == nil)
      }
    }

    /// The number that keeps `path` from being taken; `nil` if nothing does.
    static func refusal(of path: String) -> String? {
      do throws(PidFile.Failure) {
        _ = try PidFile(at: path)
        return nil
      } catch {
        if case .inUse(let pid) = error { return pid }
        return "\(error)"
      }
    }

    @Test(arguments: ["", "999999999\n", "not a number", String(repeating: "9", count: 100)])
    func `a stale file is no obstacle, whatever is in it`(text: String) throws {
      try folder.write(text, to: "pid")
      let file = try PidFile(at: folder["pid"])
      try file.write()
      #expect(try folder.text(of: "pid") == "\(getpid())\n")
      file.remove()
    }

    @Test func `a holder that has not written its number yet refuses too`() throws {
      let file = try PidFile(at: folder["pid"])
      #expect(Self.refusal(of: folder["pid"]) == "")
      try folder.write("12 junk", to: "pid")
      file.remove()
    }

    @Test func `however fast files are taken and removed, a holder's file is there`() {
      let taken = Atomic(0)
      let lost = Atomic(0)
      DispatchQueue.concurrentPerform(iterations: 3) { [path = folder["pid"]] _ in
        for _ in 0..<2000 {
          guard let file = try? PidFile(at: path) else { continue }
          taken.add(1, ordering: .relaxed)
          if !FileRoot("/").exists(path) { lost.add(1, ordering: .relaxed) }
          file.remove()
        }
      }
      #expect(taken.load(ordering: .relaxed) > 0)
      #expect(lost.load(ordering: .relaxed) == 0)
    }

    @Test func `a file that cannot be opened is an error with its reason`() {
      let path = folder["none/pid"]
      let error = #expect(throws: PidFile.Failure.self) { _ = try PidFile(at: path) }
      guard case .failed(.noSuchFileOrDirectory) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }
}
