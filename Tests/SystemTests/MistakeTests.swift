import Foundation
import Linux
import Testing

/// What goes wrong most often, done on purpose in namespaces, and whether the agent says why: in its log, in
/// `hsflowctl status` and `explain`, and in `hsflowctl check`.
struct Mistake: Sendable, CustomTestStringConvertible {
  var name: String
  var configuration: String
  /// Commands for the agent's namespace, before the agent starts: words of ip(8), or of a program with a path.
  var prepare: [String] = []
  /// The same for the collector's namespace.
  var prepareFar: [String] = []
  /// Put in front of the agent's and the check's command line.
  var wrapped: [String] = []
  /// The file as such cannot be used: the agent ends with status 1.
  var isFatal = false
  var isBare = false
  var log: [String] = []
  /// In `status` and in `explain`.
  var said: [String] = []
  var check: [String] = []
  /// Exit status of the check.
  var status: Int32? = 1
  var testDescription: String { name }

  private static func sflow(_ text: String) -> String {
    "sflow { polling = 1 collector { ip = 10.99.0.2 } \(text) }\n"
  }

  private static let noRights = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
  private static let noLibvirt = mounting(
    "mount --bind /dev/null $(readlink -f /usr/lib/*/libvirt.so.0)")
  /// A mount of this process alone, in place of what the agent would see.
  private static func mounting(_ script: String) -> [String] {
    ["unshare", "-m", "sh", "-c", "\(script) && exec \"$@\"", "sh"]
  }
  private static func iptables(_ rule: String) -> String { "iptables -w \(rule)" }

  static let all: [Mistake] = configuration + collectors + captures + logs + legacy + host

  /// Rules of iptables-legacy, which nf_tables does not show.
  static let legacy: [Mistake] =
    tool("iptables-legacy") == nil
    ? []
    : [
      Mistake(
        name: "a rule of iptables-legacy for another group", configuration: sflow("nflog { group = 5 }"),
        prepare: ["iptables-legacy -w -A INPUT -j NFLOG --nflog-group 6"],
        log: ["no packet has come"], said: ["no packet has come"],
        check: ["there are rules for group 6"]),
      Mistake(
        name: "another probability in a rule of iptables-legacy",
        configuration: sflow("sampling = 50 nflog { group = 5 probability = 0.1 }"),
        prepare: [
          "iptables-legacy -w -A INPUT -m statistic --mode random --probability 0.02 -j NFLOG --nflog-group 5"
        ],
        log: ["source nflog group 5: running"],
        check: ["the rule in filter INPUT picks packets with probability 0.02", "make them the same"],
        status: 2),
    ]

  static let configuration: [Mistake] = [
    Mistake(
      name: "misspelt key", configuration: sflow("poling = 5"), isFatal: true,
      log: ["did you mean \"polling\""], check: ["did you mean \"polling\""]),
    Mistake(
      name: "a word for a number", configuration: "sflow { polling = often collector { ip = 10.99.0.2 } }",
      isFatal: true, log: ["often"], check: ["often"]),
    Mistake(
      name: "missing brace", configuration: "sflow { polling = 1 collector { ip = 10.99.0.2 ",
      log: ["\"}\" is missing at the end"], check: ["\"}\" is missing at the end"], status: 2),
    Mistake(
      name: "no collector", configuration: "sflow { polling = 1 }", isFatal: true,
      log: ["no collectors are defined", "write collector { ip = ADDRESS }"],
      check: ["no collectors are defined", "write collector { ip = ADDRESS }"]),
    Mistake(
      name: "collector without address", configuration: "sflow { collector { udpport = 6343 } }",
      isFatal: true,
      log: ["has no \"ip\"", "write ip = ADDRESS"], check: ["has no \"ip\"", "write ip = ADDRESS"]),
    Mistake(
      name: "port out of range", configuration: "sflow { collector { ip = 10.99.0.2 udpport = 70000 } }",
      isFatal: true, log: ["70000", "65535"], check: ["70000", "65535"]),
    Mistake(
      name: "the only collector is in a comment",
      configuration: "sflow { polling = 1\n # collector { ip = 10.99.0.2 }\n}", isFatal: true,
      log: ["no collectors are defined", "write collector { ip = ADDRESS }"],
      check: ["no collectors are defined"]),
    Mistake(
      name: "group 0", configuration: sflow("nflog { group = 0 }"), isFatal: true,
      log: ["\"0\" is out of range for \"group\"", "1 to 65535"], check: ["out of range", "1 to 65535"]),
    Mistake(
      name: "empty file", configuration: "", isFatal: true, log: ["failed to read config"], check: ["error"]),
    Mistake(
      name: "polling is 0", configuration: "sflow { polling = 0 collector { ip = 10.99.0.2 } }",
      log: ["polling is 0: no counters are sent"],
      said: ["polling is 0: no counters are sent", "set polling = 30"],
      check: ["polling: it is 0", "set polling = 30"], status: 2),
  ]

