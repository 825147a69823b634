import Bytes
import Config
import HostCounters
import Linux
import SFlow
import Testing

@testable import Agent

@Suite struct AgentIdentityTests {
  static let configured = UUID(high: 1, low: 1)
  static let option = UUID(high: 2, low: 2)
  /// The example of the C agent: `-m 00112233-4455-6677-8899-aabbccddeeff` on x86.
  static let machine = UUID(high: 0x0011_2233_4455_6677, low: 0x8899_AABB_CCDD_EEFF)

  func found(
    _ tree: String, configured: UUID? = nil, option: UUID? = nil, machineID: UUID? = nil
  ) -> AgentIdentity.Found {
    AgentIdentity.uuid(
      configured: configured, option: option, machineID: machineID, root: fixture(tree))
  }

  @Test func `configuration, option, firmware, machine-id: the first that there is`() throws {
    let all = found(
      "debian12-virtio-6.1", configured: Self.configured, option: Self.option, machineID: Self.machine)
    #expect(all == .init(uuid: Self.configured, origin: "configuration"))
    let without = found("debian12-virtio-6.1", option: Self.option, machineID: Self.machine)
    #expect(without == .init(uuid: Self.option, origin: "option -u"))
    #expect(
      found("debian12-virtio-6.1", machineID: Self.machine)
        == .init(uuid: try #require(UUID("6695eb01-f6a4-8304-79aa-97f2502e193f")), origin: "firmware"))
  }

  @Test(
    .enabled(if: HostName().machine == "x86_64", "the C agent's hash depends on the sign of C's char"),
    arguments: ["cpus-1", "zfs-root-6.8", "md-raid1-sata-5.10"])
  func `without a firmware UUID of its own a host has one made from its machine-id`(tree: String) throws {
    #expect(
      found(tree, machineID: Self.machine)
        == .init(uuid: try #require(UUID("bd1be3c0-5df1-5c52-bd1b-e3c05df1fc52")), origin: "option -m"))
  }

  @Test func `the machine-id is read where it is, and an unfinished one is none`() throws {
    let folder = TemporaryFolder()
    let root = FileRoot(folder.path)
    func found() -> AgentIdentity.Found {
      AgentIdentity.uuid(configured: nil, option: nil, machineID: nil, root: root)
    }
    #expect(found().uuid.isZero)
    #expect(found().origin == "nowhere: set uuid in the configuration")
    for path in ["etc", "var/lib/dbus"] { try folder.makeFolder(path) }
    try folder.write("0123456789abcdef0123456789abcdef\n", to: "var/lib/dbus/machine-id")
    let dbus = found()
    #expect(dbus.origin == "/var/lib/dbus/machine-id")
    try folder.write("uninitialized\n", to: "etc/machine-id")
    #expect(found() == dbus)
    try folder.write("00112233445566778899aabbccddeeff\n", to: "etc/machine-id")
    #expect(found() == .init(uuid: UUID(machineID: Self.machine), origin: "/etc/machine-id"))
  }

  @Test func `the service manager may hand over what only root may read`() throws {
    let folder = TemporaryFolder()
    func found(_ credential: String) throws -> AgentIdentity.Found {
      try folder.write(credential, to: "product_uuid")
      return AgentIdentity.uuid(
        configured: nil, option: nil, machineID: Self.machine, root: fixture("cpus-1"),
        credentials: FileRoot(folder.path))
    }
    let uuid = "0a1b2c3d-1111-2222-3333-444455556666"
    #expect(try found(uuid + "\n") == .init(uuid: try #require(UUID(uuid)), origin: "firmware"))
    // The unit's text for a host without one.
    #expect(try found("none").origin == "option -m")
  }

  @Test func `the agent says where its UUID comes from and sends it`() throws {
    let bench = try AgentBench()
    #expect(
      bench.log.all.first == "notice: host UUID 6695eb01-f6a4-8304-79aa-97f2502e193f (firmware)")
    let sample = try #require(try bench.sender.datagrams().first?.counters.first)
    let description = try #require(sample.records.compactMap { $0.value(as: HostDescription.self) }.first)
    #expect(description.uuid.description == "6695eb01-f6a4-8304-79aa-97f2502e193f")
    #expect(description.hostname == HostName().node)
  }

  @Test func `an agent that only polls is the sub-agent after the configured one`() {
    var settings = Settings()
    #expect(AgentIdentity.subAgentID(settings) == 100_001)
    settings.subAgentID = 199_999
    #expect(AgentIdentity.subAgentID(settings) == 200_000)
    settings.kvm = .init()
    settings.systemd = .init()
    settings.docker = .init()
    #expect(AgentIdentity.subAgentID(settings) == 200_000)
  }

  @Test(arguments: 0..<8) func `an agent that samples is the configured one`(feature: Int) {
    var settings = Settings()
    switch feature {
    case 0: settings.nflog = .init()
    case 1: settings.ulog = .init()
    case 2: settings.psample = .init()
    case 3: settings.pcap = [.init()]
    case 4: settings.epcap = [.init()]
    case 5: settings.dropmon = .init()
    case 6: settings.tcp = .init()
    default: settings.json = .init()
    }
    #expect(AgentIdentity.subAgentID(settings) == 100_000)
  }
}
