import Foundation
import Linux
import SystemPackage
import Testing

extension LinuxTests {
  @Suite struct UnixSocketTests {
    private let folder = TemporaryFolder()
    private var path: String { folder["socket"] }

    private func withAddress(_ body: (UnsafePointer<sockaddr>) -> Int32) -> Int32 {
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0) }
      }
    }

    private func failure() -> UnixListener.Failure? {
      do throws(UnixListener.Failure) {
        _ = try UnixListener(at: path, mode: 0o660)
        return nil
      } catch {
        return error
      }
    }

    @Test func `where a program listens there is no second one, even if it has no room for clients`() throws {
      let first = try UnixListener(at: path, mode: 0o660)
      #expect(failure() == .answered)
      // Nobody takes these clients, and some 64 find room.
      let clients = (0..<80).map { _ in
        socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
      }
      defer { for client in clients { close(client) } }
      #expect(clients.map { client in withAddress { connect(client, $0, 110) } }.contains(-1))
      #expect(failure() == .answered)
      _ = first
    }

    @Test func `a socket that a program left behind is replaced`() throws {
      let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(left) }
      #expect(withAddress { bind(left, $0, 110) } == 0)
      #expect(failure() == nil)
    }

    @Test func `a file that is no socket stays, and is told`() throws {
      try folder.write("precious", to: "socket")
      #expect(failure() == .occupied(.notSocket))
      #expect(try folder.text(of: "socket") == "precious")
    }

    @Test(.enabled(if: Privileges.isRoot, "needs root"))
    func `a socket of another user is not taken for one that answers`() async throws {
      let theirs = try UnixListener(at: path, mode: 0o600)
      await #expect(processExitsWith: .success) { [path = path as String] in
        try Privileges.drop(to: "nobody", keeping: [])
        #expect(throws: UnixListener.Failure.occupied(.permissionDenied)) {
          try UnixListener(at: path, mode: 0o660)
        }
      }
      #expect(
        UnixListener.Failure.occupied(.permissionDenied).description
          == "a file is there that cannot be replaced: EACCES (Permission denied); remove it if no other agent runs"
      )
      _ = theirs
    }
  }
}
