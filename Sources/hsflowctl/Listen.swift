internal import ArgumentParser
internal import Bytes
internal import Linux
internal import Listening
internal import SFlow
internal import SystemPackage

struct Listen: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, line }

  static let configuration = CommandConfiguration(
    abstract: "Receives sFlow from any agent, or reads it from a capture, and prints what it says.",
    discussion: """
      text: lines of a tag and a value. line: FLOW and CNTR lines of values parted by commas. json: one object a \
      datagram, each on a line.

      With --pcap of a file that exists the file is read; otherwise what is received is written there.
      """)

  @Option(name: .shortAndLong, help: "The UDP port to listen on.") var port: UInt16 = 6343
  @Option(help: "The local address to listen on.") var address = "::"
  @Option(name: .shortAndLong, help: "text, json or line.") var format = Format.text
  @Option(help: ArgumentHelp("A capture to read, or to write.", valueName: "file")) var pcap: String?
  @Option(help: "End after so many datagrams.") var count: Int?

  func run() throws {
    if let pcap, FileRoot("/").exists(pcap.hasPrefix("/") ? pcap : "./" + pcap) { return try read(pcap) }
    try listen()
  }

  // MARK: - A capture

  private func read(_ path: String) throws {
    let file: [UInt8]
    do throws(Errno) { file = try WholeFile.read(path) } catch {
      throw AgentConnection.Failure(description: "cannot read \(path): \(error.explanation)")
    }
    var reader: PcapReader
    do throws(PcapReader.Failure) { reader = try PcapReader(file) } catch {
      throw AgentConnection.Failure(description: "\(path): \(error)")
    }
    var (shown, others) = (0, 0)
    while shown < count ?? .max, let packet = reader.next() {
      guard let datagram = CapturedDatagram(packet.octets, linkType: reader.linkType) else {
        others += 1
        continue
      }
      show(Arrival(from: datagram.source, at: packet.seconds, datagram.payload))
      shown += 1
    }
    if others > 0 { Terminal.complain("\(path): \(others) packets are no UDP datagrams") }
    if reader.isCut { Terminal.complain("\(path) ends within a packet") }
  }

  // MARK: - The network

  private func listen() throws {
    guard let local = IPAddress(address) else {
      throw ValidationError("--address \"\(address)\" is not an IP address")
    }
    var receiver: UDPReceiver
    do throws(Errno) { receiver = try UDPReceiver(on: SocketAddress(local, port: port)) } catch {
      let remedy =
        error == .addressInUse
        ? "another program listens there: end it, or take another --port" : "take another --address or --port"
      throw AgentConnection.Failure(
        description: "cannot listen on \(SocketAddress(local, port: port)): \(error.explanation); \(remedy)")
    }
    let bound = (try? receiver.localAddress()) ?? SocketAddress(local, port: port)
    Terminal.complain("listening on \(bound)")
    var file: AppendedFile?
    if let pcap {
      file = AppendedFile(pcap)
      try write(PcapWriter.head, to: file)
    }
    var shown = 0
    while shown < count ?? .max {
      let (payload, source) = try receiver.receiveWithSource()
      let time = WallClock.nanoseconds
      let from = source.address.unmapped
      if file != nil {
        let packet = PcapWriter.packet(
          payload, from: from, port: source.port, to: bound.address.unmapped(like: from), port: bound.port,
          seconds: UInt32(truncatingIfNeeded: time / 1_000_000_000),
          nanoseconds: UInt32(time % 1_000_000_000))
        try write(packet, to: file)
      }
      show(Arrival(from: from, at: UInt32(truncatingIfNeeded: time / 1_000_000_000), payload))
      shown += 1
    }
  }

  private func write(_ octets: [UInt8], to file: AppendedFile?) throws {
    do throws(Errno) { try file?.append(octets) } catch {
      throw AgentConnection.Failure(description: "cannot write \(pcap ?? ""): \(error.explanation)")
    }
  }

  // MARK: - Output

  private func show(_ arrival: Arrival) {
    switch (format, arrival.content) {
    case (.text, _): Terminal.print(TagText(arrival).text)
    case (.json, _):
      if let text = try? JSONText.encode(JSONDatagram(arrival), pretty: false) { Terminal.print(text) }
    case (.line, .success(let datagram)): for line in LineText(datagram).lines { Terminal.print(line) }
    case (.line, .failure(let error)):
      Terminal.complain("a datagram from \(arrival.source) that cannot be decoded: \(error)")
    }
  }
}

extension IPAddress {
  /// An IPv4 address that came over an IPv6 socket is one again (RFC 4291, 2.5.5.2).
  var unmapped: IPAddress {
    if case .v6(let six) = self, six.high == 0, six.low >> 32 == 0xFFFF {
      return .v4(IPv4Address(UInt32(truncatingIfNeeded: six.low)))
    }
    return self
  }

  /// The unspecified address becomes that of the family of `other`.
  func unmapped(like other: IPAddress) -> IPAddress {
    if case .v4 = other, case .v6(let six) = self, six.high == 0, six.low == 0 { return .v4(IPv4Address(0)) }
    return unmapped
  }
}
