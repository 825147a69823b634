import Foundation
import Linux
import SystemPackage
import Testing

extension LinuxTests {
  /// sd_notify(3), against a socket of ours.
  @Suite struct ServiceManagerTests {
    /// What systemd would get.
    final class Listener {
      private let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)

      init(at path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        // The zero in front of an abstract name.
        if path.hasPrefix("@") { address.sun_path.0 = 0 }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.utf8.count)
        let bound = withUnsafeBytes(of: &address) {
          bind(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), length)
        }
        try #require(bound == 0)
      }

      deinit { close(descriptor) }

      func next() -> String? {
        var room = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &room, room.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: room.prefix(count), as: UTF8.self)
      }
    }

    @Test(arguments: [true, false]) func `messages arrive at a path and at an abstract name`(isAbstract: Bool)
      throws
    {
      let folder = TemporaryFolder()
      let path = isAbstract ? "@hsflowd-\(UUID().uuidString)" : folder["notify"]
      let listener = try Listener(at: path)
      let manager = try ServiceManager(at: path)
      #expect(manager.watchdog == nil)
      try manager.tell([.ready, .status("sending to 1 of 1 collectors")])
      #expect(listener.next() == "READY=1\nSTATUS=sending to 1 of 1 collectors")
      try manager.tell([.reloading(Instant(nanoseconds: 12_345_678_901))])
      #expect(listener.next() == "RELOADING=1\nMONOTONIC_USEC=12345678")
      try manager.tell([.alive])
      #expect(listener.next() == "WATCHDOG=1")
      try manager.tell([.stopping])
      #expect(listener.next() == "STOPPING=1")
      #expect(listener.next() == nil)
    }

    @Test func `a manager that does not listen is an error and no more`() throws {
      let folder = TemporaryFolder()
      let manager = try ServiceManager(at: folder["none"])
      #expect(throws: Errno.noSuchFileOrDirectory) { try manager.tell([.ready]) }
      let tooLong = try ServiceManager(at: "/" + String(repeating: "x", count: 200))
      #expect(throws: Errno.fileNameTooLong) { try tooLong.tell([.ready]) }
    }

    @Test func `the environment says where it is and what it wants`() async {
      await #expect(processExitsWith: .success) {
        #expect(ServiceManager() == nil)
        setenv("NOTIFY_SOCKET", "/run/none", 1)
        #expect(ServiceManager().map { $0.watchdog == nil } == true)
        setenv("WATCHDOG_USEC", "60000000", 1)
        #expect(ServiceManager()?.watchdog == .seconds(60))
        setenv("WATCHDOG_PID", "\(getpid())", 1)
        #expect(ServiceManager()?.watchdog == .seconds(60))
        // An ancestor's.
        setenv("WATCHDOG_PID", "1", 1)
        #expect(ServiceManager().map { $0.watchdog == nil } == true)
      }
    }
  }
}
