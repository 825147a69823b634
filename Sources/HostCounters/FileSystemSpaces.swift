internal import Bytes
public import Linux
internal import ProcFS
internal import Synchronization
internal import SystemPackage

/// The space of all local file systems, measured on the worker thread: one that hangs stops nothing. Where none can
/// hang, as with most hosts, only the first measurement after a change of the mounts is; then the worker sleeps on.
///
/// A class because a measurement under way reports to it.
public final class FileSystemSpaces {
  public struct Space: Sendable, Equatable {
    public var totalBytes: UInt64 = 0
    /// Bytes that an ordinary user may still write.
    public var freeBytes: UInt64 = 0
    /// How full the fullest file system is, in hundredths of a percent, as df(1) counts it: used / (used +
    /// available). `nil` without file systems.
    public var fullest: Int32?

    public init() {}
  }

  /// What the last complete measurement said; `nil` before the first.
  public private(set) var latest: Space?
  /// Why the last measurement does not know the mounts; `nil` if it does.
  public private(set) var failure: FileError?
  /// Mount points that a measurement is stuck at; they are left out until it comes back.
  public var stuck: [String] { progress.withLock { $0.stuck.map { String(decoding: $0, as: UTF8.self) } } }

  private let root: FileRoot
  private let background: any BackgroundRunner
  private let spaceAt: @Sendable (String) -> FileSystemSpace?
  private let progress: Progress
  private let limit: Duration

  /// - Parameters:
  ///   - limit: how long a measurement may take.
  ///   - spaceAt: asks the file system mounted at a path, and may block for as long as that likes.
  public init(
    _ root: FileRoot, background: any BackgroundRunner, limit: Duration = .seconds(2),
    spaceAt: @escaping @Sendable (String) -> FileSystemSpace? = { try? FileSystemSpace(at: $0) }
  ) {
    self.root = root
    self.background = background
    self.limit = limit
    self.spaceAt = spaceAt
    progress = Progress()
  }

  /// Measures, then calls `then` on the loop: with success, or after `limit` without.
  public func measure(then: @escaping () -> Void) {
    if let systems = settledSystems {
      let (space, isAnswered) = Self.space(of: systems, root, spaceAt, progress)
      if !isAnswered { progress.withLock { $0.isSettled = false } }
      (latest, failure) = (space, nil)
      return then()
    }
    let (root, spaceAt, progress) = (root, spaceAt, progress)
    background.run("file system space", within: limit, { Self.measure(root, spaceAt, progress) }) {
      [weak self] space in
      // A measurement that was given up, or does not know the mounts, leaves the last one in force.
      switch space {
      case .success(let space)?:
        self?.latest = space
        self?.failure = nil
      case .failure(let failure)?: self?.failure = failure
      case nil: break
      }
      then()
    }
  }

  /// The file systems, if they may be asked on the loop: they have been asked since the mounts changed, all answered, and
  /// none of them takes longer than to look into memory.
  private var settledSystems: [LocalFilesystem]? {
    // The way to those of a host that is mounted elsewhere is not in its mountinfo.
    guard root.isOwn else { return nil }
    return progress.withLock { state in
      guard state.isSettled, let mountinfo = state.mountinfo else { return nil }
      if !mountinfo.hasChanged { return state.systems }
      // The kernel has told of the change, and will not again: the worker opens the file anew.
      (state.mountinfo, state.isSettled) = (nil, false)
      return nil
    }
  }

  /// Where measurements are: shared with the threads that make them.
  private final class Progress: Sendable {
    struct State: Sendable {
      var stuck: Set<[UInt8]> = []
      /// `/proc/self/mountinfo`, if the kernel tells when it changes, and what it said last.
      var mountinfo: AnnouncedFile?
      var systems: [LocalFilesystem] = []
      var isSettled = false
    }
    private let state = Mutex(State())
    func withLock<R: Sendable>(_ body: (inout State) -> R) -> R { state.withLock { body(&$0) } }
  }

  /// On the worker thread.
  private static func measure(
    _ root: FileRoot, _ spaceAt: (String) -> FileSystemSpace?, _ progress: Progress
  ) -> Result<Space, FileError> {
    let systems: [LocalFilesystem]
    do throws(FileError) {
      systems = try Self.systems(root, progress)
    } catch {
      // Without /proc there is nothing to know.
      if case .unreadable(_, .noSuchFileOrDirectory) = error { return .success(Space()) }
      return .failure(error)
    }
    let (space, isAnswered) = space(of: systems, root, spaceAt, progress)
    progress.withLock { $0.isSettled = isAnswered && systems.allSatisfy(\.answersAtOnce) }
    return .success(space)
  }

  /// - Returns: the space, and whether all that were asked answered.
  private static func space(
    of systems: [LocalFilesystem], _ root: FileRoot, _ spaceAt: (String) -> FileSystemSpace?,
    _ progress: Progress
  ) -> (space: Space, isAnswered: Bool) {
    var space = Space()
    var isAnswered = true
    for system in systems {
      var total: UInt64 = 0
      var used: UInt64 = 0
      var available: UInt64 = 0
      for point in system.mountPoints {
        // Entered before the call that may never return, and left after it.
        guard progress.withLock({ $0.stuck.insert(point).inserted }) else {
          isAnswered = false
          continue
        }
        let measured = spaceAt(root.path(String(decoding: point, as: UTF8.self)))
        _ = progress.withLock { $0.stuck.remove(point) }
        guard let measured else {
          isAnswered = false
          continue
        }
        total &+= measured.total
        used &+= measured.total &- min(measured.total, measured.free)
        available = max(available, measured.available)
      }
      // Each dataset of a pool shows the pool's free space as its own.
      space.totalBytes &+= system.mountPoints.count == 1 ? total : used &+ available
      space.freeBytes &+= available
      if used &+ available > 0 {
        let full = Int32(clamping: UInt64(Double(used) / Double(used &+ available) * 10_000))
        space.fullest = max(space.fullest ?? 0, full)
      }
    }
    return (space, isAnswered)
  }

  /// The local file systems.
  private static func systems(
    _ root: FileRoot, _ progress: Progress
  ) throws(FileError) -> [LocalFilesystem] {
    let (known, systems) = progress.withLock { ($0.mountinfo, $0.systems) }
    // They seldom change, and with thousands of mounts reading and parsing costs more than all else here.
    if let known, !known.hasChanged { return systems }
    // The kernel has told of the change, and will not again: what cannot be read now is opened anew.
    progress.withLock { $0.mountinfo = nil }
    let file = if let known { known } else { try mountinfo(root) }
    let text = try file.contents()
    let found: [LocalFilesystem]
    do throws(TextError) {
      found = try LocalFilesystem.all(parsing: text.span)
    } catch {
      throw .malformed(path: file.path, error)
    }
    progress.withLock { ($0.mountinfo, $0.systems) = (file.isAnnounced ? file : nil, found) }
    return found
  }

  /// The mounts as this process sees them. In a container, which has the host's `/proc` mounted, as the first process of
  /// the host does.
  private static func mountinfo(_ root: FileRoot) throws(FileError) -> AnnouncedFile {
    if !root.isOwn, let first = try? AnnouncedFile(root.path("/proc/1/mountinfo")) { return first }
    return try AnnouncedFile(root.path("/proc/self/mountinfo"))
  }
}
