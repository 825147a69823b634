import Foundation
import Linux
import SystemPackage
import Testing

extension LinuxTests {
  /// On threads of their own: the signals stay blocked there to the end, and are raised for that thread only.
  @Suite struct SignalTests {
    @Test func `signals come to the loop in the order in which they are raised`() throws {
      try onOwnThread(named: "hsft-signals") {
        SignalSource.block()
        let loop = try EpollLoop()
        let numbers = [SIGUSR2, SIGHUP, SIGUSR1, SIGHUP, SIGINT, SIGTERM]
        var seen: [Signal] = []
        let source = try SignalSource(loop: loop) { signal in
          seen.append(signal)
          if seen.count < numbers.count { raise(numbers[seen.count]) } else { loop.stop() }
        }
        raise(numbers[0])
        try loop.run()
        #expect(seen == [.user2, .hangUp, .user1, .hangUp, .interrupt, .terminate])
        withExtendedLifetime(source) {}
      }
    }

    @Test func `signals that were raised before there was a source are kept, each once`() throws {
      try onOwnThread(named: "hsft-signals") {
        SignalSource.block()
        for number in [SIGHUP, SIGUSR1, SIGUSR1, SIGHUP] { raise(number) }
        let loop = try EpollLoop()
        var seen: [Signal] = []
        let source = try SignalSource(loop: loop) { signal in
          seen.append(signal)
          loop.stop()
        }
        try loop.run()
        #expect(Set(seen) == [.hangUp, .user1])
        #expect(seen.count == 2)
        withExtendedLifetime(source) {}
      }
    }

    @Test func `a source that is gone is no longer asked`() throws {
      try onOwnThread(named: "hsft-signals") {
        SignalSource.block()
        let loop = try EpollLoop()
        var source: SignalSource? = try SignalSource(loop: loop) { _ in Issue.record("asked") }
        withExtendedLifetime(source) {}
        source = nil
        raise(SIGUSR1)
        loop.arm(Deadline { loop.stop() }, after: .milliseconds(5))
        try loop.run()
        // Takes the signal away.
        let last = try SignalSource(loop: loop) { _ in loop.stop() }
        try loop.run()
        withExtendedLifetime(last) {}
      }
    }

    @Test func `a pipe that nobody reads is an error, not the end of the process`() throws {
      try onOwnThread(named: "hsft-signals") {
        SignalSource.block()
        let (reading, writing) = try FileDescriptor.pipe()
        try reading.close()
        // A child that another test starts has it until its exec.
        var end = pollfd(fd: writing.rawValue, events: 0, revents: 0)
        while end.revents & Int16(POLLERR) == 0 { poll(&end, 1, -1) }
        #expect(throws: Errno.brokenPipe) { try writing.writeAll([1]) }
        try writing.close()
      }
    }
  }
}
