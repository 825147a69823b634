internal import Agent
internal import ArgumentParser
internal import Config
internal import Linux

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Reads a configuration, and holds it against this host.",
    discussion: """
      Exit status: 0 good, 1 errors, 2 warnings only. Nothing is sent and nothing is changed; root sees more than others.
      """)

  @Argument(help: ArgumentHelp("The configuration.", valueName: "file")) var file = "/etc/hsflowd.conf"
  @Flag(help: "Print one JSON document.") var json = false
  @Flag(help: "Read the file only: it is for another host.") var fileOnly = false
  @Flag(name: .shortAndLong, help: "Only errors and warnings.") var quiet = false

  func run() throws {
    let (findings, isGood) = find()
    let shown = quiet ? findings.filter { $0.severity != .note } : findings
    if json {
      Terminal.print(try JSONText.encode(Report(file, findings, shown), pretty: true))
    } else {
      for finding in shown { Terminal.print("\(finding)") }
      if !quiet { Terminal.print("\(file) is \(isGood ? findings.verdict : "not usable")") }
    }
    throw ExitCode(findings.exitStatus)
  }

  /// - Returns: what was found, and whether the file as such can be used.
  private func find() -> ([Finding], isGood: Bool) {
    let outcome: ParseOutcome
    do throws(ConfigurationFile.Unreadable) {
      outcome = try ConfigurationFile.read(file)
    } catch {
      return ([Finding(.error, "configuration", "\(error)")], false)
    }
    var findings = outcome.diagnostics.map { diagnostic in
      Finding(
        Finding.Severity(rawValue: diagnostic.severity.rawValue) ?? .error,
        "\(diagnostic.file):\(diagnostic.position)", diagnostic.message, remedy: diagnostic.hint ?? "")
    }
    guard let settings = outcome.settings else { return (findings, false) }
    if !fileOnly { findings += HostCheck.findings(settings) }
    return (findings, true)
  }

  private struct Report: Encodable {
    struct Entry: Encodable {
      var severity: String
      var subject: String
      var message: String
      var remedy: String
    }

    var file: String
    var status: Int32
    var findings: [Entry]

    init(_ file: String, _ all: [Finding], _ shown: [Finding]) {
      self.file = file
      status = all.exitStatus
      findings = shown.map {
        Entry(severity: $0.severity.rawValue, subject: $0.subject, message: $0.message, remedy: $0.remedy)
      }
    }
  }
}
