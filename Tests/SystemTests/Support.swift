import Bytes
import Foundation
import Linux
import SFlow
import SystemPackage
import Testing

/// Ten times as many packets, and more of other things, if HSFLOWD_LONG_TESTS is 1.
let areTestsLong = ProcessInfo.processInfo.environment["HSFLOWD_LONG_TESTS"] == "1"

/// The release program as an operator meets it: started as a process, in network namespaces of its own, watched
/// from outside. One test after the other; each suite prints the figures it found.
@Suite(
  .serialized, .timeLimit(.minutes(areTestsLong ? 45 : 3)),
  .enabled(if: Release.isBuilt, "no .build/release/hsflowd: make build"),
  .enabled(if: Lab.isPossible, "needs root and ip(8)"))
struct SystemTests {}

/// What `make build` leaves.
enum Release {
  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  /// HSFLOWD_PROGRAMS: another folder with the programs, with a sanitizer, or counting what they run through.
  private static let instrumented = ProcessInfo.processInfo.environment["HSFLOWD_PROGRAMS"]
  /// Its memory and its time are not those of the release.
  static let isInstrumented = instrumented != nil
  private static let folder = instrumented ?? package + "/.build/release"
  static let hsflowd = folder + "/hsflowd"
  static let hsflowctl = folder + "/hsflowctl"
  static let hasTool = FileManager.default.isExecutableFile(atPath: hsflowctl)
  static let isBuilt = FileManager.default.isExecutableFile(atPath: hsflowd)
}

/// Where a program of this host is; `nil` if it is not installed.
func tool(_ name: String) -> String? {
  ["/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"].map { $0 + name }
    .first { FileManager.default.isExecutableFile(atPath: $0) }
}

/// The contents of a file that may be text of any kind; empty if it cannot be read.
func contents(_ path: String) -> String {
  FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
}

/// A moment off the processor: what a test waits for happens in other processes.
func rest(_ time: Duration = .milliseconds(10)) { poll(nil, 0, Int32(time.millisecondsRoundedUp)) }

/// Asks `condition` again and again until it holds.
/// - Returns: false if it does not within `limit`, which is generous: a busy machine is no failure.
@discardableResult
func eventually(within limit: Duration = .seconds(20), _ condition: () throws -> Bool) rethrows -> Bool {
  let end = Instant.now + limit
  while true {
    if try condition() { return true }
    if Instant.now > end { return false }
    rest()
  }
}

/// One line with figures for a person.
func report(_ suite: String, _ figures: String) { print("== \(suite): \(figures)") }

/// A folder that goes with its owner.
final class Folder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "hsfs-\(Foundation.UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    // Programs that became another user look for their files here.
    chmod(path, 0o755)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  subscript(name: String) -> String { path + "/" + name }

  /// Writes a file and returns its path.
  @discardableResult func write(_ text: String, to name: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: self[name]))
    return self[name]
  }
}

/// A program that was started, with its output in files; ended with its owner.
///
/// By posix_spawn(3): Foundation's `Process` takes a program for running while any child of it runs, and what goes
/// into the background has one.
final class Program {
  let pid: pid_t
  private let folder: Folder
  private var ended: Int32?
  var output: String { contents(folder["out"]) }
  var errors: String { contents(folder["err"]) }

