import Foundation
import Testing

/// The layers of `docs/ARCHITECTURE.md`, held against the sources.
@Suite struct ArchitectureTests {
  struct Source: Sendable, CustomStringConvertible {
    /// "ProcFS/Stat.swift"
    var path: String
    var lines: [Substring]
    var target: Substring { path.prefix { $0 != "/" } }
    var description: String { path }

    /// The modules it imports.
    var imports: [Substring] {
      lines.compactMap { line in
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
          words[..<place].allSatisfy({
            ["public", "internal", "private", "package"].contains($0) || $0.hasPrefix("@")
          })
        else { return nil }
        return words[place + 1].prefix { $0 != "." }
      }
    }
  }

  /// Bytes to values and back: no input or output, no clock, no log.
  static let pure: Set<Substring> = ["Bytes", "SFlow", "ProcFS", "Netlink", "Config", "ControlProtocol"]
  /// Runs when somebody calls it; what it links is not in the daemon.
  static let tools: Set<Substring> = ["hsflowctl", "Listening"]

  static let sources: [Source] = {
    let folder = packageFolder + "/Sources"
    let paths = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return paths.filter { $0.hasSuffix(".swift") }.sorted().compactMap { path in
      guard let text = try? String(contentsOfFile: folder + "/" + path, encoding: .utf8) else { return nil }
      return Source(path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false))
    }
  }()

  static var daemon: [Source] { sources.filter { !tools.contains($0.target) } }

  /// Files in which one of `texts` stands outside of a comment and not at the end of a longer word.
  static func files(with texts: [String]) -> [String] {
    daemon.filter { source in
      source.lines.contains { line in
        let code = line.drop { $0 == " " }
        return !code.hasPrefix("//") && texts.contains { holds(code, $0) }
      }
    }.map(\.path)
  }

  private static func holds(_ code: Substring, _ text: String) -> Bool {
    var rest = code
    while let place = rest.range(of: text) {
      if place.lowerBound == code.startIndex { return true }
      let before = code[code.index(before: place.lowerBound)]
      if !before.isLetter, !before.isNumber, before != "_" { return true }
      rest = code[place.upperBound...]
    }
    return false
  }

  @Test func `the sources are found, and their imports understood`() throws {
    #expect(Self.sources.count > 150)
    let loop = try #require(Self.sources.first { $0.path == "Linux/EpollLoop.swift" })
    #expect(loop.imports == ["CLinux", "SystemPackage"])
  }

  @Test func `pure targets import Bytes and nothing else`() {
    for source in Self.sources where Self.pure.contains(source.target) {
      let others = Set(source.imports).subtracting(source.target == "Bytes" ? [] : ["Bytes"])
      #expect(others.isEmpty, "\(source)")
    }
  }

  @Test func `only Linux imports libc, and that through CLinux`() {
    for source in Self.sources {
      let imports = Set(source.imports)
      #expect(imports.isDisjoint(with: ["Glibc", "Musl", "Darwin"]), "\(source)")
      #expect(source.target == "Linux" || !imports.contains("CLinux"), "\(source)")
    }
  }

  @Test func `only VirtualMachines knows libvirt`() {
    let targets = Set(Self.sources.filter { $0.imports.contains("CLibvirt") }.map(\.target))
    #expect(targets == ["VirtualMachines"])
  }

  @Test func `the daemon has no Foundation, no Dispatch and no tasks`() {
    for source in Self.daemon {
      let unwanted: Set<Substring> = ["Foundation", "FoundationEssentials", "Dispatch"]
      #expect(unwanted.isDisjoint(with: source.imports), "\(source)")
    }
    for source in Self.sources { #expect(!source.imports.contains("Foundation"), "\(source)") }
    #expect(Self.files(with: ["Task {", "Task.", "await ", "async "]) == [])
  }

  @Test func `features do not know each other, and nothing below the agent knows the agent`() {
    let features: Set<Substring> = ["HostCounters", "Sampling", "VirtualMachines", "Discovery"]
    for source in Self.sources {
      let imports = Set(source.imports)
      if features.contains(source.target) { #expect(imports.isDisjoint(with: features), "\(source)") }
      #expect(
        ["hsflowd", "hsflowctl"].contains(source.target) || !imports.contains("Agent"), "\(source)")
    }
  }

  /// Steps of the wall clock can do nothing to what does not read it.
  @Test func `only log lines and times that the kernel put on packets are of the wall clock`() {
    let wallClock = [
      "CLOCK_REALTIME", "gettimeofday", "time(nil)", "localtime", "gmtime", "ContinuousClock",
      "SuspendingClock",
      "Date(", "timerfd",
    ]
    #expect(Self.files(with: wallClock) == ["Linux/LogSink.swift", "Linux/WallClock.swift"])
    #expect(
      Self.files(with: ["clock_gettime", "CLOCK_"]) == ["Linux/Instant.swift", "Linux/WallClock.swift"])
    #expect(Self.files(with: ["WallClock."]) == ["Sampling/Tap.swift"])
  }

  @Test func `the clock is read by the loops alone; everything else asks its loop`() {
    #expect(Self.files(with: ["Instant.now"]) == ["Linux/EpollLoop.swift", "Linux/ForeignLoop.swift"])
  }

  @Test func `nothing that runs on the loop sleeps or starts a program`() {
    #expect(Self.files(with: ["sleep(", "system(", "popen(", "posix_spawn", "execv", "Process("]) == [])
  }

  @Test func `files are short enough to be read at once`() {
    for source in Self.sources {
      #expect(source.lines.count <= 400, "\(source)")
    }
  }
}
