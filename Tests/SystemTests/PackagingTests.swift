import Foundation
import Testing

/// What is packaged, held against the sources and against itself. Needs no root.
@Suite struct PackagingTests {
  static func text(_ path: String) -> String { contents(Release.package + "/" + path) }

  static let version = text("Sources/hsflowd/ProgramOptions.swift").split(separator: "\n")
    .first { $0.hasPrefix("let version = ") }.map { String($0.split(separator: "\"")[1]) }

  @Test func `every place names the same version`() throws {
    let version = try #require(Self.version)
    #expect(Self.text("debian/changelog").hasPrefix("hsflowd (1:\(version)) "))
    for page in ["hsflowd.8", "hsflowd.conf.5"] {
      #expect(Self.text("docs/man/\(page)").split(separator: "\n")[0].contains("\"hsflowd \(version)\""))
    }
    #expect(Self.text("packaging/hsflowd.spec").contains("\nVersion: \(version)\n"))
  }

  /// The usage and the manual page list the same options.
  @Test func `the manual page explains every option`() throws {
    let page = Self.text("docs/man/hsflowd.8").replacing("\\-", with: "-")
    let letters = try #require(
      Self.text("Sources/hsflowd/ProgramOptions.swift").split(separator: "letters: \"").last?.split(
        separator: "\""
      ).first)
    for letter in letters where letter != ":" { #expect(page.contains("-\(letter)"), "-\(letter)") }
    for word in ["--check", "--check-file", "--control", "--foreground", "--print", "--version", "--help"] {
      #expect(page.contains(word), "\(word)")
    }
    for name in ["HOST_ROOT", "HOST_PROC", "HOST_SYS", "HOST_ETC", "HOST_VAR"] {
      #expect(page.contains(name), "\(name)")
      #expect(Self.text("Sources/hsflowd/ProgramOptions.swift").contains("\"\(name)\""), "\(name)")
    }
  }

  @Test(
    .enabled(if: tool("man") != nil, "needs man-db"),
    arguments: ["hsflowd.8", "hsflowd.conf.5", "hsflowctl.1"])
  func `manual pages are well formed`(page: String) throws {
    let (status, output, errors) = try Program.run([
      "man", "--warnings=w", "-l", Release.package + "/docs/man/" + page,
    ])
    #expect(status == 0)
    #expect(errors.isEmpty)
    #expect(output.contains("hsflowd"))
  }

  @Test(
    .enabled(if: tool("systemd-analyze") != nil, "needs systemd"),
    arguments: [nil, "libvirt", "netns", "ports"])
  func `the unit is understood, alone and with each drop-in`(dropIn: String?) throws {
    let folder = try Folder()
    // The program need not be installed here.
    try folder.write(
      Self.text("systemd/hsflowd.service").replacing("/usr/sbin/hsflowd", with: "/bin/true"),
      to: "hsflowd.service")
    if let dropIn {
      try FileManager.default.createDirectory(
        atPath: folder["hsflowd.service.d"], withIntermediateDirectories: true)
      try folder.write(Self.text("systemd/\(dropIn).conf"), to: "hsflowd.service.d/\(dropIn).conf")
    }
    let (status, output, errors) = try Program.run([
      "systemd-analyze", "verify", "--man=no", "--recursive-errors=no", folder["hsflowd.service"],
    ])
    #expect(status == 0)
    // Units of this host may have faults of their own.
    #expect(!(output + errors).contains("hsflowd"), "\(output)\(errors)")
  }

  @Test(
    .enabled(if: Release.isBuilt, "no .build/release/hsflowd: make build"),
    .enabled(if: tool("make") != nil, "needs make"), arguments: ["/usr", "/usr/local"])
  func `make install installs, keeps a configuration, and make uninstall leaves nothing but that`(
    prefix: String
  ) throws {
    let folder = try Folder()
    func make(_ target: String) throws {
      let result = try Program.run([
        "make", "-C", Release.package, target, "DESTDIR=\(folder.path)", "PREFIX=\(prefix)",
      ])
      #expect(result.status == 0, "\(result.errors)")
    }
    func files() -> [String] {
      (FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []).filter {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: folder[$0], isDirectory: &isFolder)
          && !isFolder.boolValue
      }.sorted()
    }
    try make("install")
    let root = prefix.dropFirst()
    #expect(
      files()
        == (["etc/hsflowd.conf"]
        + [
          "lib/systemd/system/hsflowd.service", "lib/sysusers.d/hsflowd.conf", "lib/tmpfiles.d/hsflowd.conf",
          "bin/hsflowctl", "share/bash-completion/completions/hsflowctl",
          "share/fish/vendor_completions.d/hsflowctl.fish", "share/zsh/vendor-completions/_hsflowctl",
          "share/man/man1/hsflowctl.1", "sbin/hsflowd", "share/hsflowd/libvirt.conf",
          "share/hsflowd/netns.conf",
          "share/hsflowd/ports.conf", "share/man/man5/hsflowd.conf.5", "share/man/man8/hsflowd.8",
        ].map { root + "/" + $0 }).sorted())
    #expect(
      contents(folder[root + "/lib/systemd/system/hsflowd.service"])
        .contains("\nExecStart=\(prefix)/sbin/hsflowd --foreground "))
    if prefix == "/usr" {
      let listed = Self.filesOfRPM
      #expect(listed.count > 10)
      for file in files() { #expect(listed.contains { file == $0 || file.hasPrefix($0 + "/") }, "\(file)") }
      for path in listed { #expect(FileManager.default.fileExists(atPath: folder[path]), "\(path)") }
    }
    try folder.write("# mine\n", to: "etc/hsflowd.conf")
    try make("install")
    #expect(contents(folder["etc/hsflowd.conf"]) == "# mine\n")
    try make("uninstall")
    #expect(files() == ["etc/hsflowd.conf"])
  }

  /// The paths that the RPM's list of files has, without documents.
  private static var filesOfRPM: [String] {
    let macros = [
      ("%config(noreplace) ", ""), ("%{_sysconfdir}", "etc"), ("%{_bindir}", "usr/bin"),
      ("%{_unitdir}", "usr/lib/systemd/system"), ("%{_mandir}", "usr/share/man"),
      ("%{_datadir}", "usr/share"), ("%{_prefix}", "usr"),
    ]
    let list = text("packaging/hsflowd.spec").components(separatedBy: "%files\n").last ?? ""
    return list.split(separator: "\n").filter { $0.hasPrefix("%{") || $0.hasPrefix("%config") }.map { line in
      macros.reduce(String(line)) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
        .trimmingCharacters(in: ["*"])
    }
  }

  @Test func `the example configuration is the one in the package and is good`() throws {
    let (status, output, _) = try Program.run([
      Release.hsflowd, "-t", "-f", Release.package + "/etc/hsflowd.conf",
    ])
    #expect(status == 0, "\(output)")
  }
}