  /// - Parameters:
  ///   - words: program and arguments; the program is looked up among those of the host.
  ///   - namespace: path of the network namespace to run in.
  ///   - closesOutput: standard output is a pipe that nobody reads.
  init(
    _ words: [String], in namespace: String? = nil, at workingFolder: String? = nil,
    closesOutput: Bool = false
  ) throws {
    folder = try Folder()
    var words = words
    if let workingFolder { words = ["env", "-C", workingFolder] + words }
    if let namespace { words = ["nsenter", "--net=\(namespace)"] + words }
    let program = words[0].hasPrefix("/") ? words[0] : try #require(tool(words[0]), "no \(words[0])")

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for (number, name) in [(1, "out"), (2, "err")] {
      posix_spawn_file_actions_addopen(
        &actions, Int32(number), folder[name], O_WRONLY | O_CREAT | O_APPEND, 0o644)
    }
    var ends: [Int32] = [-1, -1]
    if closesOutput {
      pipe(&ends)
      posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
      for end in ends { posix_spawn_file_actions_addclose(&actions, end) }
    }

    // Threads of a test run block signals, who runs it in the background ignores some, and a child inherits that. A group
    // of its own, to be ended as one.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var ignored = sigset_t()
    sigemptyset(&ignored)
    for number in [SIGINT, SIGQUIT, SIGHUP] { sigaddset(&ignored, number) }
    posix_spawnattr_setsigdefault(&attributes, &ignored)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    var arguments = words.map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    var number: pid_t = 0
    let error = posix_spawn(&number, program, &actions, &attributes, &arguments, environ)
    for end in ends where end >= 0 { close(end) }
    pid = number
    try #require(error == 0, "cannot start \(program)")
  }

  deinit {
    // One that ends by itself can say what it ran through, or what a sanitizer found.
    if isRunning, status(after: SIGTERM, within: .seconds(2)) == nil { end(SIGKILL) }
  }

  var isRunning: Bool {
    var status: Int32 = 0
    if ended == nil, waitpid(pid, &status, WNOHANG) == pid {
      // As WIFEXITED and WEXITSTATUS, which are macros.
      ended = status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
    }
    return ended == nil
  }

  func signal(_ number: Int32) { if isRunning { kill(pid, number) } }

  /// The status with which it ends; the negative signal that ended it; `nil` if it goes on.
  @discardableResult func status(within limit: Duration = .seconds(30)) -> Int32? {
    eventually(within: limit) { !isRunning } ? ended : nil
  }

  @discardableResult func end(_ number: Int32 = SIGTERM) -> Int32? {
    status(after: number, within: .seconds(30))
  }

  private func status(after number: Int32, within limit: Duration) -> Int32? {
    signal(number)
    return status(within: limit)
  }

  /// Ends it and all that it started.
  func endGroup() {
    kill(-pid, SIGTERM)
    status()
    kill(-pid, SIGKILL)
  }

  /// Runs a program to its end.
  static func run(_ words: [String], in namespace: String? = nil) throws -> (
    status: Int32?, output: String, errors: String
  ) {
    let program = try Program(words, in: namespace)
    // A busy machine is no failure, and who waits too long is ended by the limit of the tests.
    return (program.status(within: .seconds(150)), program.output, program.errors)
  }
}

/// Two network namespaces with a cable between them, removed with their owner: the agent's, 10.99.0.1 on `hx0`,
/// and that of the collectors, 10.99.0.2.
final class Lab {
  static let isPossible =
    Capabilities.effective.contains(.sysAdmin) && Capabilities.effective.contains(.netAdmin)
    && tool("ip") != nil && tool("nsenter") != nil

  let host: String
  let far: String
  static let hostAddress = IPAddress.v4(IPv4Address(10, 99, 0, 1))
  static let farAddress = IPAddress.v4(IPv4Address(10, 99, 0, 2))
  var hostPath: String { "/run/netns/" + host }
  var farPath: String { "/run/netns/" + far }

  /// - Parameter isBare: no addresses and nothing up.
  init(isBare: Bool = false) throws {
    let name = "hsfs-\(getpid())-\(UInt32.random(in: 0...9_999_999))"
    (host, far) = (name + "h", name + "f")
    for namespace in [host, far] { try #require(Program.run(["ip", "netns", "add", namespace]).status == 0) }
    try ip(host, "link add hx0 type veth peer name hx0 netns \(far)")
    if isBare { return }
    try ip(host, "addr add 10.99.0.1/24 dev hx0")
    try ip(far, "addr add 10.99.0.2/24 dev hx0")
    for namespace in [host, far] {
      // No address of its own making, of which the kernel would tell a second or two later.
      try ip(namespace, "link set hx0 addrgenmode none")
      for device in ["lo", "hx0"] { try ip(namespace, "link set \(device) up") }
    }
  }

  deinit { for namespace in [host, far] { _ = try? Program.run(["ip", "netns", "delete", namespace]) } }

  func ip(_ namespace: String, _ words: String) throws {
    let result = try Program.run(["ip", "-n", namespace] + words.split(separator: " ").map(String.init))
    try #require(result.status == 0, "ip \(words): \(result.errors)")
  }

  /// A collector in the far namespace.
  func collector(port: UInt16 = 6343) throws -> Receiver {
    try Receiver(on: SocketAddress(Self.farAddress, port: port), in: farPath)
  }
}

/// A collector of ours.
final class Receiver {
  private var socket: UDPReceiver

