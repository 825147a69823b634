public import Bytes
public import Linux
public import Logging
public import SFlow

/// The records of the host's counter sample, 2:1, in the order in which they are sent.
public final class HostRecords {
  private let sources: [any HostRecordSource]
  /// Polls that each source failed in a row.
  private var failures: [Int]
  private let logger: Logger
  private let space: FileSystemSpaces
  private var isBlindForMounts = false
  /// Tells of virtual machines, once somebody has told it.
  public let virtualNode: VirtualNodeSource?

  /// All sources of this host. The last one takes the room that the others leave.
  public static func all(
    _ root: FileRoot, uuid: UUID, interfaces: any HostInterfaces, background: any BackgroundRunner,
    logger: Logger
  ) -> HostRecords {
    let buffer = FileBuffer()
    let space = FileSystemSpaces(root, background: background)
    let cpu = CPUSource(root, buffer: buffer)
    let memory = MemorySource(root, buffer: buffer)
    let virtualNode = VirtualNodeSource(cpu: cpu, memory: memory)
    // Wireshark (tshark 4.0.17) knows none of these structures, and goes on 8 octets into one it does not know. Where it
    // finds text or a float there it takes that for a length, gives the datagram up as malformed, and shows none of
    // the samples behind it. tcpRtoAlgorithm, always 1, looks to it like counters of an interface, which end where
    // the UDP group does; what follows has mostly small numbers. Of 600 made-up hosts 43 end as malformed, with ICMP in
    // front 103, with text nearly all.
    return HostRecords(
      [
        SnmpSource(root, buffer: buffer),
        memory,
        NetworkSource(interfaces),
        DescriptionSource(uuid: uuid),
        cpu,
        DiskSource(root, buffer: buffer, space: space),
        virtualNode,
        AdaptersSource(interfaces, node: virtualNode),
      ], space: space, virtualNode: virtualNode, logger: logger)
  }

  init(
    _ sources: [any HostRecordSource], space: FileSystemSpaces,
    virtualNode: VirtualNodeSource? = nil, logger: Logger
  ) {
    self.sources = sources
    self.virtualNode = virtualNode
    self.space = space
    self.logger = logger
    failures = Array(repeating: 0, count: sources.count)
  }

  /// Gets ready what must be measured away from the loop, then calls `then` on the loop.
  public func prepare(then: @escaping () -> Void) {
    space.measure { [weak self] in
      self?.noteMounts()
      then()
    }
  }

  private func noteMounts() {
    if let failure = space.failure {
      if !isBlindForMounts {
        logger.warning("source disk: \(failure); the space of file systems is what it was (will retry)")
      }
    } else if isBlindForMounts {
      logger.notice("source disk: the space of file systems is known again")
    }
    isBlindForMounts = space.failure != nil
  }

  /// Appends the records of every source that works and for which there is room.
  @_lifetime(sample: copy sample)
  public func append(to sample: inout CounterSampleWriter) {
    for i in sources.indices {
      let source = sources[i]
      do throws(FileError) {
        let fits = try sample.appendAll { (sample) throws(FileError) in try source.append(to: &sample) }
        if fits { noteSuccess(of: i) } else { noteFailure(of: i, "no room in the datagram (datagramBytes)") }
      } catch {
        noteFailure(of: i, "\(error) (will retry)")
      }
    }
  }

  private func noteSuccess(of i: Int) {
    if failures[i] > 0 { logger.notice("source \(sources[i].name): recovered after \(failures[i]) polls") }
    failures[i] = 0
  }

  private func noteFailure(of i: Int, _ reason: @autoclosure () -> String) {
    if failures[i] == 0 { logger.warning("source \(sources[i].name): \(reason())") }
    failures[i] += 1
  }

  /// The sources that failed at the last poll, and how often in a row.
  public var failing: [(name: String, polls: Int)] {
    zip(sources, failures).filter { $1 > 0 }.map { ($0.name, $1) }
  }
}
