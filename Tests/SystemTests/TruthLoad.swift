import Foundation
import Linux
import SystemPackage
import Testing

/// What moves the counters of a host and of its network: a little of each in every second, whatever the outcome is.
/// All that it made is gone with it.
final class TruthLoad {
  /// Interfaces of the agent's namespace with their numbers of IANAifType.
  static let links: [String: UInt64] = [
    "hx0": 6, "w0": 6, "d0": 6, "e0": 6, "mv0": 6, "br0": 209, "vx0": 131, "vx1": 131,
  ]
  /// Those by which packets leave the namespace; the others carry the same packets once more.
  static let counted: Set = ["hx0", "w0", "d0", "e0"]

  /// Kernels of containers and of small virtual machines may lack some of these.
  static let isPossible: Bool = {
    guard PacketLab.isPossible else { return false }
    let script = """
      ip link add v0 type veth peer name v1 && ip link add m0 link v0 type macvlan mode bridge \
      && ip link add b0 type bridge && ip link add x0 type vxlan id 1 remote 192.0.2.1 dstport 4789
      """
    return (try? Program.run(["unshare", "-n", "sh", "-c", script]))?.status == 0
  }()

  let lab: PacketLab
  private let folder: Folder
  private let swap: SwapSpace?
  private let frames: (far: FrameSocket, host: FrameSocket)
  private let devices: (d0: UInt32, vx1: UInt32)
  private var programs: [Program] = []
  /// By what they are for; descriptors of sockets.
  private var sockets: [String: Int32] = [:]
  private var connections: [Int32] = []
  /// Memory that goes out to swap space and comes in again.
  private let pages: UnsafeMutableRawPointer
  private static let swapped = 2 << 20

  var movesSwap: Bool { swap != nil }

  init(_ lab: PacketLab) throws {
    (self.lab, folder) = (lab, try Folder())
    swap = SwapSpace()
    let room = mmap(nil, Self.swapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    pages = try #require(room)
    try #require(Int(bitPattern: room) != -1)
    let far = lab.lab.far
    try lab.shell(
      """
      sysctl -q -w net.ipv4.icmp_ratelimit=0 net.ipv4.ipfrag_time=1 net.ipv4.conf.all.rp_filter=0
      for d in d0 e0; do
        ip link add $d mtu 9000 type veth peer name $d mtu 1300 netns \(far)
        ip link set $d addrgenmode none up; ip -n \(far) link set $d addrgenmode none up
      done
      ip link add br0 type bridge
      ip link add mv0 link w0 type macvlan mode bridge
      ip link add vx0 type vxlan id 7 remote 10.98.0.2 dstport 4789 dev w0
      ip link add vx1 type vxlan id 8 remote 203.0.113.9 dstport 4790
      for d in br0 mv0 vx0 vx1; do ip link set $d addrgenmode none up; done
      ip neigh add 10.98.0.78 lladdr 02:00:00:00:98:02 dev w0
      """)
    frames = (try FrameSocket(on: "w0", in: lab.farPath), try FrameSocket(in: lab.hostPath))
    devices = (try PacketLab.index("d0", lab.hostPath), try PacketLab.index("vx1", lab.hostPath))
    try makeSockets()
  }

  deinit {
    munmap(pages, Self.swapped)
    for number in sockets.values + connections { close(number) }
    unlink("/dev/shm/" + lab.lab.host)
  }

  // MARK: - Sockets

  private static let stream = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
  private static let packets = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)

  private func socket(_ type: Int32, in namespace: String, _ number: Int = 0) throws -> Int32 {
    try NetworkNamespace.run(inNamespaceAt: namespace) { () throws(Errno) in
      Glibc.socket(AF_INET, type, Int32(number))
    }
  }

  private func on(_ last: [UInt8], _ port: Int, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int) -> Int {
    let address = withUnsafeBytes(of: UInt16(AF_INET)) { Array($0) } + LabFrame.u16(port) + last
    return (address + [UInt8](repeating: 0, count: 8)).withUnsafeBytes {
      $0.baseAddress.map { call($0.assumingMemoryBound(to: sockaddr.self), 16) } ?? -1
    }
  }

  private func bound(_ type: Int32, in namespace: String, _ address: [UInt8], _ port: Int) throws -> Int32 {
    let number = try socket(type, in: namespace)
    try #require(on(address, port) { Int(bind(number, $0, $1)) } == 0)
    return number
  }

