internal import CLinux

/// One option of the command line.
public enum CommandLineOption: Equatable, Sendable {
  /// The letter, and the argument of a letter that takes one. Long options come as their letters:
  /// `--help` h, `--version` v, `--check` t, `--check-file` T, `--foreground` d, `--print` W, `--control` K.
  case option(Character, argument: String)
  /// An option that does not exist or lacks its argument, as it was written.
  case unknown(String)
  /// A word that is no option.
  case word(String)
}

extension CommandLineOption {
  /// Reads the command line by the rules of getopt_long(3), which keeps its place in global variables: never
  /// from two threads at once.
  /// - Parameter letters: a colon follows a letter that takes an argument.
  public static func all(of arguments: [String], letters: String) -> [CommandLineOption] {
    var copies = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe copies.forEach { unsafe free($0) } }
    // getopt moves the words behind the options, in our copy of the list.
    return unsafe copies.withUnsafeMutableBufferPointer { words in
      unsafe options(in: words.baseAddress!, count: arguments.count, letters: letters)
    }
  }

  /// - Parameter words: terminated texts, `count` of them, and a null.
  private static func options(
    in words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>, count: Int, letters: String
  ) -> [CommandLineOption] {
    var options: [CommandLineOption] = []
    var argument: UnsafePointer<CChar>?
    var offender: CInt = 0
    var next: CInt = 1
    cl_getopt_restart()
    while true {
      let before = next
      let letter = unsafe cl_getopt(CInt(count), words, letters, &argument, &offender, &next)
      if letter == -1 { break }
      let text = unsafe argument.map { unsafe String(cString: $0) } ?? ""
      if letter != CInt(UInt8(ascii: "?")) {
        options.append(.option(character(letter), argument: text))
      } else if next > before, let word = unsafe words[Int(next) - 1].map({ unsafe String(cString: $0) }),
        word.hasPrefix("--")
      {
        // A long option takes its whole word, and `next` is one behind it.
        options.append(.unknown(word))
      } else {
        options.append(.unknown("-\(character(offender))"))
      }
    }
    for i in min(Int(next), count)..<count {
      // In range: `count` words are there.
      if let word = unsafe words[i] { options.append(.word(unsafe String(cString: word))) }
    }
    return options
  }

  private static func character(_ letter: CInt) -> Character {
    Character(UnicodeScalar(UInt8(truncatingIfNeeded: letter)))
  }
}
