import Testing

@testable import VirtualMachines

/// Which libvirt is meant where the configuration names none.
@Suite struct DefaultURITests {
  private func find(isRoot: Bool = false, environment: String? = nil, _ file: String = "") -> String? {
    DefaultURI.find(isRoot: isRoot, environment: environment, configuration: Array(file.utf8))
  }

  @Test func `who is not root is sent to the daemon of the system`() {
    #expect(find() == "remote:///system")
    #expect(find(environment: "") == "remote:///system")
  }

  @Test func `root and the environment leave it to libvirt`() {
    #expect(find(isRoot: true, "uri_default = \"xen:///system\"\n") == nil)
    #expect(find(environment: "qemu:///system") == nil)
  }

  @Test func `libvirt's own file is asked, not its comments`() {
    let file = "# uri_default = \"qemu:///a\"\n\turi_default=\"xen:///system\" # ours\n"
    #expect(find(file) == "xen:///system")
    for file in ["uri_default = \n", "uri_aliases = [ \"a=qemu:///b\" ]\n", "uri_default\n", "\"\"\n"] {
      #expect(find(file) == "remote:///system", "\(file)")
    }
  }
}
