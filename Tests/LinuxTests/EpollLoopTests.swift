import Linux
import SystemPackage
import Testing

extension LinuxTests {
  @Suite struct EpollLoopTests {
    let loop: EpollLoop

    init() throws { loop = try EpollLoop() }

    @Test func `a pipe wakes the loop in every round until it is read empty`() throws {
      let pipe = try TestPipe()
      var rounds = 0
      var text = ""
      try loop.watch(pipe.rawValue) { [loop] in
        rounds += 1
        // Level-triggered: left unread twice, it comes again.
        if rounds == 3 {
          text = (try? pipe.take()) ?? ""
          loop.stop()
        }
      }
      try pipe.put("hello")
      try loop.run()
      #expect(text == "hello")
      #expect(rounds == 3)
      loop.unwatch(pipe.rawValue)
    }

    @Test func `several descriptors are served in one round`() throws {
      let pipes = try (0..<5).map { _ in try TestPipe() }
      var served: [Int] = []
      for (i, pipe) in pipes.enumerated() {
        try loop.watch(pipe.rawValue) { [loop] in
          served.append(i)
          loop.stop()
        }
      }
      try pipes[1].put("x")
      try pipes[3].put("x")
      try pipes[4].put("x")
      try loop.run()
      #expect(served.sorted() == [1, 3, 4])
    }

    @Test func `more descriptors than one call of epoll reports are all served`() throws {
      let pipes = try (0..<150).map { _ in try TestPipe() }
      var served: Set<CInt> = []
      for pipe in pipes {
        try pipe.put("x")
        try loop.watch(pipe.rawValue) { [loop] in
          _ = try? pipe.take()
          served.insert(pipe.rawValue)
          if served.count == 150 { loop.stop() }
        }
      }
      try loop.run()
      #expect(served.count == 150)
      pipes.forEach { loop.unwatch($0.rawValue) }
    }

    @Test func `a descriptor unwatched by an action of the same round is not served`() throws {
      let (a, b) = (try TestPipe(), try TestPipe())
      var served: [String] = []
      try loop.watch(a.rawValue) { [loop] in
        served.append("a")
        loop.unwatch(b.rawValue)
        loop.stop()
      }
      try loop.watch(b.rawValue) { [loop] in
        served.append("b")
        loop.unwatch(a.rawValue)
        loop.stop()
      }
      try a.put("x")
      try b.put("x")
      try loop.run()
      #expect(served.count == 1)
    }

    @Test func `a number given to a new descriptor in the same round is not served for the old one`() throws {
      let (a, b, empty) = (try TestPipe(), try TestPipe(), try TestPipe())
      var served: [String] = []
      /// Puts the reading end of the empty pipe in the place of `old`.
      func replace(_ old: TestPipe) {
        loop.unwatch(old.rawValue)
        _ = try? empty.reading.duplicate(as: old.reading)
        try? loop.watch(old.rawValue) { served.append("new") }
      }
      try loop.watch(a.rawValue) { [loop] in
        served.append("old")
        replace(b)
        loop.stop()
      }
      try loop.watch(b.rawValue) { [loop] in
        served.append("old")
        replace(a)
        loop.stop()
      }
      try a.put("x")
      try b.put("x")
      try loop.run()
      #expect(served == ["old"])
    }

    @Test func `an action may unwatch itself, and be watched again`() throws {
      let pipe = try TestPipe()
      var count = 0
      let pause = Deadline { [loop] in loop.stop() }
      try pipe.put("x")
      for expected in 1...2 {
        try loop.watch(pipe.rawValue) { [loop] in
          count += 1
          loop.unwatch(pipe.rawValue)
          loop.arm(pause, after: .milliseconds(5))
        }
        try loop.run()
        #expect(count == expected)
      }
    }

    @Test func `what cannot be watched is refused with the kernel's reason`() throws {
      let pipe = try TestPipe()
      try loop.watch(pipe.rawValue) {}
      #expect(throws: Errno.fileExists) { try loop.watch(pipe.rawValue) {} }
      #expect(throws: Errno.badFileDescriptor) { try loop.watch(-1) {} }
      let file = try FileDescriptor.open("/proc/self/exe", .readOnly)
      #expect(throws: Errno.notPermitted) { try loop.watch(file.rawValue) {} }
      loop.unwatch(file.rawValue)
      try file.close()
    }

    @Test func `a deadline in 20 ms fires not a moment early, and a moved or disarmed one not at all`() throws
    {
      let start = Instant.now
      var fired: [String] = []
      let moved = Deadline { fired.append("moved") }
      let disarmed = Deadline { fired.append("disarmed") }
      loop.arm(moved, after: .milliseconds(1))
      loop.arm(disarmed, after: .milliseconds(1))
      loop.arm(moved, after: .seconds(3600))
      loop.disarm(disarmed)
      var time: Instant?
      let deadline = Deadline { [loop] in
        time = loop.now
        fired.append("due")
        loop.stop()
      }
      loop.arm(deadline, at: start + .milliseconds(20))
      try loop.run()
      #expect(fired == ["due"])
      #expect(try #require(time) >= start + .milliseconds(20))
    }

    @Test func `an action that arms itself for now starves neither a pipe nor another deadline`() throws {
      let pipe = try TestPipe()
      var order: [String] = []
      try loop.watch(pipe.rawValue) { [loop] in
        order.append("pipe")
        loop.unwatch(pipe.rawValue)
        loop.stop()
      }
      var selfish: Deadline?
      selfish = Deadline { [loop] in
        if order.isEmpty { try? pipe.put("x") }
        order.append("selfish")
        selfish.map { loop.arm($0, at: loop.now + .seconds(-1)) }
      }
      selfish.map { loop.arm($0, after: .zero) }
      loop.arm(Deadline { order.append("modest") }, after: .zero)
      try loop.run()
      #expect(order == ["selfish", "modest", "pipe"])
      selfish = nil
    }

    @Test func `a loop that was stopped runs again`() throws {
      var count = 0
      let deadline = Deadline { [loop] in
        count += 1
        loop.stop()
      }
      for expected in 1...3 {
        loop.arm(deadline, after: .zero)
        try loop.run()
        #expect(count == expected)
      }
    }
  }
}
