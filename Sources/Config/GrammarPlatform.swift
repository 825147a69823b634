// Blocks that say what else the host is asked for, and what kind of host it is.

extension Grammar {
  private static func markTraffic(_ store: @escaping @Sendable (inout Draft, Bool) -> Void) -> Key {
    .flag("markTraffic", default: "off", "Name the container or service in samples of its packets.", store)
  }

  private static func hostname(_ store: @escaping @Sendable (inout Draft, Bool) -> Void) -> Key {
    .flag("hostname", default: "off", "Report the host name inside, not the name of the container.", store)
  }

  private static func switchport(
    default: String? = nil, _ store: @escaping @Sendable (inout Draft, String) -> Void
  ) -> Key {
    .text("switchport", .regex, default: `default`, "The devices that are ports of the switch.", store)
  }

  private static func libvirt(_ store: @escaping @Sendable (inout Draft, String) -> Void) -> Key {
    .text(
      "uri", .text("a URI of libvirt, such as qemu:///system"),
      "The libvirt to ask; without it libvirt's default, which is the one of this host.", store)
  }

  private static let forgetContainers = Key.ignored(
    "forgetVMs", .integer(60...UInt32.max, unit: "seconds"), because: "containers are forgotten at once",
    "Meant for the time after which a vanished container is forgotten.")

  static let hostBlocks: [Block] = [
    Block(
      "telemetry", "The agent's own counters for other programs.",
      keys: [
        .text(
          "textfile", .text("the path of a file"),
          "A file with the counters for the textfile collector of node_exporter, written every 15 seconds. "
            + "The agent's user must be able to write to its folder, and the service's sandbox must let it: "
            + "ReadWritePaths=FOLDER by systemctl edit hsflowd."
        ) { $0.settings.textfile = $1 }
      ]),
    Block(
      "kvm", "Counters of virtual machines, from libvirt.", feature: .kvm,
      keys: [
        .integer(
          "refreshVMs", refresh, unit: "seconds",
          "Time between listings of virtual machines; without it that of the whole configuration."
        ) { $0.settings.kvm?.refreshVMs = $1 },
        forgetVMs { $0.settings.kvm?.forgetVMs = $1 },
        libvirt { $0.settings.kvm?.uri = $1 },
      ],
      open: { $0.settings.kvm = $0.settings.kvm ?? .init() }),
    Block(
      "xen", "Counters of Xen domains, from libvirt.", feature: .xen,
      keys: [
        .ignored(
          "update.dominfo", .flag, because: "libvirt is asked at each poll",
          "Meant for asking for the domain again at each poll."),
        .flag("dsk", default: "on", "Send counters of disks.") { $0.settings.xen?.disks = $1 },
        .ignored(
          "switchport", .regex, because: "libvirt knows the devices of a domain",
          "Meant for the devices that are ports of the switch."),
        .ignored(
          "vbd", .path, because: "libvirt knows the disks of a domain",
          "Meant for where the counters of virtual disks are."),
        .integer("refreshVMs", refresh, unit: "seconds", "Time between listings of domains.") {
          $0.settings.xen?.refreshVMs = $1
        },
        forgetVMs { $0.settings.xen?.forgetVMs = $1 },
        libvirt { $0.settings.xen?.uri = $1 },
      ],
      open: { $0.settings.xen = $0.settings.xen ?? .init() }),
    Block(
      "docker", "Counters of Docker's containers.", feature: .docker,
      keys: [
        hostname { $0.settings.docker?.hostname = $1 },
        markTraffic { $0.settings.docker?.markTraffic = $1 },
        .ignored(
          "refreshVMs", .integer(refresh, unit: "seconds"), because: "Docker tells of changes by itself",
          "Meant for the time between listings of containers."),
        forgetContainers,
      ],
      open: { $0.settings.docker = $0.settings.docker ?? .init() }),
    Block(
      "containerd", "Counters of containerd's containers.", feature: .containerd,
      keys: [
        hostname { $0.settings.containerd?.hostname = $1 },
        markTraffic { $0.settings.containerd?.markTraffic = $1 },
        forgetContainers,
      ],
      open: { $0.settings.containerd = $0.settings.containerd ?? .init() }),
    Block(
      "k8s", "Counters of Kubernetes pods.", repetition: .startsOver, feature: .k8s,
      keys: [
        markTraffic { $0.settings.k8s?.markTraffic = $1 },
        .flag("eof", default: "off", "Go on when the source of the counters ends.") {
          $0.settings.k8s?.eof = $1
        },
        .flag("setIfAlias", default: "on", "Use the pod's name as the alias of its interface.") {
          $0.settings.k8s?.setIfAlias = $1
        },
        .flag("setIfName", default: "on", "Use the pod's name as the name of its interface.") {
          $0.settings.k8s?.setIfName = $1
        },
        .text("unixsock", .path, "The socket of the container runtime.") { $0.settings.k8s?.unixSocket = $1 },
      ],
      open: { $0.settings.k8s = .init() }),
    Block(
      "systemd", "Counters of systemd's services.", feature: .systemd,
      keys: [
        .integer(
          "refreshVMs", 10...3600, unit: "seconds", default: "60", "Time between listings of services."
        ) {
          $0.settings.systemd?.refreshVMs = $1
        },
        .flag("dropPriv", default: "off", "Do without what only root may read.") {
          $0.settings.systemd?.dropPrivilege = $1
        },
        markTraffic { $0.settings.systemd?.markTraffic = $1 },
        .ignored("cgroup_procs", .text("a path"), because: "the path is found", "Of the past."),
        .ignored("cgroup_acct", .text("a path"), because: "the path is found", "Of the past."),
      ],
      open: { $0.settings.systemd = $0.settings.systemd ?? .init() }),
    Block(
      "nlroute", "Aliases and namespaces of interfaces, from the kernel's routing socket.",
      repetition: .startsOver, feature: .nlroute,
      keys: [
        .integer("limit", 0...500, unit: "interfaces per second", default: "50", "How many are asked for.") {
          $0.settings.nlroute?.limit = $1
        },
        .flag("link", default: "on", "Ask for links.") { $0.settings.nlroute?.link = $1 },
        .flag("addr", default: "on", "Ask for addresses.") { $0.settings.nlroute?.address = $1 },
        .flag("setIfAlias", default: "on", "Use the aliases.") { $0.settings.nlroute?.setIfAlias = $1 },
      ],
      open: { $0.settings.nlroute = .init() }),
    Block("dbus", "Answers questions over D-Bus.", feature: .dbus, open: { $0.settings.dbus = true }),
    Block("ovs", "Makes Open vSwitch send samples.", feature: .ovs, open: { $0.settings.ovs = true }),
    Block("nvml", "Counters of NVIDIA's GPUs.", feature: .nvml, open: { $0.settings.nvml = true }),
  ]

