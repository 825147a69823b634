import Dispatch
@testable import Linux
import Testing

extension LinuxTests {
  @Suite struct MailboxTests {
    @Test func `what four threads post arrives once each, in the order of its thread`() throws {
      let loop = try EpollLoop()
      let mailbox = try Mailbox<(thread: Int, number: Int)>()
      var received = [[Int]](repeating: [], count: 4)
      try loop.watch(mailbox.descriptor) {
        for message in mailbox.takeAll() { received[message.thread].append(message.number) }
      }
      let threads = DispatchQueue(label: "posters", attributes: .concurrent)
      for thread in 0..<4 {
        threads.async { for number in 0..<5000 { mailbox.post((thread, number)) } }
      }
      try loop.run(until: { received.allSatisfy { $0.count >= 5000 } })
      #expect(received.allSatisfy { $0 == Array(0..<5000) })
      #expect(mailbox.takeAll().isEmpty)
      loop.unwatch(mailbox.descriptor)
    }
  }
}
