internal import Linux

/// Which libvirt is meant where the configuration has no `uri`.
enum DefaultURI {
  /// libvirt's own rules, as root would have them applied: the environment, `uri_default` in libvirt.conf, what the
  /// system's daemon finds. libvirt would look for a daemon of its own for any other user, and start one, so it must be
  /// told; "remote:" leaves the choice of the driver to the daemon.
  /// - Returns: `nil` to leave it to libvirt.
  static func find(
    isRoot: Bool = Privileges.isRoot, environment: String? = Host.environment("LIBVIRT_DEFAULT_URI"),
    configuration: [UInt8] = (try? WholeFile.read("/etc/libvirt/libvirt.conf")) ?? []
  ) -> String? {
    if isRoot || environment?.isEmpty == false { return nil }
    return configured(configuration) ?? "remote:///system"
  }

  /// `uri_default = "qemu:///system"`
  private static func configured(_ file: [UInt8]) -> String? {
    for line in file.split(separator: UInt8(ascii: "\n")) {
      let words = line.split(separator: UInt8(ascii: "\"")).map { String(decoding: $0, as: UTF8.self) }
      guard words.count >= 2, words[0].filter({ $0 != " " && $0 != "\t" }) == "uri_default=" else { continue }
      return words[1]
    }
    return nil
  }
}
