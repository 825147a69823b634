internal import Bytes
internal import Config
internal import HostCounters
internal import Linux
internal import Logging
internal import ProcFS
internal import SystemPackage

/// Who this host is: the UUID in host_descr.
enum AgentIdentity {
  /// Where the UUID came from, for the log.
  struct Found: Equatable {
    var uuid: UUID
    var origin: String
  }

  /// In the order of the C agent: configuration, `-u`, the firmware's, one made from the machine-id.
  /// - Parameters:
  ///   - machineID: of `-m`; otherwise `/etc/machine-id` is read.
  ///   - credentials: where the service manager leaves what only root may read.
  static func uuid(
    configured: UUID?, option: UUID?, machineID: UUID?, root: FileRoot, credentials: FileRoot? = nil
  ) -> Found {
    if let configured { return Found(uuid: configured, origin: "configuration") }
    if let option { return Found(uuid: option, origin: "option -u") }
    let buffer = FileBuffer()
    // Readable by root only; the C agent had dmidecode(8) tell it.
    var hint = ""
    let products = [(credentials, "/product_uuid"), (root, "/sys/class/dmi/id/product_uuid")]
    for case (let root?, let path) in products {
      let product = KernelFile(root, path, buffer: buffer)
      do throws(FileError) {
        let uuid = try product.read { (text) throws(TextError) in ProductUUID(parsing: text).uuid }
        if let uuid { return Found(uuid: uuid, origin: "firmware") }
        break
      } catch {
        if case .unreadable(let path, .permissionDenied) = error { hint = "; only root may read \(path)" }
      }
    }
    if let machineID { return Found(uuid: UUID(machineID: machineID), origin: "option -m" + hint) }
    for path in ["/etc/machine-id", "/var/lib/dbus/machine-id"] {
      let file = KernelFile(root, path, buffer: buffer)
      if let id = try? file.read(MachineID.init(parsing:)) {
        return Found(uuid: UUID(machineID: id.uuid), origin: path + hint)
      }
    }
    return Found(uuid: UUID(), origin: "nowhere: set uuid in the configuration")
  }

  /// The sub-agent number: the C agent sends from the configured one if it samples packets or listens to
  /// applications, and from the next if it only polls.
  static func subAgentID(_ settings: Settings) -> UInt32 {
    let samples =
      settings.nflog != nil || settings.ulog != nil || settings.psample != nil || !settings.pcap.isEmpty
      || !settings.epcap.isEmpty || settings.dropmon != nil || settings.tcp != nil || settings.json != nil
    return samples ? settings.subAgentID : settings.subAgentID + 1
  }
}