  static let collectors: [Mistake] = [
    Mistake(
      name: "name that does not resolve",
      configuration: "sflow { polling = 1 collector { ip = no.such.invalid } }",
      log: ["cannot resolve no.such.invalid"],
      said: ["no.such.invalid has no address", "correct the name"],
      check: ["cannot be resolved", "correct the name"]),
    Mistake(
      name: "no route", configuration: "sflow { polling = 1 collector { ip = 192.0.2.1 } }",
      log: ["no route to it (ENETUNREACH)", "add a route"],
      said: ["no route to it (ENETUNREACH)", "add a route"],
      check: ["no route to it (ENETUNREACH)", "add a route"]),
    Mistake(
      name: "nobody listens", configuration: sflow(""),
      log: ["nobody listens there", "start the collector there"],
      said: ["nobody listens there", "start the collector there, or correct udpport"],
      check: ["is reached from 10.99.0.1"], status: 0),
    Mistake(
      name: "the host's firewall", configuration: sflow(""),
      prepare: [iptables("-A OUTPUT -p udp --dport 6343 -j DROP")],
      log: ["local firewall rule", "OUTPUT rules"], said: ["local firewall rule", "OUTPUT rules"],
      check: ["is reached from 10.99.0.1"], status: 0),
    Mistake(
      name: "no such device to send by",
      configuration: "sflow { polling = 1 collector { ip = 10.99.0.2 dev = nosuch } }",
      log: ["its device does not exist", "no interface \"nosuch\""],
      said: ["its device does not exist", "no interface \"nosuch\""],
      check: ["its device does not exist", "no interface \"nosuch\""]),
    Mistake(
      name: "no such namespace",
      configuration: "sflow { polling = 1 collector { ip = 10.99.0.2 namespace = nosuch } }",
      log: ["network namespace does not exist", "ip netns add nosuch"],
      said: ["network namespace does not exist", "ip netns add nosuch"],
      check: ["no network namespace \"nosuch\"", "ip netns add nosuch"]),
    Mistake(
      name: "source is no address of this host",
      configuration: "sflow { polling = 1 collector { ip = 10.99.0.2 source = 10.99.0.77 } }",
      log: ["EADDRNOTAVAIL", "source must be an address of this host"],
      said: ["EADDRNOTAVAIL", "source must be an address of this host"],
      check: ["EADDRNOTAVAIL", "source must be an address of this host"]),
    Mistake(
      name: "a blackhole route", configuration: "sflow { polling = 1 collector { ip = 192.0.2.1 } }",
      prepare: ["ip route add blackhole 192.0.2.0/24"],
      log: ["a blackhole route swallows it", "ip route get 192.0.2.1"],
      said: ["a blackhole route swallows it", "ip route get 192.0.2.1"],
      check: ["a blackhole route swallows it", "ip route get 192.0.2.1"]),
    Mistake(
      name: "a route that prohibits", configuration: "sflow { polling = 1 collector { ip = 192.0.2.1 } }",
      prepare: ["ip route add prohibit 192.0.2.0/24"],
      log: ["a route prohibits it (EACCES)", "ip route get 192.0.2.1"],
      said: ["a route prohibits it (EACCES)", "ip route get 192.0.2.1"],
      check: ["a route prohibits it (EACCES)", "ip route get 192.0.2.1"]),
    Mistake(
      name: "a broadcast address", configuration: "sflow { polling = 1 collector { ip = 10.99.0.255 } }",
      log: ["it is a broadcast address", "give a unicast address"],
      said: ["it is a broadcast address", "give a unicast address"],
      check: ["it is a broadcast address", "give a unicast address"]),
    Mistake(
      name: "the collector's firewall rejects", configuration: sflow(""),
      prepareFar: [iptables("-A INPUT -p udp -j REJECT --reject-with icmp-host-prohibited")],
      log: [
        "a router or firewall rejects it (EHOSTUNREACH)", "let UDP port 6343 into the collector's firewall",
      ],
      said: [
        "a router or firewall rejects it (EHOSTUNREACH)", "let UDP port 6343 into the collector's firewall",
      ],
      check: ["is reached from 10.99.0.1"], status: 0),
    Mistake(
      name: "no host has the address", configuration: "sflow { polling = 1 collector { ip = 10.99.0.77 } }",
      log: ["no host has the address", "ip neigh"], said: ["no host has the address", "ip neigh"],
      check: ["is reached from 10.99.0.1"], status: 0),
    Mistake(
      name: "a name that is this host itself",
      configuration: "sflow { polling = 1 collector { ip = flow.example } }",
      wrapped: mounting(
        "f=$(mktemp) && echo 127.0.1.1 flow.example > $f && chmod 644 $f && mount --bind $f /etc/hosts && rm $f"
      ),
      log: ["sending to 127.0.1.1:6343", "nobody listens there"], said: ["nobody listens there"],
      check: ["\"flow.example\" is this host itself: 127.0.1.1", "/etc/hosts"], status: 2),
    Mistake(
      name: "larger than the path's MTU", configuration: sflow("datagramBytes = 1400"),
      prepare: ["ip link set hx0 mtu 1300"], log: ["collector 10.99.0.2: sending"],
      check: ["do not fit the path's MTU of 1300", "datagramBytes = 1272"], status: 2),
  ]

