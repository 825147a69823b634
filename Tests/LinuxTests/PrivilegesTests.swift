import Foundation
import Linux
import SystemPackage
import Testing

extension LinuxTests {
  /// In processes of their own: there is no way back.
  @Suite struct PrivilegesTests {
    @Test(.enabled(if: Privileges.isRoot && Capabilities.effective.contains(.netRaw), "needs root"))
    func `root becomes another user and keeps only what it names`() async {
      await #expect(processExitsWith: .success) {
        try Privileges.drop(to: "nobody", keeping: [.netRaw])
        #expect(!Privileges.isRoot)
        #expect(Capabilities.effective == [.netRaw])
        #expect(getuid() == geteuid() && getgid() == getegid() && getgid() != 0)
        #expect(getgroups(0, nil) == 0)
        #expect(setuid(0) == -1)
        #expect(throws: Errno.permissionDenied) { try FileDescriptor.open("/etc/shadow", .readOnly) }
      }
    }

    @Test func `a user that does not exist changes nothing`() async {
      await #expect(processExitsWith: .success) {
        let before = (geteuid(), Capabilities.effective)
        #expect(throws: Privileges.Failure.self) {
          try Privileges.drop(to: "hsflowd-no-such-user", keeping: [])
        }
        #expect((geteuid(), Capabilities.effective) == before)
      }
    }
  }
}
