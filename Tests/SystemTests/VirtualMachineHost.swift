import Foundation
import Linux
import SFlow
import Testing

/// A libvirt host inside a `Lab`: libvirtd and qemu with folders of their own, in a mount namespace. Ended, guests and
/// all, with its owner. Needs nothing of what runs on the machine and leaves nothing there.
final class VirtualMachineHost {
  static let isPossible = tool("libvirtd") != nil && tool("virsh") != nil && tool("qemu-system-x86_64") != nil

  let lab: Lab
  let folder: Folder
  private let holder: Program
  private(set) var libvirtd: Program

  /// Debian's libvirt-qemu user comes with a package that would start services. No device nodes, no control groups.
  private static let setUp = """
    set -e
    for d in /run /var/lib/libvirt /var/log/libvirt /var/cache/libvirt /etc/libvirt; do
      mkdir -p $d; mount -t tmpfs none $d
    done
    (cat /etc/passwd; echo libvirt-qemu:x:0:0::/:/bin/false) > /run/passwd
    (cat /etc/group; echo libvirt-qemu:x:0:; echo kvm:x:0:) > /run/group
    mount --bind /run/passwd /etc/passwd; mount --bind /run/group /etc/group
    printf 'auth_unix_ro = "none"\\nauth_unix_rw = "none"\\nunix_sock_ro_perms = "0777"\\n' > /etc/libvirt/libvirtd.conf
    printf 'user = "root"\\ngroup = "root"\\nsecurity_driver = "none"\\ncgroup_controllers = [ ]\\nnamespaces = [ ]\\n\
    remember_owner = 0\\nstdio_handler = "file"\\n' > /etc/libvirt/qemu.conf
    touch /run/ready
    exec sleep 1000000
    """

  init(_ lab: Lab) throws {
    self.lab = lab
    folder = try Folder()
    holder = try Program(
      ["unshare", "-m", "--propagation", "private", "sh", "-c", Self.setUp], in: lab.hostPath)
    let (pid, ready) = (holder.pid, "/proc/\(holder.pid)/root/run/ready")
    try #require(eventually { FileManager.default.fileExists(atPath: ready) }, "\(holder.errors)")
    libvirtd = try Self.startDaemon(pid, lab)
    try waitForDaemon()
  }

  deinit {
    let pids = root + "/run/libvirt/qemu"
    for name in (try? FileManager.default.contentsOfDirectory(atPath: pids)) ?? []
    where name.hasSuffix(".pid") {
      if let pid = pid_t(contents(pids + "/" + name).filter(\.isNumber)) { kill(pid, SIGKILL) }
    }
    libvirtd.signal(SIGCONT)
    libvirtd.end(SIGKILL)
    holder.end(SIGKILL)
  }

  /// The host's folders as they are seen from outside.
  var root: String { "/proc/\(holder.pid)/root" }

  /// In front of a program that is to run on this host.
  var inside: [String] { Self.inside(holder.pid) }
  private static func inside(_ pid: pid_t) -> [String] { ["nsenter", "--mount", "--target", "\(pid)"] }

  private static func startDaemon(_ holder: pid_t, _ lab: Lab) throws -> Program {
    try Program(inside(holder) + ["libvirtd", "-p", "/run/libvirtd.pid"], in: lab.hostPath)
  }

  func restartDaemon() throws {
    libvirtd.end(SIGKILL)
    libvirtd = try Self.startDaemon(holder.pid, lab)
    try waitForDaemon()
  }

  private func waitForDaemon() throws {
    let question = inside + ["virsh", "-q", "-c", "qemu:///system", "uri"]
    try #require(
      eventually(within: .seconds(30)) { try Program.run(question, in: lab.hostPath).status == 0 },
      "\(libvirtd.errors)")
  }

  /// A program on this host that is not waited for.
  func start(_ words: String...) throws -> Program { try Program(inside + words, in: lab.hostPath) }

  /// The process that a guest is.
  func process(of guest: String) throws -> pid_t {
    try #require(pid_t(contents(root + "/run/libvirt/qemu/\(guest).pid").filter(\.isNumber)))
  }

  @discardableResult func virsh(_ words: String...) throws -> String {
    let result = try Program.run(inside + ["virsh", "-q", "-c", "qemu:///system"] + words, in: lab.hostPath)
    try #require(result.status == 0, "virsh \(words): \(result.errors)")
    return result.output
  }

  /// "block.0.rd.reqs" and its value.
  func statistics(of guest: String) throws -> [String: UInt64] {
    var values: [String: UInt64] = [:]
    for line in try virsh("domstats", guest).split(separator: "\n") {
      let parts = line.split(separator: "=")
      if parts.count == 2, let value = UInt64(parts[1]) {
        values[parts[0].trimmingCharacters(in: .whitespaces)] = value
      }
    }
    return values
  }

  /// A file with the description of a guest that sits in its BIOS.
  func describe(_ name: String, devices: String) throws -> String {
    try folder.write(
      """
      <domain type='qemu'><name>\(name)</name><memory unit='MiB'>16</memory><vcpu>1</vcpu>
      <os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features>
      <devices><emulator>\(tool("qemu-system-x86_64") ?? "")</emulator>\(devices)</devices></domain>
      """, to: name + ".xml")
  }

  func disk(_ name: String, _ device: String, bytes: Int) throws -> String {
    try folder.write(String(repeating: "\0", count: bytes), to: name)
    return
      "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='\(folder[name])'/><target dev='\(device)' bus='\(device.hasPrefix("sd") ? "usb" : "virtio")'/></disk>"
  }

  static func adaptor(_ mac: String, _ tap: String, model: String = "virtio") -> String {
    "<interface type='ethernet'><mac address='\(mac)'/><target dev='\(tap)' managed='yes'/><model type='\(model)'/>"
      + (model == "usb-net" ? "<address type='usb' bus='0' port='1'/>" : "") + "</interface>"
  }
}
