import Bytes
import Foundation
import Linux
import Synchronization
import SystemPackage
import Testing

/// A lab whose agent asks the name server at 10.99.0.2, in the search domain example.com.
final class NameLab {
  let lab: Lab
  private let folder: String

  init(_ options: String = "timeout:1 attempts:1") throws {
    lab = try Lab()
    // ip-netns(8) puts what is in here in the place of files in /etc.
    folder = "/etc/netns/" + lab.host
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let text = "nameserver 10.99.0.2\nsearch example.com\noptions \(options)\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/resolv.conf"))
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func agent(_ configuration: String) throws -> Agent {
    try Agent(configuration, in: lab.hostPath, wrapped: ["ip", "netns", "exec", lab.host])
  }
}

/// dnsmasq(8) with these lines in its configuration, as the authority of example.com.
final class Dnsmasq {
  private let folder: Folder
  private let program: Program

  init(_ lines: String, in lab: Lab) throws {
    folder = try Folder()
    let common = """
      port=53
      listen-address=10.99.0.2
      bind-interfaces
      no-resolv
      no-hosts
      user=root
      pid-file=
      local=/example.com/
      host-record=collector.example.com,10.99.0.2

      """
    try folder.write(common + lines + "\n", to: "conf")
    program = try Program(["dnsmasq", "-k", "-C", folder["conf"]], in: lab.farPath)
    try #require(NameServer.answers(in: lab), "dnsmasq: \(program.errors)")
  }

  func end() { program.end() }
}

/// unbound(8) with these local data.
final class Unbound {
  private let folder: Folder
  private let program: Program

  init(_ data: [String], in lab: Lab) throws {
    folder = try Folder()
    let text = """
      server:
        interface: 10.99.0.2
        access-control: 10.99.0.0/24 allow
        do-daemonize: no
        chroot: ""
        username: ""
        directory: "\(folder.path)"
        pidfile: ""
        use-syslog: no
        num-threads: 1
        local-zone: "." refuse
        local-zone: "example.com." static
      \(data.map { "  local-data: '\($0)'" }.joined(separator: "\n"))
      remote-control:
        control-enable: no

      """
    try folder.write(text, to: "conf")
    program = try Program(["unbound", "-d", "-c", folder["conf"]], in: lab.farPath)
    try #require(NameServer.answers(in: lab), "unbound: \(program.errors)")
  }

  func end() { program.end() }
}

/// A name server that answers as a test says, well or badly.
final class NameServer {
  private let descriptor: Int32
  private let state: State

  private final class State: Sendable {
    let answer: Mutex<@Sendable ([UInt8]) -> [UInt8]?>
    let questions = Mutex(0)
    let isOver = Mutex(false)
    let ended = DispatchSemaphore(value: 0)
    init(_ answer: @escaping @Sendable ([UInt8]) -> [UInt8]?) { self.answer = Mutex(answer) }
  }

  var questions: Int { state.questions.withLock { $0 } }

  /// - Parameter answer: an answer to a question, or `nil` for silence.
  init(in lab: Lab, _ answer: @escaping @Sendable ([UInt8]) -> [UInt8]?) throws {
    state = State(answer)
    descriptor = try NetworkNamespace.run(inNamespaceAt: lab.farPath) { () throws(Errno) in
      Self.socket(port: 53)
    }
    try #require(descriptor >= 0)
    let (state, descriptor) = (state, descriptor)
    Thread {
      while !state.isOver.withLock({ $0 }) { Self.serve(descriptor, state) }
      state.ended.signal()
    }.start()
  }

  deinit {
    state.isOver.withLock { $0 = true }
    state.ended.wait()
    close(descriptor)
  }

  func answer(_ answer: @escaping @Sendable ([UInt8]) -> [UInt8]?) { state.answer.withLock { $0 = answer } }

  private static func serve(_ descriptor: Int32, _ state: State) {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, 50) == 1 else { return }
    var (buffer, from) = ([UInt8](repeating: 0, count: 4096), sockaddr_in())
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &from) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        let count = recvfrom(descriptor, &buffer, buffer.count, 0, address, &length)
        guard count > 12 else { return }
        state.questions.withLock { $0 += 1 }
        let answer = state.answer.withLock { $0 }
        guard let bytes = answer(Array(buffer.prefix(count))) else { return }
        sendto(descriptor, bytes, bytes.count, 0, address, length)
      }
    }
  }

  private static func socket(port: UInt16) -> Int32 {
    let descriptor = Foundation.socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if result != 0 { close(descriptor) }
    return result == 0 ? descriptor : -1
  }

  /// Whether somebody answers questions at 10.99.0.2.
  static func answers(in lab: Lab) -> Bool {
    eventually {
      // An id, recursion desired, one question: the addresses of collector.example.com.
      let question: [UInt8] =
        [7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + name("collector.example.com") + [0, 1, 0, 1]
      let descriptor = try? NetworkNamespace.run(inNamespaceAt: lab.hostPath) { () throws(Errno) in
        socket(port: 0)
      }
      guard let descriptor, descriptor >= 0 else { return false }
      defer { close(descriptor) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = UInt16(53).bigEndian
      address.sin_addr.s_addr = UInt32(0x0A63_0002).bigEndian
      withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          _ = sendto(descriptor, question, question.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      return poll(&entry, 1, 100) == 1
    }
  }

  static func name(_ text: String) -> [UInt8] {
    text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }

  /// The question's header and question with this code and these answers, whatever else it had left out.
  static func reply(to question: [UInt8], code: UInt8 = 0, _ records: [[UInt8]] = []) -> [UInt8] {
    var end = 12
    while end < question.count, question[end] != 0 { end += 1 + Int(question[end]) }
    let head = question.prefix(2) + [0x81, 0x80 | code, 0, 1, 0, UInt8(records.count), 0, 0, 0, 0]
    return Array(head + question[12..<min(end + 5, question.count)] + records.joined())
  }

  /// A record of the name that was asked for.
  static func record(_ type: UInt8, _ lifetime: UInt8, _ data: [UInt8]) -> [UInt8] {
    [0xC0, 12, 0, type, 0, 1, 0, 0, 0, lifetime, UInt8(data.count >> 8), UInt8(data.count & 255)] + data
  }

  /// The type that is asked for, and whether in the search domain.
  static func type(of question: [UInt8]) -> (type: UInt8, isInDomain: Bool) {
    var end = 12
    while end < question.count, question[end] != 0 { end += 1 + Int(question[end]) }
    return (
      end + 2 < question.count ? question[end + 2] : 0,
      String(decoding: question, as: UTF8.self).contains("example")
    )
  }
}
