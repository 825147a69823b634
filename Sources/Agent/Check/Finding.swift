public import Logging

/// Something that was found when the configuration was held against this host.
public struct Finding: Equatable, Sendable {
  public enum Severity: String, Sendable, CaseIterable {
    /// It will not work as it is.
    case error
    /// It may not work as meant.
    case warning
    /// Worth knowing.
    case note
  }

  public var severity: Severity
  /// "collector 10.0.0.1", "pcap eth0"
  public var subject: String
  public var message: String
  /// What the operator can do about it; empty if nothing.
  public var remedy: String

  public init(_ severity: Severity, _ subject: String, _ message: String, remedy: String = "") {
    self.severity = severity
    self.subject = subject
    self.message = message
    self.remedy = remedy
  }
}

extension Finding: CustomStringConvertible {
  /// "error: pcap eth9: there is no such interface; …"
  public var description: String {
    "\(severity.rawValue): \(subject): \(message)" + (remedy.isEmpty ? "" : "; \(remedy)")
  }
}

extension [Finding] {
  /// For a person: "good".
  public var verdict: String {
    switch exitStatus {
    case 0: "good"
    case 1: "good, but on this host it will not work as it is"
    default: "good, with warnings"
    }
  }

  /// 0 good, 1 errors, 2 warnings only.
  public var exitStatus: Int32 {
    if contains(where: { $0.severity == .error }) { return 1 }
    return contains { $0.severity == .warning } ? 2 : 0
  }
}

extension Logger {
  /// At the level of the finding.
  public func say(_ finding: Finding) {
    let text =
      "\(finding.subject): \(finding.message)" + (finding.remedy.isEmpty ? "" : "; \(finding.remedy)")
    switch finding.severity {
    case .error: error("\(text)")
    case .warning: warning("\(text)")
    case .note: info("\(text)")
    }
  }
}
