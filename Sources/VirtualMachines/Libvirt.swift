internal import CLibvirt
internal import Linux
internal import Synchronization
internal import SystemPackage

/// Why libvirt does not do what it was asked for.
public struct LibvirtFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// "cannot connect to qemu:///system: Failed to connect socket to '/run/libvirt/libvirt-sock-ro'"
  public var reason: String
  /// What the operator can do.
  public var remedy: String?
  /// `virErrorNumber`; 0 if it is not libvirt that says so.
  var code: UInt32 = 0

  init(_ reason: String, remedy: String? = nil, code: UInt32 = 0) {
    self.reason = reason
    self.remedy = remedy
    self.code = code
  }

  public var description: String { reason + (remedy.map { "; \($0)" } ?? "") }
}

/// The library: its calls, and its event loop, which runs on a thread of its own for as long as the process.
///
/// A class because all connections share the event loop.
public final class Libvirt: Sendable {
  let calls: libvirt_calls
  private let hasEventLoop = Mutex<Bool?>(nil)

  /// - Parameter calls: those of the library, or of something that takes its place.
  init(calls: libvirt_calls) { self.calls = calls }

  private static let library = Mutex<Libvirt?>(nil)

  /// The library of this host, opened by the first call that succeeds. It takes some 15 MB and 15 ms, on a worker.
  public static func open() throws(LibvirtFailure) -> Libvirt {
    try library.withLock { (library) throws(LibvirtFailure) in
      if let library { return library }
      // Zeros until they are filled; nobody sees them if one is missing.
      let room = UnsafeMutablePointer<libvirt_calls>.allocate(capacity: 1)
      defer { unsafe room.deallocate() }
      if let missing = unsafe cl_libvirt_load(room) {
        throw LibvirtFailure(
          "cannot open libvirt: \(unsafe String(cString: missing))", remedy: "install it (Debian: libvirt0)")
      }
      let opened = unsafe Libvirt(calls: room.pointee)
      library = opened
      return opened
    }
  }

  /// Must come before the first connection. Whether there will be events, and answers to keep-alive messages.
  func startEventLoop() throws(LibvirtFailure) -> Bool {
    try hasEventLoop.withLock { (started) throws(LibvirtFailure) in
      if let started { return started }
      if calls.initialize() < 0 { throw failure("cannot start libvirt") }
      var isRunning = calls.register_event_loop() == 0
      if isRunning {
        do throws(Errno) {
          // Calls what the connections registered. Libvirt before 6.2 has a loop of its own, which says -1 where it could
          // not wait, and can the next time.
          try ForeignLoop.start { [weak self] in
            _ = self?.calls.run_event_loop_once()
            return self != nil
          }
        } catch {
          isRunning = false
        }
      }
      started = isRunning
      return isRunning
    }
  }

  /// What libvirt says about the call that has just failed on this thread.
  func failure(_ what: String) -> LibvirtFailure {
    let code = UInt32(bitPattern: calls.last_error_code())
    let said = unsafe calls.last_error_message().map { unsafe String(cString: $0) } ?? "no reason given"
    let text = String(said.split(separator: "\n").joined(separator: " "))
    return LibvirtFailure("\(what): \(text)", remedy: Self.remedy(text), code: code)
  }

  private static func remedy(_ text: String) -> String? {
    if text.contains("Permission denied") || text.contains("authentication") {
      return
        "let its user use libvirt's read-only socket (unix_sock_ro_perms in libvirtd.conf), or keep root with -P"
    }
    if text.contains("No such file or directory") || text.contains("Connection refused") {
      return "is libvirtd running? \"uri\" in the block names another libvirt"
    }
    return nil
  }
}

extension String {
  /// Does `text` occur in it?
  fileprivate func contains(_ text: String) -> Bool {
    var rest = utf8[...]
    while rest.count >= text.utf8.count {
      if rest.starts(with: text.utf8) { return true }
      rest = rest.dropFirst()
    }
    return false
  }
}