  private func makeSockets() throws {
    let (host, far) = (lab.hostPath, lab.farPath)
    sockets["listens"] = try bound(Self.stream, in: host, TruthFrames.host, 7001)
    sockets["far listens"] = try bound(Self.stream, in: far, TruthFrames.far, 7002)
    for name in ["listens", "far listens"] { try #require(listen(sockets[name]!, 64) == 0) }
    sockets["full"] = try bound(Self.packets, in: host, TruthFrames.host, 5555)
    sockets["read"] = try bound(Self.packets, in: host, TruthFrames.host, 5556)
    for name in ["host", "small"] { sockets[name] = try socket(Self.packets, in: host) }
    sockets["far"] = try socket(Self.packets, in: far)
    sockets["icmp"] = try socket(
      Int32(SOCK_RAW.rawValue) | Int32(SOCK_NONBLOCK.rawValue), in: host, Int(IPPROTO_ICMP))
    // The least that the kernel lets them have.
    var one: Int32 = 1
    setsockopt(sockets["full"]!, SOL_SOCKET, SO_RCVBUF, &one, 4)
    setsockopt(sockets["small"]!, SOL_SOCKET, SO_SNDBUF, &one, 4)
  }

  private func send(_ name: String, _ octets: [UInt8], to address: [UInt8], _ port: Int) {
    let number = sockets[name]!
    // What ICMP said of the packet before is told in place of sending; some of these must not arrive.
    for _ in 1...2 where on(address, port, { sendto(number, octets, octets.count, 0, $0, $1) }) > 0 { return }
  }

  // MARK: - A second of it

  func make(_ second: Int) throws {
    try change(second)
    for frame in TruthFrames.all(second: second) + [TruthFrames.congested] { frames.far.offer(frame) }
    // Of no protocol that the host speaks; to everybody; too long for the far end; to where there is no way.
    frames.far.offer(LabFrame.ethernet(0x88B5, LabFrame.filler(60)))
    frames.far.offer([UInt8](repeating: 0xFF, count: 6) + LabFrame.ethernet(0x88B5, [0, 0])[6...])
    frames.host.goes(by: devices.d0)
    frames.host.offer(LabFrame.ethernet(0x88B5, LabFrame.filler(4000), toHost: false))
    frames.host.goes(by: devices.vx1)
    frames.host.offer(LabFrame.ethernet(0x0800, TruthFrames.packet(17, LabFrame.udp(20)), toHost: false))
    sendDatagrams()
    try makeConnections()
    makeWork()
    try useDisk()
    useMemory(second)
  }

  /// Gauges of the network.
  private func change(_ second: Int) throws {
    var lines: [String] = []
    if second % 4 == 1 { lines.append("sysctl -q -w net.ipv4.ip_forward=\(second / 4 % 2)") }
    if second % 4 == 3 { lines.append("sysctl -q -w net.ipv4.ip_default_ttl=\(63 + second / 4 % 2)") }
    if second % 3 == 0 { lines.append("ip link set d0 promisc \(second % 2 == 0 ? "on" : "off")") }
    if second % 3 == 2 { lines.append("ip -n \(lab.lab.far) link set e0 \(second % 2 == 0 ? "up" : "down")") }
    if !lines.isEmpty { try lab.shell(lines.joined(separator: "\n")) }
  }

  private func sendDatagrams() {
    let (octets, large) = (LabFrame.filler(1000), LabFrame.filler(3000))
    // Cut into fragments on one cable; nobody listens.
    send("host", large, to: [10, 99, 0, 2], 9)
    send("far", large, to: [10, 99, 0, 1], 9)
    send("host", octets, to: [203, 0, 113, 1], 9)
    for _ in 1...8 {
      send("far", octets, to: TruthFrames.host, 5555)
      // Nobody answers for this address: what is sent there waits in the socket's buffer.
      send("small", octets, to: [10, 98, 0, 77], 9)
    }
    send("far", octets, to: TruthFrames.host, 5556)
    var room = [UInt8](repeating: 0, count: 2000)
    while recv(sockets["read"]!, &room, room.count, 0) > 0 {}
    for type in [0, 3, 4, 5, 8, 11, 12, 13, 14, 17, 18] as [UInt8] {
      send("icmp", TruthFrames.icmp(type, [UInt8](repeating: 0, count: 16)), to: TruthFrames.far, 0)
    }
    while recv(sockets["icmp"]!, &room, room.count, 0) > 0 {}
  }

  private func makeConnections() throws {
    if connections.count > 8 {
      // Without the usual farewell.
      var reset = linger(l_onoff: 1, l_linger: 0)
      for number in connections {
        setsockopt(number, SOL_SOCKET, SO_LINGER, &reset, socklen_t(MemoryLayout<linger>.size))
        close(number)
      }
      connections = []
    }
    // Both ends listen at one port, are closed at another; one address is silent.
    let ends: [(String, [UInt8], Int)] = [
      (lab.farPath, TruthFrames.host, 7001), (lab.farPath, TruthFrames.host, 7004),
      (lab.hostPath, TruthFrames.far, 7002), (lab.hostPath, TruthFrames.far, 7004),
      (lab.hostPath, [10, 98, 0, 78], 7005),
    ]
    for (namespace, address, port) in ends {
      let number = try socket(Self.stream, in: namespace)
      _ = on(address, port) { Int(connect(number, $0, $1)) }
      connections.append(number)
    }
    for name in ["listens", "far listens"] {
      while true {
        let number = accept(sockets[name]!, nil, nil)
        if number < 0 { break }
        connections.append(number)
      }
    }
  }

  /// Loads of both priorities for a fraction of a second, each a program.
  private func makeWork() {
    programs.removeAll { !$0.isRunning }
    let work = ["timeout", "0.15", "sh", "-c", "while :; do :; done"]
    programs += [try? Program(work), try? Program(["nice", "-n", "5"] + work)].compactMap { $0 }
  }

  /// Writes, and reads what the cache has forgotten.
  private func useDisk() throws {
    var octets = [UInt8](repeating: UInt8.random(in: 0...255), count: 1 << 20)
    let number = open(folder["disk"], O_RDWR | O_CREAT, 0o600)
    try #require(number >= 0)
    defer { close(number) }
    try #require(pwrite(number, octets, octets.count, 0) == octets.count && fsync(number) == 0)
    posix_fadvise(number, 0, 0, POSIX_FADV_DONTNEED)
    let count = pread(number, &octets, 1 << 20, 0)
    try #require(count == 1 << 20)
  }

  private func useMemory(_ second: Int) {
    // In tmpfs, every other second.
    let shared = "/dev/shm/" + lab.lab.host
    if second % 2 == 0 {
      try? Data(count: 8 << 20).write(to: URL(fileURLWithPath: shared))
    } else {
      unlink(shared)
    }
    guard movesSwap else { return }
    // In again from swap space, and out. MADV_PAGEOUT, linux/mman.h
    for place in stride(from: 0, to: Self.swapped, by: 4096) {
      _ = pages.load(fromByteOffset: place, as: UInt8.self)
    }
    memset(pages, Int32(second & 127) + 1, Self.swapped)
    madvise(pages, Self.swapped, 21)
  }
}

/// Swap space in compressed memory (zram), for as long as this is, and not longer than this process. What is pushed out
/// to a disk would be found in the kernel's cache of swap space.
final class SwapSpace {
  private let folder: Folder
  private let holder: Program

  /// `nil` where it cannot be had: in most containers.
  init?() {
    let control = "/sys/class/zram-control/hot_add"
    guard tool("mkswap") != nil, tool("swapon") != nil, access(control, R_OK) == 0 else { return nil }
    let script = """
      n=$(cat \(control)) || exit 1
      end() { swapoff /dev/zram$n; echo $n > /sys/class/zram-control/hot_remove; exit; }
      echo 32M > /sys/block/zram$n/disksize && mkswap /dev/zram$n > $0/log 2>&1 && swapon /dev/zram$n || end
      trap end TERM
      touch $0/on
      while kill -0 $1 2> /dev/null; do sleep 1 & wait $!; done
      end
      """
    guard let folder = try? Folder(),
      let holder = try? Program(["sh", "-c", script, folder.path, "\(getpid())"])
    else { return nil }
    (self.folder, self.holder) = (folder, holder)
    let isOn = eventually { FileManager.default.fileExists(atPath: folder["on"]) || !holder.isRunning }
    guard isOn, holder.isRunning else { return nil }
  }

  deinit { holder.end() }
}