  static let platformBlocks: [Block] = [
    Block(
      "dent", "The host is a DENT switch.", feature: .dent,
      keys: [
        switchport(default: "^swp[0-9s]+$") { $0.settings.dent?.switchport = $1 },
        .flag("sw", default: "off", "Sample in software too.") { $0.settings.dent?.software = $1 },
      ],
      open: { $0.settings.dent = $0.settings.dent ?? .init() }),
    Block(
      "cumulus", "The host is a Cumulus switch.", feature: .cumulus,
      keys: [switchport { $0.settings.cumulus?.switchport = $1 }],
      open: { $0.settings.cumulus = $0.settings.cumulus ?? .init() }),
    Block(
      "opx", aliases: ["os10"], "The host is an OPX or OS10 switch.", feature: .opx,
      keys: [
        .integer("udpport", 1...65535, "The UDP port the switch sends its samples to.") {
          $0.settings.opx?.port = UInt16(clamping: $1)
        },
        switchport { $0.settings.opx?.switchport = $1 },
      ],
      blocks: [
        Block(
          "port", "A port of the switch.", repetition: .appends,
          keys: [.text("dev", device, "Its device.") { $0.settings.opx?.devices.append($1) }])
      ],
      open: { $0.settings.opx = $0.settings.opx ?? .init() }),
    Block(
      "sonic", "The host is a SONiC switch; collectors and rates come from its database.",
      repetition: .startsOver, feature: .sonic,
      keys: [
        switchport { $0.settings.sonic?.switchport = $1 },
        .flag("unixsock", default: "on", "Reach the database by its socket, not by TCP.") {
          $0.settings.sonic?.unixSocket = $1
        },
        .text("dbconfig", .path, "The file that says where the database is.") {
          $0.settings.sonic?.dbconfig = $1
        },
        .integer(
          "waitReady", 0...UInt32.max, unit: "seconds", default: "180", "How long to wait for the switch."
        ) {
          $0.settings.sonic?.waitReady = $1
        },
        .flag("suppressOther", default: "on", "Only ports of the switch are reported.") {
          $0.settings.sonic?.suppressOther = $1
        },
        .flag("setIfAlias", "Use the aliases of the database.") { $0.settings.sonic?.setIfAlias = $1 },
        .flag("setIfName", "Use the names of the database.") { $0.settings.sonic?.setIfName = $1 },
      ],
      open: { $0.settings.sonic = .init() }),
    Block(
      "vpp", "The host is a VPP router.", repetition: .startsOver, feature: .vpp,
      keys: [
        .integer("ifOffset", 0...UInt32.max, default: "1000000000", "Added to VPP's numbers of interfaces.") {
          $0.settings.vpp?.ifOffset = $1
        },
        .flag("osIndex", default: "on", "Use the kernel's number of an interface if it has one.") {
          $0.settings.vpp?.osIndex = $1
        },
      ],
      open: { $0.settings.vpp = .init() }),
    Block(
      "eapi", "The host is an EOS switch; collectors and rates come from it.", feature: .eapi,
      open: { $0.settings.eapi = true }),
  ]
}
