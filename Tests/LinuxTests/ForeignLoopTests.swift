import Synchronization
import Testing

@testable import Linux

extension LinuxTests {
  @Suite struct ForeignLoopTests {
    @Test func `turns that wait are never put off`() {
      var pace = TurnPace()
      for _ in 0..<1000 { #expect(pace.pause(after: .milliseconds(1)) == .zero) }
    }

    @Test func `turns that do not wait are put off, at last by a second`() {
      var pace = TurnPace()
      let pauses = (0..<32).map { _ in pace.pause(after: .microseconds(5)) }
      #expect(pauses[..<20].allSatisfy { $0 == .zero })
      #expect(pauses[20..<30].map(\.milliseconds) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
      #expect(pauses[30...].map(\.milliseconds) == [1024, 1024])
      // One that waited is the end of it.
      #expect(pace.pause(after: .seconds(5)) == .zero)
      #expect(pace.pause(after: .microseconds(5)) == .zero)
    }

    @Test func `the thread ends when its turn says so`() throws {
      let mailbox = try Mailbox<Int>()
      let loop = try EpollLoop()
      var turns = 0
      try loop.watch(mailbox.descriptor) {
        turns += mailbox.takeAll().reduce(0, +)
        if turns == 3 { loop.stop() }
      }
      let left = Mutex(3)
      try ForeignLoop.start {
        mailbox.post(1)
        return left.withLock {
          $0 -= 1
          return $0 > 0
        }
      }
      try loop.run()
      #expect(turns == 3)
    }
  }
}

extension Duration {
  fileprivate var milliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}
