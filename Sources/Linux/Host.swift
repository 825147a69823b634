internal import CLinux
public import SystemPackage

/// What uname(2) says of this host.
public struct HostName: Sendable, Equatable {
  public var node: String
  public var release: String
  /// "x86_64", "aarch64"
  public var machine: String

  public init() {
    var names = utsname()
    // Fails only for a bad pointer.
    _ = unsafe uname(&names)
    node = Self.text(names.nodename)
    release = Self.text(names.release)
    machine = Self.text(names.machine)
  }

  /// The text in a fixed-size C array, up to its terminator.
  private static func text<T>(_ array: T) -> String {
    unsafe withUnsafeBytes(of: array) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

public enum Host {
  /// A variable of the environment, environ(7). Nothing here changes any: reading needs no lock.
  public static func environment(_ name: String) -> String? {
    // Points into the environment, which stays.
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  /// Clock ticks a second, the unit of `/proc/stat` (`sysconf(_SC_CLK_TCK)`).
  public static var ticksPerSecond: UInt64 {
    let ticks = sysconf(CInt(_SC_CLK_TCK))
    return ticks > 0 ? UInt64(ticks) : 100
  }

  /// The size of a page of memory (`sysconf(_SC_PAGESIZE)`).
  public static var pageBytes: UInt64 { UInt64(max(1024, sysconf(CInt(_SC_PAGESIZE)))) }

  /// The largest resident set of this process so far, in KiB.
  public static var maximumResidentKiB: UInt64 {
    var usage = rusage()
    // Fails only for a bad pointer.
    _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return UInt64(clamping: usage.ru_maxrss)
  }

  /// Gives back the memory of code that ran once: what is needed again comes back from the file, a page at a time.
  public static func dropCode() { cl_drop_code() }

  /// Gives back what was freed, by whichever thread: malloc(3) keeps it otherwise. For after something large; each
  /// page that is needed again costs a fault. malloc_trim(3)
  public static func returnFreedMemory() { _ = malloc_trim(0) }

  /// Allows this process as many descriptors as it may have: each tap needs one.
  public static func raiseDescriptorLimit() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// A number from the kernel's generator, for phases and offsets.
  public static func random(below limit: UInt64) -> UInt64 {
    var generator = SystemRandomNumberGenerator()
    return limit == 0 ? 0 : generator.next(upperBound: limit)
  }

  /// The name of the interface with this index in this network namespace; `nil` if there is none.
  public static func interfaceName(of index: UInt32) -> String? {
    var room = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
    guard unsafe if_indextoname(index, &room) != nil else { return nil }
    return String(decoding: room.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The index of the interface `name` in this network namespace; `nil` if there is none or it cannot be told.
  public static func interfaceIndex(of name: String) -> UInt32? { try? index(ofInterface: name) }

  /// The index of the interface `name` in this network namespace.
  /// - Throws: ENODEV if there is none; EMFILE and the like, as it takes a socket to ask.
  public static func index(ofInterface name: String) throws(Errno) -> UInt32 {
    let index = unsafe if_nametoindex(name)
    if index == 0 { throw .latest }
    return index
  }
}
