import Foundation
import Linux
import Synchronization
import SystemPackage
import Testing

/// All tests of this target, one after the other: they count threads, open the process's log and change what
/// belongs to the whole process.
@Suite(.serialized, .timeLimit(.minutes(1))) struct LinuxTests {}

/// A folder that goes with its owner.
final class TemporaryFolder {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "hsflowd-tests-\(UUID().uuidString)"
    mkdir(path, 0o755)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  subscript(name: String) -> String { path + "/" + name }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: self[name]))
  }

  func text(of name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: self[name])), as: UTF8.self)
  }

  func remove(_ name: String) { try? FileManager.default.removeItem(atPath: self[name]) }
  func rename(_ old: String, to new: String) { Foundation.rename(self[old], self[new]) }

  func link(_ name: String, to target: String) {
    remove(name)
    symlink(target, self[name])
  }
}

/// A program that was started and is ended with its owner.
final class Child {
  private let process = Process()
  var pid: CInt { process.processIdentifier }

  init(_ words: String...) throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  @discardableResult func wait() -> CInt {
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// By SIGKILL: the threads of a test run block the others, and a child inherits that.
  func end() {
    kill(pid, SIGKILL)
    wait()
  }

  deinit { if process.isRunning { end() } }
}

/// A new network namespace, removed with its owner. Nothing in it is up.
final class TestNamespace {
  static let isPossible =
    Capabilities.effective.contains(.sysAdmin) && Capabilities.effective.contains(.netAdmin)
    && ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip"].contains { FileRoot("/").exists($0) }

  let name: String
  var path: String { "/run/netns/" + name }

  init(_ suffix: String) throws {
    name = "hsft-\(getpid())-\(suffix)"
    try #require(try Child("ip", "netns", "add", name).wait() == 0)
  }

  deinit { _ = try? Child("ip", "netns", "delete", name).wait() }

  func ip(_ words: String) throws {
    try #require(try Child("sh", "-c", "exec ip -n \(name) \(words)").wait() == 0)
  }
}

/// Runs `body` on a thread of its own, which takes what was done to it (signal mask, name) to its end.
/// - Parameter name: at most 15 octets; threads started by this one inherit it.
func onOwnThread(named name: String, _ body: @escaping @Sendable () throws -> Void) throws {
  let outcome = Outcome()
  let thread = Thread {
    outcome.result.withLock { result in
      result = Result {
        try Data(name.utf8).write(to: URL(fileURLWithPath: "/proc/thread-self/comm"))
        try body()
      }
    }
    outcome.isThere.signal()
  }
  thread.start()
  outcome.isThere.wait()
  try outcome.result.withLock { $0 }.get()
}

private final class Outcome: Sendable {
  let result = Mutex<Result<Void, any Error>>(.success(()))
  let isThere = DispatchSemaphore(value: 0)
}

extension EpollLoop {
  /// Runs until `isOver`, which is asked every 2 ms.
  func run(until isOver: () -> Bool) throws {
    let pause = Deadline { [unowned self] in stop() }
    while !isOver() {
      arm(pause, after: .milliseconds(2))
      try run()
    }
  }
}

/// Both ends of a pipe, closed with their owner.
final class TestPipe: Sendable {
  let reading: FileDescriptor
  let writing: FileDescriptor

  init() throws { (reading, writing) = try FileDescriptor.pipe() }

  deinit {
    try? reading.close()
    try? writing.close()
  }

  /// What `EventLoop.watch` takes.
  var rawValue: CInt { reading.rawValue }

  func put(_ text: String) throws { try writing.writeAll(text.utf8) }

  /// What is there; blocks while nothing is.
  func take() throws -> String {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = try bytes.withUnsafeMutableBytes { try reading.read(into: $0) }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
