internal import CLinux

/// A POSIX extended regular expression, regcomp(3), newline-sensitive and unanchored.
///
/// A class because it owns the compiled form and several settings share it.
@safe public final class PosixRegex {
  public let pattern: String
  private var compiled = unsafe regex_t()

  /// - Throws: `PatternError` with what regerror(3) says.
  public init(_ pattern: String) throws(PatternError) {
    self.pattern = pattern
    let code = unsafe regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB | REG_NEWLINE)
    if code != 0 {
      let text = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { room in
        _ = unsafe regerror(code, &compiled, room.baseAddress, room.count)
        // regerror always terminates what it writes.
        return unsafe String(cString: room.baseAddress!)
      }
      throw PatternError(description: text)
    }
  }

  // Frees nothing twice: a regex_t that failed to compile is empty.
  deinit { unsafe regfree(&compiled) }

  public func matches(_ text: String) -> Bool { unsafe regexec(&compiled, text, 0, nil, 0) == 0 }

  public struct PatternError: Error, Equatable, CustomStringConvertible {
    public var description: String
  }

  /// What is wrong with `pattern`; `nil` if nothing is.
  public static func fault(in pattern: String) -> String? {
    do throws(PatternError) {
      _ = try PosixRegex(pattern)
      return nil
    } catch {
      return error.description
    }
  }
}