  init(on address: SocketAddress, in namespace: String) throws {
    socket = try NetworkNamespace.run(inNamespaceAt: namespace) { () throws(Errno) in
      try UDPReceiver(on: address)
    }
  }

  /// The next datagram, decoded; it must hold nothing that is not understood.
  func next(within limit: Duration = .seconds(20)) throws -> Datagram? {
    guard let payload = try socket.receive(within: limit) else { return nil }
    return try Datagram(decoding: payload.span)
  }

  func require(within limit: Duration = .seconds(20)) throws -> Datagram {
    try #require(try next(within: limit), "no datagram came")
  }

  /// What has come until now.
  func drain() throws -> [Datagram] {
    var all: [Datagram] = []
    while let datagram = try next(within: .zero) { all.append(datagram) }
    return all
  }
}

extension Datagram {
  /// Its counter samples of the host.
  var hostSamples: [CounterSample] {
    samples.compactMap {
      if case .countersExpanded(let sample) = $0, sample.source == .host { sample } else { nil }
    }
  }
}

extension CounterSample {
  func record<R: SFlowRecord>(_ type: R.Type = R.self) -> R? {
    records.lazy.compactMap { $0.value(as: R.self) }.first
  }
}

/// The agent in the foreground, with its files in a folder of its own; ended with its owner.
final class Agent {
  let folder: Folder
  let program: Program
  var pid: pid_t { program.pid }
  /// What it said so far.
  var log: String { program.output }

  init(_ configuration: String, _ options: String..., in namespace: String, wrapped: [String] = []) throws {
    folder = try Folder()
    try folder.write(configuration, to: "hsflowd.conf")
    program = try Program(
      wrapped + [
        Release.hsflowd, "-d", "-f", folder["hsflowd.conf"], "-o", folder["hsflowd.auto"],
        "--control", folder["control"],
      ] + options,
      in: namespace)
  }

  var auto: String { contents(folder["hsflowd.auto"]) }

  func reconfigure(_ configuration: String) throws {
    try folder.write(configuration, to: "hsflowd.conf")
    program.signal(SIGHUP)
  }

  /// Waits for a line of the log.
  func says(_ text: String, within limit: Duration = .seconds(20)) -> Bool {
    eventually(within: limit) { log.contains(text) }
  }

  /// How many lines of the log contain `text`.
  func count(_ text: String) -> Int { log.split(separator: "\n").count { $0.contains(text) } }

  var openDescriptors: Int {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")) ?? []).count
  }

  /// Without those that are open for a moment: the least of a second.
  func lastingDescriptors() -> Int {
    var least = Int.max
    let end = Instant.now + .seconds(1)
    repeat {
      least = min(least, openDescriptors)
      rest()
    } while Instant.now < end
    return least
  }

  /// Values of `/proc/PID/status`.
  func status(_ name: String) -> [Substring] {
    Agent.status(pid, name)
  }

  static func status(_ pid: pid_t, _ name: String) -> [Substring] {
    let line = contents("/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix(name + ":") }
    return line?.dropFirst(name.count + 1).split { $0 == " " || $0 == "\t" } ?? []
  }
}

/// The least configuration: polls every second, sends to the far end.
let everySecond = "sflow { polling = 1 collector { ip = 10.99.0.2 } }\n"
