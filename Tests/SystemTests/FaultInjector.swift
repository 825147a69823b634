import Foundation
import Linux
import SystemPackage
import Testing

/// The library of `Tests/System/inject.c` in a program that a test starts: makes calls of libc fail, from one moment to
/// another.
final class FaultInjector {
  /// Which calls fail, and how.
  struct Fault: Hashable, Sendable, CustomStringConvertible {
    enum Times: String, Sendable, CaseIterable {
      case always, second, third, once
    }

    var call: String
    /// `errno`; -1 where one octet at a time is read or written.
    var error: Int32
    var times: Times
    /// So many calls count as made when it begins: 1 with `third` has the second, the fifth and so on fail.
    var phase: UInt64 = 0

    var errorName: String { error < 0 ? "SHORT" : Errno(rawValue: error).name }
    var description: String { "\(call) \(errorName) \(times.rawValue)" + (phase > 0 ? "+\(phase)" : "") }
  }

  /// The compiled library; `nil` without a compiler.
  static let library: String? = {
    guard tool("cc") != nil else { return nil }
    let path = Release.package + "/.build/inject.so"
    // Renamed into place: tests may run beside each other.
    let new = "\(path).\(getpid())"
    let source = Release.package + "/Tests/System/inject.c"
    let made = try? Program.run(["cc", "-shared", "-fPIC", "-O1", "-o", new, source])
    guard made?.status == 0, rename(new, path) == 0 else { return nil }
    return path
  }()

  /// The calls that the library knows, in its order.
  static let calls: [String] = {
    guard let injector = try? FaultInjector(), (try? Program.run(injector.words + ["true"]))?.status == 0
    else { return [] }
    return (0..<mostCalls).map { injector.name(at: $0) }.prefix { !$0.isEmpty }.map { $0 }
  }()

  private let folder: Folder
  private let memory: UnsafeMutableRawPointer
  // `struct rule` and `struct shared` of the library.
  private static let ruleSize = 64
  private static let mostCalls = 128

  init() throws {
    folder = try Folder()
    let size = Self.ruleSize * Self.mostCalls
    try Data(count: size).write(to: URL(fileURLWithPath: folder["rules"]))
    let descriptor = open(folder["rules"], O_RDWR)
    let mapped = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    close(descriptor)
    memory = try #require(mapped == MAP_FAILED ? nil : mapped)
  }

  deinit { munmap(memory, Self.ruleSize * Self.mostCalls) }

  /// What a command line begins with whose program is to have the library.
  var words: [String] {
    ["env", "LD_PRELOAD=\(Self.library ?? "")", "HSFLOWD_INJECT=\(folder["rules"])"]
  }

  private func name(at index: Int) -> String {
    String(cString: memory.advanced(by: index * Self.ruleSize).assumingMemoryBound(to: CChar.self))
  }

  private func place(of call: String) -> Int {
    guard let index = Self.calls.firstIndex(of: call) else { fatalError("inject.c knows no \(call)") }
    return index * Self.ruleSize
  }

  func begin(_ fault: Fault) {
    let place = place(of: fault.call)
    memory.storeBytes(of: fault.phase, toByteOffset: place + 40, as: UInt64.self)
    memory.storeBytes(of: 0, toByteOffset: place + 48, as: UInt64.self)
    memory.storeBytes(of: fault.times == .once ? 1 : .max, toByteOffset: place + 32, as: Int64.self)
    let every: UInt32 =
      switch fault.times {
      case .always, .once: 1
      case .second: 2
      case .third: 3
      }
    memory.storeBytes(of: every, toByteOffset: place + 28, as: UInt32.self)
    memory.storeBytes(of: fault.error, toByteOffset: place + 24, as: Int32.self)
  }

  func end(_ fault: Fault) {
    memory.storeBytes(of: 0, toByteOffset: place(of: fault.call) + 24, as: Int32.self)
  }

  /// How often `call` was made since `begin`.
  func calls(of call: String) -> UInt64 {
    memory.load(fromByteOffset: place(of: call) + 40, as: UInt64.self)
  }

  /// How often it failed since `begin`.
  func failures(of call: String) -> UInt64 {
    memory.load(fromByteOffset: place(of: call) + 48, as: UInt64.self)
  }

  /// Seconds by which the program's wall clock is wrong.
  func shiftClock(by seconds: Int64) {
    memory.storeBytes(of: seconds, toByteOffset: Self.calls.count * Self.ruleSize, as: Int64.self)
  }

  /// Whether a program went through the destructors of its libraries, as by exit(3).
  var isTornDown: Bool {
    memory.load(fromByteOffset: Self.calls.count * Self.ruleSize + 8, as: Int64.self) != 0
  }
}
