import Bytes
import ControlProtocol
import Foundation
import Linux
import SFlow
import SystemPackage
import Testing

/// An agent with everything that it can do on this host, made to do it: logged packets, captured packets, counters of
/// the host, of interfaces and of libvirt's test guest, four collectors, a control socket, files for others.
final class FaultRig {
  /// What comes from an agent that is well.
  struct Signs: OptionSet, CustomStringConvertible {
    let rawValue: Int
    static let host = Signs(rawValue: 1)
    static let interfaces = Signs(rawValue: 2)
    static let guest = Signs(rawValue: 4)
    static let logged = Signs(rawValue: 8)
    static let captured = Signs(rawValue: 16)
    static let control = Signs(rawValue: 32)
    static let all = Signs(rawValue: 63)
    private static let names = ["host", "interfaces", "guest", "logged", "captured", "control"]
    var description: String {
      Self.names.indices.filter { rawValue & 1 << $0 != 0 }.map { Self.names[$0] }.joined(separator: "+")
    }
  }

  static let isPossible =
    PacketLab.isPossible && FaultInjector.library != nil && tool("iptables") != nil
    && tool("virsh") != nil

  let injector: FaultInjector
  private let lab: PacketLab
  private let folder: Folder
  private let netns: String
  private let sink: Int32
  private let sender: Int32
  private var others: [Int32] = []
  private(set) var agent: Program
  private var room = [UInt8](repeating: 0, count: 65536)
  private var links = 0
  /// How many it had open when everything worked.
  private(set) var usualDescriptors = 0
  /// What came since `forget`.
  private(set) var signs: Signs = []

