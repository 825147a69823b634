import Foundation
import Linux
import SystemPackage
import Testing

/// Runs a program to its end.
/// - Returns: what it wrote.
@discardableResult
func run(_ words: String...) throws -> Data {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = words
  let output = Pipe()
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = output
  process.standardError = FileHandle.nullDevice
  try process.run()
  let data = try output.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  try #require(process.terminationStatus == 0, "\(words.joined(separator: " "))")
  return data
}

/// A new network namespace, removed with its owner. Nothing in it is up, and links made in it have no IPv6.
final class TestNamespace {
  static let isPossible =
    Capabilities.effective.contains(.sysAdmin) && Capabilities.effective.contains(.netAdmin)
    && ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip"].contains { FileRoot("/").exists($0) }

  let name: String
  var path: String { "/run/netns/" + name }

  init(_ suffix: String) throws {
    name = "hsfh-\(getpid())-\(suffix)"
    try HostCountersTests.run("ip", "netns", "add", name)
    try sh("sysctl -q -w net.ipv6.conf.default.disable_ipv6=1")
  }

  deinit { _ = try? HostCountersTests.run("ip", "netns", "delete", name) }

  /// "link add d0 type dummy"
  @discardableResult
  func ip(_ words: String) throws -> Data {
    try HostCountersTests.run("sh", "-c", "exec ip -n \(name) \(words)")
  }

  /// Many commands of ip(8), with one start of the program.
  func ip(batch: [String]) throws {
    let tree = try TemporaryTree()
    try tree.write(batch.map { $0 + "\n" }.joined(), to: "/batch")
    try ip("-batch \(tree.path)/batch")
  }

  /// A shell command inside.
  func sh(_ command: String) throws {
    try HostCountersTests.run("ip", "netns", "exec", name, "bash", "-c", command)
  }

  /// Sockets that are opened in `body` belong to the namespace for good.
  func inside<R>(_ body: () throws(Errno) -> R) throws -> R {
    try NetworkNamespace.run(inNamespaceAt: path, body)
  }
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
