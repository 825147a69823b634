internal import CLinux

public enum SymbolicLinks {
  /// The paths that lead from `path` to a file: itself, where it points to if it is a symbolic link, and so on. The last
  /// one is no link, or is not there.
  public static func chain(from path: String) -> [String] {
    var chain = [path]
    // As many as the kernel follows, path_resolution(7).
    while chain.count <= 40, let target = target(of: chain[chain.count - 1]) {
      chain.append(target.hasPrefix("/") ? target : folder(of: chain[chain.count - 1]) + "/" + target)
    }
    return chain
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
        if target(of: folder) != nil { ahead.append(folder) }
        folder = Self.folder(of: folder)
      }
    }
    return all
  }

  /// What the link at `path` says; `nil` if it is none.
  private static func target(of path: String) -> String? {
    var room = [UInt8](repeating: 0, count: 4096)
    let count = unsafe room.withUnsafeMutableBytes {
      // Path and room have the lengths that are said.
      unsafe readlink(path, $0.baseAddress!, $0.count)
    }
    return count > 0 ? String(decoding: room.prefix(count), as: UTF8.self) : nil
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
