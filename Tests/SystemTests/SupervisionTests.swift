import Foundation
import SFlow
import Testing

extension SystemTests {
  /// What a service manager, a container and a host without rights see of the program.
  @Suite struct SupervisionTests {
    /// Takes the datagrams of sd_notify(3).
    final class Listener {
      private let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
      private(set) var messages: [String] = []

      init(at path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = withUnsafeBytes(of: &address) {
          bind(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), length)
        }
        try #require(bound == 0)
        chmod(path, 0o777)
      }

      deinit { close(descriptor) }

      /// Waits for a message that contains `text`.
      func hears(_ text: String) -> Bool {
        eventually {
          var room = [UInt8](repeating: 0, count: 4096)
          while true {
            let count = recv(descriptor, &room, room.count, Int32(MSG_DONTWAIT))
            if count < 0 { break }
            messages.append(String(decoding: room.prefix(count), as: UTF8.self))
          }
          return messages.contains { $0.contains(text) }
        }
      }
    }

    @Test func `a service manager hears that it is ready, lives, reloads and ends`() throws {
      let (lab, folder) = (try Lab(), try Folder())
      let receiver = try lab.collector()
      defer { withExtendedLifetime(receiver) {} }
      chmod(folder.path, 0o777)
      let listener = try Listener(at: folder["notify"])
      // The time as systemd gives it, in microseconds: a sign of life is due twice within it.
      let agent = try Agent(
        everySecond, in: lab.hostPath,
        wrapped: ["env", "NOTIFY_SOCKET=\(folder["notify"])", "WATCHDOG_USEC=500000"])
      #expect(listener.hears("READY=1\nSTATUS=sending to 1 of 1 collectors, counters every 1 s, "))
      #expect(
        listener.hears("WATCHDOG=1\nSTATUS=sending to 1 of 1 collectors, counters every 1 s, 2 counter"))
      try agent.reconfigure("sflow { poling = 1 }")
      #expect(listener.hears("RELOADING=1\nMONOTONIC_USEC="))
      #expect(listener.hears("READY=1\nSTATUS=the configuration was refused, the old one is in force"))
      try agent.reconfigure("sflow { polling = 2 collector { ip = 10.99.0.2 } }")
      #expect(listener.hears("READY=1\nSTATUS=sending to 1 of 1 collectors, counters every 2 s"))
      #expect(agent.program.end() == 0)
      #expect(listener.hears("STOPPING=1"))
    }

    @Test func `a manager that went away disturbs nothing and is complained about once`() throws {
      let (lab, folder) = (try Lab(), try Folder())
      let receiver = try lab.collector()
      let agent = try Agent(
        everySecond, in: lab.hostPath,
        wrapped: ["env", "NOTIFY_SOCKET=\(folder["none"])", "WATCHDOG_USEC=200000"])
      for _ in 1...3 { _ = try receiver.require() }
      #expect(agent.count("cannot tell the service manager how it goes: ENOENT") == 1)
      #expect(agent.program.end() == 0)
    }

    @Test(.enabled(if: tool("setpriv") != nil, "needs setpriv"))
    func `without rights it names each that is missing and what goes without, and counts on`() throws {
      let (lab, folder) = (try Lab(), try Folder())
      let receiver = try lab.collector()
      let configuration = try folder.write(
        "sflow { polling = 1 nflog { group = 7 } pcap { dev = hx0 } collector { ip = 10.99.0.2 } }",
        to: "conf")
      let agent = try Program(
        [
          "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", Release.hsflowd, "-d", "-f",
          configuration, "-o", folder["auto"],
        ], in: lab.hostPath)
      _ = try receiver.require()
      #expect(
        agent.output.contains("without CAP_NET_ADMIN nflog { } gets no packets; give it to the service"))
      #expect(agent.output.contains("without CAP_NET_RAW pcap { } captures nothing; give it to the service"))
      #expect(agent.end() == 0)
    }

    /// As in a container: another root with the host's folders.
    @Test func `a host mounted elsewhere is what it tells of`() throws {
      let (lab, folder) = (try Lab(), try Folder())
      let receiver = try lab.collector()
      let fixture = Release.package + "/Tests/ProcFSTests/Fixtures/debian12-virtio-6.1"
      func sample(_ variables: String...) throws -> CounterSample {
        let agent = try Program(
          ["env"] + variables + [
            Release.hsflowd, "-d", "-P", "-f", try folder.write(everySecond, to: "conf"), "-o",
            folder["auto"],
          ], in: lab.hostPath)
        let sample = try #require(try receiver.require().hostSamples.first)
        #expect(agent.end() == 0)
        _ = try receiver.drain()
        return sample
      }
      let total = contents(fixture + "/proc/meminfo").split(whereSeparator: { $0 == " " || $0 == "\n" })[1]
      for variables in [["HOST_ROOT=\(fixture)"], ["HOST_PROC=\(fixture)/proc", "HOST_SYS=\(fixture)/sys/"]] {
        let sample = try sample(variables[0], variables.count > 1 ? variables[1] : "HOST_ETC=/etc")
        #expect(sample.record(HostMemory.self)?.totalBytes == UInt64(total)! * 1024)
        #expect(
          sample.record(HostDescription.self).map { "\($0.uuid)" } == "6695eb01-f6a4-8304-79aa-97f2502e193f")
      }
    }

    @Test func `systemd's credential is the firmware's UUID`() throws {
      let (lab, folder) = (try Lab(), try Folder())
      try folder.write("0a1b2c3d-1111-2222-3333-444455556666\n", to: "product_uuid")
      let agent = try Agent(
        everySecond, in: lab.hostPath, wrapped: ["env", "CREDENTIALS_DIRECTORY=\(folder.path)"])
      #expect(agent.says("host UUID 0a1b2c3d-1111-2222-3333-444455556666 (firmware)"))
      #expect(agent.program.end() == 0)
    }
  }
}
