internal import CLinux
internal import SystemPackage

public enum SymbolicLinks {
  /// The paths that lead from `path` to a file: itself, where it points to if it is a symbolic link, and so on. The last
  /// one is no link, or is not there.
  public static func chain(from path: String) -> [String] { follow(from: path).chain }

  /// The same for one who is to replace the file.
  /// - Throws: EIO and the like, when it is not known whether there is a link.
  static func certainChain(from path: String) throws(Errno) -> [String] {
    let (chain, error) = follow(from: path)
    switch error {
    // No link; not there; not to be seen.
    case nil, .invalidArgument, .noSuchFileOrDirectory, .notDirectory, .permissionDenied: return chain
    case let error?: throw error
    }
  }

  /// The way, and what readlink(2) said at its end.
  private static func follow(from path: String) -> (chain: [String], error: Errno?) {
    var chain = [path]
    // As many as the kernel follows, path_resolution(7).
    while chain.count <= 40 {
      do throws(Errno) {
        let target = try target(of: chain[chain.count - 1])
        chain.append(target.hasPrefix("/") ? target : folder(of: chain[chain.count - 1]) + "/" + target)
      } catch {
        return (chain, error)
      }
    }
    return (chain, nil)
  }

  /// Every name on the way from `path` to a file that may be exchanged for another: those of `chain`, and of the folders on
  /// the way those that are links themselves.
  static func waypoints(from path: String) -> [String] {
    var all: [String] = []
    var ahead = [path]
    while let path = ahead.popLast(), all.count <= 40 {
      if all.contains(path) { continue }
      all.append(path)
      ahead += chain(from: path).dropFirst()
      var folder = folder(of: path)
      while folder != "/", folder != "." {
        if (try? target(of: folder)) != nil { ahead.append(folder) }
        folder = Self.folder(of: folder)
      }
    }
    return all
  }

  /// What the link at `path` says.
  /// - Throws: EINVAL if it is none.
  private static func target(of path: String) throws(Errno) -> String {
    var room = [UInt8](repeating: 0, count: 4096)
    let count = try systemCall {
      unsafe room.withUnsafeMutableBytes {
        // Path and room have the lengths that are said.
        unsafe readlink(path, $0.baseAddress!, $0.count)
      }
    }
    return String(decoding: room.prefix(count), as: UTF8.self)
  }

  /// The folder that has the last name of `path` in it.
  public static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last name of `path`.
  public static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }
}
