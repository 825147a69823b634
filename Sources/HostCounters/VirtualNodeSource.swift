public import Linux
public import SFlow

/// virt_node, 0:2100: the host as a home of virtual machines, while somebody counts them. Processors and memory are
/// those of host_cpu and host_memory in the same sample.
public final class VirtualNodeSource: HostRecordSource {
  public var name: String { "virtual node" }
  /// How many run; `nil` leaves the structure out.
  public var activeDomains: UInt32?
  /// The host's ends of their adaptors, ifIndexes: they belong to the guests and not to the host.
  public var guestInterfaces: Set<UInt32> = []
  private let cpu: CPUSource
  private let memory: MemorySource

  /// - Parameters: sources that come before this one.
  public init(cpu: CPUSource, memory: MemorySource) {
    self.cpu = cpu
    self.memory = memory
  }

  @_lifetime(sample: copy sample)
  public func append(to sample: inout CounterSampleWriter) throws(FileError) {
    guard let activeDomains else { return }
    sample.append(
      VirtualNode(
        megahertz: cpu.last?.megahertz ?? 0, cpus: cpu.last?.cpuCount ?? 0,
        memoryBytes: memory.last?.totalBytes ?? 0, memoryFreeBytes: memory.last?.freeBytes ?? 0,
        activeDomains: activeDomains))
  }
}
