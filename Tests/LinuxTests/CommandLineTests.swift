import Linux
import Testing

extension LinuxTests {
  /// getopt(3) keeps its place in global variables: not two at a time.
  @Suite struct CommandLineTests {
    func parse(_ words: String...) -> [CommandLineOption] {
      CommandLineOption.all(of: ["hsflowd"] + words, letters: "dhvtWf:u:")
    }

    func option(_ letter: Character, _ argument: String = "") -> CommandLineOption {
      .option(letter, argument: argument)
    }

    @Test func `letters stand alone or together`() {
      #expect(parse() == [])
      #expect(parse("-ddd") == [option("d"), option("d"), option("d")])
      #expect(parse("-d", "-h") == [option("d"), option("h")])
    }

    @Test func `an argument follows its letter or stands apart`() {
      #expect(parse("-f", "file") == [option("f", "file")])
      #expect(parse("-ffile") == [option("f", "file")])
      #expect(parse("-ddf", "a b") == [option("d"), option("d"), option("f", "a b")])
      #expect(parse("-f", "-d") == [option("f", "-d")])
      #expect(parse("-f", "") == [option("f", "")])
    }

    @Test func `long options come as their letters, cut short too`() {
      #expect(parse("--help", "--version") == [option("h"), option("v")])
      #expect(parse("--check", "--print", "--ver") == [option("t"), option("W"), option("v")])
    }

    @Test func `what is unknown or lacks its argument is named as it was written`() {
      #expect(parse("-x") == [.unknown("-x")])
      #expect(parse("-dxd") == [option("d"), .unknown("-x"), option("d")])
      #expect(parse("-f") == [.unknown("-f")])
      #expect(parse("--bogus") == [.unknown("--bogus")])
      #expect(parse("--bogus=1", "-d") == [.unknown("--bogus=1"), option("d")])
      #expect(parse("--check=1") == [.unknown("--check=1")])
      #expect(parse("--print", "-xd") == [option("W"), .unknown("-x"), option("d")])
      #expect(parse("-?") == [.unknown("-?")])
    }

    @Test func `words come last, and an unknown option is not mistaken for one`() {
      #expect(parse("a", "-d", "b") == [option("d"), .word("a"), .word("b")])
      #expect(parse("-d", "--", "-x") == [option("d"), .word("-x")])
      #expect(parse("-") == [.word("-")])
      #expect(parse("a", "--bogus", "-d") == [.unknown("--bogus"), option("d"), .word("a")])
      #expect(parse("a", "b", "-xd") == [.unknown("-x"), option("d"), .word("a"), .word("b")])
    }

    @Test func `a command line can be read after another that ended in the middle`() {
      #expect(parse("-dd", "a", "b", "c") == [option("d"), option("d"), .word("a"), .word("b"), .word("c")])
      #expect(parse("-d") == [option("d")])
      #expect(CommandLineOption.all(of: [], letters: "d") == [])
    }
  }
}
