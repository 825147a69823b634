import Foundation
import Linux
import SystemPackage
import Testing

extension LinuxTests {
  @Suite struct NetworkNamespaceTests {
    static var current: String {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self/ns/net")) ?? "?"
    }

    @Test(.enabled(if: TestNamespace.isPossible, "needs root and ip(8)"))
    func `work runs in the namespace and the thread comes back, even from a failure`() throws {
      let namespace = try TestNamespace("run")
      let home = Self.current
      let (there, names) = try NetworkNamespace.run(inNamespaceAt: namespace.path) { () throws(Errno) in
        (Self.current, Host.interfaceIndex(of: "lo"))
      }
      #expect(there.hasPrefix("net:["))
      #expect(there != home)
      #expect(names == 1)
      #expect(Self.current == home)
      #expect(throws: Errno.ioError) {
        try NetworkNamespace.run(inNamespaceAt: namespace.path) { () throws(Errno) in throw .ioError }
      }
      #expect(Self.current == home)
    }

    @Test func `a namespace that is not there is an error and the work does not run`() {
      let home = Self.current
      #expect(throws: Errno.noSuchFileOrDirectory) {
        try NetworkNamespace.run(inNamespaceAt: "/run/netns/hsft-none") { Issue.record("ran") }
      }
      #expect(Self.current == home)
    }

    @Test(.enabled(if: Capabilities.effective.contains(.sysAdmin), "needs root"))
    func `a file that is no namespace is an error and the work does not run`() {
      #expect(throws: Errno.invalidArgument) {
        try NetworkNamespace.run(inNamespaceAt: "/dev/null") { Issue.record("ran") }
      }
    }
  }
}
