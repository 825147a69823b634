import Dispatch
import HostCounters
import Linux
import ProcFS
import Synchronization
import Testing

/// Mounts that hang, with a real worker thread.
@Suite(.serialized, .timeLimit(.minutes(1))) struct FileSystemSpacesTests {
  /// A file system that can be made to hang.
  private final class HangingMount: Sendable {
    let isHanging = Atomic<Bool>(false)
    let isAsked = Atomic<Int>(0)
    private let gate = DispatchSemaphore(value: 0)

    func space() -> FileSystemSpace {
      isAsked.add(1, ordering: .sequentiallyConsistent)
      if isHanging.load(ordering: .sequentiallyConsistent) { gate.wait() }
      return FileSystemSpace(100, free: 50, available: 50)
    }

    /// What hangs returns.
    func mend() {
      isHanging.store(false, ordering: .sequentiallyConsistent)
      gate.signal()
    }
  }

  private static let mounts = """
    27 1 8:1 / / rw - ext4 /dev/sda1 rw
    28 27 8:2 / /slow rw - ext4 /dev/sda2 rw

    """

  @Test func `a mount that hangs stops nothing, is left out while it does, and comes back`() throws {
    let tree = try TemporaryTree()
    try tree.write(Self.mounts, to: "/proc/self/mountinfo")
    let loop = try EpollLoop()
    let work = try BackgroundWork(loop: loop)
    let slow = HangingMount()
    let path = tree.root.path("/slow")
    let spaces = FileSystemSpaces(tree.root, background: work, limit: .milliseconds(500)) {
      $0 == path ? slow.space() : FileSystemSpace(10, free: 8, available: 8)
    }
    var polls = 0
    func poll() throws {
      let before = polls
      spaces.measure { polls += 1 }
      try loop.run { polls > before }
    }

    try poll()
    #expect(spaces.latest?.totalBytes == 110 << 30)
    #expect(spaces.latest?.freeBytes == 58 << 30)
    #expect(spaces.latest?.fullest == 5000)
    #expect(spaces.stuck == [])

    // The poll goes on with what is known.
    slow.isHanging.store(true, ordering: .sequentiallyConsistent)
    try poll()
    #expect(spaces.latest?.totalBytes == 110 << 30)
    #expect(spaces.stuck == ["/slow"])
    #expect(slow.isAsked.load(ordering: .sequentiallyConsistent) == 2)

    // It is not asked again, and no further thread is lost to it.
    for _ in 0..<10 { try poll() }
    #expect(spaces.latest?.totalBytes == 10 << 30)
    #expect(spaces.latest?.fullest == 2000)
    #expect(spaces.stuck == ["/slow"])
    #expect(slow.isAsked.load(ordering: .sequentiallyConsistent) == 2)

    slow.mend()
    try loop.run { spaces.stuck.isEmpty }
    try poll()
    #expect(spaces.latest?.totalBytes == 110 << 30)
    #expect(spaces.stuck == [])
  }

  @Test func `before the first measurement nothing is known`() throws {
    let tree = try TemporaryTree()
    let spaces = FileSystemSpaces(tree.root, background: DirectWork()) { _ in nil }
    #expect(spaces.latest == nil)
    // No mountinfo: unknown.
    spaces.measure {}
    #expect(spaces.latest == FileSystemSpaces.Space())
    #expect(spaces.latest?.fullest == nil)
  }

  @Test func `mounts that come and go are seen, and one that cannot be asked is left out`() throws {
    let tree = try TemporaryTree()
    let path = tree.root.path("/broken")
    let spaces = FileSystemSpaces(tree.root, background: DirectWork()) {
      $0 == path ? nil : FileSystemSpace(10, free: 8, available: 8)
    }
    func total(_ mounts: String...) throws -> UInt64? {
      try tree.write(mounts.map { $0 + "\n" }.joined(), to: "/proc/self/mountinfo")
      spaces.measure {}
      return spaces.latest.map { $0.totalBytes >> 30 }
    }
    let root = "27 1 8:1 / / rw - ext4 /dev/sda1 rw"
    #expect(try total(root) == 10)
    #expect(try total(root) == 10)
    #expect(try total(root, "28 27 8:2 / /more rw - xfs /dev/sda2 rw") == 20)
    #expect(try total(root, "29 27 8:3 / /broken rw - xfs /dev/sda3 rw") == 10)
    #expect(try total(root) == 10)
    #expect(try total() == 0)
    #expect(spaces.latest?.fullest == nil)
  }

  /// There `self` is the agent's container.
  @Test func `of a mounted host the mounts of its first process count`() throws {
    let tree = try TemporaryTree()
    try tree.write("27 1 8:1 / /own rw - ext4 /dev/sda1 rw\n", to: "/proc/self/mountinfo")
    try tree.write("27 1 8:1 / /host rw - ext4 /dev/sda1 rw\n", to: "/proc/1/mountinfo")
    let expected = tree.root.path("/host")
    let spaces = FileSystemSpaces(tree.root, background: DirectWork()) {
      $0 == expected ? FileSystemSpace(10, free: 8, available: 8) : nil
    }
    spaces.measure {}
    #expect(spaces.latest?.totalBytes == 10 << 30)
  }

  @Test func `space kept for root is neither free nor used`() throws {
    let tree = try TemporaryTree()
    try tree.write("27 1 8:1 / / rw - ext4 /dev/sda1 rw\n", to: "/proc/self/mountinfo")
    let spaces = FileSystemSpaces(tree.root, background: DirectWork()) { _ in
      FileSystemSpace(100, free: 80, available: 75)
    }
    spaces.measure {}
    #expect(spaces.latest?.totalBytes == 100 << 30)
    #expect(spaces.latest?.freeBytes == 75 << 30)
    // df(1) shows 22 %: 20 of 95, rounded up.
    #expect(spaces.latest?.fullest == 2105)
  }

  /// Counts what it is given.
  private final class CountingWork: BackgroundRunner {
    private(set) var jobs = 0
    func run<R: Sendable>(
      _ name: String, within limit: Duration, _ work: @escaping @Sendable () -> R,
      then: @escaping (R?) -> Void
    ) {
      jobs += 1
      then(work())
    }
  }

  @Test func `file systems of which none can hang are given to the worker only after a change`() throws {
    let root = FileRoot("/")
    let text = try KernelFile(root, "/proc/self/mountinfo", buffer: FileBuffer()).bytes()
    let systems = try LocalFilesystem.all(parsing: text.span)
    let work = CountingWork()
    let spaces = FileSystemSpaces(root, background: work)
    for _ in 0..<5 { spaces.measure {} }
    let first = spaces.latest
    // Other tests mount now and then; each change is a job.
    #expect(systems.allSatisfy(\.answersAtOnce) ? (1..<5).contains(work.jobs) : work.jobs == 5)
    // One that does not answer, from the start or all at once, may hang the next time.
    let isSilent = Atomic<Bool>(false)
    let fickle = CountingWork()
    let spoilt = FileSystemSpaces(root, background: fickle) { path in
      isSilent.load(ordering: .sequentiallyConsistent) ? nil : try? FileSystemSpace(at: path)
    }
    spoilt.measure {}
    isSilent.store(true, ordering: .sequentiallyConsistent)
    for _ in 0..<4 { spoilt.measure {} }
    #expect(fickle.jobs >= (systems.isEmpty ? 1 : 4))
    let silent = CountingWork()
    let other = FileSystemSpaces(root, background: silent) { _ in nil }
    for _ in 0..<5 { other.measure {} }
    #expect(silent.jobs == (systems.isEmpty ? 1 : 5))
    #expect(first?.totalBytes ?? 0 > 0 || systems.isEmpty)
  }

  @Test func `this host has space`() throws {
    let spaces = FileSystemSpaces(FileRoot("/"), background: DirectWork())
    spaces.measure {}
    let space = try #require(spaces.latest)
    #expect(space.freeBytes <= space.totalBytes)
    #expect((0...10_000).contains(space.fullest ?? 0))
  }
}
