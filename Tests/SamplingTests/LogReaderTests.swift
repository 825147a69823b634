import Foundation
import SystemPackage
import Testing

@testable import Linux
@testable import Sampling

/// A pair of connected sockets in place of the kernel's, on a simulated clock.
@Suite struct LogReaderTests {
  private final class Bench {
    let loop = SimulatedLoop()
    private(set) var taken: [[UInt8]] = []
    private(set) var errors: [Errno] = []
    private(set) var reader: LogReader?
    private let kernel: CInt
    private let descriptor: CInt

    init(messageSize: Int = 64, rests: Bool = true) throws {
      var ends: [CInt] = [-1, -1]
      #expect(socketpair(AF_UNIX, CInt(SOCK_SEQPACKET.rawValue), 0, &ends) == 0)
      (kernel, descriptor) = (ends[0], ends[1])
      reader = try LogReader(
        NetfilterSocket(owning: descriptor, messageSize: messageSize), loop: loop, rests: rests,
        onError: { [unowned self] in errors.append($0) }
      ) { [unowned self] octets in taken.append(octets.indices.map { octets[$0] }) }
    }

    deinit { close(kernel) }

    func send(_ messages: UInt8...) {
      for message in messages { send([message]) }
    }

    func send(_ octets: [UInt8]) {
      #expect(Foundation.send(kernel, octets, octets.count, 0) == octets.count)
      loop.makeReadable(descriptor)
    }

    func run(_ milliseconds: Int) { loop.run(for: .milliseconds(milliseconds)) }
    func end() { reader = nil }
  }

  @Test func `messages that come slowly are read as they come, and nothing else wakes the loop`() throws {
    let bench = try Bench()
    for i in UInt8(0)..<10 {
      bench.send(i)
      #expect(bench.taken.count == Int(i) + 1)
      bench.run(20)
    }
    #expect(bench.loop.wakeUps == 0)
    #expect(bench.loop.nextDeadline == nil)
  }

  @Test func `messages that come fast are read every 30 ms, in order, until none come`() throws {
    let bench = try Bench()
    for i in UInt8(0)..<100 {
      bench.send(i)
      bench.run(5)
    }
    // Two at once, then a read for each six.
    #expect((16...18).contains(bench.loop.wakeUps))
    bench.run(30)
    #expect(bench.taken == (0..<100).map { [$0] })
    let wakeUps = bench.loop.wakeUps
    bench.run(1000)
    #expect(bench.loop.wakeUps <= wakeUps + 1)
    #expect(bench.loop.nextDeadline == nil)
    bench.send(100)
    #expect(bench.taken.count == 101)
  }

  @Test func `where every packet becomes a sample each message is read as it comes`() throws {
    let bench = try Bench(rests: false)
    for i in UInt8(0)..<100 {
      bench.send(i)
      #expect(bench.taken.count == Int(i) + 1)
      bench.run(5)
    }
    #expect(bench.loop.wakeUps == 0)
    #expect(bench.loop.nextDeadline == nil)
  }

  @Test func `it rests only if the kernel has room for four times as many as came`() throws {
    let few = try Bench()
    few.send(1)
    few.send(2)
    #expect(few.loop.nextDeadline != nil)
    // Of messages so long the kernel holds few.
    let many = try Bench(messageSize: 50_000)
    many.send(1)
    many.send(2)
    #expect(many.loop.nextDeadline == nil)
  }

  @Test func `a message that is cut is told, and reading goes on`() throws {
    let bench = try Bench(messageSize: 1)
    bench.send([1, 1])
    #expect(bench.errors == [.messageTooLong])
    bench.send(2)
    bench.run(100)
    #expect(bench.errors == [.messageTooLong])
    #expect(bench.taken == [[2]])
  }

  @Test func `one that is given up leaves nothing behind in the loop`() throws {
    let bench = try Bench()
    bench.send(1)
    bench.send(2)
    bench.end()
    #expect(bench.loop.nextDeadline == nil)
    #expect(bench.taken == [[1], [2]])
  }
}
