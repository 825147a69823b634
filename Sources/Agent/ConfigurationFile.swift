public import Config
internal import Linux
internal import SystemPackage

/// `hsflowd.conf` on disk.
public enum ConfigurationFile {
  /// Why there was nothing to check.
  public struct Unreadable: Error, CustomStringConvertible {
    /// "hsflowd.conf: cannot read it: ENOENT (No such file or directory); …"
    public var description: String
  }

  /// Reads and checks the file at `path`. What is wrong or worth knowing is among the diagnostics; without settings
  /// it cannot be used.
  public static func read(_ path: String) throws(Unreadable) -> ParseOutcome {
    let text: [UInt8]
    do throws(Errno) {
      text = try WholeFile.read(path)
    } catch {
      let hint =
        switch error {
        case .noSuchFileOrDirectory: "; give another with -f, or write this one"
        case .permissionDenied: "; the user that the agent runs as must be able to read it: chmod, or chgrp"
        default: ""
        }
      throw Unreadable(description: "\(path): cannot read it: \(error.explanation)\(hint)")
    }
    return Configuration.parse(
      text, file: path,
      options: ParseOptions(
        features: Catalogue.features, validateRegex: { PosixRegex.fault(in: $0) },
        pathExists: { FileRoot("/").exists($0) }))
  }
}