  static let captures: [Mistake] = [
    Mistake(
      name: "no such device", configuration: sflow("pcap { dev = nosuch0 }"),
      log: ["no interface \"nosuch0\"", "no interface is tapped"],
      said: ["no interface \"nosuch0\"", "correct dev in pcap"],
      check: ["pcap nosuch0: there is no such interface", "correct dev"]),
    Mistake(
      name: "device down", configuration: sflow("pcap { dev = tap7 }"),
      prepare: ["ip tuntap add tap7 mode tap"],
      log: ["no interface is tapped"], said: ["the interface is down", "ip link set tap7 up"],
      check: ["the interface is down", "ip link set tap7 up"], status: 2),
    Mistake(
      name: "pattern that fits nothing", configuration: sflow("pcap { dev.pattern = ^swp }"),
      log: ["no interface is tapped"], said: ["no interface is tapped", "explain interface"],
      check: ["\"^swp\" fits no interface", "ip link shows"]),
    Mistake(
      name: "pattern that fits only what is skipped", configuration: sflow("pcap { dev.pattern = ^hx }"),
      log: ["not tapped: hx0: veth: name it with dev"], said: ["no interface is tapped"],
      check: ["not tapped: veth: name it with dev"]),
    Mistake(
      name: "speed that fits nothing", configuration: sflow("pcap { speed = 100G- }"),
      log: ["no interface is tapped"], said: ["no interface is tapped"], check: ["no interface is tapped"]),
    Mistake(
      name: "sampling that the speed overrides", configuration: sflow("sampling = 17 pcap { dev = hx0 }"),
      log: ["\"sampling\" is not the rate of pcap", "hx0: 1 in 10000 packets (speed / 1000000"],
      check: ["it is 17, but every tapped interface has another rate", "sampling.bps_ratio = 0"], status: 2),
    Mistake(
      name: "an interface without packets", configuration: sflow("pcap { dev = lo sampling = 1 }"),
      log: ["source pcap lo: running"], said: ["no sample yet: no packet has crossed it"],
      check: ["pcap lo: 1 in 1 packets"], status: 0),
    Mistake(
      name: "a rate that few packets meet",
      configuration: sflow("sampling = 10000000 sampling.bps_ratio = 0 pcap { dev = hx0 }"),
      log: ["hx0: 1 in 10000000 packets"], said: ["packets crossed it, and 1 in 10000000 is taken by chance"],
      check: ["pcap hx0: 1 in 10000000 packets"], status: 0),
    Mistake(
      name: "no right to capture", configuration: sflow("pcap { dev = hx0 }"), wrapped: noRights,
      log: ["EPERM", "CAP_NET_RAW"], said: ["EPERM", "CAP_NET_RAW"], check: ["CAP_NET_RAW"], status: 2),
  ]

