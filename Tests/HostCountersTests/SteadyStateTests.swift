import Bytes
import Foundation
import HostCounters
import Linux
import Logging
import SFlow
import Testing

@Suite struct SteadyStateTests {
  /// In a process of its own, where nothing else asks for memory.
  @Test(.timeLimit(.minutes(2))) func `ten thousand polls take no more memory than ten`() async {
    await #expect(processExitsWith: .success) {
      let loop = try EpollLoop()
      let log = TestLog()
      let interfaces = InterfaceMonitor(loop: loop, logger: log.logger)
      interfaces.start()
      let host = HostRecords.all(
        FileRoot("/"), uuid: Bytes.UUID(), interfaces: interfaces, background: DirectWork(),
        logger: log.logger)
      var octets = 0
      var packer = DatagramPacker(agentAddress: .v4(IPv4Address(192, 0, 2, 1)), subAgentID: 1) {
        octets += $0.count
      }
      func poll(_ count: Int) {
        for i in 0..<count {
          do {
            host.prepare {}
            packer.appendCounterSample(source: .host, sequence: UInt32(i)) { host.append(to: &$0) }
            packer.flush()
          }
        }
      }
      poll(10)
      let before = try anonymousKiB()
      poll(10_000)
      let after = try anonymousKiB()
      precondition(octets > 10_000 * 300, "nothing was sent: \(log.lines)")
      precondition(after <= before + 256, "\(before) KiB became \(after) KiB")
    }
  }
}

/// `RssAnon` of this process.
private func anonymousKiB() throws -> Int {
  let text = String(decoding: try WholeFile.read("/proc/self/status"), as: UTF8.self)
  let line = text.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
  return try #require(line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) })
}
