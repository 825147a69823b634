import Linux
import SystemPackage
import Testing

@testable import Sampling

/// What a log group meets, as kernels were seen to say it.
@Suite struct NFLogFailureTests {
  /// Linux 6.1 without nfnetlink says EPROTONOSUPPORT to socket(2), without nfnetlink_log EINVAL to the binding.
  @Test(arguments: [Errno.protocolNotSupported, .invalidArgument])
  func `a kernel without NFLOG is told with the module to load`(error: Errno) {
    let failure = NFLogSource.failure(error, group: 5)
    #expect(failure.reason == "cannot listen to NFLOG group 5: \(error.explanation)")
    #expect(failure.remedy == "this kernel has no nfnetlink_log: modprobe nfnetlink_log")
  }

  /// The kernel says EPERM for want of the right, and also if somebody else has the group.
  @Test func `a refusal is told apart by the rights of the process`() {
    let isAllowed = Capabilities.effective.contains(.netAdmin)
    #expect(
      NFLogSource.failure(.notPermitted, group: 5).remedy
        == (isAllowed
          ? "another program has this group: choose another here and in the firewall rule"
          : "the agent needs CAP_NET_ADMIN"))
    #expect(
      NFLogSource.failure(.resourceBusy, group: 5).remedy
        == "another program has this group: choose another here and in the firewall rule")
  }
}
