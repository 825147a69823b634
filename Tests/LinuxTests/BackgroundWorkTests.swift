import Linux
import Testing

extension LinuxTests {
  @Suite struct BackgroundWorkTests {
    let loop: EpollLoop
    let work: BackgroundWork

    init() throws {
      loop = try EpollLoop()
      work = try BackgroundWork(loop: loop)
    }

    /// What came back, in order; `nil` is a job that was given up.
    final class Answers { var list: [String?] = [] }

    /// Threads of this process that have `name`.
    static func threads(named name: String) throws -> Int {
      let root = FileRoot("/proc/self/task")
      let buffer = FileBuffer()
      return try root.names(in: "/").count { thread in
        // A thread may end between the two.
        let comm = try? KernelFile(root, "/\(thread)/comm", buffer: buffer).bytes()
        return comm == Array("\(name)\n".utf8)
      }
    }

    @Test func `results come back on the loop in the order of the jobs`() throws {
      let answers = Answers()
      for i in 0..<100 {
        work.run("square", within: .seconds(30)) {
          "\(i * i)"
        } then: {
          answers.list.append($0)
        }
      }
      #expect(answers.list.isEmpty)
      try loop.run(until: { answers.list.count >= 100 })
      #expect(answers.list == (0..<100).map { "\($0 * $0)" })
    }

    @Test func `a job may be started by the answer of another`() throws {
      let answers = Answers()
      work.run("first", within: .seconds(30)) {
        "first"
      } then: { [work] in
        answers.list.append($0)
        work.run("second", within: .seconds(30)) {
          "second"
        } then: {
          answers.list.append($0)
        }
      }
      try loop.run(until: { answers.list.count >= 2 })
      #expect(answers.list == ["first", "second"])
    }

    @Test func `a job without a value and one that took too long are told apart`() throws {
      let pipe = try TestPipe()
      var answers: [Int??] = []
      work.run("nothing", within: .seconds(30)) {
        Int?.none
      } then: {
        answers.append($0)
      }
      try loop.run(until: { answers.count == 1 })
      work.run("stuck", within: .milliseconds(50)) {
        (try? pipe.take()).flatMap { Int($0) }
      } then: {
        answers.append($0)
      }
      try loop.run(until: { answers.count == 2 })
      #expect(answers == [.some(.none), .none])
      try pipe.put("1")
    }

    @Test func `a job over its limit is given up and those behind it run on a fresh thread`() throws {
      try onOwnThread(named: "hsft-overrun") {
        let test = try BackgroundWorkTests()
        let (loop, work, answers) = (test.loop, test.work, Answers())
        let pipe = try TestPipe()
        work.run("quick", within: .seconds(30)) {
          "quick"
        } then: {
          answers.list.append($0)
        }
        work.run("stuck", within: .milliseconds(50)) {
          try? pipe.take()
        } then: {
          answers.list.append($0 ?? nil)
        }
        for i in 0..<3 {
          work.run("behind", within: .seconds(30)) {
            "behind \(i)"
          } then: {
            answers.list.append($0)
          }
        }
        try loop.run(until: { answers.list.count >= 5 })
        #expect(answers.list == ["quick", nil, "behind 0", "behind 1", "behind 2"])
        // This thread, the stuck one and the fresh one.
        #expect(try Self.threads(named: "hsft-overrun") == 3)

        try pipe.put("late")
        try loop.run(until: { (try? Self.threads(named: "hsft-overrun")) == 2 })
        work.run("after", within: .seconds(30)) {
          "after"
        } then: {
          answers.list.append($0)
        }
        try loop.run(until: { answers.list.count >= 6 })
        #expect(answers.list.count == 6)
        #expect(answers.list.last == "after")
      }
    }

    @Test func `with four threads stuck jobs are answered at once, and work goes on when one comes back`()
      throws
    {
      try onOwnThread(named: "hsft-stuck") {
        let test = try BackgroundWorkTests()
        let (loop, work, answers) = (test.loop, test.work, Answers())
        let pipes = try (0..<4).map { _ in try TestPipe() }
        for pipe in pipes {
          work.run("stuck", within: .milliseconds(10)) {
            try? pipe.take()
          } then: {
            answers.list.append($0 ?? nil)
          }
        }
        work.run("behind", within: .seconds(30)) {
          "behind"
        } then: {
          answers.list.append($0)
        }
        try loop.run(until: { answers.list.count >= 5 })
        #expect(answers.list == [nil, nil, nil, nil, nil])
        #expect(try Self.threads(named: "hsft-stuck") == 5)

        work.run("refused", within: .seconds(30)) {
          "refused"
        } then: {
          answers.list.append($0)
        }
        #expect(answers.list.count == 6)
        #expect(answers.list.last == .some(nil))

        try pipes[2].put("late")
        try loop.run(until: { (try? Self.threads(named: "hsft-stuck")) == 4 })
        var isBack = false
        // The thread is gone; its result may still be on its way through the loop.
        try loop.run(until: {
          if !isBack {
            work.run("again", within: .seconds(30)) {
              true
            } then: {
              isBack = $0 ?? false
            }
          }
          return isBack
        })
        for pipe in pipes { try pipe.put("late") }
        try loop.run(until: { (try? Self.threads(named: "hsft-stuck")) == 2 })
        #expect(answers.list.count == 6)
      }
    }

    @Test func `the thread ends with its owner, whether idle or at work`() throws {
      try onOwnThread(named: "hsft-end") {
        let loop = try EpollLoop()
        let pipe = try TestPipe()
        var work: BackgroundWork? = try BackgroundWork(loop: loop)
        #expect(try Self.threads(named: "hsft-end") == 1)
        var isDone = false
        work?.run("job", within: .seconds(30)) {
          1
        } then: { _ in
          isDone = true
        }
        try loop.run(until: { isDone })
        #expect(try Self.threads(named: "hsft-end") == 2)
        work = nil
        try loop.run(until: { (try? Self.threads(named: "hsft-end")) == 1 })

        work = try BackgroundWork(loop: loop)
        var answers = 0
        work?.run("stuck", within: .seconds(30)) {
          try? pipe.take()
        } then: { _ in
          answers += 1
        }
        work = nil
        try pipe.put("late")
        try loop.run(until: { (try? Self.threads(named: "hsft-end")) == 1 })
        #expect(answers == 0)
      }
    }
  }
}