  static let logs: [Mistake] = [
    Mistake(
      name: "no rule", configuration: sflow("nflog { group = 5 }"),
      log: ["no packet has come", "-j NFLOG --nflog-group 5"],
      said: ["no packet has come", "-j NFLOG --nflog-group 5"],
      check: ["no firewall rule for this group", "nothing will arrive", "-j NFLOG --nflog-group 5"]),
    Mistake(
      name: "a rule in another namespace", configuration: sflow("nflog { group = 5 }"),
      prepareFar: [iptables("-A INPUT -j NFLOG --nflog-group 5")],
      log: ["no packet has come"], said: ["no packet has come"],
      check: ["only listeners of that namespace get its packets", "write the rule in the agent's namespace"]),
    Mistake(
      name: "a chain that nothing leads to", configuration: sflow("nflog { group = 5 }"),
      prepare: ["nft add table inet t", "nft add chain inet t c", "nft add rule inet t c log group 5"],
      log: ["the rule in inet t c is never reached", "nft list chain inet t c"],
      said: ["the rule in inet t c is never reached", "give the chain a hook"],
      check: ["the rule in inet t c is never reached", "nothing will arrive", "nft list chain inet t c"]),
    Mistake(
      name: "a rule that fits no packet", configuration: sflow("nflog { group = 5 }"),
      prepare: [iptables("-A FORWARD -j NFLOG --nflog-group 5")],
      log: ["the rule in filter FORWARD has taken no packet", "iptables -nvL"],
      said: ["the rule in filter FORWARD has taken no packet", "iptables -nvL"],
      check: ["the rule in filter FORWARD has taken no packet"], status: 0),
    Mistake(
      name: "a rule of the bridge family where nothing is bridged",
      configuration: sflow("nflog { group = 5 }"),
      prepare: [
        "nft add table bridge t", "nft add chain bridge t c { type filter hook forward priority 0 ; }",
        "nft add rule bridge t c counter log group 5",
      ],
      log: ["the rule in bridge t c has taken no packet"],
      said: ["the rule in bridge t c has taken no packet"],
      check: ["the rule in bridge t c has taken no packet"], status: 0),
    Mistake(
      name: "a rule for another group", configuration: sflow("nflog { group = 5 }"),
      prepare: [iptables("-A INPUT -j NFLOG --nflog-group 6")], log: ["no packet has come"],
      said: ["no packet has come"], check: ["there are rules for group 6"]),
    Mistake(
      name: "another probability in the rule",
      configuration: sflow("sampling = 50 nflog { group = 5 probability = 0.1 }"),
      prepare: [iptables("-A INPUT -m statistic --mode random --probability 0.02 -j NFLOG --nflog-group 5")],
      log: ["source nflog group 5: running"],
      check: ["with probability 0.02, and the configuration says 0.1", "make them the same"], status: 2),
    Mistake(
      name: "another probability in a rule of nft",
      configuration: sflow("sampling = 50 nflog { group = 5 probability = 0.1 }"),
      prepare: [
        "nft add table ip x", "nft add chain ip x y { type filter hook input priority 0 ; }",
        "nft add rule ip x y numgen random mod 50 == 0 log group 5",
      ], log: ["source nflog group 5: running"],
      check: ["the rule in x y picks packets with probability 0.02", "make them the same"], status: 2),
    Mistake(
      name: "no right to listen", configuration: sflow("nflog { group = 5 }"), wrapped: noRights,
      log: ["EPERM", "CAP_NET_ADMIN"], said: ["EPERM", "CAP_NET_ADMIN"], check: ["CAP_NET_ADMIN"], status: 2),
    Mistake(
      name: "sampling is 0", configuration: sflow("sampling = 0 nflog { group = 5 }"),
      prepare: [iptables("-A OUTPUT -j NFLOG --nflog-group 5")],
      log: ["sampling is 0: no packet becomes a sample"],
      said: ["sampling is 0: no packet becomes a sample", "set sampling"],
      check: ["sampling is 0: no packet becomes a sample", "set sampling"], status: 2),
    Mistake(
      name: "sampling that few packets meet",
      configuration: sflow("sampling = 10000000 nflog { group = 5 }"),
      prepare: [iptables("-A OUTPUT -j NFLOG --nflog-group 5")],
      log: ["source nflog group 5: running"],
      said: ["no sample yet: ", " packets came, and few of them become one"],
      check: ["picks 1 in 1 packets"], status: 0),
  ]

