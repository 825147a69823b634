import Bytes
import Foundation
import Linux
import SFlow
import SystemPackage
import Testing

/// A flow sample as a `FlowSink` keeps it.
struct SeenSample {
  var source: UInt32
  var sequence: UInt32
  var rate: UInt32
  var pool: UInt32
  var drops: UInt32
  var input: UInt32
  var output: UInt32
  var headerProtocol: UInt32
  var frameLength: UInt32
  var header: [UInt8]
  /// Of an `extended_switch`; the side that is known.
  var vlan: UInt32?

  /// The number that `FrameSocket.send` put into a packet at `place`, counted from its first octet.
  func number(at place: Int) -> UInt32? {
    guard header.count >= place + 4 else { return nil }
    return header[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }
}

/// A collector for very many flow samples: the kernel holds what has come until it is asked, and reading them takes
/// fewer steps than decoding (which other tests do). Watches that no datagram is missing.
final class FlowSink {
  let port: UInt16
  private let descriptor: CInt
  private var lastDatagram: UInt32 = 0
  private var room = [UInt8](repeating: 0, count: 65536)
  /// Datagrams that did not come, by their numbers.
  private(set) var missing: UInt32 = 0
  /// Called with every sample that `drain` finds.
  var take: (SeenSample) -> Void = { _ in }
  /// Called with every counter sample that `drain` finds; those take longer to decode.
  var takeCounters: ((CounterSample) -> Void)?
  /// Called with every datagram that `drain` finds, as a whole.
  var takeDatagram: ((Datagram) -> Void)?
  private(set) var count = 0

  private nonisolated(unsafe) static var lastPort: UInt16 = 20_000

  init(in lab: PacketLab) throws {
    // Tests of this target run one after the other.
    Self.lastPort += 1
    port = Self.lastPort
    descriptor = try NetworkNamespace.run(inNamespaceAt: lab.farPath) { () throws(Errno) in
      socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    }
    try #require(descriptor >= 0)
    var bytes: CInt = 256 << 20
    // SO_RCVBUFFORCE
    try #require(setsockopt(descriptor, SOL_SOCKET, 33, &bytes, 4) == 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, 16) }
    }
    try #require(status == 0)
  }

  deinit { close(descriptor) }

  /// Takes what has come.
  /// - Returns: how many samples that were.
  @discardableResult func drain() throws -> Int {
    let before = count
    while true {
      let length = room.withUnsafeMutableBytes {
        recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
      }
      guard length >= 28 else { break }
      try read(length)
      if let takeDatagram { takeDatagram(try Datagram(decoding: room.span.extracting(0..<length))) }
      if let takeCounters {
        for case .countersExpanded(let sample) in try Datagram(decoding: room.span.extracting(0..<length))
          .samples
        {
          takeCounters(sample)
        }
      }
    }
    return count - before
  }

  /// Takes what comes until nothing has for `pause`: far longer than the agent and the kernel hold anything back.
  func settle(_ pause: Duration = .milliseconds(1500)) throws {
    var last = Instant.now
    while Instant.now < last + pause {
      if try drain() > 0 { last = .now } else { rest() }
    }
  }

  /// Words of the agent's datagrams: IPv4 agent address, then expanded flow samples, each beginning with its sizes.
  private func read(_ length: Int) throws {
    try room.withUnsafeBytes { octets in
      func word(_ place: Int) -> UInt32 {
        UInt32(bigEndian: octets.loadUnaligned(fromByteOffset: place, as: UInt32.self))
      }
      try #require(word(0) == 5 && word(4) == 1)
      let number = word(16)
      missing += number - lastDatagram - 1
      lastDatagram = number
      var place = 28
      for _ in 0..<word(24) {
        let (format, end) = (word(place), place + 8 + Int(word(place + 4)))
        if format == 3 {
          var sample = SeenSample(
            source: word(place + 16), sequence: word(place + 8), rate: word(place + 20),
            pool: word(place + 24),
            drops: word(place + 28), input: word(place + 36), output: word(place + 44), headerProtocol: 0,
            frameLength: 0, header: [])
          var at = place + 52
          while at < end {
            switch word(at) {
            case 1:
              (sample.headerProtocol, sample.frameLength) = (word(at + 8), word(at + 12))
              sample.header = Array(octets[at + 24..<at + 24 + Int(word(at + 20))])
            case 1001:
              sample.vlan = word(at + 8) == .max ? word(at + 16) : word(at + 8)
            default: break
            }
            at += 8 + Int(word(at + 4))
          }
          count += 1
          take(sample)
        }
        place = end
      }
      try #require(place == length)
    }
  }
}