  init() throws {
    lab = try PacketLab()
    injector = try FaultInjector()
    folder = try Folder()
    // Written to by an agent that is not root any more.
    chmod(folder.path, 0o777)
    netns = "/etc/netns/" + lab.lab.host
    try FileManager.default.createDirectory(atPath: netns, withIntermediateDirectories: true)
    try Data("10.99.0.2 collector.test\n127.0.0.1 localhost\n".utf8).write(
      to: URL(fileURLWithPath: netns + "/hosts"))
    for group in [5, 6] {
      try lab.shell("iptables -A INPUT -i hx0 -p udp --dport 9 -j NFLOG --nflog-group \(group)")
    }
    (sink, sender) = try NetworkNamespace.run(inNamespaceAt: lab.farPath) { () throws(Errno) in
      (Self.receiver(6343), socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0))
    }
    // Nobody reads what comes here, but somebody is there.
    others = try NetworkNamespace.run(inNamespaceAt: lab.farPath) { () throws(Errno) in
      [6344, 6345, 6346, 6347].map(Self.receiver)
    }
    agent = try Program(["true"])
    try write(isOther: false)
  }

  deinit {
    for descriptor in [sink, sender] + others { close(descriptor) }
    try? FileManager.default.removeItem(atPath: netns)
  }

  private static func receiver(_ port: UInt16) -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    _ = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, 16) }
    }
    return descriptor
  }

  // MARK: - The agent

  /// - Parameter isOther: with settings that make it open and close sources and sockets.
  private func write(isOther: Bool) throws {
    let other = isOther ? "collector { ip = 10.99.0.2 udpport = 6347 }" : ""
    try folder.write(
      """
      sflow {
        polling = 1
        sampling = 1
        interfaceCounters = all
        watch = on
        telemetry { textfile = \(folder["metrics"]) }
        collector { ip = 10.99.0.2 }
        collector { ip = 10.99.0.2 udpport = 6344 dev = hx0 }
        collector { ip = collector.test udpport = 6345 }
        collector { ip = 10.99.0.2 udpport = 6346 namespace = \(lab.lab.far) }
        \(other)
        nflog { group = \(isOther ? 6 : 5) probability = 1.0 }
        pcap { dev = w0 sampling = \(isOther ? 2 : 1) }
        kvm { uri = "test:///default" }
      }

      """, to: "hsflowd.conf")
  }

  func start() throws {
    try write(isOther: false)
    for name in ["hsflowd.auto", "metrics", "control"] {
      try? FileManager.default.removeItem(atPath: folder[name])
    }
    agent = try Program(
      ["ip", "netns", "exec", lab.lab.host] + injector.words + [
        Release.hsflowd, "-d", "-f", folder["hsflowd.conf"], "-o", folder["hsflowd.auto"], "--control",
        folder["control"],
      ])
  }

  func kill() {
    agent.end(SIGKILL)
    usualDescriptors = 0
  }

  var log: String { agent.output }

  var descriptors: Int {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(agent.pid)/fd")) ?? []).count
  }

  /// Starts it and has it open everything that it ever opens.
  func startWell() throws {
    try start()
    try #require(isWell(within: .seconds(30)), "\(signs): \(log)")
    for isOther in [true, false] {
      try stir(isOther: isOther)
      try #require(isWell(isOther: isOther, within: .seconds(30)), "\(signs): \(log)")
    }
    usualDescriptors = descriptors
  }

  /// The calls that it makes until everything works, and those that it makes then.
  func callsMade() throws -> [FaultTrial.Moment: Set<String>] {
    func numbers() -> [String: UInt64] {
      Dictionary(uniqueKeysWithValues: FaultInjector.calls.map { ($0, injector.calls(of: $0)) })
    }
    try start()
    try #require(isWell(within: .seconds(30)), "\(signs): \(log)")
    let atStart = numbers()
    for isOther in [true, false] {
      try stir(isOther: isOther)
      try #require(isWell(isOther: isOther, within: .seconds(30)), "\(signs): \(log)")
    }
    let later = numbers()
    agent.end()
    return [
      .start: Set(atStart.filter { $0.value > 0 }.keys),
      .run: Set(later.filter { $0.value > atStart[$0.key] ?? 0 }.keys),
    ]
  }

  // MARK: - What happens to it

  /// Its file changes, an interface comes and goes, somebody wants its counters.
  func stir(isOther: Bool) throws {
    try write(isOther: isOther)
    agent.signal(SIGUSR1)
    links += 1
    try lab.lab.ip(lab.lab.host, "link add t\(links % 100) type veth peer name u\(links % 100)")
    try lab.lab.ip(lab.lab.host, "link delete t\(links % 100)")
  }

  /// Packets come, and hsflowctl(1) asks. Notes what the agent does about it.
  func beat() {
    for address in [UInt32(0x0A63_0001), 0x0A62_0001] {
      for _ in 0..<4 { send(to: address) }
    }
    if asksWell() { signs.insert(.control) }
    take()
  }

  func forget() {
    take()
    signs = []
  }

  private func send(to address: UInt32) {
    var to = sockaddr_in()
    to.sin_family = sa_family_t(AF_INET)
    to.sin_port = UInt16(9).bigEndian
    to.sin_addr.s_addr = address.bigEndian
    let octets = [UInt8](repeating: 7, count: 100)
    _ = withUnsafePointer(to: &to) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { sendto(sender, octets, octets.count, 0, $0, 16) }
    }
  }

  private func asksWell() -> Bool {
    guard let stream = try? UnixStream(connectingTo: folder["control"]) else { return false }
    stream.limitWaiting(toSeconds: 1)
    _ = try? stream.write(Array("report\n".utf8))
    var answer: [UInt8] = []
    while let bytes = try? stream.read(atMost: 65536), !bytes.isEmpty { answer += bytes }
    guard case .items(let items)? = try? Answer(decoding: answer) else { return false }
    return items.count > 10
  }

  private func take() {
    while true {
      let count = room.withUnsafeMutableBytes { recv(sink, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT)) }
      guard count > 0 else { return }
      guard let datagram = try? Datagram(decoding: room.span.extracting(0..<count)) else { continue }
      for sample in datagram.samples {
        switch sample {
        case .countersExpanded(let sample):
          switch sample.source.type {
          case .physicalEntity: signs.insert(.host)
          case .logicalEntity: signs.insert(.guest)
          default: signs.insert(.interfaces)
          }
        case .flowExpanded(let sample):
          signs.insert(sample.source.index == lab.hostIndex ? .captured : .logged)
        default: break
        }
      }
    }
  }

  /// Whether the files for others say what is in force.
  func areFilesRight(isOther: Bool) -> Bool {
    contents(folder["hsflowd.auto"]).contains("collector=10.99.0.2 6347") == isOther
      && contents(folder["hsflowd.auto"]).contains("rev_end=")
      && contents(folder["metrics"]).contains("hsflowd_")
  }

  /// Waits until everything works.
  func isWell(isOther: Bool = false, within limit: Duration) -> Bool {
    forget()
    let end = Instant.now + limit
    repeat {
      beat()
      if signs == .all, areFilesRight(isOther: isOther) { return true }
      rest(.milliseconds(100))
    } while agent.isRunning && Instant.now < end
    return false
  }
}

extension Program {
  /// Seconds of the processor that it took so far.
  var processorTime: Double {
    let fields = contents("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 13 else { return 0 }
    return (Double(fields[11]) ?? 0) / 100 + (Double(fields[12]) ?? 0) / 100
  }
}