  static let host: [Mistake] = [
    Mistake(
      name: "no address", configuration: "sflow { polling = 1 collector { ip = 10.99.0.2 } }", isBare: true,
      log: ["no interface has an IP address", "set agentIP"],
      said: ["no agent address", "set agentIP"], check: ["no interface has an IP address", "set agentIP"]),
    Mistake(
      name: "DNS does not know the service",
      configuration: "sflow { dns-sd { domain = .no.such.invalid } }",
      log: ["asking for _sflow._udp.no.such.invalid", "nothing is sent before the answer"],
      said: ["there is no answer yet", "nothing is measured, as DNS-SD names no collector"],
      check: ["dig SRV _sflow._udp.no.such.invalid"], status: 0),
    Mistake(
      name: "agent names no device", configuration: sflow("agent = nosuch"),
      log: ["there is no interface \"nosuch\" (agent)"], check: ["there is no interface \"nosuch\""],
      status: 2),
    Mistake(
      name: "agentIP does not resolve", configuration: sflow("agentIP = no.such.invalid"),
      log: ["cannot resolve \"no.such.invalid\" (agentIP)"], said: ["no agent address", "set agentIP"],
      check: ["\"no.such.invalid\" cannot be resolved", "write an address"]),
    Mistake(
      name: "textfile in no folder", configuration: sflow("telemetry { textfile = /nosuch/m.prom }"),
      log: ["textfile /nosuch/m.prom: cannot write it: ENOENT", "must be able to write"],
      said: ["cannot write it: ENOENT", "ReadWritePaths=/nosuch"],
      check: ["there is no folder /nosuch", "correct textfile"], status: 2),
    Mistake(
      name: "textfile where a sandbox forbids to write",
      configuration: sflow("telemetry { textfile = /mnt/m.prom }"),
      wrapped: mounting("mount -t tmpfs -o ro tmpfs /mnt"), log: ["EROFS", "ReadWritePaths=/mnt"],
      said: ["EROFS", "ReadWritePaths=/mnt"], status: 0),
    Mistake(
      name: "libvirt's library is missing", configuration: sflow("kvm { }"), wrapped: noLibvirt,
      log: ["cannot open libvirt", "install it (Debian: libvirt0)"],
      said: ["cannot open libvirt", "install it (Debian: libvirt0)"],
      check: ["cannot open libvirt", "install it (Debian: libvirt0)"]),
    Mistake(
      name: "libvirt's daemon is not there", configuration: sflow("kvm { uri = \"qemu:///system\" }"),
      log: ["cannot connect to qemu:///system", "is libvirtd running?"], said: ["is libvirtd running?"],
      status: nil),
    Mistake(
      name: "a feature that is not in this program", configuration: sflow("eapi { }"), log: ["eapi"],
      check: ["eapi"], status: 2),
  ]
}

extension SystemTests {
  @Suite(
    .enabled(if: Release.hasTool && tool("iptables") != nil, "needs hsflowctl (make build) and iptables"))
  struct MistakeTests {
    @Test(arguments: Mistake.all) func `the reason is named`(_ mistake: Mistake) throws {
      let lab = try Lab(isBare: mistake.isBare)
      for (commands, path) in [(mistake.prepare, lab.hostPath), (mistake.prepareFar, lab.farPath)] {
        for command in commands {
          let result = try Program.run(command.split(separator: " ").map(String.init), in: path)
          try #require(result.status == 0, "\(command): \(result.errors)")
        }
      }
      // Whoever the agent is, it may make its socket here.
      let folder = try Folder()
      chmod(folder.path, 0o777)
      let agent = try Agent(
        mistake.configuration, "--control", folder["control"], in: lab.hostPath, wrapped: mistake.wrapped)
      if mistake.isFatal {
        #expect(agent.program.status() == 1)
      } else if !mistake.said.isEmpty {
        for command in ["status", "explain"] {
          expect(agent, mistake.said, of: command, at: folder["control"])
        }
      }
      for text in mistake.log { #expect(agent.says(text), "\(text): \(agent.log)") }
      let check = try Program.run(
        mistake.wrapped + [Release.hsflowctl, "check", agent.folder["hsflowd.conf"]], in: lab.hostPath)
      for text in mistake.check {
        #expect(check.output.contains(text), "\(text): \(check.output)\(check.errors)")
      }
      if let status = mistake.status { #expect(check.status == status, "\(check.output)\(check.errors)") }
    }

    private func expect(_ agent: Agent, _ texts: [String], of command: String, at control: String) {
      var output = ""
      let isSaid = eventually {
        output = (try? Program.run([Release.hsflowctl, command, "--control", control]).output) ?? ""
        return texts.allSatisfy { output.contains($0) }
      }
      #expect(isSaid, "\(command) does not say \(texts): \(output)\(agent.log)")
    }
  }
}
